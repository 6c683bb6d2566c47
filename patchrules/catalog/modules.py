"""modules.yaml: which packages of an rpm repository belong to which module stream.

Gives no rows, but a module to the notices and packages beside it that state none. Only what libmodulemd writes is read,
line by line: names, streams, and the packages under ``artifacts``; the catalog needs no YAML for that.
"""

from __future__ import annotations

import re

from patchrules.catalog._reader import Part, Reader, ReadOptions
from patchrules.catalog._rows import PartRows
from patchrules.model.columns import CATALOG
from patchrules.model.module import streams, together
from patchrules.sources.arrow import table
from patchrules.sources.files import Document

_DOCUMENT = re.compile(rb"^document: *modulemd(?:-[a-z-]+)?\r?$", re.MULTILINE)
_KIND = re.compile(r"document: *(\S+)").fullmatch
_FIELD = re.compile(r"  (name|stream): *(\"[^\"]*\"|'[^']*'|\S+)").fullmatch
_NEVRA = re.compile(r"(?P<name>\S+)-(?P<evr>(?:[0-9]+:)?[^\s:-]+-[^\s:-]+)\.(?P<arch>[^\s.-]+)").fullmatch
_ZERO = re.compile(r"0+:")
_SOURCES = ("src", "nosrc")


def sniff(document: Document) -> bool:
    """Say whether a document of the file is one of modulemd."""
    return _DOCUMENT.search(document.head) is not None


def read(document: Document, options: ReadOptions) -> Part:
    """Return the streams, ``name:stream``, by package (:func:`key`) as facts."""
    rows = PartRows(document, options, "modules", "modules")
    facts: dict[str, str] = {}
    fields: dict[str, str] = {}
    path: list[str] = []
    for line, text in document.lines():
        if text.startswith(("---", "...")):
            fields, path = {}, []
        elif found := _KIND(text.rstrip()):
            fields["document"] = found[1]
        elif found := _FIELD(text.rstrip()):
            fields[found[1]] = found[2].strip("\"'")
            path = []
        elif path == ["artifacts", "rpms"] and text.lstrip().startswith("- "):
            _add(text.strip()[2:].strip("\"'"), line, fields, facts, rows)
        elif text.strip():
            path = _path(path, text)
    rows.note_end()
    return rows.part(table(CATALOG, {}, 0), "rpm", facts)


def key(name: str, evr: str, arch: str) -> str:
    r"""Return the text that is the same for one package however its epoch of 0 is written.

    >>> key("bash", "0:5.1-2", "x86_64")
    'bash\nx86_64\n5.1-2'
    """
    return f"{name}\n{arch}\n{_ZERO.sub('', evr) if _ZERO.match(evr) else evr}"


def _path(path: list[str], text: str) -> list[str]:
    """Return where in a module a line stands, as far as it matters."""
    if text.startswith("  artifacts:"):
        return ["artifacts"]
    if path == ["artifacts"] and text.startswith("    rpms:"):
        return ["artifacts", "rpms"]
    return ["artifacts"] if path == ["artifacts"] and text.startswith("   ") else []


def _add(text: str, line: int, fields: dict[str, str], facts: dict[str, str], rows: PartRows) -> None:
    """Note the module of one package."""
    found = _NEVRA(text)
    if found is None:
        rows.reject(line, "PR3002", "the package of a module is not name-epoch:version-release.arch", text)
    elif fields.get("document") == "modulemd" and found["arch"] not in _SOURCES:
        module = f"{fields.get('name', '')}:{fields.get('stream', '')}"
        place = key(found["name"], found["evr"], found["arch"])
        facts[place] = together({module, *streams(facts.get(place, module))})


READER = Reader(
    "modules",
    "module streams of an rpm repository",
    ("modules.yaml", "modules.yaml.gz"),
    sniff,
    read,
    "everything but which package is of which stream: dependencies, profiles, defaults",
)
