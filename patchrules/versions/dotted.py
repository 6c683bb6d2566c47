"""The order of macOS, Windows build and product numbers (``10.0.19045.3324``, ``13.6.1``), by ``packaging.version``."""

from __future__ import annotations

from packaging.version import Version

from patchrules.versions._number import number
from patchrules.versions._refusal import refusal

# What is absent sorts below or above whatever could stand in its place, as `packaging` has it; numbers start at U+0005.
_ABSENT_LOW, _PRESENT, _ABSENT_HIGH = "\x01", "\x02", "\x03"
_END = "\x01"


def split(text: str) -> Version:
    """Return ``text`` as a ``packaging.version.Version``: numbers and dots, or whatever else PEP 440 allows.

    Raises VersionError for anything else.

    >>> split("10.0.19045.3324").release
    (10, 0, 19045, 3324)
    """
    try:
        return Version(text)
    except ValueError as error:
        # `packaging` refuses a bad text with a ValueError, and so does int() when a number has thousands of digits.
        raise refusal(text, "a dotted", "it is not numbers joined by dots", code="PR5001") from error


def compare(a: str, b: str) -> int:
    """Return -1, 0 or 1 as ``a`` is older than, equal to or newer than ``b``; ``13.0`` equals ``13``.

    Raises VersionError as :func:`split` does.

    >>> compare("10.0.19045.3324", "10.0.19045.10"), compare("13.0", "13"), compare("9.10", "10")
    (1, 0, -1)
    """
    one, two = split(a), split(b)
    return (one > two) - (one < two)


def sort_key(text: str) -> bytes:
    """Return bytes that sort the way :func:`compare` does; equal versions have equal bytes.

    Raises VersionError as :func:`split` does.

    >>> sort_key("9.10") < sort_key("10") == sort_key("10.0") < sort_key("10.0.19045")
    True
    """
    version = split(text)
    key = number(str(version.epoch)) + _release(version) + _pre(version) + _post(version) + _dev(version)
    return (key + _local(version)).encode("latin-1")


def _release(version: Version) -> str:
    """Return the numbers joined by dots, without the zeros at the end."""
    numbers = list(version.release)
    while numbers and not numbers[-1]:
        numbers.pop()
    return "".join(number(str(part)) for part in numbers) + _END


def _pre(version: Version) -> str:
    """Return the pre-release: `1.0.dev1` sorts before `1.0a1`, and `1.0` after both."""
    if version.pre is not None:
        letter, count = version.pre
        return _PRESENT + letter[0] + number(str(count))
    return _ABSENT_LOW if version.dev is not None and version.post is None else _ABSENT_HIGH


def _post(version: Version) -> str:
    """Return the post-release; none sorts first."""
    return _ABSENT_LOW if version.post is None else _PRESENT + number(str(version.post))


def _dev(version: Version) -> str:
    """Return the development release; none sorts last."""
    return _ABSENT_HIGH if version.dev is None else _PRESENT + number(str(version.dev))


def _local(version: Version) -> str:
    """Return the local label: none first, words before numbers, a longer label after its beginning."""
    parts = version.local.split(".") if version.local is not None else []
    return "".join(number(part) if part.isdigit() else f"{_PRESENT}{part}{_END}" for part in parts) + _END
