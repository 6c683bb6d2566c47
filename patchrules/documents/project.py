"""patchrules.toml: one file for what is asked in a folder again and again."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from patchrules.documents.faults import Findings, closest, raise_together
from patchrules.documents.predefined import predefined_names
from patchrules.documents.text import Document, Door, content_of, quoted
from patchrules.errors import ProjectError, UnknownNameError, Where
from patchrules.families import family_named
from patchrules.model.conditions import OR_A_CODE, WORDS, condition, objections
from patchrules.model.names import Dialect
from patchrules.model.project import CatalogPlace, OutputPlace, Project
from patchrules.sources.dates import instant
from patchrules.sources.files import Limits

__all__ = ["AGE", "FILE_NAME", "KEYS", "age", "load_project"]

FILE_NAME = "patchrules.toml"
AGE = "a number of hours, days or weeks: `36h`, `30d`, `2w`"

_DOOR = Door(ProjectError, "PR00")
_AGE = re.compile(r"([0-9]{1,5})([hdw])")  # before any instant that is asked about there are so many weeks
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}
_PLACE = re.compile(r"at line ([0-9]+), column ([0-9]+)")
_FIELD = re.compile(r"\{([^{}]*)\}|[{}]")
_LIMITS = tuple(Limits.__dataclass_fields__)

KEYS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "evaluate.as_of": ("instant", ()),
    "evaluate.dialect": ("word", tuple(Dialect)),
    "evaluate.operation": ("word", ("scan", "install")),
    "evaluate.missing_date": ("word", ("approve", "hold")),
    "evaluate.deb_dates": ("word", ("ignore", "advisory")),
    "evaluate.reboot_option": ("word", ("RebootIfNeeded", "NoReboot")),
    "evaluate.max_catalog_age": ("age", ()),
    "evaluate.max_inventory_age": ("age", ()),
    "evaluate.fail_on": ("conditions", WORDS),
    "evaluate.only_noncompliant": ("flag", ()),
    "evaluate.strict": ("flag", ()),
    "evaluate.install_override": ("path", ()),
    "evaluate.baseline_override": ("path", ()),
    "evaluate.previous_run": ("files_of_hosts", ()),
    "policy.baselines": ("paths", ()),
    "policy.registry": ("paths", ()),
    "inventory.path": ("paths", ()),
    "inventory.columns": ("table", ()),
    "inventory.format": ("text", ()),
    "inventory.host": ("text", ()),
    "inventory.family": ("family", ()),
    "inventory.product": ("text", ()),
    "inventory.arch": ("text", ()),
    "hosts.path": ("paths", ()),
    "product_alias": ("table", ()),
    "catalog": ("catalogs", ()),
    "output": ("outputs", ()),
    "limits": ("limits", _LIMITS),
}
"""Every key: what kind of value it takes, and the words where these are a closed set."""


def load_project(path: str | os.PathLike[str]) -> Project:
    r"""Load a project file (TOML); nothing else is read, and nothing of it is in force until you hand it on.

    Keys are those of ``KEYS``, and ``command.VERB.OPTION`` for an option that only one verb of the command line has.
    Values: paths are read from the file's folder, and are good from here; ages are ``36h``, ``30d`` or ``2w`` and
    become timedeltas; instants are aware UTC. A text stands for a list of one. What is not in the file is not in
    ``settings``.

    Raises ProjectError (PR00xx, PR29xx) with the key and the closest known one, and Faults, a group of them, when
    several things are wrong.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp(), "patchrules.toml")
    >>> _ = path.write_text(
    ...     'evaluate = { dialect = "agent", max_catalog_age = "7d" }\nproduct_alias = { "Rock 9" = "R" }'
    ... )
    >>> load_project(path).settings["evaluate.max_catalog_age"].days
    7
    """
    content, name = content_of(path, door=_DOOR)
    try:
        text = content.decode("utf-8-sig")
        value = tomllib.loads(text)
    except UnicodeDecodeError:
        raise _DOOR.refusal("03", "the project file is not UTF-8 text", Where(name), "save it as UTF-8") from None
    except (tomllib.TOMLDecodeError, RecursionError) as problem:
        found = _PLACE.search(str(problem))
        where = Where(name, *(map(int, found.groups()) if found else ()))
        said = _PLACE.sub("", str(problem)).replace("()", "").strip().lower()
        raise _DOOR.refusal("04", f"the project file is not TOML: {said}", where) from None
    except ValueError:  # what Python says of whole numbers that it does not read
        raise _DOOR.refusal("04", "a number of the project file has thousands of digits", Where(name)) from None
    findings = Findings(Document(value, name), _DOOR)
    settings = dict(_Reader(Path(path).parent, findings).settings(value))
    commands = value.get("command", {})
    if not isinstance(commands, Mapping):
        findings.fault("13", f"`command` is {quoted(commands)}, wanted a table", "/command", "write [command.VERB]")
    raise_together(findings.faults, os.fspath(path))
    return Project(Path(path), settings, commands)


def age(text: str) -> timedelta | None:
    """Return how long an age is, None for a text that is none.

    >>> age("36h"), age("soon")
    (datetime.timedelta(days=1, seconds=43200), None)
    """
    found = _AGE.fullmatch(text)
    return timedelta(**{_UNITS[found[2]]: int(found[1])}) if found else None


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads values, telling what is wrong with them; ``base`` is the folder that paths are read from."""

    base: Path
    findings: Findings

    def settings(self, value: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        """Yield key and value of everything that is right."""
        sections = {key.partition(".")[0] for key in KEYS if "." in key}
        for name, given in value.items():
            if name in KEYS:
                yield from self._one(name, f"/{name}", given)
            elif name in sections and isinstance(given, Mapping):
                for key, one in given.items():
                    yield from self._one(f"{name}.{key}", f"/{name}/{key}", one)
            elif name in sections:
                hint = f"write [{name}] and its keys below"
                self.findings.fault("13", f"`{name}` is {quoted(given)}, wanted a table", f"/{name}", hint)
            elif name != "command":
                self._unknown(name, [*sections, *(key for key in KEYS if "." not in key), "command"], f"/{name}")

    def _one(self, key: str, pointer: str, value: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401  TOML holds anything
        """Yield one value, when it is of its kind."""
        if key not in KEYS:
            self._unknown(key, KEYS, pointer)
            return
        kind, words = KEYS[key]
        found = _READERS[kind](self, value, pointer, words)
        if found is not None:
            yield key, found

    def _unknown(self, key: str, known: Iterable[str], pointer: str) -> None:
        """Say that there is no such key, and which is close."""
        known = tuple(known)
        near = closest(key, known) or next((one for one in KEYS if one.rpartition(".")[2] == key), None)
        section = key.partition(".")[0]
        beside = sorted(one for one in known if one.partition(".")[0] == section and one != section)
        hint = f"did you mean `{near}`?" if near else f"known are {', '.join(beside or sorted(known))}"
        self.findings.fault("12", f"there is no setting {quoted(key)}", pointer, hint)

    def _wrong(self, value: Any, pointer: str, wanted: str, hint: str | None = None) -> Any:  # noqa: ANN401
        """Say that a value is of the wrong kind; it counts as not given."""
        name = pointer.rpartition("/")[2]
        self.findings.fault("13", f"`{name}` is {quoted(value)}, wanted {wanted}", pointer, hint)
        return None

    def text(self, value: Any, pointer: str, _words: Sequence[str] = ()) -> str | None:  # noqa: ANN401
        """Return a text that is not empty."""
        if isinstance(value, str) and value:
            return value
        self._wrong(value, pointer, "text")
        return None

    def flag(self, value: Any, pointer: str, _words: Sequence[str]) -> bool | None:  # noqa: ANN401
        """Return true or false."""
        return value if isinstance(value, bool) else self._wrong(value, pointer, "true or false")

    def word(self, value: Any, pointer: str, words: Sequence[str], *, beside: str = "") -> str | None:  # noqa: ANN401
        """Return one of the words, however it was capitalised; ``beside`` says what else is taken."""
        found = {word.lower(): word for word in words}.get(value.lower()) if isinstance(value, str) else None
        if found is None:
            near = closest(value, words) if isinstance(value, str) else None
            message = f"`{pointer.rpartition('/')[2]}` is {quoted(value)}, wanted one of {', '.join(words)}{beside}"
            self.findings.fault("15", message, pointer, f"did you mean `{near}`?" if near else None)
        return found

    def conditions(self, value: Any, pointer: str, words: Sequence[str]) -> tuple[str, ...] | None:  # noqa: ANN401
        """Return several conditions: of the words, or codes of diagnostics."""
        found = [
            (condition(one) if isinstance(one, str) else None) or self.word(one, pointer, words, beside=OR_A_CODE)
            for one in (value if isinstance(value, list) else [value])
        ]
        known = tuple(one for one in found if one)
        for why in objections(known):
            self.findings.fault("15", why, pointer)
        return known if len(known) == len(found) else None

    def family(self, value: Any, pointer: str, _words: Sequence[str]) -> str | None:  # noqa: ANN401
        """Return the name of a family."""
        try:
            return family_named(value).name if isinstance(value, str) else self._wrong(value, pointer, "text")
        except UnknownNameError as problem:
            self.findings.fault("15", str(problem).partition("\n")[0], pointer, f"known are {', '.join(problem.known)}")
            return None

    def age(self, value: Any, pointer: str, _words: Sequence[str]) -> timedelta | None:  # noqa: ANN401
        """Return an age."""
        found = age(value) if isinstance(value, str) else None
        return found if found is not None else self._wrong(value, pointer, AGE)

    def instant(self, value: Any, pointer: str, _words: Sequence[str]) -> datetime | None:  # noqa: ANN401
        """Return an instant; TOML's own without an offset is UTC, as everywhere."""
        if isinstance(value, datetime):
            return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)
        found = instant(value) if isinstance(value, str) else None
        return found or self._wrong(value, pointer, "an instant: `2026-11-01T00:00Z`")

    def path(self, value: Any, pointer: str, _words: Sequence[str] = ()) -> str | None:  # noqa: ANN401
        """Return a path that is good from here; an address and a baseline of AWS's are none."""
        text = self.text(value, pointer)
        if text is None or "://" in text or text in predefined_names():
            return text
        return f"{self.base / text}{'/' if text.endswith('/') else ''}"

    def paths(self, value: Any, pointer: str, _words: Sequence[str] = ()) -> tuple[str, ...] | None:  # noqa: ANN401
        """Return several paths."""
        found = [self.path(one, pointer) for one in (value if isinstance(value, list) else [value])]
        return None if None in found else tuple(one for one in found if one)

    def files_of_hosts(self, value: Any, pointer: str, _words: Sequence[str]) -> tuple[str, ...] | None:  # noqa: ANN401
        """Return files, each with the host it is of before it where several are: ``web-1=states.json``."""
        found = []
        for one in self._texts(value, pointer, ()) or ():
            host, equals, path = one.rpartition("=")
            found.append(f"{host}{equals}{self.path(path, pointer)}")
        return tuple(found) or None

    def table(self, value: Any, pointer: str, _words: Sequence[str]) -> dict[str, str] | None:  # noqa: ANN401
        """Return a table of texts."""
        if not isinstance(value, Mapping):
            self._wrong(value, pointer, "a table", 'write { "OURS" = "THEIRS" }')
            return None
        found = {key: self.text(one, f"{pointer}/{key}") for key, one in value.items()}
        return {key: one for key, one in found.items() if one}

    def limits(self, value: Any, pointer: str, words: Sequence[str]) -> dict[str, int] | None:  # noqa: ANN401
        """Return the limits that are set, whole numbers above 0."""
        if not isinstance(value, Mapping):
            self._wrong(value, pointer, "a table", "write { max_bytes = 4294967296 }")
            return None
        found = {}
        for key, one in value.items():
            if key not in words:
                self._unknown(key, words, f"{pointer}/{key}")
            elif isinstance(one, bool) or not isinstance(one, int) or one < 1:
                self._wrong(one, f"{pointer}/{key}", "a whole number above 0")
            else:
                found[key] = one
        return found

    def catalogs(self, value: Any, pointer: str, _words: Sequence[str]) -> tuple[CatalogPlace, ...] | None:  # noqa: ANN401
        """Return catalogs: tables with ``path``, and a scope."""
        fields = {"path": self.paths, "products": self._texts} | dict.fromkeys(("arch", "repository"), self.text)
        made = []
        for given in self._tables(value, pointer, {**fields, "family": self.family}, "path"):
            scope = {name: one for name, one in given.items() if name not in ("path", "products")}
            made.append(CatalogPlace(given["path"], given.get("products", ()), **scope))
        return tuple(made)

    def outputs(self, value: Any, pointer: str, _words: Sequence[str]) -> tuple[OutputPlace, ...] | None:  # noqa: ANN401
        """Return reports: tables with ``path`` and ``format``."""
        fields = {"path": self._output_path, "format": self.text}
        found = self._tables(value, pointer, fields, "path")
        return tuple(OutputPlace(one["path"], one.get("format")) for one in found)

    def _output_path(self, value: Any, pointer: str, _words: Sequence[str]) -> str | None:  # noqa: ANN401
        """Return the path of a report, whose only field is ``{as_of}``."""
        text = self.path(value, pointer)
        if text and any(found[1] != "as_of" for found in _FIELD.finditer(str(value))):
            self._wrong(value, pointer, "no other field than `{as_of}` in braces")
            return None
        return text

    def _texts(self, value: Any, pointer: str, _words: Sequence[str]) -> tuple[str, ...] | None:  # noqa: ANN401
        """Return several texts."""
        found = [self.text(one, pointer) for one in (value if isinstance(value, list) else [value])]
        return None if None in found else tuple(one for one in found if one)

    def _tables(
        self,
        value: Any,  # noqa: ANN401  TOML holds anything
        pointer: str,
        fields: Mapping[str, Callable[..., Any]],
        needed: str,
    ) -> Iterator[dict[str, Any]]:
        """Yield the fields of each table of a list; a text alone is a table of what is needed."""
        for place, one in enumerate(value if isinstance(value, list) else [value]):
            given, at = {needed: one} if isinstance(one, str) else one, f"{pointer}/{place}"
            if not isinstance(given, Mapping):
                self._wrong(given, at, "a table", f'write {{ {needed} = "..." }}')
                continue
            for key in given:
                if key not in fields:
                    self._unknown(key, fields, f"{at}/{key}")
            if needed not in given:
                self.findings.fault("11", f"`{needed}` is missing", at)
                continue
            found = {key: fields[key](one, f"{at}/{key}", ()) for key, one in given.items() if key in fields}
            if found.get(needed):
                yield {key: one for key, one in found.items() if one is not None}


_READERS: Mapping[str, Callable[..., Any]] = {
    kind: getattr(_Reader, kind) for kind in dict.fromkeys(kind for kind, _ in KEYS.values())
}
"""How a value of each kind is read."""
