"""How AWS's on-node engine 1.80 orders rpm versions on dnf and zypper hosts (SEMANTICS 6.1): for the ``agent`` dialect.

It differs from rpm: the epoch is left out by its callers, ``^`` only separates, and what follows a ``~`` is compared
before separators are dropped.
"""

from __future__ import annotations

import re

from patchrules.versions._number import number

_SEPARATORS = re.compile(r"[^A-Za-z0-9~]+")
_DIGITS = re.compile(r"[0-9]*")
_LETTERS = re.compile(r"[A-Za-z]*")
_PIECES = re.compile(r"~|[0-9]+|[A-Za-z]+")
_TILDE, _END, _WORD = "\x01", "\x02", "\x04"


def compare(a: str, b: str) -> int:
    """Return -1, 0 or 1 for two ``version-release`` texts, as AWS's code compares them.

    >>> compare("1.0-1", "1.0^-1"), compare("1~~", "1~"), compare("1.0-1.el7", "1.0-1.el7_5")
    (0, 1, -1)
    """
    one, two = a.split("-", 1), b.split("-", 1)
    if all(len(parts) == 2 and all(parts) for parts in (one, two)):  # noqa: PLR2004 - version and release
        return _compare_part(one[0], two[0]) or _compare_part(one[1], two[1])
    return _compare_part(a, b)


def sort_key(text: str) -> bytes:
    """Return bytes that sort as :func:`compare` does; ``text`` is ``[epoch:]version-release``, the epoch is left out.

    >>> sort_key("1:1.0~rc1-1") < sort_key("0:1.0-1") < sort_key("1.0a-1") < sort_key("1.0.1-1")
    True
    """
    version, dash, release = text.split(":", 1)[-1].partition("-")
    parts = (version, release) if version and dash and release else (text.split(":", 1)[-1],)
    return "".join(_key(part) for part in parts).encode("latin-1")


def _key(part: str) -> str:
    """Return the key of one part: ``~`` < end < letters < digits."""
    key = []
    for piece in _PIECES.finditer(part):
        text = piece.group()
        if text == "~":
            following = part[piece.end() : piece.end() + 1]
            # A separator or a second ~ after a ~ is met where letters are expected: it counts as an empty word.
            key.append(
                _TILDE + (f"{_WORD}\x00" if following and not (following.isascii() and following.isalnum()) else "")
            )
        else:
            key.append(number(text) if text.isdigit() else f"{_WORD}{text}\x00")
    return "".join(key) + _END


def _compare_part(a: str, b: str) -> int:
    """Compare two texts segment by segment."""
    while a or b:
        a, b = _without_separators(a), _without_separators(b)
        if a.startswith("~") or b.startswith("~"):
            if not (a.startswith("~") and b.startswith("~")):
                return -1 if a.startswith("~") else 1
            a, b = a[1:], b[1:]
        if not a or not b:
            break
        one, two = _taken(_DIGITS, a), _taken(_DIGITS, b)
        if bool(one) != bool(two):
            return 1 if one else -1
        if one:
            a, b, order = a[len(one) :], b[len(two) :], _compare_numbers(one.lstrip("0"), two.lstrip("0"))
        else:
            one, two = _taken(_LETTERS, a), _taken(_LETTERS, b)
            a, b, order = a[len(one) :], b[len(two) :], (one > two) - (one < two)
        if order:
            return order
    return bool(a) - bool(b)


def _without_separators(text: str) -> str:
    """Return the text without the characters before its next segment."""
    found = _SEPARATORS.match(text)
    return text[found.end() :] if found else text


def _taken(pattern: re.Pattern[str], text: str) -> str:
    """Return what the pattern takes from the start of the text."""
    found = pattern.match(text)
    return found.group() if found else ""


def _compare_numbers(one: str, two: str) -> int:
    """Compare digits without leading zeros: the longer is larger, then by text."""
    left, right = (len(one), one), (len(two), two)
    return (left > right) - (left < right)
