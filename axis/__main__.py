"""``python -m axis``: the same as the command ``axis``."""

from axis.cli.main import main

if __name__ == "__main__":
    main()
