"""hosts.yaml and hosts.csv: what is known of each host besides its packages, and where its inventory lies."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from patchrules.documents import _yaml
from patchrules.documents.faults import Findings, closest, raise_together
from patchrules.documents.hosts_csv import table_of
from patchrules.documents.paths import exists
from patchrules.documents.text import HOSTS, Document, content_of, parse, quoted
from patchrules.errors import DocumentError, InventoryError, UnknownNameError
from patchrules.families import family_named
from patchrules.sources.dates import instant
from patchrules.sources.files import Input, Limits, expand, open_document

GROUP_TAGS = ("Patch Group", "PatchGroup")
"""The tag keys that name a host's patch group, case-sensitive (SEMANTICS 7.1)."""

_TEXTS = ("host", "product", "arch", "platform", "platform_version", "os_version", "os_build")
_KNOWN = (
    *_TEXTS,
    "inventory",
    "family",
    "patch_group",
    "tags",
    "boot_time",
    "captured_at",
    "os_release",
    "resource_groups",
)
_GLOB = frozenset("*?[")
_OS_RELEASE = Limits(max_bytes=64 * 1024)


@dataclass(frozen=True, slots=True)
class HostFacts:
    """What a hosts file says of one host; None where it says nothing.

    ``inventory`` is a path that is good from here; ``boot_time`` and ``captured_at`` are aware UTC instants;
    ``platform`` and ``platform_version`` are Systems Manager's, ``os_version`` is osquery's, ``os_release`` is the text
    of /etc/os-release.
    """

    host: str
    inventory: Path | None = None
    family: str | None = None
    product: str | None = None
    arch: str | None = None
    patch_group: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    resource_groups: frozenset[str] | None = None
    boot_time: datetime | None = None
    captured_at: datetime | None = None
    platform: str | None = None
    platform_version: str | None = None
    os_version: str | None = None
    os_build: str | None = None
    os_release: str | None = None


def load_hosts(*sources: Input) -> tuple[HostFacts, ...]:
    r"""Load hosts files: YAML or JSON lists of hosts, mappings ``hosts:`` of such a list or of names to facts, or CSV.

    A source is a path, a glob, bytes or a binary file. Keys of a host, and columns of CSV: ``host`` (required),
    ``inventory`` (a path, from the file's folder), ``family``, ``product``, ``arch``, ``patch_group``, ``tags``,
    ``resource_groups``, ``boot_time``, ``captured_at`` (ISO 8601, without a zone UTC), ``platform``,
    ``platform_version``, ``os_version``, ``os_build``, ``os_release`` (a path or the text). Without ``patch_group`` the
    tags ``Patch Group`` and ``PatchGroup`` give it (SEMANTICS 7.1). In CSV tags are ``KEY=VALUE;KEY=VALUE``.

    Raises InventoryError (PR25xx), and Faults, a group of them, when several things are wrong.

    >>> load_hosts(b"hosts: [{host: web-1, tags: {Patch Group: web}}]")[0].patch_group
    'web'
    >>> load_hosts(b"host,family,patch_group\nweb-1,rhel,web\n")[0].family
    'rhel'
    """
    found: dict[str, HostFacts] = {}
    faults: list[DocumentError] = []
    for source in (one for named in sources for one in _expanded(named)):
        document = _document(source)
        findings = Findings(document, HOSTS)
        base = Path(os.fspath(source)).parent if isinstance(source, str | os.PathLike) else Path()
        for raw, pointer, name in _listed(document, findings):
            facts = _Reader(raw, pointer, base, findings).facts(name)
            if facts is not None and facts.host in found:
                findings.fault("16", f"host {quoted(facts.host)} is given twice", pointer, "take one of them away")
            elif facts is not None:
                found[facts.host] = facts
        faults += findings.faults
    raise_together(faults, "the hosts file" if len(sources) != 1 else _called(sources[0]))
    return tuple(found.values())


