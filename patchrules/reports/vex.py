"""``vex``: CycloneDX 1.6 VEX, which package versions of a fleet have a CVE and which have its fix.

A component is a package version with the number of hosts that have it. ``exploitable`` with the response ``update``
means that an approved fix is missing or waits for a reboot, ``in_triage`` that the baseline does not approve the fix,
``resolved`` that the fix is installed. Whether a CVE can be exploited there, no package version tells.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO
from urllib.parse import quote

import pyarrow.compute as pc

from patchrules.evaluation.plain import stamp
from patchrules.evaluation.run import Run
from patchrules.families import families
from patchrules.questions import cves
from patchrules.questions.wording import shown
from patchrules.reports._writer import Look, Writer

_STATE = {"missing": "exploitable", "waiting": "exploitable", "unapproved": "in_triage", "fixed": "resolved"}
_DETAIL = {
    "missing": "an approved fix is not installed",
    "waiting": "the fix waits for a reboot",
    "unapproved": "the baseline does not approve the fix",
    "fixed": "the fix is installed",
}
_NAMESPACE = uuid.UUID("6f6d8b0e-6d3f-5d0c-9a6b-6b3b1f0a7c11")
_KINDS = {"rpm": "rpm", "dpkg": "deb"}
_KEY = ("cve", "standing", "family", "id", "installed", "fixed_in", "advisory")


def write(run: Run, stream: BinaryIO, look: Look) -> None:  # noqa: ARG001  a file for machines has no look
    """Write the document; memory is that of the distinct package versions and their CVEs."""
    found = _counted(run)
    components: dict[tuple[str, str, str], int] = {}
    for key, hosts in found.items():
        component = (key[2] or "", key[3] or "", key[4] or "")
        components[component] = max(components.get(component, 0), hosts)
    said = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(_NAMESPACE, run.id)}",
        "version": 1,
        "metadata": {
            "timestamp": stamp(run.settings.as_of),
            "tools": {"components": [{"type": "application", "name": "patchrules", "version": run.version}]},
        },
        "components": [_component(*one, hosts) for one, hosts in sorted(components.items())],
        "vulnerabilities": list(_vulnerabilities(sorted(found, key=_order))),
    }
    stream.write(json.dumps(said, separators=(",", ":")).encode() + b"\n")


def _counted(run: Run) -> Mapping[tuple[str | None, ...], int]:
    """Return on how many hosts each CVE stands how on each package version."""
    counts: dict[tuple[str | None, ...], int] = {}
    names = run.hosts["host"].combine_chunks()
    for part in cves.batches(run):
        place = pc.index_in(part["host"], value_set=names)
        named = part.append_column("family", run.hosts["family"].take(place))
        for row in named.group_by(list(_KEY)).aggregate([("host", "count")]).to_pylist():
            key = tuple(row[name] for name in _KEY)
            counts[key] = counts.get(key, 0) + row["host_count"]
    return counts


def _vulnerabilities(keys: list[tuple[str | None, ...]]) -> Iterator[dict[str, Any]]:
    """Yield a vulnerability for every CVE and way it stands."""
    found: dict[tuple[str, str], list[tuple[str | None, ...]]] = {}
    for key in keys:
        found.setdefault((key[0] or "", key[1] or ""), []).append(key)
    for (cve, standing), rows in found.items():
        analysis: dict[str, Any] = {"state": _STATE[standing], "detail": _DETAIL[standing]}
        if standing != "fixed":
            analysis["response"] = ["update"]
        yield {
            "bom-ref": f"{shown(cve)}/{standing}",
            "id": shown(cve),
            "analysis": analysis,
            "affects": [_affects(row) for row in {row[2:6]: row for row in rows}.values()],
            "properties": [
                {"name": "patchrules:advisory", "value": advisory}
                for advisory in sorted({shown(row[6]) for row in rows if row[6]})
            ],
        }


def _affects(row: tuple[str | None, ...]) -> dict[str, Any]:
    """Return a package version and whether it has the CVE; one that has it also names the version that has not."""
    _, standing, family, package, installed, fixed_in, _ = row
    status = "unaffected" if standing == "fixed" else "affected"
    versions = [{"version": shown(installed or "not installed")[:1024], "status": status}]
    if standing in ("missing", "unapproved"):
        versions.append({"version": shown(fixed_in or "")[:1024], "status": "unaffected"})
    return {"ref": _ref(family or "", package or "", installed or ""), "versions": versions}


def _component(family: str, package: str, version: str, hosts: int) -> dict[str, Any]:
    """Return a package version; with a purl where its kind of package has one."""
    name, _, arch = package.rpartition(".") if families()[family].has_arch else (package, "", "")
    found = {"type": "library", "bom-ref": _ref(family, package, version), "name": shown(name or package)}
    found |= {"version": shown(version)[:1024]} if version else {}
    kind = _KINDS.get(families()[family].scheme)
    if kind and version:
        namespace = next(iter(families()[family].os_release_ids), family)
        epoch, colon, rest = version.partition(":")
        told = f"?arch={_part(arch)}" if arch else ""
        if kind == "rpm" and colon:
            told += f"{'&' if told else '?'}epoch={_part(epoch)}" if epoch != "0" else ""
        else:
            rest = version
        found["purl"] = f"pkg:{kind}/{_part(namespace)}/{_part(name)}@{_part(rest)}{told}"
    return found | {"properties": [{"name": "patchrules:hosts", "value": str(hosts)}]}


def _ref(family: str, package: str, version: str) -> str:
    """Return what the document calls a package version."""
    return f"{family}/{shown(package)}@{shown(version)}"


def _part(text: str) -> str:
    """Return a part of a purl."""
    return quote(text.encode("utf-8", "replace"), safe="~+")


def _order(key: tuple[str | None, ...]) -> tuple[object, ...]:
    """Sort by CVE, the worst standing first."""
    return key[0] or "", cves.STANDINGS.index(key[1] or "fixed"), *(text or "" for text in key[2:])


WRITER = Writer("vex", "CycloneDX 1.6 VEX, CVEs by package version", (".vex.json", ".cdx.json"), write)
