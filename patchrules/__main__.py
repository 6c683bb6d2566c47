"""``python -m patchrules`` is the command ``patchrules``."""

from patchrules.cli import main

if __name__ == "__main__":
    main(prog_name="patchrules")
