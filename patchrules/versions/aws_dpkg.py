"""How apt orders Debian versions on a node: dpkg's rules on any text, also on one that dpkg complains about.

It is what AWS's on-node engine 1.80 compares with (SEMANTICS 6.3), so it serves the ``agent`` dialect.
"""

from __future__ import annotations

import re
from itertools import zip_longest

from patchrules.versions._number import number

_PAIRS = re.compile(r"([^0-9]*)([0-9]*)").findall
# INVARIANT: what ends a text is below every letter and above ~ alone; numbers delimit themselves.
_TILDE, _END, _NOTHING, _REST = "\x01", "\x02", "\x04", "\x7f"


def compare(a: str, b: str) -> int:
    """Return -1, 0 or 1 as ``a`` is older than, equal to or newer than ``b`` in apt's eyes; no text is refused.

    >>> compare("1.0_1", "1.0.1"), compare("1.0-", "1.0-0"), compare("1.2:3", "2:1")
    (1, -1, -1)
    """
    for one, two in zip(_parts(a), _parts(b), strict=True):
        if order := _compare_part(one, two):
            return order
    return 0


def sort_key(text: str) -> bytes:
    """Return bytes that sort as :func:`compare` does.

    >>> sort_key("1.0~rc1-1") < sort_key("1.0-1") < sort_key("1.0-1_1") < sort_key("1:0")
    True
    """
    return "".join(_key(part) for part in _parts(text)).encode("utf-8", "surrogatepass")


def _parts(text: str) -> tuple[str, str, str]:
    """Return epoch, upstream version and revision as texts: up to the first ``:``, and after the last ``-``.

    No epoch is one of zeros, and no ``-`` at all the revision ``0``; a ``-`` with nothing after it is less than that.
    """
    epoch, colon, rest = text.partition(":")
    upstream, dash, revision = (rest if colon else text).rpartition("-")
    return epoch.lstrip("0") if colon else "", upstream if dash else revision, revision if dash else "0"


def _compare_part(a: str, b: str) -> int:
    """Compare one part: text and number in turns, the end of a text weighing less than all but ``~``."""
    if bool(a) != bool(b):
        return (-1 if b else 1) * (-1 if (a or b).startswith("~") else 1)
    for (text_a, digits_a), (text_b, digits_b) in zip_longest(_PAIRS(a), _PAIRS(b), fillvalue=("", "")):
        one, two = (*map(_weight, text_a), 0), (*map(_weight, text_b), 0)
        if one != two:
            return 1 if one > two else -1
        number_a, number_b = digits_a.lstrip("0"), digits_b.lstrip("0")
        if number_a != number_b:
            return 1 if (len(number_a), number_a) > (len(number_b), number_b) else -1
    return 0


def _weight(char: str) -> int:
    """Return the weight of a character: ``~``, the end (0), letters, everything else."""
    if char == "~":
        return -1
    return ord(char) if _is_letter(char) else ord(char) + 256


def _key(part: str) -> str:
    """Return the key of one part: text and number in turns; an empty part is below the number 0."""
    if not part:
        return _END + _NOTHING
    return "".join(f"{_text_key(text)}{_END}{number(digits)}" for text, digits in _PAIRS(part))


def _text_key(text: str) -> str:
    """Return the key of a text: a letter is itself, all else follows a mark above the letters, but ``~`` is lowest."""
    return "".join(_TILDE if char == "~" else char if _is_letter(char) else f"{_REST}{char}" for char in text)


def _is_letter(char: str) -> bool:
    """Say whether apt takes a character for a letter."""
    return char.isascii() and char.isalpha()
