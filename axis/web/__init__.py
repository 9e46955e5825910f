"""The web view for clerks and administrators, health checks and metrics."""
