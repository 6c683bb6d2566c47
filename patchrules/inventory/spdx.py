"""SPDX 2 bills of materials in JSON: packages with a reference of type ``purl`` to rpm or deb."""

from __future__ import annotations

import re
from typing import Any

from patchrules.inventory._json import texts_of
from patchrules.inventory._reader import Reader, ReadOptions, Rows
from patchrules.inventory._sbom_rows import SbomRows, bill_of, text_in
from patchrules.inventory._texts import head_of
from patchrules.sources.files import Document

_MARK = re.compile(r'"spdxVersion"\s*:|"SPDXID"\s*:\s*"SPDXRef-DOCUMENT"|spdx\.dev/Document').search


def sniff(document: Document) -> bool:
    """Say whether the start has SPDX's mark."""
    head = head_of(document)
    return head.lstrip()[:1] == "{" and bool(_MARK(head))


def read(document: Document, options: ReadOptions) -> Rows:
    """Read every package."""
    rows = SbomRows(document, options)
    members = bill_of(document)
    rows.captured(text_in(members, "creationInfo", "created"))
    for node in members["packages"].elements() if "packages" in members else ():
        line, value = node.line, node.value()
        if isinstance(value, dict):
            version = texts_of(value, ("versionInfo",))[0]
            rows.add_purls(line, _purls(value.get("externalRefs")), version, node.shown)
        else:
            rows.reject(line, "PR2001", "the package is no object", node.shown)
    return rows.finish()


def _purls(references: Any) -> list[str]:  # noqa: ANN401  JSON holds anything
    """Return the package URLs among references."""
    found = [one for one in references if isinstance(one, dict)] if isinstance(references, list) else []
    return [texts_of(one, ("referenceLocator",))[0] for one in found if one.get("referenceType") == "purl"]


READER = Reader(
    "spdx",
    "SPDX JSON",
    (".json", ".spdx.json"),
    sniff,
    read,
    lost="installation times, dpkg's states; epochs that the scanner leaves out are not stated",
)
