"""The one way this room says no: a ``VersionError`` with the user's text in backticks."""

from __future__ import annotations

from patchrules.errors import VersionError

_LONGEST_QUOTE = 120


def refusal(text: str, kind: str, why: str, *, code: str) -> VersionError:
    """Return the error for ``text``, one line whatever characters ``text`` holds.

    >>> print(refusal("1.0 rc1", "an rpm", "it holds a space", code="PR5003"))
    `1.0 rc1` is not an rpm version: it holds a space [PR5003]
    """
    return VersionError(f"`{quoted(text)}` is not {kind} version: {why}", code=code)


def quoted(text: str) -> str:
    r"""Return ``text`` fit for one line of a message: unprintable characters escaped, the middle of a long text cut.

    >>> print(quoted("1.0\n2"))
    1.0\n2
    """
    if len(text) > _LONGEST_QUOTE:
        half = _LONGEST_QUOTE // 2
        text = f"{text[:half]}...{text[-half:]}"
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