def _expanded(source: Input) -> tuple[Input, ...]:
    """Return the files that a glob matches, anything else as it is."""
    if isinstance(source, str) and not exists(source) and _GLOB & set(source):
        return expand(source)
    return (source,)


def _document(source: Input) -> Document:
    """Read one hosts file."""
    content, name = content_of(source, door=HOSTS)
    return table_of(content, name) or parse(content, name=name, door=HOSTS)


def _called(source: Input) -> str:
    """Return what messages call a hosts file."""
    return os.fspath(source) if isinstance(source, str | os.PathLike) else "the hosts file"


def _listed(document: Document, findings: Findings) -> Iterable[tuple[Mapping[str, Any], str, str | None]]:
    """Yield each host with its pointer, and its name where the mapping's key is the name."""
    for pointer, key, times in document.repeated:
        message = f"{quoted(key)} is given {times} times, wanted once"
        findings.fault("20", message, f"{pointer}/{_yaml.escape(key)}", "keep one of them")
    value, base = document.value, ""
    if isinstance(value, Mapping) and "hosts" in value:
        value, base = value["hosts"], "/hosts"
    elif isinstance(value, Mapping):
        value = None
    if isinstance(value, Mapping):
        listed = [(key, f"{base}/{_yaml.escape(key)}", one or {}) for key, one in value.items()]
    elif isinstance(value, list):
        listed = [(None, f"{base}/{index}", one) for index, one in enumerate(value)]
    else:
        hint = "write `hosts:` and a list of mappings with `host`, or that list alone"
        findings.fault("10", "this is no list of hosts", base, hint)
        return
    for name, pointer, one in listed:
        if isinstance(one, Mapping):
            yield one, pointer, name if name is None else name.strip()
        else:
            findings.fault("13", f"the host is {quoted(one)}, wanted a mapping", pointer, "write `- host: NAME`")


