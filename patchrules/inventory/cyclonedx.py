"""CycloneDX bills of materials in JSON, as trivy, syft and others make them of an image or a host.

Packages are the components with a package URL of rpm or deb, also components inside components; the component of type
``operating-system`` names the system. Bills of materials state no installation times and no dpkg status.
"""

from __future__ import annotations

import re
from typing import Any

from patchrules.inventory._json import Place, texts_of
from patchrules.inventory._purl import distro_of
from patchrules.inventory._reader import Reader, ReadOptions, Rows
from patchrules.inventory._sbom_rows import SbomRows, bill_of, text_in
from patchrules.inventory._texts import head_of
from patchrules.sources.files import Document

_MARK = re.compile(r'"bomFormat"\s*:\s*"CycloneDX"|"\$schema"\s*:\s*"[^"]*cyclonedx|cyclonedx\.org/bom').search
_ENVELOPE = re.compile(r'"payloadType"\s*:\s*"application/vnd\.in-toto\+json"').search
_DEEPEST = 32


def sniff(document: Document) -> bool:
    """Say whether the start has CycloneDX's mark, or is the envelope of a signed statement."""
    head = head_of(document)
    return head.lstrip()[:1] == "{" and bool(_MARK(head) or _ENVELOPE(head))


def read(document: Document, options: ReadOptions) -> Rows:
    """Read every component."""
    rows = SbomRows(document, options)
    members = bill_of(document)
    rows.captured(text_in(members, "metadata", "timestamp"))
    for node in members["components"].elements() if "components" in members else ():
        line, value = node.line, node.value()
        _add(rows, line, value, node, 0)
    return rows.finish()


def _add(rows: SbomRows, line: int, value: Any, node: Place, depth: int) -> None:  # noqa: ANN401  JSON holds anything
    """Add one component and those inside it."""
    fields = value if isinstance(value, dict) else {}
    kind, name, version, purl = texts_of(fields, ("type", "name", "version", "purl"))
    if kind == "operating-system":
        rows.distro = distro_of(f"{name}-{version}")
    elif fields:
        rows.add_purls(line, [purl], version, node.shown)
    else:
        rows.reject(line, "PR2001", "the component is no object", node.shown)
    inner = fields.get("components")
    for one in inner if isinstance(inner, list) and depth < _DEEPEST else ():
        _add(rows, line, one, node, depth + 1)


READER = Reader(
    "cyclonedx",
    "CycloneDX JSON",
    (".json", ".cdx.json"),
    sniff,
    read,
    lost="installation times, dpkg's states; epochs that the scanner leaves out are not stated",
)
