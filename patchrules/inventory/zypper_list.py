"""What ``zypper search --installed-only --details`` prints (``zypper se -is``), in any language.

The columns are state, name, type, version, architecture and repository. Without ``--details`` there are no versions,
and nothing can be judged: such a file is refused. Patches, patterns and products in the list are counted. An epoch that
is not printed is 0.
"""

from __future__ import annotations

import re

from patchrules.families._architectures import RPM_ARCHES
from patchrules.inventory._reader import Reader, ReadOptions, Rows
from patchrules.inventory._rows import PackageRows
from patchrules.sources.files import Document

_INSTALLED = re.compile(r"i[+l]?").fullmatch
_DETAILED, _PLAIN = 6, 4
_COMMAND = "zypper --non-interactive search --installed-only --details --type package"


def sniff(document: Document) -> bool:
    """Say whether the start has a row of an installed package, or one of the list without versions."""
    return any(_detailed(cells) or _without(cells) for cells in map(_cells, document.head_lines()))


def read(document: Document, options: ReadOptions) -> Rows:
    """Read every row; raises the document's error for a list without versions."""
    rows = PackageRows(document, options, "rpm", ("name", "arch", "evr"))
    started = False
    seen: set[tuple[str, ...]] = set()
    for number, line in document.lines():
        cells = _cells(line)
        if _without(cells) and not started:
            raise document.fail("PR2108", "zypper printed no versions", hint=f"run: {_COMMAND}")
        if _detailed(cells):
            started = True
            name, version, arch = cells[1], cells[3], cells[4]
            if "-" not in version:
                rows.counts["PR2215"] += 1  # patches, patterns and products have a version without release
            elif (name, version, arch) in seen:
                rows.counts["PR2219"] += 1  # a row for every repository that has this version
            else:
                seen.add((name, version, arch))
                rows.add(name=name, arch=arch, evr=version if ":" in version else f"0:{version}", line=number)
        elif len(cells) == _DETAILED and cells[4] in RPM_ARCHES:
            rows.counts["PR2225"] += 1
        elif started and line.strip():
            rows.reject(number, "PR2001", "the line is no row of zypper", line)
    return rows.finish()


def _cells(line: str) -> list[str]:
    """Return the cells of a row."""
    return [cell.strip() for cell in line.split("|")] if "|" in line else []


def _detailed(cells: list[str]) -> bool:
    """Say whether a row states name, version and architecture of something installed."""
    return len(cells) == _DETAILED and bool(_INSTALLED(cells[0])) and cells[4] in RPM_ARCHES and bool(cells[1])


def _without(cells: list[str]) -> bool:
    """Say whether a row is of something installed, without its version."""
    return len(cells) == _PLAIN and bool(_INSTALLED(cells[0])) and bool(cells[1])


READER = Reader(
    "zypper_list",
    "zypper search --installed-only --details",
    (".txt",),
    sniff,
    read,
    "rpm",
    lost="times of installation and build",
)
