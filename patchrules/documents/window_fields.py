"""The fields of a window, target or task, whoever spelled their names; what is wrong with them is told where it stands.

AWS writes ``ScheduleTimezone``, CDK ``scheduleTimezone``, Terraform ``schedule_timezone``: without case and underscores
these are one name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from patchrules.documents import _yaml
from patchrules.documents._yaml import Plain
from patchrules.documents.faults import Findings, closest
from patchrules.documents.shape import not_known
from patchrules.documents.text import quoted
from patchrules.errors import Level
from patchrules.sources.dates import EPOCH, instant

Word = TypeVar("Word", bound=StrEnum)

MISSING, WRONG_TYPE, NO_INSTANT, NOT_KNOWN, NO_WORD = "11", "12", "13", "14", "20"
OUT_OF_RANGE, REPEATED = WRONG_TYPE, "21"

_SILENT = frozenset(
    {
        "accountid",
        "alarmconfiguration",
        "arn",
        "clienttoken",
        "logginginfo",
        "nextexecutiontime",
        "ownerinformation",
        "region",
        "responsemetadata",
        "servicerolearn",
        "tags",
        "tagsall",
    }
)
"""Fields of AWS and of Terraform that decide nothing about who is patched when."""

_NO_VALUE = {"Ref": "AWS::NoValue"}
_TRUTHS = {"true": True, "false": False}
_WHOLE = re.compile(r"-?[0-9]{1,9}", re.ASCII)
_SECONDS = re.compile(r"[0-9]{1,11}(\.[0-9]+)?", re.ASCII)
_ZONED = re.compile(r"(Z|UTC|GMT|[+-]\d\d(:?\d\d)?)$", re.ASCII | re.IGNORECASE)
_MOST_MEMBERS = 1000
_MOST_STRANGERS = 20


@dataclass(slots=True)
class Fields:
    """One mapping of a document; ``known`` are its fields by AWS's names, each with its other spellings."""

    raw: Mapping[Any, Any]
    pointer: str
    findings: Findings
    known: Mapping[str, tuple[str, ...]]
    broken: set[str] = field(default_factory=set)
    _keys: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Find each field's key; tell of those that nobody knows."""
        names = {_folded(spelled): name for name, more in self.known.items() for spelled in (name, *more)}
        strangers = 0
        for key in self.raw:
            name = names.get(_folded(str(key)))
            if name is not None and name in self._keys:
                if self.raw[key] == self.raw.get(self._keys[name]):
                    continue
                message = f"{quoted(str(key))} says `{self._keys[name]}` again, wanted once"
                self.findings.fault(REPEATED, message, f"{self.pointer}/{_yaml.escape(str(key))}", "keep one of them")
            elif name is not None:
                self._keys[name] = str(key)
            elif _folded(str(key)) not in _SILENT and strangers < _MOST_STRANGERS:
                strangers += 1
                self._stranger(str(key))

    def place(self, name: str) -> str:
        """Return the pointer of a field, of the whole where it is not given."""
        key = self._keys.get(name)
        return self.pointer if key is None else f"{self.pointer}/{_yaml.escape(key)}"

    def given(self, name: str) -> Plain:
        """Return what stands there; None where nothing does, or what Terraform and CloudFormation write for nothing."""
        key = self._keys.get(name)
        value = None if key is None else self.raw.get(key)
        if value is None or value == _NO_VALUE:
            return None
        if unknown := not_known(value, ()):
            self.fault(NOT_KNOWN, f"{unknown[0]} is not known yet, so the window cannot be judged", name, _DEPLOYED)
            return None
        return value

    def fault(self, number: str, message: str, name: str, hint: str | None = None) -> None:
        """Tell of a fault at a field, and remember that it is broken."""
        self.broken.add(name)
        self.findings.fault(number, message, self.place(name), hint)

    def doubt(self, code: str, level: Level, message: str, name: str, hint: str | None = None) -> None:
        """Tell of something odd at a field."""
        self.findings.doubt(code, level, message, self.place(name), hint)

    def needed(self, name: str, wanted: str) -> None:
        """Tell where a field is missing that AWS requires."""
        key = self._keys.get(name)
        if key is None or self.raw.get(key) is None:
            self.fault(MISSING, f"`{name}` is missing, wanted {wanted}", name)

    def text(self, name: str) -> str:
        """Return a text, empty where there is none."""
        value = self.given(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        return value if isinstance(value, str) else str(self._wrong(name, value, "text", ""))

    def whole(self, name: str) -> int | None:
        """Return a whole number; its digits as text are one, too."""
        value = self.given(name)
        if isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
            return int(value)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        self._wrong(name, value, "a whole number", None)
        return None

    def truth(self, name: str) -> bool | None:
        """Return true or false, None where nobody says."""
        value = self.given(name)
        if isinstance(value, str) and value.strip().lower() in _TRUTHS:
            return _TRUTHS[value.strip().lower()]
        if isinstance(value, bool):
            return value
        self._wrong(name, value, "true or false", None)
        return None

    def word(self, name: str, words: type[Word], default: Word) -> Word:
        """Return a word of a closed set, however it was capitalised."""
        value = self.given(name)
        if value is None:
            return default
        spelled = re.sub(r"[\s-]+", "_", value.strip()).upper() if isinstance(value, str) else value
        if spelled in list(words):
            return words(spelled)
        known = [str(word) for word in words]
        near = closest(str(value), known)
        hint = f"did you mean `{near}`?" if near else f"known are {', '.join(known)}"
        self.fault(NO_WORD, f"`{self._label(name)}` is {quoted(value)}, wanted one of AWS's words", name, hint)
        return default

    def moment(self, name: str) -> datetime | None:
        """Return an aware UTC instant: ISO 8601, epoch seconds, or what boto3 made of them."""
        value = self.given(name)
        if value is None or value == "":
            return None
        if isinstance(value, datetime):
            return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
        text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
        seconds = _SECONDS.fullmatch(text)
        found = EPOCH + timedelta(seconds=float(text)) if seconds else instant(text)
        if found is None:
            message = f"`{self._label(name)}` is {quoted(value)}, wanted an instant such as `2026-12-01T00:00:00Z`"
            self.fault(NO_INSTANT, message, name)
        elif not seconds and not _ZONED.search(text):
            message = f"`{self._label(name)}` is {quoted(value)}, without a zone: it is read as UTC"
            self.doubt("PR4554", Level.WARNING, message, name, "write `Z` or an offset such as `+01:00`")
        return found

    def members(self, name: str) -> Iterator[tuple[Plain, str]]:
        """Yield the members of a list with their pointers."""
        value = self.given(name)
        if not isinstance(value, list | tuple):
            self._wrong(name, value, "a list", None)
            return
        if len(value) > _MOST_MEMBERS:
            self.fault(WRONG_TYPE, f"`{self._label(name)}` is {quoted(value)}, wanted at most {_MOST_MEMBERS:,}", name)
        for index, one in enumerate(value[:_MOST_MEMBERS]):
            yield one, f"{self.place(name)}/{index}"

    def mappings(self, name: str) -> Iterator[tuple[Mapping[Any, Any], str]]:
        """Yield the mappings of a list with their pointers."""
        for one, place in self.members(name):
            if isinstance(one, Mapping):
                yield one, place
            else:
                self.findings.fault(WRONG_TYPE, f"this is {quoted(one)}, wanted a mapping", place)

    def texts(self, name: str) -> tuple[str, ...]:
        """Return the texts of a list; one text or number is a list of one."""
        value = self.given(name)
        if isinstance(value, str | int) and not isinstance(value, bool):
            return (str(value),)
        found = []
        for one, place in self.members(name) if value is not None else ():
            if unknown := not_known(one, ()):
                message = f"{unknown[0]} is not known yet, so it is not known who is meant"
                self.findings.fault(NOT_KNOWN, message, place, _DEPLOYED)
            elif isinstance(one, str | int) and not isinstance(one, bool):
                found.append(str(one))
            else:
                self.findings.fault(WRONG_TYPE, f"this is {quoted(one)}, wanted text", place)
        return tuple(found)

    def _label(self, name: str) -> str:
        """Return the field's name as the document spells it."""
        return self._keys.get(name, name)

    def _wrong(self, name: str, value: Plain, wanted: str, default: Any) -> Any:  # noqa: ANN401 - of the caller's type
        """Tell of a value of a wrong type, and return what stands in for it."""
        if value is not None:
            found = "empty" if value == "" else quoted(value)
            self.fault(WRONG_TYPE, f"`{self._label(name)}` is {found}, wanted {wanted}", name)
        return default

    def _stranger(self, key: str) -> None:
        """Tell of a field that nobody knows."""
        near = closest(key, self.known)
        hint = f"did you mean `{near}`?" if near else None
        place = f"{self.pointer}/{_yaml.escape(key)}"
        message = f"there is no field {quoted(key)} here, it is not read"
        self.findings.doubt("PR4551", Level.ERROR, message, place, hint)


_DEPLOYED = "write the value itself, or give what is deployed: aws ssm get-maintenance-window --window-id ID"


def _folded(name: str) -> str:
    """Return a name without what spellings differ in."""
    return name.replace("_", "").replace("-", "").casefold()
