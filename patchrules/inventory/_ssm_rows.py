"""Rows of Systems Manager Inventory as packages of a family's own spelling, and what they say of hosts."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from patchrules.inventory._json import texts_of
from patchrules.inventory._reader import ReadOptions
from patchrules.inventory._rows import PackageRows
from patchrules.inventory._windows import NO_VERSION, day_of, kb_of
from patchrules.sources.dates import instant as read_instant
from patchrules.sources.files import Document

_USED = ("host", "name", "arch", "evr", "installed_at", "scheme")
_DPKG_ARCHES = {"x86_64": "amd64"}
_GROUP_TAGS = ("Patch Group", "PatchGroup")
_SOURCE = ".src.rpm"
_Fields = Mapping[str, Any]

instant = functools.lru_cache(maxsize=1 << 12)(read_instant)
"""Reads a date; the rows of one host repeat the same few."""


class SsmRows(PackageRows):
    """The rows of one file while it is read; every row names its host."""

    def __init__(self, document: Document, options: ReadOptions) -> None:
        """Start empty."""
        super().__init__(document, options, None, _USED)

    def add_row(self, kind: str, fields: _Fields, line: int, text: str) -> None:
        """Add a row of one inventory type; types that say nothing of packages or hosts are passed over."""
        host, instance, captured = texts_of(fields, ("resourceId", "InstanceId", "captureTime"))
        host = host or instance
        if not host:
            self.reject(line, "PR2003", "the row names no instance", text)
            return
        facts = self.facts.setdefault(host, {})
        when = instant(captured)
        if when:
            facts["captured_at"] = max(when, facts.get("captured_at", when))
        if kind == "AWS:Application":
            self._add_application(host, fields, line, text)
        elif kind == "AWS:WindowsUpdate":
            self._add_update(host, fields, line, text)
        elif kind == "AWS:ComplianceItem":
            self.counts["PR2223"] += 1
            self.about_hosts = True
        else:
            self.about_hosts = True
            self._tell(kind, fields, facts)

    def _tell(self, kind: str, fields: _Fields, facts: dict[str, Any]) -> None:
        """Keep what a row says of its host."""
        name, version, group, key, value = texts_of(
            dict(fields), ("PlatformName", "PlatformVersion", "PatchGroup", "Key", "Value")
        )
        if kind == "AWS:InstanceInformation" and name:
            facts |= {"platform": name, "platform_version": version}
        elif kind == "AWS:PatchSummary" and group:
            facts["last_patch_group"] = group
        elif kind == "AWS:Tag" and key:
            facts.setdefault("tags", {})[key] = value
            if key in _GROUP_TAGS:
                facts["patch_group"] = value

    def _add_update(self, host: str, fields: _Fields, line: int, text: str) -> None:
        """Add an installed Windows update."""
        self.facts[host]["family"] = "windows"
        (hotfix,) = texts_of(fields, ("HotFixId",))
        kb = kb_of(hotfix)
        if not hotfix:
            self.reject(line, "PR2003", "the row has no HotFixId", text, host)
        elif kb is None:
            self.counts["PR2213"] += 1
        else:
            installed, doubt = day_of(fields.get("InstalledTime"), day_first=None)
            if doubt:
                self.counts[doubt] += 1
            self.add(host=host, name=kb, evr=NO_VERSION, scheme="dotted", installed_at=installed, line=line)

    def _add_application(self, host: str, fields: _Fields, line: int, text: str) -> None:
        """Add a package of rpm or dpkg, told by the file its ``PackageId`` names; anything else is counted."""
        names = ("Name", "PackageId", "Architecture", "Release", "Version")
        name, package, arch, release, version = texts_of(fields, names)
        if name == "gpg-pubkey":
            self.counts["PR2201"] += 1
            return
        if package.endswith(".deb"):
            scheme = "dpkg"
            self.counts["PR2216"] += 1
            self.counts["PR2217"] += arch in _DPKG_ARCHES
            arch = _DPKG_ARCHES.get(arch, arch)
        elif package.endswith(".rpm") or release:
            scheme, version = "rpm", self._rpm_version(fields)
        else:
            self.counts["PR2215"] += 1
            return
        if name and version:
            installed = instant(str(fields.get("InstalledTime") or ""))
            values = {"arch": arch or None, "evr": version, "scheme": scheme, "installed_at": installed}
            self.add(host=host, name=name, line=line, **values)
        else:
            self.reject(line, "PR2003", "the row states no name, or no version with release", text, host)

    def _rpm_version(self, fields: _Fields) -> str:
        """Return the version text: the agent leaves an epoch of 0 out where it states the release.

        Old agents state neither: the release is that of the source package then, and the epoch not known.
        """
        version, release, epoch, package = texts_of(fields, ("Version", "Release", "Epoch", "PackageId"))
        if release:
            return f"{epoch or 0}:{version}-{release}" if version else ""
        _, _, found = package.removesuffix(_SOURCE).rpartition(f"-{version}-")
        known = bool(version and found) and "-" not in found
        self.counts["PR2226"] += known
        return f"{version}-{found}" if known else ""
