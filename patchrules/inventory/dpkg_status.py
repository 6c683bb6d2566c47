"""dpkg's own database, ``/var/lib/dpkg/status``: one stanza a package.

Only the third status word ``installed`` counts as installed (DECISIONS 20); the other rows are kept with their word.
A stanza without ``Status`` (the ``status.d`` files of distroless images) is an installed package.
"""

from __future__ import annotations

from collections.abc import Mapping

from patchrules.inventory._dpkg_rows import STATES
from patchrules.inventory._reader import Reader, ReadOptions, Rows
from patchrules.inventory._rows import PackageRows
from patchrules.sources.deb822 import stanzas
from patchrules.sources.files import Document

_FIELDS = ("Package", "Version", "Architecture", "Status", "Priority", "Section")
_USED = ("name", "arch", "evr", "status", "held", "priority", "section")
_OF_EVERY = ("Package", "Version")
_OPTIONAL = {"Architecture": "arch", "Status": "status"}
_WORDS = 3
_OFFERED = frozenset({"Filename", "Files", "Size", "SHA256", "SHA1", "MD5sum", "Binary"})
_INSTALLED = ["install", "ok", "installed"]


def sniff(document: Document) -> bool:
    """Say whether the first lines are a stanza of an installed package, and not of one that an archive offers."""
    starts = {line.partition(":")[0] for line in document.head_lines()}
    return {"Package", "Status"} <= starts or (
        {"Package", "Version", "Architecture"} <= starts and not _OFFERED & starts
    )


def read(document: Document, options: ReadOptions) -> Rows:
    """Read every stanza; ``line`` is the line its stanza begins at."""
    rows = PackageRows(document, options, "dpkg", _USED)
    add_name, add_arch, add_evr, add_status, add_held, add_priority, add_section, add_line = (
        rows.columns[name].append for name in (*_USED, "line")
    )
    line, fields = 1, dict[str, str]()
    document.open_line = None
    for line, fields in stanzas(document, fields=_FIELDS):
        name, version, words = fields.get("Package"), fields.get("Version"), fields.get("Status")
        status = _INSTALLED if words == "install ok installed" else words.split() if words else []
        if words and len(status) != _WORDS:
            rows.reject(line, "PR2001", f"the status is not three words: `{words}`", name)
            continue
        if status and status is not _INSTALLED and status[2] not in STATES:
            rows.reject(line, "PR2001", f"the status is none of dpkg's: `{words}`", name)
            continue
        if status and status[2] != "installed":
            rows.counts["PR2202"] += 1
            if not version:
                continue
        if not name or not version:
            rows.reject(line, *_lack(fields), name or version)
            continue
        add_name(name.strip())
        add_arch(fields.get("Architecture"))
        add_evr(version.strip())
        add_status(status[2] if status else None)
        add_held(bool(status) and status[0] == "hold")
        add_priority(fields.get("Priority") or None)
        add_section(fields.get("Section") or None)
        add_line(line)
    _look_at_the_end(document, rows, line, fields)
    return rows.finish()


def _lack(fields: Mapping[str, str]) -> tuple[str, str]:
    """Return code and message for a stanza without name or version; distroless images have some of a name alone."""
    if fields.keys() == {"Package"}:
        return "PR2133", "the stanza names a package and says nothing of it"
    return "PR2003", f"the stanza has no field `{'Version' if fields.get('Package') else 'Package'}`"


def _look_at_the_end(document: Document, rows: PackageRows, line: int, last: Mapping[str, str]) -> None:
    """Refuse the last stanza where its last line has no end and it misses what dpkg writes of every package."""
    if document.ending == "line" and not rows.columns["line"]:
        # A distroless image may have a file of a stub beside others, which ends like that, so it is told only.
        rows.counts["PR2132"] += 1
    if document.ending in ("whole", "line"):
        return
    if document.ending == "stump":
        line, stump = max(document.lines(), default=(0, ""))
        rows.reject(line, "PR2001", "the stanza ends before its first field", stump)
        return
    wanted = (*_OF_EVERY, *(field for field, column in _OPTIONAL.items() if any(rows.columns[column])))
    missing = next((field for field in wanted if not last.get(field)), None)
    document.open_line = line
    rows.counts["PR2232"] += line == 1  # later ones are counted with those of lists
    if missing is None or (rows.rejects and rows.rejects[-1][0] == line):
        return
    if rows.columns["line"][-1:] == [line]:
        for column in rows.columns.values():
            column.pop()
    rows.reject(line, "PR2003", f"the stanza ends before its field `{missing}`", last.get("Package"))


READER = Reader(
    "dpkg_status",
    "dpkg's status file",
    (".status",),
    sniff,
    read,
    "dpkg",
    lost="installation times",
)
