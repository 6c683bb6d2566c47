"""What is wrong or odd in one document, collected so that all of it is told at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypeAlias, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from patchrules.documents import _yaml
from patchrules.documents._yaml import Plain
from patchrules.documents.text import BASELINES, Document, Door, quoted
from patchrules.errors import Diagnostic, DocumentError, Faults, Level

Loc = tuple[str | int, ...]
"""Where a value stands in AWS's own shape: ("ApprovalRules", "PatchRules", 0)."""

Annotation: TypeAlias = Any
"""A type as the schema writes it: a class, `list[str]`, `int | None`."""

SECRET = frozenset({"Configuration"})
"""Fields that AWS marks as sensitive: messages never show their text."""

CODES_OF = {
    "missing": "10",
    "greater_than_equal": "12",
    "less_than_equal": "12",
    "string_too_short": "13",
    "string_too_long": "13",
    "string_pattern_mismatch": "13",
    "string_unicode": "13",
    "too_short": "14",
    "too_long": "14",
    "enum": "15",
    "literal_error": "15",
}
"""pydantic's error types -> the last digits of our codes; every other type is a wrong type, 11."""

MAX_TOLD = 200
"""How many faults, and how many doubts, of one baseline are told: nobody reads more."""


@dataclass(slots=True)
class Findings:
    """Faults and doubts of one document, and where the values of AWS's shape stand in it."""

    document: Document
    door: Door = BASELINES
    faults: list[DocumentError] = field(default_factory=list)
    doubts: list[Diagnostic] = field(default_factory=list)
    places: dict[Loc, str] = field(default_factory=dict)
    blind: set[Loc] = field(default_factory=set)

    def fault(self, number: str, message: str, pointer: str, hint: str | None = None) -> None:
        """Keep something that stops evaluation."""
        if len(self.faults) < MAX_TOLD:
            self.faults.append(self.door.refusal(number, message, self.document.where(pointer), hint))

    def doubt(self, code: str, level: Level, message: str, pointer: str, hint: str | None = None) -> None:
        """Keep something odd that does not; under strict the level ``error`` does."""
        if len(self.doubts) < MAX_TOLD:
            self.doubts.append(Diagnostic(code, level, message, self.document.where(pointer), hint=hint))

    def pointer(self, loc: Loc) -> str:
        """Return the JSON pointer of a value, by its nearest parent when it is not there."""
        for cut in range(len(loc), -1, -1):
            if loc[:cut] in self.places:
                return self.places[loc[:cut]] + "".join(f"/{_yaml.escape(str(step))}" for step in loc[cut:])
        return "".join(f"/{_yaml.escape(str(step))}" for step in loc)

    def verdict(self, *, strict: bool) -> list[DocumentError]:
        """Return what stops: the faults, and under ``strict`` the doubts of level ``error``."""
        if not strict:
            return self.faults
        stopping = [doubt for doubt in self.doubts if doubt.level is Level.ERROR]
        return self.faults + [
            self.door.error(doubt.message, code=doubt.code, where=doubt.where, hint=doubt.hint) for doubt in stopping
        ]

    def translate(self, error: ValidationError, model: type[BaseModel]) -> None:
        """Keep pydantic's errors in our words; values that are not known yet were told already."""
        for one in error.errors(include_url=False, include_context=False):
            loc: Loc = one["loc"]
            if any(loc[:cut] in self.blind for cut in range(1, len(loc) + 1)):
                continue
            number = CODES_OF.get(one["type"], "11")
            wanted, options = _wanted(model, loc)
            label = _label(loc)
            if number == "10":
                message, hint = f"{label} is missing, wanted {wanted}", None
            else:
                found = _found(loc, one["input"], wanted)
                message, hint = f"{label} is {found}, wanted {wanted}", _hint(one["input"], wanted, options)
            self.fault(number, message, self.pointer(loc), hint)


def raise_together(faults: Sequence[DocumentError], title: str) -> None:
    """Raise nothing for no fault, the fault itself when it is alone, else Faults of all."""
    if len(faults) == 1:
        raise faults[0]
    if faults:
        raise Faults(f"{title}: {len(faults)} faults", list(faults))


def closest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that ``word`` was probably meant to be, whatever its case.

    >>> closest("approveAfterDay", ["ApproveAfterDays", "Name"])
    'ApproveAfterDays'
    """
    folded = {_folded(name): name for name in known}
    near = difflib.get_close_matches(_folded(word[:128]), folded, n=1)
    return folded[near[0]] if near else None


def _folded(word: str) -> str:
    """Return ``word`` without what spellings differ in."""
    return word.casefold().replace("_", "").replace("-", "").replace(" ", "")


def _label(loc: Loc) -> str:
    """Return what a message calls the value: the field, or the number of a list's member, counted from 1."""
    if not loc:
        return "the baseline"
    if isinstance(loc[-1], int):
        return f"value {loc[-1] + 1} of `{loc[-2]}`"
    return f"`{loc[-1]}`"


def _wanted(model: type[BaseModel], loc: Loc) -> tuple[str, tuple[str, ...]]:
    """Return what the schema wants at ``loc``, and the words it takes when these are a closed set."""
    wanted = "a mapping"
    options: tuple[str, ...] = ()
    annotation: Any = model
    for step in loc:
        if isinstance(step, int):
            annotation = get_args(annotation)[0]
            infos = [extra for extra in get_args(annotation)[1:] if isinstance(extra, FieldInfo)]
            wanted = infos[0].description or "" if infos else "a mapping"
            continue
        info = next(info for info in annotation.model_fields.values() if info.alias == step)
        wanted = info.description or ""
        annotation = bare(info.annotation)
        options = words(annotation)
    return wanted, options


def bare(annotation: Annotation) -> Annotation:
    """Return the type without ``| None``."""
    kinds = [kind for kind in get_args(annotation) if kind is not type(None)]
    return kinds[0] if type(None) in get_args(annotation) and len(kinds) == 1 else annotation


def words(annotation: Annotation) -> tuple[str, ...]:
    """Return the closed set of texts that a type takes, empty when it is open."""
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return tuple(str(member.value) for member in annotation)
    return tuple(word for word in get_args(annotation) if isinstance(word, str))


def _found(loc: Loc, value: Plain, wanted: str) -> str:
    """Return what stands there; text beside a wanted number is called text, sensitive text is not shown."""
    if isinstance(value, str):
        if not value:
            return "empty text"
        if SECRET & set(loc):
            return f"text of {len(value)} characters"
        return (
            f"the text {quoted(value)}"
            if wanted.startswith(("a whole", "true", "a list", "a mapping"))
            else quoted(value)
        )
    return quoted(value)


def _hint(value: Plain, wanted: str, options: tuple[str, ...]) -> str | None:
    """Return what to do about a wrong value, where that can be told."""
    if isinstance(value, str) and options:
        near = closest(value, options)
        return f"did you mean `{near}`?" if near else f"known are {', '.join(options)}"
    if isinstance(value, str) and wanted.startswith("a list"):
        return "write it as a list of one"
    if isinstance(value, bool | int) and not wanted.startswith(("a whole", "true", "a list", "a mapping")):
        return "put it in quotes"
    return None
