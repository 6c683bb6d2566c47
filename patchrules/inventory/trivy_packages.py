"""Packages as trivy lists them: ``trivy image --format json --list-all-pkgs``, or only the list of packages in it.

The system is the report's ``Metadata.OS``. trivy reads the package databases itself, so an epoch that it leaves out
is 0; dpkg's revision is its ``Release``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from patchrules.families._architectures import DPKG_ARCHES, RPM_ARCHES
from patchrules.inventory._json import Place, members_of, texts_of, values_of
from patchrules.inventory._purl import distro_of
from patchrules.inventory._reader import Reader, ReadOptions, Rows
from patchrules.inventory._rows import PackageRows
from patchrules.inventory._rpm_shapes import EL_TAG
from patchrules.inventory._texts import head_of
from patchrules.sources.dates import instant
from patchrules.sources.files import Document

_REPORT = re.compile(r'"ArtifactName"\s*:').search
_LIST = re.compile(r'"SrcName"\s*:|"AnalyzedBy"\s*:').search
_SYSTEM = "os-pkgs"


def sniff(document: Document) -> bool:
    """Say whether the start is a report, or a list of packages with their sources."""
    head = head_of(document)
    start = head.lstrip()[:1]
    return (start == "{" and bool(_REPORT(head))) or (start == "[" and bool(_LIST(head)))


def read(document: Document, options: ReadOptions) -> Rows:
    """Read every package of the system; those of languages are counted."""
    rows = PackageRows(document, options, None, ("host", "name", "arch", "evr", "scheme"))
    facts = rows.facts.setdefault(options.host, {})
    for top in values_of(document):
        for node in _packages(top, rows, facts):
            value = node.value()
            _add(rows, options.host, value if isinstance(value, dict) else {}, node)
    return rows.finish()


def _packages(top: Place, rows: PackageRows, facts: dict[str, Any]) -> Iterator[Place]:
    """Yield the packages of a list or report, and keep what a report says of its system."""
    if top.is_array:
        yield from top.elements()
        return
    for name, member in top.members():
        if name == "CreatedAt":
            facts["captured_at"] = instant(str(member.value()))
        elif name == "Metadata":
            value = member["OS"].value()
            family, version = texts_of(value if isinstance(value, dict) else {}, ("Family", "Name"))
            facts |= {"distro": distro_of(f"{family}-{version}")} if family else {}
        elif name == "Results":
            for result in member.elements():
                yield from _results(result, rows)


def _results(result: Place, rows: PackageRows) -> Iterator[Place]:
    """Yield the packages of one result that is about the system."""
    members = members_of(result)
    packages = members.get("Packages")
    if packages is None:
        return
    if "Class" in members and members["Class"].value() != _SYSTEM:
        rows.counts["PR2215"] += sum(1 for _ in packages.elements())
    else:
        yield from packages.elements()


def _add(rows: PackageRows, host: str, fields: dict[str, Any], node: Place) -> None:
    """Add one package."""
    names = ("Name", "Version", "Release", "Arch", "Epoch", "AnalyzedBy")
    name, version, release, arch, epoch, analyzer = texts_of(fields, names)
    scheme = _scheme(analyzer, arch, release)
    if name == "gpg-pubkey":
        rows.counts["PR2201"] += 1
    elif not name or not version or (scheme == "rpm" and not release):
        rows.reject(node.line, "PR2003", "the package has no name, version or release", node.shown, host)
    elif scheme is None:
        rows.counts["PR2215"] += 1
    else:
        text = f"{version}-{release}" if release else version
        stated = "" if ":" in version else f"{epoch or 0}:" if scheme == "rpm" or epoch not in ("", "0") else ""
        arch = "" if arch in ("None", "(none)") else arch
        rows.add(host=host, name=name, arch=arch or None, evr=f"{stated}{text}", scheme=scheme, line=node.line)


def _scheme(analyzer: str, arch: str, release: str) -> str | None:
    """Return the version order of a package: as its analyzer says, else by architecture, else by its release."""
    if analyzer:
        return {"rpm": "rpm", "rpmqa": "rpm", "dpkg": "dpkg"}.get(analyzer)
    if arch:
        return "rpm" if arch in RPM_ARCHES else "dpkg" if arch in DPKG_ARCHES else None
    return "rpm" if release and EL_TAG(f".{release}") else "dpkg"


READER = Reader(
    "trivy_packages",
    "packages as trivy lists them",
    (".json",),
    sniff,
    read,
    lost="installation times, dpkg's states",
)
