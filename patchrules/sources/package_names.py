"""Names of packages as their packaging worlds write them: an architecture behind one is none of it (SEMANTICS 5.e)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.families._architectures import ARCHES

MARKS = {"dpkg": ":", "rpm": "."}
"""What stands between a name and an architecture: dpkg prints ``libc6:amd64``, rpm ``glibc.x86_64``."""

# Debian policy 5.6.7, which asks for two characters, as dpkg does not. dpkg itself keeps names in small letters.
# rpm: what rpmbuild takes (`_rpm_shapes`), in ASCII and without the braces of macros that nothing replaced.
_NAME = {
    "dpkg": re.compile(r"[a-z0-9][a-z0-9+.-]*").fullmatch,
    "rpm": re.compile(r"[A-Za-z0-9_][A-Za-z0-9._+%~^-]*").fullmatch,
}
_WANTED = {
    "dpkg": "wanted small letters, digits and `+.-`",
    "rpm": "wanted letters, digits and `._+%~^-`, and a letter, digit or `_` first",
}
_DIGIT = re.compile(r"[0-9]").search
_LONGEST = 100


def parted(name: str, arch: str | None, scheme: str) -> tuple[str, str | None]:
    """Return a name without its architecture behind it, and the row's: that one, where it states none of its own.

    An architecture that no system of that world has counts as not stated.

    >>> parted("openssl:amd64", "amd64", "dpkg"), parted("httpd.x86_64", None, "rpm")
    (('openssl', 'amd64'), ('httpd', 'x86_64'))
    >>> parted("openssl:i386", "amd64", "dpkg"), parted("openssl:amd64", "x86_64", "dpkg")
    (('openssl:i386', 'amd64'), ('openssl', 'amd64'))
    """
    tail = tail_of(name, scheme)
    if tail is None or (arch != tail and arch in ARCHES[scheme]):
        return name, arch
    return name[: -len(tail) - 1], tail


def refused_name(name: str, evr: str, scheme: str) -> str | None:
    """Return why a text is no name of a package in this version, None where it is one, or nobody knows how they look.

    >>> refused_name("OpenSSL", "3.0-1", "dpkg"), refused_name("OpenSSL", "3.0-1", "rpm")
    ('`OpenSSL` is no dpkg name: wanted small letters, digits and `+.-`', None)
    >>> refused_name("bash-5.1-6.el9", "0:5.1-6.el9", "rpm")
    '`bash-5.1-6.el9` is no rpm name: it ends in the version of its row'
    """
    if scheme not in _NAME:
        return None
    shown = name[:_LONGEST]
    if not _NAME[scheme](name):
        shown = "".join(char if char.isprintable() else "\ufffd" for char in shown)
        return f"`{shown}` is no {scheme} name: {_WANTED[scheme]}"
    if scheme != "rpm":
        return None
    if name.endswith(f"-{evr.rpartition(':')[2]}") and _may_have_version(name) and "-" in evr:
        return f"`{shown}` is no rpm name: it ends in the version of its row"
    return f"`{shown}` is no rpm name: it ends in an architecture" if tail_of(name, scheme) else None


def refused_names(packages: Any, scheme: str) -> Any:  # noqa: ANN401  pyarrow.Table
    """Return of each package why its name is none, null where it is one. Cost: Python once a distinct name.

    More only of names that may be refused in some version: a distinct version of each.
    """
    nothing = pa.nulls(packages.num_rows, pa.string())
    distinct = pc.unique(packages["name"]).to_pylist() if scheme in _NAME else []
    odd = [name for name in distinct if _may_be_refused(name, scheme)]
    if not odd:
        return nothing
    mine = pc.is_in(packages["name"], pa.array(odd, pa.string()))
    codes, pairs = coded_pairs(packages.filter(mine), "name", "evr")
    why = pa.array([refused_name(name, evr, scheme) for name, evr in pairs], pa.string())
    return pc.replace_with_mask(nothing, mine.combine_chunks(), why.take(codes))


def _may_be_refused(name: str, scheme: str) -> bool:
    """Say whether a name is none, or may be one with its version behind it."""
    return (scheme == "rpm" and _may_have_version(name)) or refused_name(name, "", scheme) is not None


def _may_have_version(name: str) -> bool:
    """Say whether a name may end in version and release: that has two hyphens, and a digit in the release."""
    return name.count("-") > 1 and _DIGIT(name.rpartition("-")[2]) is not None


def tail_of(name: str, scheme: str) -> str | None:
    """Return the architecture behind a name."""
    bare, _, tail = name.rpartition(MARKS[scheme])
    return tail if bare and tail in ARCHES[scheme] else None


def coded_pairs(rows: Any, *columns: str) -> tuple[Any, Sequence[tuple[Any, Any]]]:  # noqa: ANN401  pyarrow is Any
    """Return a number for the two columns of each row, and what the numbers stand for."""
    first, second = (rows[name].combine_chunks().dictionary_encode(null_encoding="encode") for name in columns)
    width = max(len(second.dictionary), 1)
    keys = pc.add(pc.multiply(first.indices.cast(pa.int64()), width), second.indices.cast(pa.int64()))
    whole = keys.dictionary_encode()
    left, right = first.dictionary.to_pylist(), second.dictionary.to_pylist()
    pairs = [(left[key // width], right[key % width]) for key in whole.dictionary.to_pylist()]
    return whole.indices, pairs
