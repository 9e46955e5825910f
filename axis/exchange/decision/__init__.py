"""What follows from the checks: pure, a batch at a time, everything that is stored and sent."""
