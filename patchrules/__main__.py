"""``python -m patchrules`` is the command ``patchrules``."""

from patchrules.cli import command

if __name__ == "__main__":
    command()
