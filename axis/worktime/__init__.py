"""Working days and hours in Việt Nam: when an office can be expected to have acted. No I/O."""
