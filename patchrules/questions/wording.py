"""Versions, instants and foreign texts as people read them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from patchrules.families import Family, family_named
from patchrules.versions import SCHEMES, dpkg, rpm

__all__ = ["compared", "family_named", "shown", "when"]


def compared(family: Family, installed: str, target: str) -> str:
    """Say how an installed version stands to the approved one, naming the first part that differs.

    >>> compared(family_named("rhel"), "1:3.0.7-24.el9", "1:3.0.7-25.el9_3")
    'installed release 24.el9 sorts before 25.el9_3'
    """
    compare = SCHEMES[family.scheme].compare
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


def when(instant: datetime) -> str:
    """Return an instant as people write it."""
    return f"{instant:%Y-%m-%d %H:%M}Z"


def shown(text: str) -> str:
    """Return text with control and direction characters as escapes, line breaks of our own kept."""
    return "".join(c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode() for c in text)
