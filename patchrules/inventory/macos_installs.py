"""What macOS installed: ``system_profiler SPInstallHistoryDataType -json``, oldest or newest first.

Of every name the version that was installed last counts. ``SPSoftwareDataType`` in the same file names the system::

    system_profiler SPSoftwareDataType SPInstallHistoryDataType -json
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from patchrules.inventory._json import Place, texts_of, values_of
from patchrules.inventory._reader import Reader, ReadOptions, Rows
from patchrules.inventory._rows import PackageRows
from patchrules.inventory._texts import head_of
from patchrules.sources.dates import instant
from patchrules.sources.files import Document

_MARK = re.compile(r'"SPInstallHistoryDataType"\s*:').search
_SYSTEM = re.compile(r"(macOS|Mac OS X|OS X) ([0-9][0-9.]*)").match
_NEVER = datetime(1, 1, 1, tzinfo=UTC)


def sniff(document: Document) -> bool:
    """Say whether the start has the history of installations, or the system that stands before it."""
    head = head_of(document)
    return head.lstrip()[:1] == "{" and (bool(_MARK(head)) or '"SPSoftwareDataType"' in head)


def read(document: Document, options: ReadOptions) -> Rows:
    """Read every installation, and keep the last of each name."""
    rows = PackageRows(document, options, "dotted", ("host", "name", "evr", "installed_at"))
    facts = rows.facts.setdefault(options.host, {})
    newest: dict[str, tuple[datetime, int, str]] = {}
    for top in values_of(document):
        facts["family"] = "macos"
        for kind, part in top.members():
            for node in part.elements():
                if kind == "SPInstallHistoryDataType":
                    _install(node, rows, newest)
                elif kind == "SPSoftwareDataType":
                    facts |= _system(node)
    for name, (when, line, version) in sorted(newest.items(), key=lambda one: one[1][1]):
        installed = None if when == _NEVER else when
        rows.add(host=options.host, name=name, evr=version, installed_at=installed, line=line)
    return rows.finish()


def _install(node: Place, rows: PackageRows, newest: dict[str, tuple[datetime, int, str]]) -> None:
    """Keep one installation if it is the last of its name."""
    line, value = node.line, node.value()
    fields = value if isinstance(value, dict) else {}
    name, version, date = texts_of(fields, ("_name", "install_version", "install_date"))
    if not name or not version:
        rows.reject(line, "PR2003", "the installation has no name or no version", node.shown)
        return
    when = instant(date) or _NEVER
    rows.counts["PR2219"] += name in newest
    if name not in newest or when >= newest[name][0]:
        newest[name] = (when, line, version)


def _system(node: Place) -> dict[str, str]:
    """Return the facts of the system: ``macOS 13.6.1 (22G313)``."""
    value = node.value()
    (text,) = texts_of(value if isinstance(value, dict) else {}, ("os_version",))
    found = _SYSTEM(text)
    return {"platform": found[1], "platform_version": found[2]} if found else {}


READER = Reader(
    "macos_installs",
    "macOS install history (system_profiler)",
    (".json",),
    sniff,
    read,
    "dotted",
    lost="what Homebrew installed",
)
