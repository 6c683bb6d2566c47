"""The order of rpm packages: ``[epoch:]version[-release]``, as librpm's ``rpmvercmp`` sorts it (SEMANTICS 6.2, 6.5).

Whole texts go through :func:`split`, :func:`compare` and :func:`sort_key`. Inventories and advisories often hold epoch,
version and release apart: :func:`compare_evr`, :func:`evr_key`, :func:`compare_parts` and :func:`part_key` take those.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import zip_longest

from patchrules.errors import VersionError
from patchrules.versions._number import number
from patchrules.versions._refusal import quoted, refusal

_PARTS = re.compile(r"[0-9]+|[A-Za-z]+|[~^]").findall
_PIECES = re.compile(r"[0-9]+|[A-Za-z]+|[~^\n]").findall
_BLANK_OR_CONTROL = re.compile(r"[\s\x00-\x1f\x7f-\x9f]")
# 640 digits is the least that every Python is willing to read as an int, however it is configured.
_LONGEST_EPOCH = 640

# The order of the first difference: ~ < end < ^ < letters < digits; digits start at U+0005 (see number).
_TILDE, _END, _CARET, _LETTERS = "\x01", "\x02", "\x03", "\x04"


class _PartKeys(dict[str, str]):
    """What each piece of a version becomes; the common pieces are laid out once, the others are made when asked for."""

    def __missing__(self, piece: str) -> str:
        """Make the key of a piece that is not common, and do not keep it: texts come from outside."""
        return number(piece) if piece.isdigit() else f"{_LETTERS}{piece}\x00"


# A look-up without a Python call for most pieces halves the time of a key. A line break stands between version and
# release there: no text that passed `_fields` holds one.
_KEY_OF = _PartKeys(
    {"~": _TILDE, "\n": _END, "^": _CARET}
    | {word: f"{_LETTERS}{word}\x00" for word in ("amzn", "el", "fc", "git", "rc")}
    | {str(small): number(str(small)) for small in range(100)}
).__getitem__


@dataclass(frozen=True, slots=True)
class Evr:
    """Epoch, version and release of one rpm package; ``None`` is "not stated", which is not the same as empty.

    >>> print(Evr(1, "3.0.7", "24.el9"))
    1:3.0.7-24.el9
    """

    epoch: int | None
    version: str
    release: str | None

    def __str__(self) -> str:
        """Return the text people write."""
        epoch = "" if self.epoch is None else f"{self.epoch}:"
        release = "" if self.release is None else f"-{self.release}"
        return f"{epoch}{self.version}{release}"


def split(text: str) -> Evr:
    """Take ``[epoch:]version[-release]`` apart: epoch up to the first ``:``, release after the last ``-``.

    As in librpm, an epoch stated but empty (``:1.0``) is 0, and version or release may be empty beside another part.
    Raises VersionError for an empty text, a blank or control character, and an epoch that is not a number.

    >>> split("1:3.0.7-24.el9")
    Evr(epoch=1, version='3.0.7', release='24.el9')
    >>> split("3.0.7")
    Evr(epoch=None, version='3.0.7', release=None)
    """
    epoch, version, release = _fields(text)
    return Evr(None if epoch is None else int(epoch or "0"), version, release)


def compare(a: str, b: str) -> int:
    """Return -1, 0 or 1 as the whole text ``a`` is older than, equal to or newer than ``b`` (SEMANTICS 6.5).

    A missing epoch is 0; a missing release is older than any release. Raises VersionError as :func:`split` does.

    >>> compare("1:1.0-1", "2.0-1"), compare("0:1.05-1", "1.5-1"), compare("1.0", "1.0-1")
    (1, 0, -1)
    """
    return compare_evr(split(a), split(b))


def sort_key(text: str) -> bytes:
    """Return bytes that sort the way rpm sorts the whole text ``text``; equal versions have equal bytes.

    The keys of epoch, version and release follow one another; each ends by itself, so none reaches into the next.
    Raises VersionError as :func:`split` does. Cost: 2-3 us a version.

    >>> sort_key("2.0-1") < sort_key("1:1.0~rc1-1") < sort_key("1:1.0") < sort_key("1:1.0-1") < sort_key("1:1.0^git1-1")
    True
    >>> sort_key("0:1.05-1") == sort_key("1.5-01")
    True
    """
    epoch, version, release = _fields(text)
    # The epoch is the first number of the body; `:` separates like any character rpm does not weigh.
    body = f"{epoch or 0}:{version}" if release is None else f"{epoch or 0}:{version}\n{release}"
    return ("".join(map(_KEY_OF, _PIECES(body))) + _END).encode("latin-1")


def compare_evr(a: Evr, b: Evr) -> int:
    """Return -1, 0 or 1: epochs as numbers, then versions, then releases (SEMANTICS 6.2).

    >>> compare_evr(Evr(None, "1.0", "1"), Evr(0, "1.0", "2"))
    -1
    """
    epoch_a, epoch_b = a.epoch or 0, b.epoch or 0
    if epoch_a != epoch_b:
        return 1 if epoch_a > epoch_b else -1
    by_version = compare_parts(a.version, b.version)
    if by_version:
        return by_version
    if a.release is None or b.release is None:
        # librpm asks first whether a release is stated at all: `0` < `0-~` < `0-` < `0-1`.
        return (a.release is not None) - (b.release is not None)
    return compare_parts(a.release, b.release)


def evr_key(evr: Evr) -> bytes:
    """Return the :func:`sort_key` of a version whose fields are already apart.

    >>> evr_key(Evr(None, "1.0", "1")) == sort_key("0:1.0-1")
    True
    """
    release = "" if evr.release is None else _part_characters(evr.release)
    return (number(str(evr.epoch or 0)) + _part_characters(evr.version) + release).encode("latin-1")


def compare_parts(a: str, b: str) -> int:
    """Return -1, 0 or 1 for one version or one release alone: librpm's ``rpmvercmp``, any text including the empty one.

    >>> compare_parts("1.0~rc1", "1.0"), compare_parts("1.0^", "1.0"), compare_parts("2a", "2.0")
    (-1, 1, -1)
    """
    for one, two in zip_longest(_PARTS(a), _PARTS(b), fillvalue=""):
        if one != two and (order := _compare_pieces(one, two)):
            return order
    return 0


def part_key(text: str) -> bytes:
    """Return bytes that sort the way rpm sorts ``text``, one version or one release, any text including the empty one.

    Order of the first difference: ``~`` < end < ``^`` < letters < digits. Everything else, non-ASCII included, only
    separates.

    >>> part_key("1.0~rc1") < part_key("1.0") < part_key("1.0^git1") < part_key("1.0a") < part_key("1.0.1")
    True
    >>> part_key("1.05") == part_key("1_5")
    True
    """
    return _part_characters(text).encode("latin-1")


def _part_characters(text: str) -> str:
    """Return the key of one part before it becomes bytes."""
    return "".join(map(_KEY_OF, _PARTS(text))) + _END


def _compare_pieces(one: str, two: str) -> int:
    """Compare two pieces that are not the same text; the empty one is the end of a part."""
    if "~" in (one, two):
        return -1 if one == "~" else 1
    if not one or not two:
        return 1 if one else -1
    if "^" in (one, two):
        return -1 if one == "^" else 1
    if one.isdigit() != two.isdigit():
        return 1 if one.isdigit() else -1
    if one.isdigit():
        number_one, number_two = one.lstrip("0"), two.lstrip("0")
        sized_one, sized_two = (len(number_one), number_one), (len(number_two), number_two)
        return (sized_one > sized_two) - (sized_one < sized_two)
    return 1 if one > two else -1


def _fields(text: str) -> tuple[str | None, str, str | None]:
    """Return epoch digits, version and release, or raise VersionError."""
    # A printable text without a space is the usual one; only the others pay for the exact question.
    if not text or ((not text.isprintable() or " " in text) and _BLANK_OR_CONTROL.search(text)):
        raise _character_refusal(text)
    epoch: str | None
    epoch, colon, rest = text.partition(":")
    if not colon:
        epoch, rest = None, text
    elif epoch and not (epoch.isdigit() and epoch.isascii() and len(epoch) <= _LONGEST_EPOCH):
        raise refusal(text, "an rpm", f"the epoch `{quoted(epoch)}` is not a number", code="PR5004")
    version, dash, release = rest.rpartition("-")
    return (epoch, version, release) if dash else (epoch, rest, None)


def _character_refusal(text: str) -> VersionError:
    """Return the error for an empty text or one with a blank or control character."""
    found = _BLANK_OR_CONTROL.search(text)
    if found is None:
        return refusal(text, "an rpm", "it is empty", code="PR5002")
    return refusal(
        text, "an rpm", f"it holds a blank or control character at column {found.start() + 1}", code="PR5003"
    )
