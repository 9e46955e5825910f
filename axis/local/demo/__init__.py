"""The demonstration: simulated agencies of four levels exchange signed documents for real."""
