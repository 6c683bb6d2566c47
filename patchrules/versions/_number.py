"""Numbers of any length as characters whose order is the order of the numbers."""

from __future__ import annotations

# INVARIANT: every character made here is at least U+0005 and at most U+00FF. The lower ones are left to the schemes for
# what sorts before a number, and the whole key becomes bytes as latin-1.
_FIRST = 5
_SIZES = tuple(chr(_FIRST + size) for size in range(200))
_HUGE = "\xff"


def number(digits: str) -> str:
    """Return characters that sort by the value of ``digits`` (ASCII digits, none counts as 0) and delimit themselves.

    The count of significant digits comes first, then the digits: more digits is more, equally many compare as text.

    >>> number("007") == number("7") < number("10") < number("9" * 30) < number("1" * 5000)
    True
    """
    significant = digits.lstrip("0")
    size = len(significant)
    if size < len(_SIZES):
        return _SIZES[size] + significant
    return _HUGE + size.to_bytes(8, "big").decode("latin-1") + significant
