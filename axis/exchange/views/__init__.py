"""What people see in the web view and on the command line; nothing here changes anything."""
