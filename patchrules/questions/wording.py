"""Versions, instants and foreign texts as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from patchrules.families import Family
from patchrules.model.names import State, Unknown
from patchrules.versions import SCHEMES, dpkg, rpm

UNKNOWN = {
    Unknown.NO_PRODUCT: "its product is not known",
    Unknown.NO_BASELINE: "nothing says which baseline serves it",
    Unknown.NO_CATALOG: "no catalog speaks for it",
    Unknown.NO_SOURCE: "its baseline has Sources, and none of them is for its product",
    Unknown.NO_INVENTORY: "no installed package, or no whole list of them, was read",
    Unknown.NO_ARCHITECTURE: "neither its packages nor anybody else says its architecture",
    Unknown.STALE_CATALOG: "a catalog is older than the limit",
    Unknown.STALE_INVENTORY: "its inventory is older than the limit",
    Unknown.LATER_CATALOG: "a catalog without dates was made after the as-of instant, and cannot say what was before",
    Unknown.LATER_INVENTORY: "its inventory was taken long after the as-of instant",
}
"""Why a host cannot be judged (DECISIONS 31)."""

NOBODY_LOOKED = (
    "This run does not know what becomes approved: runs in the dialect agent do not, nor those of Prepared.evaluate "
    "and Prepared.evaluate_table, nor those of earlier versions. patchrules forecast asks the catalogs."
)
"""What a run says whose ``upcoming`` is None: that is not the same as nothing (5.d)."""


def compared(family: Family, installed: str, target: str, *, order: str | None = None) -> str:
    """Say how an installed version stands to the approved one, naming the first part that differs.

    ``order`` is a name of ``versions.SCHEMES``; None: the family's own.

    >>> from patchrules.families import family_named
    >>> compared(family_named("rhel"), "1:3.0.7-24.el9", "1:3.0.7-25.el9_3")
    'installed release 24.el9 sorts before 25.el9_3'
    """
    compare = SCHEMES[order or family.scheme].compare
    split, part_names = _PARTS.get(family.scheme, (None, ()))
    result = compare(installed, target)
    if result == 0:
        return "the installed version is the newest approved one"
    words = {-1: "sorts before", 1: "sorts after"}[result]
    if split is None:
        return f"installed version {installed} {words} {target}"
    for name, frame in part_names:
        here, there = (getattr(split(text), name) for text in (installed, target))
        if compare(frame.format(here or "0"), frame.format(there or "0")):
            return f"installed {name} {_part(here)} {words} {_part(there)}"
    return f"installed {installed} {words} {target}"


_PARTS: dict[str, Any] = {
    "rpm": (rpm.split, (("epoch", "{}:0-0"), ("version", "{}-0"), ("release", "0-{}"))),
    "dpkg": (dpkg.split, (("epoch", "{}:0-0"), ("upstream", "0:{}-0"), ("revision", "0-{}"))),
}
"""How to take a version apart, and a text around each part that compares by that part alone."""


def _part(found: object) -> str:
    """Return a part of a version; an absent one is said."""
    return "(none)" if found is None else str(found)


def change(row: Mapping[str, Any], family: Family) -> str:
    """Return what is installed and, where it is not there, what is wanted; updates without versions are there or not.

    >>> from patchrules.families import family_named
    >>> row = {"state": "MISSING", "installed": "1.0-1", "target": "1.1-1"}
    >>> change(row, family_named("rhel")), change({**row, "installed": None}, family_named("windows"))
    ('1.0-1 → 1.1-1', 'not installed')
    """
    has_versions = family.documented.states != "updates"
    here = (row["installed"] if has_versions else "installed") if row["installed"] is not None else "not installed"
    newer = has_versions and row["state"] in _WANTED and row["target"] is not None
    return f"{here} → {row['target']}" if newer else here


_WANTED = (State.MISSING, State.FAILED, State.NOT_APPLICABLE)
"""The states of what is not there, or not in that version."""


def counted(number: int, word: str) -> str:
    """Return a number of things.

    >>> counted(1, "day"), counted(1200, "day")
    ('1 day', '1,200 days')
    """
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"


def when(instant: datetime) -> str:
    """Return an instant as people write it, with seconds where it has some.

    >>> from datetime import UTC
    >>> when(datetime(2026, 11, 1, 12, tzinfo=UTC)), when(datetime(2026, 11, 1, 12, 0, 5, tzinfo=UTC))
    ('2026-11-01 12:00Z', '2026-11-01 12:00:05Z')
    """
    return f"{instant:%Y-%m-%d %H:%M:%S}Z" if instant.second else f"{instant:%Y-%m-%d %H:%M}Z"


def shown(text: str) -> str:
    """Return text with control and direction characters as escapes, line breaks of our own kept."""
    return "".join(c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode() for c in text)
