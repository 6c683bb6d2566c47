"""Which of the shapes people write is this document, and where in it are the windows, targets and tasks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from patchrules.documents import cloudformation
from patchrules.documents._yaml import Plain

_TYPES = {
    "AWS::SSM::MaintenanceWindow": "window",
    "AWS::SSM::MaintenanceWindowTarget": "target",
    "AWS::SSM::MaintenanceWindowTask": "task",
}


class Kind(Enum):
    """What a piece of a document is."""

    WINDOW = "window"
    TARGET = "target"
    TASK = "task"


@dataclass(frozen=True, slots=True)
class Piece:
    """One window, target or task in a document.

    ``names`` is what other pieces may call it, ``owner`` what it calls its window, ``known_as`` what tasks call a
    target where its own fields do not say it.
    """

    kind: Kind
    value: Mapping[Any, Any]
    pointer: str
    names: tuple[str, ...] = ()
    owner: str = ""
    known_as: str = ""


@dataclass(frozen=True, slots=True)
class Stranger:
    """A part of a document that is nothing of a maintenance window."""

    value: Plain
    pointer: str


def pieces(value: Plain, pointer: str = "") -> Iterator[Piece | Stranger]:
    """Yield what a document holds, Terraform's JSON apart; answers of ``aws ssm``, templates, and our own file.

    >>> [piece.kind.name for piece in pieces({"windows": [{"name": "prod"}]}) if isinstance(piece, Piece)]
    ['WINDOW']
    """
    if isinstance(value, list | tuple):
        for index, one in enumerate(value):
            yield from pieces(one, f"{pointer}/{index}")
    elif not isinstance(value, Mapping):
        yield Stranger(value, pointer)
    elif (template := cloudformation.named(value, frozenset(_TYPES), pointer)) is not None:
        found: list[Piece | Stranger] = list(_of_template(template))
        yield from found or [Stranger(value, pointer)]
    elif listed := [key for key in ("windows", "WindowIdentities", "Targets", "Tasks") if _is_list(value, key)]:
        for key in listed:
            for index, one in enumerate(value[key]):
                yield _of_list(key, one, f"{pointer}/{key}/{index}")
    else:
        yield _single(value, pointer)


def _is_list(value: Mapping[Any, Any], key: str) -> bool:
    """Say whether ``value`` is an answer that lists pieces, and no piece itself."""
    itself = {"Schedule", "schedule", "ResourceType", "TaskArn", "WindowTaskId", "WindowTargetId"} & value.keys()
    return isinstance(value.get(key), list | tuple) and not itself


def _of_list(key: str, one: Plain, pointer: str) -> Piece | Stranger:
    """Return one member of a list of an answer, or of our ``windows``."""
    if not isinstance(one, Mapping):
        return Stranger(one, pointer)
    kind = {"Targets": Kind.TARGET, "Tasks": Kind.TASK}.get(key, Kind.WINDOW)
    return _piece(kind, one, pointer)


def _single(value: Mapping[Any, Any], pointer: str) -> Piece | Stranger:
    """Return what one mapping is, by its fields."""
    keys = {str(key).replace("_", "").casefold() for key in value}
    if keys & {"taskarn", "windowtaskid"}:
        return _piece(Kind.TASK, value, pointer)
    if "windowtargetid" in keys or {"resourcetype", "targets"} <= keys:
        return _piece(Kind.TARGET, value, pointer)
    if "schedule" in keys or {"duration", "cutoff"} & keys:
        return _piece(Kind.WINDOW, value, pointer)
    return Stranger(value, pointer)


def _piece(kind: Kind, value: Mapping[Any, Any], pointer: str) -> Piece:
    """Return a piece of AWS's or of ours: the id of its window is its own name, or its owner's."""
    window_id = next((value[key] for key in ("WindowId", "windowId", "window_id") if key in value), "")
    owner = window_id if isinstance(window_id, str) else ""
    if kind is Kind.WINDOW:
        return Piece(kind, value, pointer, (owner,) if owner else ())
    return Piece(kind, value, pointer, owner=owner)


def _of_template(found: Mapping[str, list[cloudformation.Named]]) -> Iterator[Piece]:
    """Yield the pieces of a template; references between them become their logical ids."""
    ids = {name for listed in found.values() for name, *_ in listed if name}
    for kind, spelled in ((Kind(word), spelled) for spelled, word in _TYPES.items()):
        for name, properties, pointer, _ in found[spelled]:
            plain = _followed(dict(properties), ids)
            owner = plain.pop("WindowId", "")
            named = owner if isinstance(owner, str) else ""
            yield Piece(kind, plain, pointer, (name,) if name else (), named, known_as=name)


def _followed(value: Plain, ids: set[str]) -> Plain:
    """Return a value with ``!Ref`` to a resource of the same template replaced by its logical id."""
    if isinstance(value, Mapping):
        if len(value) == 1 and value.get("Ref") in ids:
            return value["Ref"]
        return {key: _followed(one, ids) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_followed(one, ids) for one in value]
    return value
