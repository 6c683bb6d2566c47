"""Any spelling of a baseline -> AWS's own shape and words, remembering where each value stood."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from patchrules.documents import _yaml
from patchrules.documents._yaml import Plain
from patchrules.documents.faults import Annotation, Findings, Loc, bare, closest, words
from patchrules.documents.schema import CAMEL, PatchFilter, PatchFilterGroup, PatchRule, PatchRuleGroup
from patchrules.documents.text import MAX_QUOTED, quoted
from patchrules.errors import Level
from patchrules.model.names import FilterKey

SILENT = frozenset({"ResponseMetadata", "accountId"})
"""Fields that come with a baseline from AWS and say nothing about it."""

TEMPLATES = frozenset({"Description", "Configuration"})
"""Free text: `${...}` in it is no value of ours."""

CONTAINERS: dict[type[BaseModel], tuple[str, str]] = {
    PatchRule: ("PatchFilterGroup", "the rule has no `PatchFilterGroup`, so no filter narrows it"),
    PatchRuleGroup: ("PatchRules", "`PatchRules` is missing, so there is no rule"),
    PatchFilterGroup: ("PatchFilters", "`PatchFilters` is missing, so nothing is filtered"),
}
"""Parts whose one important field may be absent, and what that means."""

MAX_STRANGERS = 20
MAX_MEMBERS = 10_000

_TRUTHS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_NO_VALUE = {"Ref": "AWS::NoValue"}
_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_RENDER = "write the value itself, or load what is deployed: aws ssm get-patch-baseline --baseline-id ID"
_TERRAFORM = "write the value itself; `terraform show -json` has the known values"


class Shaper:
    """Renames and converts one baseline; what it finds goes to ``findings``."""

    def __init__(self, findings: Findings) -> None:
        """Start with no style seen."""
        self.findings = findings
        self.pascal: list[tuple[str, str]] = []
        self.camel: list[tuple[str, str]] = []

    def shape(self, raw: Mapping[Any, Any], model: type[BaseModel], pointer: str, loc: Loc = ()) -> dict[str, Any]:
        """Return ``raw`` with the names of ``model``, its values converted."""
        self.findings.places[loc] = pointer
        names = {name: alias for alias in _aliases(model) for name in (alias, *camel_names(alias))}
        made: dict[str, Any] = {}
        strangers: list[str] = []
        for key, value in raw.items():
            place = f"{pointer}/{_yaml.escape(str(key))}"
            alias = names.get(key) if isinstance(key, str) else None
            if alias is None:
                strangers += self._stranger(str(key), place, names, told=len(strangers))
                continue
            (self.pascal if key == alias else self.camel).append((key, place))
            if value is None or value == _NO_VALUE:
                continue
            if alias in made:
                self._doubt("PR1202", f"`{alias}` is given twice, the last one counts", place)
            self.findings.places[(*loc, alias)] = place
            made[alias] = self._value(value, model, alias, place, (*loc, alias))
        self._container(made, model, pointer, loc, strangers)
        if model is PatchRule:
            self._dates(made, pointer, loc)
        return made

    def finish(self) -> None:
        """Tell of names in another style than most of the document's."""
        if not (self.pascal and self.camel):
            return
        odd = min(self.camel, self.pascal, key=len)
        for key, place in odd:
            style = "begin with a small letter" if odd is self.pascal else "begin with a capital"
            self._doubt("PR1204", f"`{key}` is read, but the other names here {style}", place)

    def _value(self, value: Plain, model: type[BaseModel], alias: str, place: str, loc: Loc) -> Plain:
        """Return the value of one field, converted by the type the schema has for it."""
        info = next(info for info in model.model_fields.values() if info.alias == alias)
        annotation = bare(info.annotation)
        if model is PatchFilter and alias == "Key":
            annotation = FilterKey
        return self._typed(value, annotation, place, loc)

    def _typed(self, value: Plain, annotation: Annotation, place: str, loc: Loc) -> Plain:
        """Return ``value`` as the type wants it where that is safe, else as it is: the schema will refuse it."""
        if unknown := not_known(value, loc):
            shown, hint = unknown
            self.findings.fault("16", f"{shown} is not known yet, so the baseline cannot be judged", place, hint)
            self.findings.blind.add(loc)
            return value
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            return self.shape(value, annotation, place, loc) if isinstance(value, Mapping) else value
        origin: Annotation = get_origin(annotation)
        if origin is list and isinstance(value, list | tuple):
            return self._members(value, get_args(annotation)[0], place, loc)
        return self._scalar(value, annotation, place)

    def _members(self, values: list[Any] | tuple[Any, ...], annotation: Annotation, place: str, loc: Loc) -> list[Any]:
        """Return the members of a list, each converted; a list beyond all measure is told once."""
        if len(values) > MAX_MEMBERS:
            message = f"`{loc[-1]}` is {quoted(values)}, wanted at most {MAX_MEMBERS:,}"
            self.findings.fault("14", message, place)
            self.findings.blind.add(loc)
            return []
        kind = annotation if isinstance(annotation, type) else get_args(annotation)[0]
        made = []
        for index, value in enumerate(values):
            here = f"{place}/{index}"
            self.findings.places[(*loc, index)] = here
            made.append(self._typed(value, kind, here, (*loc, index)))
        return made

    def _scalar(self, value: Plain, annotation: Annotation, place: str) -> Plain:
        """Return a scalar in AWS's spelling: `critical` is CRITICAL, "7" is 7, "true" is true."""
        options = words(annotation)
        if options and isinstance(value, str) and value not in options:
            spelled = re.sub(r"[\s-]+", "_", value.strip()).upper()
            if spelled in options:
                self._doubt("PR1205", f"{quoted(value)} is read as `{spelled}`, AWS's spelling", place)
                return spelled
            return value
        if annotation is bool and isinstance(value, str) and value.strip().lower() in _TRUTHS:
            return self._converted(value, _TRUTHS[value.strip().lower()], place)
        if annotation is int and isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value.strip(), re.ASCII):
            return self._converted(value, int(value), place)
        if annotation is str and isinstance(value, int) and not isinstance(value, bool):
            return self._converted(value, str(value), place)
        return value

    def _converted(self, value: Plain, made: Plain, place: str) -> Plain:
        """Return ``made`` and tell that the document wrote another type."""
        given, read = ("text", "a number") if isinstance(made, int) else ("number", "text")
        read = str(made).lower() if isinstance(made, bool) else read
        self._doubt("PR1206", f"the {given} {quoted(value)} is read as {read}", place, level=Level.WARNING)
        return made

    def _stranger(self, key: str, place: str, names: Mapping[str, str], *, told: int) -> list[str]:
        """Tell of a field that AWS does not have, the first few of a mapping; return it."""
        if key in SILENT:
            return []
        if told >= MAX_STRANGERS:
            return [key]
        near = closest(key, dict.fromkeys(names.values()))
        hint = f"did you mean `{near}`?" if near else None
        self._doubt("PR1203", f"there is no field {quoted(key)} here, it is not read", place, hint=hint)
        return [key]

    def _container(
        self, made: dict[str, Any], model: type[BaseModel], pointer: str, loc: Loc, strangers: list[str]
    ) -> None:
        """Judge an absent inner part: a doubt when nothing stands in its place, a fault when something unread does."""
        field, meaning = CONTAINERS.get(model, ("", ""))
        if not field or field in made or loc == ():
            return
        if not strangers:
            self._doubt("PR1207", meaning, pointer, hint=f"write `{field}`, AWS requires it")
            return
        others = ", ".join(quoted(name) for name in strangers[:3])
        stand = "stands" if len(strangers) == 1 else "stand"
        self.findings.fault("10", f"`{field}` is missing, and {others} {stand} there instead", pointer, _WRAP[field])

    def _dates(self, made: dict[str, Any], pointer: str, loc: Loc) -> None:
        """Judge the two dates of a rule (DECISIONS 2)."""
        if "ApproveAfterDays" in made and "ApproveUntilDate" in made:
            message = "the rule has both `ApproveAfterDays` and `ApproveUntilDate`, wanted one of them"
            self.findings.fault("17", message, pointer, "take one of them away")
        text = made.get("ApproveUntilDate")
        here = (*loc, "ApproveUntilDate")
        if not isinstance(text, str) or here in self.findings.blind:
            return
        place = self.findings.pointer(here)
        found = _day(text)
        if found is None:
            message = f"`ApproveUntilDate` is {quoted(text)}, wanted a date such as `2025-07-07`"
            self.findings.fault("18", message, place)
            self.findings.blind.add(here)
            return
        if found.isoformat() != text:
            message = f"`ApproveUntilDate` is {quoted(text)}, read as `{found}`"
            self._doubt("PR1209", message, place, hint="AWS wants YYYY-MM-DD")
        made["ApproveUntilDate"] = found.isoformat()

    def _doubt(
        self, code: str, message: str, place: str, *, level: Level = Level.ERROR, hint: str | None = None
    ) -> None:
        """Keep one doubt."""
        self.findings.doubt(code, level, message, place, hint)


