"""The order of Debian packages: ``[epoch:]upstream[-revision]``, as dpkg sorts it (SEMANTICS 6.3, 6.5).

The rules are those of Debian policy 5.6.12 and of dpkg's own ``verrevcmp`` and ``parseversion``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import zip_longest

from patchrules.errors import VersionError
from patchrules.versions._number import number
from patchrules.versions._refusal import quoted, refusal

_BLANKS = " \t\n\v\f\r"
_EPOCH = re.compile(r"[+-]?[0-9]+").fullmatch
_UPSTREAM = re.compile(r"[0-9][A-Za-z0-9.+~:-]*").fullmatch
_REVISION = re.compile(r"[A-Za-z0-9.+~]+").fullmatch
_UPSTREAM_ILLEGAL = re.compile(r"[^A-Za-z0-9.+~:-]").search
_REVISION_ILLEGAL = re.compile(r"[^A-Za-z0-9.+~]").search
_PAIRS = re.compile(r"([^0-9]*)([0-9]*)").findall
_PIECES = re.compile(r"[0-9]+|[^0-9\n]+|\n").findall
_HIGHEST_EPOCH = 2**31 - 1

# The order of the first difference: ~ < end of the text part < letters < the rest. The rest is four characters, which
# move above `z`; digits stay, and U+0002 marks the end.
_ORDERED = str.maketrans("~+-.:", "\x01{|}~")
_END = "\x02"


class _PartKeys(dict[str, str]):
    """What each piece of a part becomes; the common pieces are laid out once, the others are made when asked for."""

    def __missing__(self, piece: str) -> str:
        """Make the key of a piece that is not common, and do not keep it: texts come from outside."""
        return _END + number(piece) if piece.isdigit() else piece.translate(_ORDERED)


# A look-up without a Python call for most pieces halves the time of a key. A line break stands after epoch and upstream
# version there: no text that passed `_fields` holds one.
_KEY_OF = _PartKeys(
    {"\n": _END}
    | {text: text.translate(_ORDERED) for text in (".", "-", "+", "~", "+deb", "+dfsg-", "u", "ubuntu", "~deb", "+b")}
    | {str(small): _END + number(str(small)) for small in range(100)}
).__getitem__


@dataclass(frozen=True, slots=True)
class DebianVersion:
    """Epoch, upstream version and Debian revision of one package; a revision of ``None`` sorts as ``0``.

    >>> print(DebianVersion(0, "3.0.2", "0ubuntu1.10"), DebianVersion(1, "1.2.13", None))
    3.0.2-0ubuntu1.10 1:1.2.13
    """

    epoch: int
    upstream: str
    revision: str | None

    def __str__(self) -> str:
        """Return the text dpkg writes: an epoch of 0 is left out."""
        epoch = f"{self.epoch}:" if self.epoch else ""
        revision = "" if self.revision is None else f"-{self.revision}"
        return f"{epoch}{self.upstream}{revision}"


def split(text: str) -> DebianVersion:
    """Take ``[epoch:]upstream[-revision]`` apart: epoch up to the first ``:``, revision after the last ``-``.

    Blanks around the text are dropped, as dpkg drops them. Raises VersionError for whatever makes ``dpkg
    --validate-version`` complain, with an error or a warning: an empty part, an epoch that is not a number from 0 to
    2147483647, an upstream version that does not start with a digit, a character outside ``A-Za-z0-9.+~`` (upstream
    also ``-`` and, after an epoch, ``:``).

    >>> split("1:2.36.1-8+deb11u1")
    DebianVersion(epoch=1, upstream='2.36.1', revision='8+deb11u1')
    >>> split("20230311")
    DebianVersion(epoch=0, upstream='20230311', revision=None)
    """
    return DebianVersion(*_fields(text))


def compare(a: str, b: str) -> int:
    """Return -1, 0 or 1 as ``a`` is older than, equal to or newer than ``b``, by dpkg's own algorithm (SEMANTICS 6.3).

    Raises VersionError as :func:`split` does.

    >>> compare("1.0~rc1-1", "1.0-1"), compare("00:1.0", "1.0-0"), compare("1.0+b", "1.0b")
    (-1, 0, 1)
    """
    one, two = split(a), split(b)
    if one.epoch != two.epoch:
        return 1 if one.epoch > two.epoch else -1
    return _compare_part(one.upstream, two.upstream) or _compare_part(one.revision or "", two.revision or "")


def sort_key(text: str) -> bytes:
    """Return bytes that sort the way dpkg sorts ``text``; equal versions have equal bytes.

    The keys of epoch, upstream version and revision follow one another; each ends by itself, so none reaches into the
    next. Raises VersionError as :func:`split` does. Cost: 3-4 us a version.

    >>> sort_key("1.0~rc1") < sort_key("1.0") < sort_key("1.0-0ubuntu1") < sort_key("1.0-1") < sort_key("1:0.1")
    True
    >>> sort_key("00:1.0") == sort_key("1.00-0")
    True
    """
    epoch, upstream, revision = _fields(text)
    # A text part at the end is followed by the number 0 in dpkg's eyes (`1.0a` is `1.0a0`), and no revision is `0`.
    body = f"{epoch}\n{upstream}\n" if upstream[-1].isdigit() else f"{epoch}\n{upstream}0\n"
    if revision is None:
        body += "0"
    else:
        body += revision if revision[-1].isdigit() else f"{revision}0"
    return ("".join(map(_KEY_OF, _PIECES(body))) + _END).encode("latin-1")


def _compare_part(a: str, b: str) -> int:
    """Compare one part as dpkg's ``verrevcmp`` does: text and number in turns, the end of a text part weighing 0."""
    for (text_a, digits_a), (text_b, digits_b) in zip_longest(_PAIRS(a), _PAIRS(b), fillvalue=("", "")):
        for one, two in zip_longest(text_a, text_b, fillvalue=""):
            if one != two:
                return 1 if _weight(one) > _weight(two) else -1
        number_a, number_b = digits_a.lstrip("0"), digits_b.lstrip("0")
        if number_a != number_b:
            return 1 if (len(number_a), number_a) > (len(number_b), number_b) else -1
    return 0


