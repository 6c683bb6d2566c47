"""The door of policy tests: what a case must look like before anything is judged."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NoReturn

from patchrules.errors import PolicyTestError, Where
from patchrules.model.columns import CATALOG, COUNTS, VERDICTS
from patchrules.model.names import (
    BOOT_UNKNOWN,
    CONTRADICTED,
    HALF_INSTALLED,
    HIDDEN,
    NOT_CREDIBLE,
    Approval,
    ComplianceLevel,
    Dialect,
    MissingDate,
    Note,
    OperatingSystem,
    Operation,
    Reason,
    RebootOption,
    State,
    Status,
)

ROW_FIELDS = tuple(column.name for column in VERDICTS if column.name != "host")
"""What an expected row may name: the columns of a verdict."""

DOUBTS = tuple(sorted((*Note, HALF_INSTALLED, BOOT_UNKNOWN, CONTRADICTED, HIDDEN, NOT_CREDIBLE)))
"""The codes that are counted about a host."""

_SEVERITY = "non_compliant_severity"
_COUNT = "a whole number"
_OF_NOTHING = {
    "contains": "name a row that must be there; `patches: []` says that there is none",
    "summary": "name a count: `missing: 0`",
    "doubts": "name a code: `PR7001: 0`",
}
_NOT_COMPARED = ("cve_ids", "title_by_harness")
_WORDS = {
    "dialect": tuple(Dialect),
    "missing_date": tuple(MissingDate),
    "operating_system": tuple(OperatingSystem),
    "operation": tuple(Operation),
    "reboot_option": tuple(RebootOption),
}
_ANSWERS: Mapping[str, Iterable[str]] = {
    "state": (*State, "AVAILABLE_SECURITY_UPDATES"),
    "status": (Status.COMPLIANT, Status.NON_COMPLIANT),
    "compliance_severity": ComplianceLevel,
    "approval": Approval,
    "reason": Reason,
}
_LISTS = ("installed", "available", "advisories", "catalog", "expected_alternatives")
_TEXTS = (
    "case_id",
    "host",
    "topic",
    "description",
    "semantics",
    "engine",
    "product",
    "arch",
    "os_build",
    "boot_time",
    "as_of",
)
_MAPPINGS = ("archives", "enabled_modules", "dependencies", "previous_run", "expected")
_OTHERS = ("baseline", "schema", "kind", "order_dependent", "install_override_list")
_REPORTED = ("patches", "contains", "summary", "status", "doubts")
_EXPECTED = (*_REPORTED, "error", "candidates")
_ROW_TEXTS = (
    *("name", "arch", "version", "release", "evr", "archive", "priority", "section", "selection", "status"),
    *("id", "type", "severity", "issued", "updated"),
)
_ROW_TIMES = ("install_time", "buildtime")
_COLUMNS = {column.name: column for column in CATALOG}
_NOTICE = ("id", "type", "severity", "issued", "updated", "references", "packages", "module")
_MOST_SECONDS = 1 << 37


def check(fields: object, place: str) -> Mapping[str, Any]:
    """Return a case whose shape is right; raises PolicyTestError with the pointer of the first fault.

    Fields we do not know are the author's own, unless their name is close to one of ours.
    """
    if not isinstance(fields, Mapping) or not isinstance(fields.get("baseline"), Mapping | str):
        message = "this is no policy test: a mapping with `baseline` is wanted"
        hint = "a folder of tests holds cases alone: keep the baselines beside it, `baseline: ../baselines/prod.json`"
        raise PolicyTestError(message, code="PR6002", where=Where(file=place), hint=hint)
    door = Door(place)
    door.values(fields)
    door.contents(fields)
    door.answer(fields.get("expected"), "/expected")
    for number, answer in enumerate(fields.get("expected_alternatives") or ()):
        door.answer(answer, f"/expected_alternatives/{number}", _REPORTED)
    return fields


class Door:
    """Checks values and says where in which case a wrong one stands."""

    def __init__(self, place: str) -> None:
        self.place = place

    def refuse(self, pointer: str, message: str, code: str, hint: str | None = None) -> NoReturn:
        """Raise the error."""
        raise PolicyTestError(message, code=code, where=Where(file=self.place, pointer=pointer), hint=hint)

    def values(self, fields: Mapping[str, Any]) -> None:
        """Check the single values of a case, and that its lists and mappings are some."""
        self.names(fields, "", (*_WORDS, *_LISTS, *_TEXTS, *_MAPPINGS, *_OTHERS))
        for name, words in _WORDS.items():
            self.word(fields.get(name), f"/{name}", words)
        for name in _TEXTS:
            self.of_kind(fields.get(name), f"/{name}", str, "text")
        for name in _MAPPINGS:
            self.of_kind(fields.get(name), f"/{name}", Mapping, "a mapping")
        for name in _LISTS:
            self.rows(fields, f"/{name}")
        self.instant(fields.get("as_of"), "/as_of")
        if fields.get("boot_time") is not None:
            self.instant(fields["boot_time"], "/boot_time")

    def contents(self, fields: Mapping[str, Any]) -> None:
        """Check what lists and mappings hold."""
        for number, row in enumerate(fields.get("installed") or ()):
            self.package(row, f"/installed/{number}", ("name", "version"))
        for number, row in enumerate(fields.get("available") or ()):
            self.package(row, f"/available/{number}", ("name", "version", "arch"))
        for number, row in enumerate(fields.get("advisories") or ()):
            self.notice(row, f"/advisories/{number}")
        for number, row in enumerate(fields.get("catalog") or ()):
            self.patch(row, f"/catalog/{number}")
        for name in ("enabled_modules", "dependencies"):
            self.lists_of_texts(fields, name)
        for name, archive in (fields.get("archives") or {}).items():
            self.of_kind(archive, f"/archives/{name}", Mapping, "a mapping")

    def names(self, fields: Mapping[str, Any], pointer: str, known: Iterable[str]) -> None:
        """Refuse a name that is nearly one of ours."""
        ours = tuple(known)
        for name in fields:
            close = difflib.get_close_matches(str(name), ours, n=1, cutoff=0.8) if name not in ours else []
            if close:
                message = f"there is no field `{name}`: did you mean `{close[0]}`?"
                self.refuse(f"{pointer}/{name}", message, "PR6004")

    def of_kind(
        self, value: object, pointer: str, kind: type | tuple[type, ...], words: str, *, needed: bool = False
    ) -> None:
        """Refuse a value of another kind; nothing at all is fine, unless it is ``needed``; no truth is a number."""
        fits = isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
        if not fits and (value is not None or needed):
            name = pointer.rpartition("/")[2]
            hint = "write it in quotes" if kind is str and isinstance(value, int | float) else None
            self.refuse(pointer, f"`{name}` is {shown(value)}, wanted {words}", "PR6003", hint)

    def word(self, value: object, pointer: str, words: Iterable[str], *, needed: bool = False) -> None:
        """Refuse a word that is not one of those; case does not matter, and nothing at all is fine, unless needed."""
        known = {word.lower(): word for word in words}
        fits = isinstance(value, str) and value.lower() in known
        if not fits and (value is not None or needed):
            name = pointer.rpartition("/")[2]
            message = f"`{name}` is {shown(value)}, wanted one of {', '.join(known.values())}"
            self.refuse(pointer, message, "PR6003", _near(value, known.values()))

    def instant(self, value: object, pointer: str) -> None:
        """Refuse what is not an instant with a zone."""
        name = pointer.rpartition("/")[2]
        try:
            found = datetime.fromisoformat(str(value))
        except ValueError:
            found = None
        if found is None or found.tzinfo is None:
            said = "there is no" if value is None else f"{shown(value)} is no instant with a zone:"
            self.refuse(pointer, f"{said} `{name}`", "PR6003", "write it as 2026-11-01T00:00:00Z")

    def rows(self, fields: Mapping[str, Any], pointer: str) -> None:
        """Refuse what is not a list of mappings."""
        found = fields.get(pointer.rpartition("/")[2])
        self.of_kind(found, pointer, list, "a list")
        for number, row in enumerate(found or ()):
            if not isinstance(row, Mapping):
                self.refuse(f"{pointer}/{number}", f"{shown(row)} stands where a mapping is wanted", "PR6003")

    def texts(self, row: Mapping[str, Any], pointer: str) -> None:
        """Refuse texts that are not texts and times that are not seconds."""
        for name in _ROW_TEXTS:
            self.of_kind(row.get(name), f"{pointer}/{name}", str, "text")
        for name in _ROW_TIMES:
            value = row.get(name)
            if isinstance(value, str):
                self.instant(value, f"{pointer}/{name}")
            elif value is not None and not (isinstance(value, int | float) and 0 <= value < _MOST_SECONDS):
                self.refuse(f"{pointer}/{name}", f"`{name}` is {shown(value)}, wanted seconds since 1970", "PR6003")

    def package(self, row: Mapping[str, Any], pointer: str, needed: Iterable[str]) -> None:
        """Refuse a package that misses what is needed; ``evr`` is a version too."""
        self.texts(row, pointer)
        self.names(row, pointer, (*_ROW_TEXTS, *_ROW_TIMES, "epoch"))
        epoch = row.get("epoch")
        self.of_kind(epoch, f"{pointer}/epoch", (str, int), "a number")
        for name in needed:
            if not row.get(name) and not (name == "version" and (row.get("evr") or is_update(row.get("name")))):
                self.refuse(pointer, f"the package has no `{name}`", "PR6003")

    def notice(self, row: Mapping[str, Any], pointer: str) -> None:
        """Refuse an advisory without packages, or with one that has no name, architecture or version."""
        self.texts(row, pointer)
        self.names(row, pointer, _NOTICE)
        for name in ("packages", "references"):
            self.rows(row, f"{pointer}/{name}")
        self.of_kind(row.get("module"), f"{pointer}/module", Mapping, "a mapping")
        if not row.get("id") or not row.get("packages"):
            self.refuse(pointer, "the advisory has no `id`, or no `packages`", "PR6003")
        for number, package in enumerate(row["packages"]):
            self.package(package, f"{pointer}/packages/{number}", ("name", "version", "arch"))
        for number, reference in enumerate(row.get("references") or ()):
            if not (reference.get("type") and reference.get("id")):
                self.refuse(f"{pointer}/references/{number}", "a reference has a `type` and an `id`", "PR6003")

    def patch(self, row: Mapping[str, Any], pointer: str) -> None:
        """Refuse a row of ``catalog`` that is not one of ``model.columns.CATALOG``."""
        kinds = {"string": str, "instant": str, "list<string>": list, "bool": bool, "int32": int}
        for name, value in row.items():
            column = _COLUMNS.get(name)
            if column is None:
                self.refuse(f"{pointer}/{name}", f"the catalog has no column `{name}`", "PR6004")
            self.of_kind(value, f"{pointer}/{name}", kinds[column.type], f"{column.type}")
            if column.type == "instant" and value is not None:
                self.instant(value, f"{pointer}/{name}")
        for name in ("name",) if is_update(row.get("name")) else ("name", "arch", "evr"):
            if not isinstance(row.get(name), str):
                self.refuse(pointer, f"the row has no `{name}`", "PR6003")

    def lists_of_texts(self, fields: Mapping[str, Any], name: str) -> None:
        """Refuse a mapping whose values are not lists of texts."""
        for key, values in (fields.get(name) or {}).items():
            if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
                self.refuse(f"/{name}/{key}", f"`{key}` is {shown(values)}, wanted a list of texts", "PR6003")

    def answer(
        self, answer: Mapping[str, Any] | None, pointer: str, proving: Iterable[str] = (*_REPORTED, "error")
    ) -> None:
        """Refuse an answer that would test nothing, or names what no verdict has; ``proving`` fields test something."""
        fields = answer or {}
        self.names(fields, pointer, _EXPECTED)
        if all(fields.get(name) is None for name in proving):
            wanted = ", ".join(f"`{name}`" for name in _REPORTED)
            self.refuse(pointer, "the case expects nothing", "PR6005", f"name one of {wanted}")
        for name in ("summary", "doubts"):
            self.of_kind(fields.get(name), f"{pointer}/{name}", Mapping, "a mapping")
        for name in ("patches", "contains"):
            self.rows(fields, f"{pointer}/{name}")
        for name in ("contains", "summary", "doubts"):
            if fields.get(name) is not None and not fields[name]:
                message = f"`{name}` is empty, so it expects nothing"
                self.refuse(f"{pointer}/{name}", message, "PR6005", _OF_NOTHING[name])
        self.counts(fields.get("summary") or {}, f"{pointer}/summary")
        self.doubts(fields.get("doubts") or {}, f"{pointer}/doubts")
        self.exact(fields.get("status"), f"{pointer}/status", Status)
        self.error(fields.get("error"), f"{pointer}/error")
        for name in ("patches", "contains"):
            for number, row in enumerate(fields.get(name) or ()):
                self.expected_row(row, f"{pointer}/{name}/{number}")

    def counts(self, summary: Mapping[str, Any], pointer: str) -> None:
        """Refuse a summary that names what none has, or whose counts are no numbers."""
        known = (*COUNTS, _SEVERITY)
        for name, value in summary.items():
            if name not in known:
                self.refuse(f"{pointer}/{name}", f"no summary has `{name}`: known are {', '.join(known)}", "PR6004")
            if name == _SEVERITY:
                self.exact(value, f"{pointer}/{name}", ComplianceLevel)
            else:
                self.of_kind(value, f"{pointer}/{name}", int, _COUNT, needed=True)

    def doubts(self, doubts: Mapping[str, Any], pointer: str) -> None:
        """Refuse doubts that no host has, or whose counts are no numbers."""
        for code, value in doubts.items():
            if code not in DOUBTS:
                message = f"no host has the doubt `{code}`: known are {', '.join(DOUBTS)}"
                self.refuse(f"{pointer}/{code}", message, "PR6004", _near(code, DOUBTS))
            self.of_kind(value, f"{pointer}/{code}", int, _COUNT, needed=True)

    def error(self, error: object, pointer: str) -> None:
        """Refuse an error that is not what AWS's own code raised: any other would say nothing about a baseline."""
        if error is not None and not isinstance(error, Mapping):
            message = f"`error` is {shown(error)}, wanted what AWS's own code raised, a mapping"
            self.refuse(pointer, message, "PR6003", "write `error: {type: KeyError}`, or what must come out")

    def expected_row(self, row: Mapping[str, Any], pointer: str) -> None:
        """Refuse a row that names what no verdict has, or nothing."""
        for name in row:
            if name not in (*ROW_FIELDS, *_NOT_COMPARED):
                self.refuse(
                    f"{pointer}/{name}", f"no verdict has `{name}`: known are {', '.join(ROW_FIELDS)}", "PR6004"
                )
        for name, words in _ANSWERS.items():
            self.exact(row.get(name), f"{pointer}/{name}", words)
        if not row.keys() & {*ROW_FIELDS}:
            hint = "name what it must be: `name`, `state`"
            self.refuse(pointer, "the row expects nothing", "PR6005", hint)

    def exact(self, value: object, pointer: str, words: Iterable[str]) -> None:
        """Refuse an answer that nothing can give; it is compared as it is written."""
        known = [word for word in words if word]
        if value not in (None, "", *known):
            name = pointer.rpartition("/")[2]
            message = f"`{name}` is never {shown(value)}: it is one of {', '.join(known)}"
            self.refuse(pointer, message, "PR6003", _near(value, known))


def _near(value: object, words: Iterable[str]) -> str | None:
    """Return a hint with the word that a value is closest to, however it is capitalised; None where none is near."""
    known = {word.lower(): word for word in words}
    close = difflib.get_close_matches(str(value).lower(), known, n=1)
    return f"did you mean `{known[close[0]]}`?" if close else None


def is_update(name: object) -> bool:
    """Say whether a name is that of a Windows update, which has no version."""
    return str(name).upper().startswith("KB")


def shown(value: object) -> str:
    """Return a value as a message quotes it, at most a line."""
    text = str(value)
    return f"`{text}`" if len(text) <= 60 and "\n" not in text else f"a {type(value).__name__}"  # noqa: PLR2004 - a line
