"""A registry file: a person's list of baselines, and which of them serves whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from patchrules.documents import _yaml
from patchrules.documents.claims import Claims, PolicyClaim, Registration, system_named
from patchrules.documents.faults import closest
from patchrules.documents.text import Document, quoted
from patchrules.errors import Where
from patchrules.model.names import OperatingSystem

NAMES = ("registry.yaml", "registry.yml", "registry.json")
"""A folder with one of these is read by it alone."""

_KEYS = ("baselines", "groups", "defaults", "policies")
_OTHERS = ("windows",)
"""What `documents.windows` reads from the same file."""
_GROUP = ("group", "operating_system", "baseline")
_POLICY = ("name", "baselines", "override", "targets")
_TARGETS = ("hosts", "tags")


@dataclass(frozen=True, slots=True)
class Listed:
    """What a registry file lists to be read: baselines of the account, and its policies with their override files."""

    baselines: tuple[tuple[str | Mapping[Any, Any], Where], ...]
    policies: tuple[tuple[PolicyClaim, str, Where], ...]


def is_registry(value: object) -> bool:
    """Say whether a value is meant to be a registry file.

    >>> is_registry({"baselines": ["prod.json"], "groups": []}), is_registry({"Name": "prod"})
    (True, False)
    """
    return isinstance(value, Mapping) and bool(set(value) & set(_KEYS)) and not {"Name", "name"} & set(value)


def claims_of(document: Document) -> tuple[Claims, Listed]:
    """Return what a registry file says, and what it lists to be read; the paths are from the file's folder.

    ``groups`` are mappings of ``group``, ``baseline`` and, where one group has several systems of one name,
    ``operating_system``; ``defaults`` maps operating systems to baselines; ``policies`` are mappings of ``name``,
    ``baselines`` or ``override`` (the path of a BaselineOverride), and ``targets``. A baseline is called by its name,
    its id, or AWS's name.
    """
    reader = _Reader(document, Claims(states=True))
    for pointer, key, times in document.repeated:
        reader.fault("PR1033", f"{quoted(key)} is given {times} times, wanted once", f"{pointer}/{_yaml.escape(key)}")
    value = document.value
    reader.keys(value, "", (*_KEYS, *_OTHERS))
    baselines = tuple(reader.baselines(value.get("baselines")))
    reader.groups(value.get("groups"))
    reader.defaults(value.get("defaults"))
    policies = tuple(reader.policies(value.get("policies")))
    return reader.claims, Listed(baselines, policies)


@dataclass(slots=True)
class _Reader:
    """Reads the parts of one file, telling what is wrong with them."""

    document: Document
    claims: Claims

    def fault(self, code: str, message: str, pointer: str, hint: str | None = None) -> None:
        """Tell of a fault."""
        self.claims.fault(code, message, self.document.where(pointer), hint)

    def keys(
        self, value: Mapping[Any, Any], pointer: str, known: tuple[str, ...], needed: tuple[str, ...] = ()
    ) -> None:
        """Tell of keys that are unknown, and of those that are missing."""
        for key in value:
            if key not in known:
                near = closest(str(key), known)
                hint = f"did you mean `{near}`?" if near else f"known are {', '.join(known)}"
                self.fault("PR1033", f"there is no key {quoted(key)} here", f"{pointer}/{_yaml.escape(str(key))}", hint)
        for key in needed:
            if value.get(key) is None:
                self.fault("PR1033", f"`{key}` is missing", pointer)

    def baselines(self, value: object) -> Iterator[tuple[str | Mapping[Any, Any], Where]]:
        """Yield the paths, AWS's names and written-out baselines of ``baselines``."""
        for one, pointer in self._list(value, "/baselines", "a path or a baseline"):
            if isinstance(one, Mapping) or (isinstance(one, str) and one):
                yield one, self.document.where(pointer)
            else:
                self.fault("PR1034", f"the baseline is {quoted(one)}, wanted a path or a mapping", pointer)

    def groups(self, value: object) -> None:
        """Read the registrations of patch groups."""
        for one, pointer in self._list(value, "/groups", "a mapping"):
            if not isinstance(one, Mapping):
                hint = "write `- {group: GROUP, baseline: NAME}`"
                self.fault("PR1034", f"the group is {quoted(one)}, wanted a mapping", pointer, hint)
                continue
            self.keys(one, pointer, _GROUP, ("group", "baseline"))
            group, named = self.text(one, "group", pointer), self.text(one, "baseline", pointer)
            system = self._system(one.get("operating_system"), f"{pointer}/operating_system")
            if group and named:
                where = self.document.where(f"{pointer}/baseline")
                self.claims.registrations.append(Registration(group, named, system, where, by_hand=True))

    def defaults(self, value: object) -> None:
        """Read the default of each operating system."""
        if value is not None and not isinstance(value, Mapping):
            hint = "write `defaults: {DEBIAN: NAME}`"
            self.fault("PR1034", f"`defaults` is {quoted(value)}, wanted a mapping", "/defaults", hint)
            return
        for key in value or {}:
            pointer = f"/defaults/{_yaml.escape(str(key))}"
            system = self._system(key, pointer)
            named = self.text(value or {}, key, "/defaults")
            if system and named:
                where = self.document.where(pointer)
                self.claims.registrations.append(Registration(None, named, system, where, by_hand=True))

    def policies(self, value: object) -> Iterator[tuple[PolicyClaim, str, Where]]:
        """Yield the patch policies in order, each with the path of its override file, empty where it has none."""
        for one, pointer in self._list(value, "/policies", "a mapping"):
            if not isinstance(one, Mapping):
                self.fault("PR1034", f"the policy is {quoted(one)}, wanted a mapping", pointer)
                continue
            self.keys(one, pointer, _POLICY, ("name",))
            named = self._texts(one.get("baselines"), f"{pointer}/baselines")
            hosts, tags = self._targets(one.get("targets"), f"{pointer}/targets")
            where = self.document.where(f"{pointer}/baselines")
            name = self.text(one, "name", pointer)
            claim = PolicyClaim(name, (), tuple((text, where) for text in named), hosts, tags)
            if (one.get("override") is None) == (one.get("baselines") is None):
                self.fault("PR1033", "a policy has either `baselines` or `override`", pointer)
            yield claim, self.text(one, "override", pointer), self.document.where(f"{pointer}/override")

    def text(self, value: Mapping[Any, Any], key: object, pointer: str) -> str:
        """Return the text under a key, empty where it is missing; other values are faults."""
        found = value.get(key)
        if isinstance(found, int) and not isinstance(found, bool):
            return str(found)
        if found is None or (isinstance(found, str) and found):
            return found or ""
        place = f"{pointer}/{_yaml.escape(str(key))}"
        self.fault("PR1034", f"`{key}` is {quoted(found) if found != '' else 'empty'}, wanted text", place)
        return ""

    def _targets(self, value: object, pointer: str) -> tuple[tuple[str, ...], tuple[tuple[str, tuple[str, ...]], ...]]:
        """Return the hosts and tags that a policy is for; nothing is every host."""
        if value is None:
            return (), ()
        if not isinstance(value, Mapping):
            hint = "write `targets: {tags: {Env: [prod]}}`"
            self.fault("PR1034", f"`targets` is {quoted(value)}, wanted a mapping", pointer, hint)
            return (), ()
        self.keys(value, pointer, _TARGETS)
        tags = value.get("tags")
        if tags is not None and not isinstance(tags, Mapping):
            self.fault("PR1034", f"`tags` is {quoted(tags)}, wanted a mapping", f"{pointer}/tags")
            tags = None
        found = tuple((str(key), self._texts(one, f"{pointer}/tags/{key}")) for key, one in (tags or {}).items())
        if not found and not value.get("hosts"):
            self.fault("PR1033", "`targets` names no host and no tag", pointer, "take it away to mean every host")
        return self._texts(value.get("hosts"), f"{pointer}/hosts"), found

    def _texts(self, value: object, pointer: str) -> tuple[str, ...]:
        """Return the texts of a list; one text is a list of one."""
        listed = self._list([value] if isinstance(value, str) else value, pointer, "text")
        found = []
        for one, place in listed:
            if isinstance(one, str | int) and not isinstance(one, bool) and one != "":
                found.append(str(one))
            else:
                self.fault("PR1034", f"the value is {quoted(one)}, wanted text", place)
        return tuple(found)

    def _list(self, value: object, pointer: str, of: str) -> Iterator[tuple[Any, str]]:
        """Yield the members of a list with their pointers; null is the empty list."""
        if value is not None and not isinstance(value, list | tuple):
            name = pointer.rpartition("/")[2]
            self.fault("PR1034", f"`{name}` is {quoted(value)}, wanted a list", pointer, f"write `- ` before each {of}")
            return
        for index, one in enumerate(value or ()):
            yield one, f"{pointer}/{index}"

    def _system(self, value: object, pointer: str) -> OperatingSystem | None:
        """Return the operating system by AWS's name or ours."""
        if value is None:
            return None
        found = system_named(value) if isinstance(value, str) else None
        if found is None:
            near = closest(str(value), list(OperatingSystem))
            hint = f"did you mean `{near}`?" if near else f"known are {', '.join(OperatingSystem)}"
            self.fault("PR1034", f"there is no operating system {quoted(value)}", pointer, hint)
        return found