def _weight(char: str) -> int:
    """Return what dpkg's ``order`` gives for a character of a text part, or for its end (the empty string)."""
    if char == "~":
        return -1
    if not char:
        return 0
    return ord(char) if char.isalpha() else ord(char) + 256


def _fields(text: str) -> tuple[int, str, str | None]:
    """Return epoch, upstream version and revision, or raise VersionError."""
    text = text.strip(_BLANKS)
    head, colon, rest = text.partition(":")
    epoch = _epoch(text, head) if colon else 0
    upstream, dash, revision = (rest if colon else head).rpartition("-")
    if not dash:
        upstream, revision = revision, "0"
    if not _UPSTREAM(upstream) or not _REVISION(revision):
        raise _part_refusal(text, upstream, revision)
    return epoch, upstream, revision if dash else None


def _epoch(text: str, head: str) -> int:
    """Return the epoch ``head`` of ``text``; dpkg reads it with ``strtol``, so a sign is allowed."""
    if not _EPOCH(head):
        raise refusal(text, "a dpkg", f"the epoch `{quoted(head)}` is not a number", code="PR5004")
    digits = head.lstrip("+-").lstrip("0")
    if not digits:
        return 0
    if head.startswith("-") or len(digits) > len(str(_HIGHEST_EPOCH)) or int(digits) > _HIGHEST_EPOCH:
        why = f"the epoch `{quoted(head)}` is not between 0 and {_HIGHEST_EPOCH}"
        raise refusal(text, "a dpkg", why, code="PR5004")
    return int(digits)


def _part_refusal(text: str, upstream: str, revision: str) -> VersionError:
    """Return the error for parts dpkg complains about, saying the first reason."""
    if not text:
        return refusal(text, "a dpkg", "it is empty", code="PR5002")
    if not revision:
        return refusal(text, "a dpkg", "nothing follows the last `-`", code="PR5002")
    if not upstream:
        return refusal(text, "a dpkg", "the upstream version is empty", code="PR5002")
    illegal = _UPSTREAM_ILLEGAL(upstream) or _REVISION_ILLEGAL(revision)
    if illegal:
        part = "upstream version" if illegal.string is upstream else "revision"
        return refusal(text, "a dpkg", f"`{quoted(illegal[0])}` may not stand in the {part}", code="PR5003")
    return refusal(text, "a dpkg", "the upstream version does not start with a digit", code="PR5005")