@dataclass(slots=True)
class _Reader:
    """Reads one host, telling what is wrong with it."""

    raw: Mapping[str, Any]
    pointer: str
    base: Path
    findings: Findings

    def facts(self, name: str | None) -> HostFacts | None:
        """Return the host's facts, None when it has no name."""
        for key in self.raw:
            if key not in _KNOWN:
                near = closest(key, _KNOWN)
                hint = f"did you mean `{near}`?" if near else f"known are {', '.join(_KNOWN)}"
                self._fault("12", f"there is no fact {quoted(key)} of a host", key, hint)
        texts = {key: self._text(key) for key in _TEXTS}
        host = texts.pop("host") or name
        if host is None and self.raw.get("host") is None:
            self.findings.fault("11", "`host` is missing, wanted the host's name", self.pointer)
        tags = self._tags()
        facts = HostFacts(
            host=host or "",
            inventory=self._inventory(),
            family=self._family(),
            patch_group=self._group(tags),
            tags=tags,
            resource_groups=self._resource_groups(),
            boot_time=self._instant("boot_time"),
            captured_at=self._instant("captured_at"),
            os_release=self._os_release(),
            **texts,
        )
        return facts if host else None

    def _fault(self, number: str, message: str, key: str, hint: str | None = None) -> None:
        """Tell of a fault under ``key``."""
        self.findings.fault(number, message, f"{self.pointer}/{_yaml.escape(key)}", hint)

    def _text(self, key: str) -> str | None:
        """Return a text; a whole number is its digits."""
        value = self.raw.get(key)
        if value is None:
            return None
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if isinstance(value, str) and value.strip():
            return value.strip()
        found = "empty" if value == "" else quoted(value)
        self._fault("13", f"`{key}` is {found}, wanted text", key, "put it in quotes" if value is not None else None)
        return None

    def _instant(self, key: str) -> datetime | None:
        """Return an aware UTC instant."""
        text = self._text(key)
        found = instant(text)
        if text is not None and found is None:
            self._fault("14", f"`{key}` is {quoted(text)}, wanted an instant such as `2025-03-01T06:30:00Z`", key)
        return found

    def _family(self) -> str | None:
        """Return the family by our name."""
        text = self._text("family")
        if text is None:
            return None
        try:
            return family_named(text).name
        except UnknownNameError as error:
            near = closest(text, error.known)
            hint = f"did you mean `{near}`?" if near else f"known are {', '.join(error.known)}"
            self._fault("15", f"there is no family {quoted(text)}", "family", hint)
            return None

    def _inventory(self) -> Path | None:
        """Return the path of the inventory, which must be there unless it is a glob."""
        text = self._text("inventory")
        if text is None:
            return None
        path = self.base / text
        if not _GLOB & set(text) and not exists(path):
            self._fault("17", f"`inventory` is {quoted(text)}, and there is no such file", "inventory", _FROM_HERE)
        return path

    def _os_release(self) -> str | None:
        """Return the text of os-release, read from its file where a path is given."""
        text = self._text("os_release")
        if text is None or "=" in text:
            return text
        try:
            return open_document(self.base / text, limits=_OS_RELEASE).read().decode("utf-8", "replace")
        except InventoryError as error:
            self._fault("17", f"`os_release` is {quoted(text)}: {error.message}", "os_release", _FROM_HERE)
            return None

    def _tags(self) -> dict[str, str]:
        """Return the tags, of a mapping or of AWS's list of Key and Value."""
        raw = self.raw.get("tags")
        pairs: list[tuple[Any, Any]] = []
        if isinstance(raw, Mapping):
            pairs = list(raw.items())
        elif isinstance(raw, list) and all(isinstance(tag, Mapping) and {"Key", "Value"} <= tag.keys() for tag in raw):
            pairs = [(tag["Key"], tag["Value"]) for tag in raw]
        elif raw is not None:
            self._fault("13", f"`tags` is {quoted(raw)}, wanted a mapping", "tags", "write `tags: {Env: prod}`")
        tags = {}
        for key, value in pairs:
            if isinstance(key, str) and isinstance(value, str | int) and not isinstance(value, bool):
                tags[key] = str(value)
            else:
                self._fault("13", f"tag {quoted(key)} is {quoted(value)}, wanted text", "tags", "put it in quotes")
        return tags

    def _resource_groups(self) -> frozenset[str] | None:
        """Return the resource groups, which maintenance windows may be for (SEMANTICS 8.6)."""
        raw = self.raw.get("resource_groups")
        if isinstance(raw, list) and all(isinstance(name, str) for name in raw):
            return frozenset(raw)
        if raw is not None:
            found = f"`resource_groups` is {quoted(raw)}, wanted a list of names"
            self._fault("13", found, "resource_groups", "write `resource_groups: [NAME]`")
        return None

    def _group(self, tags: Mapping[str, str]) -> str | None:
        """Return the patch group: the field, else the tags (SEMANTICS 7.1)."""
        key, group = "patch_group", self._text("patch_group")
        if group is None and self.raw.get("patch_group") is None:
            given = dict.fromkeys(tags[name] for name in GROUP_TAGS if name in tags)
            if len(given) > 1:
                message = "the tags `Patch Group` and `PatchGroup` name two groups, and AWS does not say which counts"
                self._fault("18", message, "tags", "write `patch_group`")
                return None
            key, group = "tags", next(iter(given), None)
        if group is not None and not _is_group(group):
            message = f"the patch group is {quoted(group)}, wanted 1 to 256 letters, digits, spaces and `_.:/=+-@`"
            self._fault("19", message, key)
            return None
        return group


_FROM_HERE = "paths are read from the hosts file's folder"


def _is_group(text: str) -> bool:
    """Say whether AWS takes ``text`` as a patch group (SEMANTICS 7.1)."""
    fits = all(c in "_.:/=+-@" or unicodedata.category(c)[0] in "LZN" for c in text)
    return fits and 1 <= len(text) <= 256  # noqa: PLR2004 - AWS's limit
