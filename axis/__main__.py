"""``python -m axis``: the same as the command ``axis``."""

if __name__ == "__main__":
    # Here and not above: worker processes import this module again, and none of the commands.
    from axis.cli.main import main

    main()
