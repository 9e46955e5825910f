"""What the attached files are: opened, recognised, looked through, their signatures read."""
