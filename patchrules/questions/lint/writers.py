"""Findings as text: paragraphs for people, JSON for programs, SARIF for code scanning, annotations for GitHub."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePath
from types import MappingProxyType
from typing import Any

from patchrules.codes import CODES
from patchrules.errors import Diagnostic, Level
from patchrules.evaluation.plain import plain
from patchrules.questions.wording import counted, shown

SCHEMA = "patchrules/lint/1"
_SARIF = "https://json.schemastore.org/sarif-2.1.0.json"
_SARIF_LEVELS = {Level.ERROR: "error", Level.WARNING: "warning", Level.INFO: "note"}
_GITHUB_LEVELS = {Level.ERROR: "error", Level.WARNING: "warning", Level.INFO: "notice"}


def table(found: Sequence[Diagnostic]) -> str:
    """Return a paragraph a finding, and the headline.

    >>> print(table([]))
    nothing found
    """
    counts = {level: sum(one.level is level for one in found) for level in Level}
    words = [counted(number, _WORDS[level]) for level, number in counts.items() if number]
    return "\n\n".join([*(shown(str(one)) for one in found), ", ".join(words) or "nothing found"])


_WORDS = {Level.ERROR: "error", Level.WARNING: "warning", Level.INFO: "note"}


def as_json(found: Sequence[Diagnostic]) -> str:
    """Return the findings as JSON, each with what its code means."""
    rows = [{**plain(one), "meaning": CODES[one.code]} for one in found]
    return json.dumps({"schema": SCHEMA, "findings": rows}, indent=2, ensure_ascii=False)


def github(found: Sequence[Diagnostic]) -> str:
    """Return GitHub's workflow commands, an annotation a finding.

    >>> from patchrules.errors import Where
    >>> print(github([Diagnostic("PR8001", Level.WARNING, "50% of it", Where("a,b.json", 3, 7))]))
    ::warning file=a%2Cb.json,line=3,col=7,title=PR8001::50%25 of it
    """
    return "\n".join(_annotation(one) for one in found)


def sarif(found: Sequence[Diagnostic]) -> str:
    """Return SARIF 2.1.0, which code scanning services read."""
    rules = [{"id": code, "shortDescription": {"text": CODES[code]}} for code in sorted({one.code for one in found})]
    driver = {"name": "patchrules", "rules": rules}
    run = {"tool": {"driver": driver}, "results": [_result(one) for one in found]}
    return json.dumps({"$schema": _SARIF, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False)


WRITERS: Mapping[str, Callable[[Sequence[Diagnostic]], str]] = MappingProxyType(
    {"table": table, "json": as_json, "sarif": sarif, "github": github}
)
"""How findings are written, by the name of the format."""


def _annotation(one: Diagnostic) -> str:
    """Return one workflow command; percent, line breaks and, in properties, colon and comma are escaped."""
    where = one.where
    places = {"file": where.file, "line": where.line, "col": where.column} if where and where.file else {}
    properties = {name: value for name, value in {**places, "title": one.code}.items() if value is not None}
    told = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    text = one.message if one.hint is None else f"{one.message}\nhint: {one.hint}"
    return f"::{_GITHUB_LEVELS[one.level]} {told}::{_data(text)}"


def _data(text: str) -> str:
    """Return text as a workflow command carries it."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """Return the value of a property as a workflow command carries it."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _result(one: Diagnostic) -> dict[str, Any]:
    """Return one result of SARIF; a finding without a file has no location."""
    text = one.message if one.hint is None else f"{one.message}\nhint: {one.hint}"
    result: dict[str, Any] = {"ruleId": one.code, "level": _SARIF_LEVELS[one.level], "message": {"text": text}}
    where = one.where
    if where is None or where.file is None:
        return result
    physical: dict[str, Any] = {"artifactLocation": {"uri": PurePath(where.file).as_posix()}}
    if where.line is not None:
        region = {"startLine": where.line, "startColumn": where.column}
        physical["region"] = {name: value for name, value in region.items() if value is not None}
    location: dict[str, Any] = {"physicalLocation": physical}
    if where.pointer is not None:
        location["logicalLocations"] = [{"fullyQualifiedName": where.pointer or "/"}]
    return {**result, "locations": [location]}
