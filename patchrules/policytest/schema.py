"""The case format as JSON Schema, for editors; the door in ``shape`` and ``short_shape`` says more, and in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from patchrules.model.columns import CATALOG, COUNTS, VERDICTS, Column
from patchrules.model.names import (
    Approval,
    ComplianceLevel,
    Dialect,
    MissingDate,
    OperatingSystem,
    Operation,
    RebootOption,
)
from patchrules.policytest.shape import DOUBTS

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_TEXT_OR_NONE: Schema = {"type": ["string", "null"]}
_NUMBER: Schema = {"type": "integer"}
_LIST: Schema = {"type": "array", "items": {"type": "string"}}
_INSTANT: Schema = {"type": "string", "description": "an instant with a zone: 2026-11-01T00:00:00Z"}
_TYPES = {"string": _TEXT, "bool": {"type": "boolean"}, "int32": _NUMBER, "instant": _INSTANT, "list<string>": _LIST}


def json_schema() -> Schema:
    """Return the schema of a file of policy tests: a case, a list of cases, or a mapping with ``cases``.

    >>> sorted(json_schema()["$defs"])
    ['archive', 'case', 'decision', 'expected', 'notice', 'package', 'patch', 'short', 'verdict']
    """
    one: Schema = {"if": {"required": ["patch"]}, "then": _ref("short"), "else": _ref("case")}
    many: Schema = {"type": "array", "items": one, "minItems": 1}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "patchrules policy tests",
        "description": "What a baseline must decide. Fields of your own are allowed beside these.",
        "if": {"type": "array"},
        "then": many,
        "else": {
            "if": {"type": "object", "required": ["cases"]},
            "then": {"properties": {"cases": many}},
            "else": one,
        },
        "$defs": {
            "short": _short(),
            "case": _case(),
            "patch": _closed({"released": _said(_TEXT, "its release date: a day, or an instant"), **_of(CATALOG, ())}),
            "decision": _closed(_decision(), at_least=1),
            "package": _open(_package(), ["name"]),
            "notice": _open(_notice(), ["id", "packages"]),
            "archive": _open(dict.fromkeys(("archive", "label", "site"), _TEXT)),
            "verdict": _closed(_of(VERDICTS, ("host",)), at_least=1),
            "expected": _open(_expected(), at_least=1),
        },
    }


def _short() -> Schema:
    """Return the schema of a case without a host."""
    return _open(
        {
            **_common(),
            "patch": _said(_ref("patch"), "the patch; what it does not say is as plain as can be"),
            "expect": _said(_ref("decision"), "what the baseline must decide about it"),
        },
        ["baseline", "as_of", "patch", "expect"],
    )


def _case() -> Schema:
    """Return the schema of a case with a host."""
    return _open(
        {
            **_common(),
            "host": _said(_TEXT_OR_NONE, "what the host is called"),
            "product": _said(_TEXT_OR_NONE, "the host's product: RedhatEnterpriseLinux9.3"),
            "arch": _said(_TEXT_OR_NONE, "the host's architecture"),
            "os_build": _said(_TEXT_OR_NONE, "Windows: the host's build"),
            "boot_time": {**_INSTANT, "type": ["string", "null"]},
            "operation": _words(Operation),
            "reboot_option": _words(RebootOption),
            "installed": _many("package", "what is installed on the host"),
            "available": _many("package", "what repositories offer"),
            "advisories": _many("notice", "update notices"),
            "catalog": _many("patch", "patches as rows of the catalog table: Windows and macOS"),
            "archives": {"type": "object", "additionalProperties": _ref("archive")},
            "enabled_modules": {"type": "object", "additionalProperties": _LIST},
            "previous_run": _said({"type": "object"}, "the node's tracking file"),
            "install_override_list": {"type": ["array", "object", "string"]},
            "expected": _said(_ref("expected"), "what must come out; any subset of it"),
            "expected_alternatives": _many("expected", "other answers that pass"),
        },
        ["baseline", "as_of", "expected"],
    )


def _common() -> Schema:
    """Return what every case may say."""
    return {
        "case_id": _said(_TEXT, "what the case is called"),
        "topic": _said(_TEXT, "what it is grouped by in JUnit"),
        "description": _TEXT,
        "baseline": {
            "type": ["object", "string"],
            "description": "a document, a path from this file, or the name of one of AWS's baselines",
        },
        "as_of": _INSTANT,
        "operating_system": _words(OperatingSystem),
        "dialect": _words(Dialect),
        "missing_date": _words(MissingDate),
    }


def _decision() -> Schema:
    """Return what a short case may expect."""
    return {
        "approval": _words(Approval),
        "rule": {"type": ["integer", "null"], "description": "the rule that decides, 1 is the first; null: none"},
        "level": _words(ComplianceLevel),
        "entry": {"type": ["string", "null"], "description": "the entry of a list that decides"},
        "since": {"type": ["string", "null"], "description": "the instant after which waiting approves it"},
    }


def _package() -> Schema:
    """Return the schema of an installed or offered package."""
    texts = ("name", "arch", "version", "release", "evr", "archive", "priority", "section", "selection", "status")
    times = {name: {"type": ["number", "string"]} for name in ("install_time", "buildtime")}
    return {**dict.fromkeys(texts, _TEXT_OR_NONE), "epoch": {"type": ["integer", "string", "null"]}, **times}


def _notice() -> Schema:
    """Return the schema of an update notice."""
    reference = _open({"type": _TEXT, "id": _TEXT}, ["type", "id"])
    return {
        **dict.fromkeys(("id", "type", "severity"), _TEXT_OR_NONE),
        **dict.fromkeys(("issued", "updated"), _TEXT_OR_NONE),
        "references": {"type": "array", "items": reference},
        "module": {"type": ["object", "null"]},
        "packages": {"type": "array", "items": _ref("package"), "minItems": 1},
    }


def _expected() -> Schema:
    """Return what a case with a host may expect."""
    counts = dict.fromkeys(COUNTS, _NUMBER)
    level = {"enum": [*ComplianceLevel, None]}
    return {
        "patches": _many("verdict", "all rows that must be there"),
        "contains": {**_many("verdict", "rows that must be there"), "minItems": 1},
        "summary": _closed({**counts, "non_compliant_severity": level}, at_least=1),
        "status": {"enum": ["COMPLIANT", "NON_COMPLIANT", "UNKNOWN"]},
        "doubts": _closed(dict.fromkeys(DOUBTS, _NUMBER), at_least=1),
        "error": {"type": "object", "description": "AWS's own code fails here"},
    }


def _of(columns: Iterable[Column], without: Iterable[str]) -> Schema:
    """Return the columns of a table as properties; each may be null."""
    left_out = {"line", *without}
    return {
        column.name: _said({**_TYPES[column.type], "type": [_TYPES[column.type]["type"], "null"]}, column.meaning)
        for column in columns
        if column.name not in left_out
    }


def _open(properties: Schema, required: Iterable[str] = (), *, at_least: int = 0) -> Schema:
    """Return a mapping that may have other fields."""
    needed: Schema = {"required": list(required)} if required else {}
    needed |= {"minProperties": at_least} if at_least else {}
    return {"type": "object", "properties": properties, **needed}


def _closed(properties: Schema, *, at_least: int = 0) -> Schema:
    """Return a mapping without other fields."""
    return _open(properties, at_least=at_least) | {"additionalProperties": False}


def _many(name: str, meaning: str) -> Schema:
    """Return a list of what has a name."""
    return {"type": ["array", "null"], "items": _ref(name), "description": meaning}


def _said(schema: Schema, meaning: str) -> Schema:
    """Return a schema with what it means."""
    return {**schema, "description": meaning}


def _words(words: Iterable[str]) -> Schema:
    """Return the closed set of some words."""
    return {"enum": [str(word) for word in words]}


def _ref(name: str) -> Schema:
    """Return a reference."""
    return {"$ref": f"#/$defs/{name}"}
