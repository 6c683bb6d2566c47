"""What ``dnf list installed``, ``yum list installed`` and ``tdnf list installed`` print, in any language.

Long names push version and repository to lines of their own. Headers are translated: rows under a header that says
``installed`` count, rows under one of another list do not, and where the header is not known the repository decides,
which for installed packages begins with ``@`` or is ``installed``. An epoch that is not printed is 0.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from patchrules.families._architectures import RPM_ARCHES
from patchrules.inventory._reader import Reader, ReadOptions, Rows
from patchrules.inventory._rows import PackageRows
from patchrules.inventory._rpm_shapes import listed
from patchrules.sources.files import Document

_FIELDS = 3
_INSTALLED = re.compile(
    r"install|instal|asenne|telepít|zainstal|kurulu|yüklü|установлен|встановлен|已安装|已安裝|インストール済|설치된",
    re.IGNORECASE,
).search
_OTHERS = re.compile(
    r"\b(?:available|updat|upgrad|obsolet|recent|extra|autoremove)|verfügbar|disponib|disponív|beschikbaar|dostępn|dostupn"
    r"|elérhető|kullan|доступн|可安装|可用|利用可能|이용 가능|사용 가능",
    re.IGNORECASE,
).search


@dataclass(slots=True)
class _Row:
    """A row that may go on in the next line; ``section`` is True under ``installed``, False under another list."""

    line: int
    words: list[str]
    text: str
    section: bool | None


def sniff(document: Document) -> bool:
    """Say whether the start has a row of an installed package that stands under no other list."""
    section = None
    lines = document.head_lines()
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        section = _section(line, section)
        words = line.split() if line[:1].strip() else []
        if section and len(words) == 1 and after[:1].isspace():
            words += after.split()
        named = len(words) > 1 and words[0].rpartition(".")[2] in RPM_ARCHES and "-" in words[1]
        if section is not False and (listed(line) or (section and named)):
            return True
    return False


def read(document: Document, options: ReadOptions) -> Rows:
    """Read every row, and put together what was wrapped."""
    rows = PackageRows(document, options, "rpm", ("name", "arch", "evr"))
    for row in _wrapped(document, rows):
        name, _, arch = row.words[0].rpartition(".")
        repository = row.words[2] if len(row.words) >= _FIELDS else ""
        counts = row.section or (row.section is None and _is_installed(repository))
        if not counts:
            rows.counts["PR2225"] += 1
        elif len(row.words) < _FIELDS - 1 or "-" not in row.words[1]:
            rows.reject(row.line, "PR2001", "the row has no version-release", row.text)
        else:
            version = row.words[1] if ":" in row.words[1] else f"0:{row.words[1]}"
            rows.add(name=name, arch=arch, evr=version, line=row.line)
    return rows.finish()


def _wrapped(document: Document, rows: PackageRows) -> Iterator[_Row]:
    """Yield the rows; what stands before the first one is talk, what stands between them is refused."""
    row: _Row | None = None
    section: bool | None = None
    started = False
    for number, line in document.lines():
        words = line.split()
        if not words:
            continue
        if row and line[:1].isspace() and len(row.words) < _FIELDS:
            row.words += words
            continue
        if row:
            yield row
            row = None
        if words[0].rpartition(".")[2] in RPM_ARCHES and not line[:1].isspace():
            row = _Row(number, words, line, section)
            started = True
            continue
        before, section = section, _section(line, section)
        if started and section is before:
            rows.reject(number, "PR2001", "the line is no row of a package list", line)
    if row:
        yield row


def _section(line: str, before: bool | None) -> bool | None:  # noqa: FBT001  what was known so far
    """Return whether the rows after a line are installed packages; a line with numbers or a colon is no header."""
    if not line or line[:1].isspace() or ":" in line or any(char.isdigit() for char in line) or "." in line:
        return before
    return True if _INSTALLED(line) else False if _OTHERS(line) else before


def _is_installed(repository: str) -> bool:
    """Say whether a repository is where an installed package came from."""
    return repository.startswith("@") or repository == "installed"


READER = Reader(
    "dnf_list",
    "dnf or yum list installed",
    (".txt",),
    sniff,
    read,
    "rpm",
    lost="times of installation and build",
)