_WRAP = {
    "PatchFilterGroup": "a rule reads `PatchFilterGroup: {PatchFilters: [{Key: ..., Values: [...]}]}`",
    "PatchRules": "approval rules read `PatchRules: [{PatchFilterGroup: ..., ApproveAfterDays: 7}]`",
    "PatchFilters": "a group reads `PatchFilters: [{Key: ..., Values: [...]}]`",
}


def camel_names(alias: str) -> tuple[str, ...]:
    """Return the spellings of a field that begin with a small letter: CDK's and the snapshot's.

    >>> camel_names("PatchRules")
    ('patchRules', 'rules')
    """
    return (alias[0].lower() + alias[1:], *CAMEL.get(alias, ()))


def _aliases(model: type[BaseModel]) -> list[str]:
    """Return AWS's names of a model's fields."""
    return [info.alias or name for name, info in model.model_fields.items()]


def _day(text: str) -> date | None:
    """Return the date of ``2025-07-07``, also without the zeros."""
    found = _DAY.fullmatch(text)
    try:
        return date(*(int(part) for part in found.groups())) if found else None
    except ValueError:
        return None


def not_known(value: Plain, loc: Loc) -> tuple[str, str] | None:
    """Return how to call a value that a template has yet to fill in, and what to do; None when it is known."""
    if isinstance(value, str) and "${" in value and not TEMPLATES & set(loc):
        return quoted(value), _TERRAFORM if re.search(r"\$\{[^}:]*\.", value[:MAX_QUOTED]) else _RENDER
    if isinstance(value, str) and value.startswith("{{") and "resolve:" in value:
        return quoted(value), _RENDER
    if isinstance(value, Mapping) and len(value) == 1:
        [(name, argument)] = value.items()
        if name in {"Ref", "Condition"} or str(name).startswith("Fn::"):
            shown = f"{name} {argument}" if isinstance(argument, str) else str(name)
            return quoted(shown), _RENDER
    return None
