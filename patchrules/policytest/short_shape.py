"""The door of short cases: one patch, one instant, and what the baseline must decide; no host."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, TypeGuard

from patchrules.errors import PolicyTestError, Where
from patchrules.model.columns import CATALOG
from patchrules.model.names import Approval, ComplianceLevel, Dialect, MissingDate, OperatingSystem
from patchrules.policytest.shape import Door, shown

PATCH_FIELDS = {column.name: column for column in CATALOG if column.name != "line"}
"""What ``patch`` may say beside ``released``."""

EXPECT = ("approval", "rule", "level", "entry", "since")
"""What a baseline decides about a patch, and a short case may expect."""

_DECIDED: Mapping[str, Iterable[str]] = {"approval": Approval, "level": ComplianceLevel}
_WORDS = {
    "dialect": tuple(Dialect),
    "missing_date": tuple(MissingDate),
    "operating_system": tuple(OperatingSystem),
}
_TEXTS = ("case_id", "topic", "description", "as_of")
_FIELDS = (*_WORDS, *_TEXTS, "semantics", "baseline", "patch", "expect")
_KINDS = {"string": str, "instant": str, "list<string>": list, "bool": bool}


def is_short(fields: object) -> TypeGuard[Mapping[str, Any]]:
    """Say whether a case is about a patch rather than a host."""
    return isinstance(fields, Mapping) and "patch" in fields


def check_short(fields: Mapping[str, Any], place: str) -> Mapping[str, Any]:
    """Return a short case whose shape is right; raises PolicyTestError with the pointer of the first fault."""
    if not isinstance(fields.get("baseline"), Mapping | str):
        message = "this is no policy test: a mapping with `baseline` is wanted"
        raise PolicyTestError(message, code="PR6002", where=Where(file=place))
    door = Door(place)
    door.names(fields, "", _FIELDS)
    for name, words in _WORDS.items():
        door.word(fields.get(name), f"/{name}", words)
    for name in _TEXTS:
        door.of_kind(fields.get(name), f"/{name}", str, "text")
    door.instant(fields.get("as_of"), "/as_of")
    _patch(fields["patch"], door)
    _expect(fields.get("expect"), door)
    return fields


def _patch(patch: object, door: Door) -> None:
    """Refuse a patch that says what no patch has, or says it in another kind."""
    if not isinstance(patch, Mapping):
        door.refuse("/patch", f"`patch` is {shown(patch)}, wanted a mapping", "PR6003")
    for name, value in patch.items():
        pointer = f"/patch/{name}"
        if name == "released":
            _day(value, pointer, door)
            continue
        column = PATCH_FIELDS.get(name)
        if column is None:
            known = ", ".join(("released", *PATCH_FIELDS))
            door.refuse(pointer, f"no patch has `{name}`: known are {known}", "PR6004")
        door.of_kind(value, pointer, _KINDS[column.type], column.type)
        if column.type == "instant" and value is not None:
            door.instant(value, pointer)


def _day(value: object, pointer: str, door: Door) -> None:
    """Refuse what is neither a day nor an instant with a zone."""
    try:
        date.fromisoformat(str(value))
    except ValueError:
        try:
            found = datetime.fromisoformat(str(value))
        except ValueError:
            found = None
        if found is None or found.tzinfo is None:
            message = f"`released` is {shown(value)}, wanted a day or an instant with a zone"
            door.refuse(pointer, message, "PR6003", "write it as 2026-11-01 or 2026-11-01T09:30:00Z")


def _expect(expect: object, door: Door) -> None:
    """Refuse an answer that would test nothing, or names what no decision has."""
    if not isinstance(expect, Mapping) or not expect:
        hint = f"name one of {', '.join(f'`{name}`' for name in EXPECT)} in `expect`"
        door.refuse("/expect", "the case expects nothing", "PR6005", hint)
    for name, value in expect.items():
        if name not in EXPECT:
            door.refuse(f"/expect/{name}", f"no decision has `{name}`: known are {', '.join(EXPECT)}", "PR6004")
        if name in _DECIDED:
            door.word(value, f"/expect/{name}", _DECIDED[name], needed=True)
        elif name == "since":
            if value is not None:
                door.instant(value, "/expect/since")
        else:
            kind, words = (int, "the number of a rule") if name == "rule" else (str, "text")
            door.of_kind(value, f"/expect/{name}", kind, words)
