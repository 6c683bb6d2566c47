"""USN: Ubuntu's security notices as JSON, the whole database (``usn-db/database-all.json``) or answers of its API.

Ids and days of fixed versions, of binary and source packages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from patchrules.catalog._advisories import Advisory, Fixes, product_of_codename, when
from patchrules.catalog._reader import Part, Reader, ReadOptions
from patchrules.catalog._rows import PartRows
from patchrules.sources.files import Document
from patchrules.sources.json import streamed

_DATABASE = re.compile(rb'\s*\{\s*"[0-9]+-[0-9]+"\s*:\s*\{')
_ANSWER = re.compile(rb'"(?:notices|release_packages)"\s*:')
_OURS = re.compile(rb'"(?:USN|LSN|SSN)-[0-9]+-[0-9]+"')
_NUMBER = re.compile(r"[0-9]+-[0-9]+").fullmatch
_KINDS = ("binaries", "allbinaries", "sources")


def sniff(document: Document) -> bool:
    """Say whether it is the database, or an answer that has notices of Ubuntu."""
    head = document.head
    return _DATABASE.match(head) is not None or bool(_ANSWER.search(head) and _OURS.search(head))


def read(document: Document, options: ReadOptions) -> Part:
    """Read every notice; raises CatalogError PR2907 for broken JSON. Memory is that of the fixes and of one notice."""
    rows = PartRows(document, options, "advisories", "ubuntu_notices")
    fixes = Fixes()
    alone: dict[str, Any] = {}
    first = 1
    for key, line, value in streamed(document):
        if key == "notices" and isinstance(value, list):
            for notice in value:
                _add(_object(notice), line, fixes, rows)
        elif _NUMBER(key):
            _add({"id": key, **_object(value)}, line, fixes, rows)
        else:
            first = min(first, line) if alone else line
            alone[key] = value
    if "release_packages" in alone:
        _add(alone, first, fixes, rows)
    return fixes.part(rows)


def _add(notice: dict[str, Any], line: int, fixes: Fixes, rows: PartRows) -> None:
    """Add the fixes of one notice, in either shape."""
    number = str(notice.get("id") or "")
    if not number:
        rows.reject(line, "PR3003", "the notice has no id", str(notice.get("title") or ""))
        return
    stamp = notice.get("published") or notice.get("timestamp")
    text = str(int(stamp)) if isinstance(stamp, float | int) and abs(stamp) < 1e11 else stamp  # noqa: PLR2004  seconds
    cves = notice.get("cves_ids") or notice.get("cves")
    found = cves if isinstance(cves, list) else []
    advisory = Advisory(
        id=number if number.startswith(("USN", "LSN", "SSN")) else f"USN-{number}",
        issued=when(text if isinstance(text, str) else None)[0],
        issued_text=text if isinstance(text, str) else None,
        title=str(notice.get("title") or "") or None,
        cves=tuple(one for one in found if isinstance(one, str) and one.startswith("CVE-")),
    )
    for codename, name, version in {*_of_database(notice), *_of_answer(notice)}:
        if version:
            fixes.add(product_of_codename(codename) or codename, name, version, advisory)
        else:
            rows.counts["PR3230"] += 1


def _of_database(notice: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield codename, package and version of a notice as the database has it."""
    for codename, release in _object(notice.get("releases")).items():
        for kind in _KINDS:
            for name, package in _object(_object(release).get(kind)).items():
                yield codename, name, str(_object(package).get("version") or "")


def _of_answer(notice: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield codename, package and version of a notice as the API has it."""
    for codename, packages in _object(notice.get("release_packages")).items():
        for package in packages if isinstance(packages, list) else ():
            found = _object(package)
            if found.get("name"):
                yield codename, str(found["name"]), str(found.get("version") or "")


def _object(value: object) -> dict[str, Any]:
    """Return an object, an empty one for anything else."""
    return value if isinstance(value, dict) else {}


READER = Reader(
    "ubuntu_notices",
    "security notices of Ubuntu",
    ("database-all.json",),
    sniff,
    read,
    "priorities of CVEs; it offers no package",
)
