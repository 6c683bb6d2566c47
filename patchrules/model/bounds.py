"""How many, how long and how large the parts of a baseline may be (SEMANTICS 1.1-1.5, 1.7): AWS refuses any other.

Documents and what is made in code are held to the same numbers; ``wanted`` is what a message says of them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bounds:
    """The least and the most, in characters of a text, members of a list, or as a number.

    >>> 361 in DAYS, 360 in DAYS
    (False, True)
    """

    least: int
    most: int
    wanted: str

    def __contains__(self, number: int) -> bool:
        """Say whether a number is neither too small nor too large."""
        return self.least <= number <= self.most


RULES = Bounds(0, 10, "a list of at most 10 rules")
FILTERS = Bounds(0, 4, "a list of at most 4 filters")
VALUES = Bounds(1, 20, "a list of 1 to 20 values")
VALUE = Bounds(1, 64, "text of 1 to 64 characters")
DAYS = Bounds(0, 360, "a whole number from 0 to 360")
PATCHES = Bounds(0, 50, "a list of at most 50 patches")
PATCH = Bounds(1, 100, "text of 1 to 100 characters")
SOURCES = Bounds(0, 20, "a list of at most 20 sources")
PRODUCTS = Bounds(1, 20, "a list of 1 to 20 products")
PRODUCT = Bounds(1, 128, "text of 1 to 128 characters")
CONFIGURATION = Bounds(1, 1024, "text of 1 to 1024 characters")
GROUP = Bounds(1, 256, "1 to 256 letters, digits, spaces and `_.:/=+-@`")
TAGS = Bounds(0, 1000, "a list of at most 1000 tags")
# What code calls a baseline decides nothing, so documents alone are held to NAME; code, too, is to SOURCE_NAME.
NAME = Bounds(3, 128, "3 to 128 letters, digits, `_`, `-` and `.`")
NAME_LETTERS = r"^[a-zA-Z0-9_\-.]{3,128}$"
SOURCE_NAME = Bounds(3, 50, "3 to 50 letters, digits, `_`, `-` and `.`")
SOURCE_LETTERS = r"^[a-zA-Z0-9_\-.]{3,50}$"
