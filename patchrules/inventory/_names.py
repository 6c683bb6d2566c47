"""Names of packages as their packaging worlds write them: an architecture behind one is none of it (SEMANTICS 5.e)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.codes import CODES
from patchrules.errors import Diagnostic, Level
from patchrules.families import families
from patchrules.inventory._architectures import ARCHES

_MARKS = {"dpkg": ":", "rpm": "."}
"""What stands between a name and an architecture: dpkg prints ``libc6:amd64``, rpm ``glibc.x86_64``."""

_TAIL = {
    scheme: re.compile(rf".+{re.escape(mark)}({'|'.join(sorted(ARCHES[scheme]))})", re.DOTALL).fullmatch
    for scheme, mark in _MARKS.items()
}
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
_VERSIONED = re.compile(r".+-[^-]+-[^-]*[0-9][^-]*", re.DOTALL).fullmatch
_LONGEST = 100


def parted(name: str, arch: str | None, scheme: str) -> tuple[str, str | None]:
    """Return a name without its architecture behind it, and the row's: that one, where it states none of its own.

    An architecture that no system of that world has counts as not stated.

    >>> parted("openssl:amd64", "amd64", "dpkg"), parted("httpd.x86_64", None, "rpm")
    (('openssl', 'amd64'), ('httpd', 'x86_64'))
    >>> parted("openssl:i386", "amd64", "dpkg"), parted("openssl:amd64", "x86_64", "dpkg")
    (('openssl:i386', 'amd64'), ('openssl', 'amd64'))
    """
    found = _TAIL[scheme](name)
    if found is None or (arch != found[1] and arch in ARCHES[scheme]):
        return name, arch
    return name[: found.start(1) - 1], found[1]


def refused_name(name: str, evr: str, scheme: str) -> str | None:
    """Return why a text is no name of a package in this version, None where it is one, or nobody knows how they look.

    >>> refused_name("OpenSSL", "3.0-1", "dpkg"), refused_name("OpenSSL", "3.0-1", "rpm")
    ('`OpenSSL` is no dpkg name: wanted small letters, digits and `+.-`', None)
    >>> refused_name("bash-5.1-6.el9", "0:5.1-6.el9", "rpm")
    '`bash-5.1-6.el9` is no rpm name: it ends in the version of its row'
    """
    if scheme not in _NAME:
        return None
    shown = "".join(char if char.isprintable() else "\ufffd" for char in name[:_LONGEST])
    if not _NAME[scheme](name):
        return f"`{shown}` is no {scheme} name: {_WANTED[scheme]}"
    if scheme != "rpm":
        return None
    if "-" in evr and _VERSIONED(name) and name.endswith(f"-{evr.rpartition(':')[2]}"):
        return f"`{shown}` is no rpm name: it ends in the version of its row"
    return f"`{shown}` is no rpm name: it ends in an architecture" if _TAIL[scheme](name) else None


def is_name(name: str, arch: str | None, evr: str, scheme: str) -> bool:
    """Say whether a package's name stays as it is: nothing is taken off, and it is not refused.

    >>> is_name("httpd", "x86_64", "2.4-1.el9", "rpm"), is_name("httpd.x86_64", "x86_64", "2.4-1.el9", "rpm")
    (True, False)
    """
    return scheme not in _NAME or (parted(name, arch, scheme)[0] == name and refused_name(name, evr, scheme) is None)


def without_arches(packages: Any, stated: Mapping[str, str | None]) -> tuple[Any, tuple[Diagnostic, ...]]:  # noqa: ANN401  pyarrow.Table
    """Return packages whose names have no architecture behind them, and what to say of it: PR2233 or nothing.

    ``stated`` has the families of hosts as far as they are known; a host of no known family may be of any. Cost: Python
    once a distinct name.
    """
    shelf, count = families(), 0
    distinct = pc.unique(packages["name"]).drop_null().to_pylist()
    for scheme, tail in _TAIL.items():
        odd = [name for name in distinct if tail(name)]
        if not odd:
            continue
        worlds = {name for name, family in shelf.items() if family.scheme != scheme}
        others = [host for host, family in stated.items() if family in worlds]
        mine = pc.is_in(packages["name"], pa.array(odd, pa.string()))
        mine = pc.and_(mine, pc.invert(pc.is_in(packages["host"], pa.array(others, pa.string()))))
        codes, pairs = _coded(packages.filter(mine), "name", "arch")
        fresh = [parted(name, arch, scheme) for name, arch in pairs]
        cut = pa.array([new != old for new, old in zip(fresh, pairs, strict=True)], pa.bool_())
        count += pc.sum(cut.take(codes)).as_py() or 0
        for place, column in enumerate(("name", "arch")):
            texts = pa.array([one[place] for one in fresh], pa.string()).take(codes)
            whole = pc.replace_with_mask(packages[column].combine_chunks(), mine.combine_chunks(), texts)
            packages = packages.set_column(packages.column_names.index(column), column, whole)
    return packages, (Diagnostic("PR2233", Level.INFO, CODES["PR2233"], count=count),) if count else ()


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
    codes, pairs = _coded(packages.filter(mine), "name", "evr")
    why = pa.array([refused_name(name, evr, scheme) for name, evr in pairs], pa.string())
    return pc.replace_with_mask(nothing, mine.combine_chunks(), why.take(codes))


def _may_be_refused(name: str, scheme: str) -> bool:
    """Say whether a name is none, or may be one with its version behind it."""
    return refused_name(name, "", scheme) is not None or (scheme == "rpm" and _VERSIONED(name) is not None)


def _coded(rows: Any, *columns: str) -> tuple[Any, Sequence[tuple[Any, Any]]]:  # noqa: ANN401  pyarrow is Any
    """Return a number for the two columns of each row, and what the numbers stand for."""
    first, second = (rows[name].combine_chunks().dictionary_encode(null_encoding="encode") for name in columns)
    width = max(len(second.dictionary), 1)
    keys = pc.add(pc.multiply(first.indices.cast(pa.int64()), width), second.indices.cast(pa.int64()))
    whole = keys.dictionary_encode()
    left, right = first.dictionary.to_pylist(), second.dictionary.to_pylist()
    pairs = [(left[key // width], right[key % width]) for key in whole.dictionary.to_pylist()]
    return whole.indices, pairs
