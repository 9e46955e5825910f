"""May it pass: the checks that need the registry and what is stored already."""
