"""Rows of dpkg packages, as every tool but dpkg's own database prints them: statuses as words or letters."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from patchrules.inventory._damaged import UNREAD
from patchrules.inventory._reader import ReadOptions, Rows
from patchrules.inventory._rows import PackageRows
from patchrules.sources.files import Document

PRIORITIES = frozenset({"required", "important", "standard", "optional", "extra"})
_STATES = {
    "n": "not-installed",
    "c": "config-files",
    "H": "half-installed",
    "U": "unpacked",
    "F": "half-configured",
    "W": "triggers-awaited",
    "t": "triggers-pending",
    "i": "installed",
}
STATES = frozenset(_STATES.values())
"""The third words of dpkg's status."""

_ABBREVIATION = re.compile(r"([uirph])([ncHUFWti])(R?)").fullmatch
VERSION = re.compile(r"(?:[0-9]{1,9}:)?[0-9][A-Za-z0-9.+~:-]*").fullmatch
NAME = re.compile(r"[a-z0-9][a-z0-9+.-]+", re.IGNORECASE).fullmatch
SECONDS = re.compile(r"[0-9]{9,10}").fullmatch
_UNREAD = re.compile(r"dpkg(?:-query)?: error\b|E: ").match
_USED = ("name", "arch", "evr", "status", "held", "priority", "section", "installed_at")


def status_of(text: str) -> tuple[str, bool] | None:
    """Return dpkg's third status word and whether the package is held, None when the text is no status.

    >>> status_of("install ok installed"), status_of("hi "), status_of("rc"), status_of("config-files")
    (('installed', False), ('installed', True), ('config-files', False), ('config-files', False))
    """
    words = text.split()
    found = _ABBREVIATION(text.strip())
    if found:
        return _STATES[found[2]], found[1] == "h"
    if len(words) == 3 and words[2] in STATES:  # noqa: PLR2004  desired, error, state
        return words[2], words[0] == "hold"
    return (words[0], False) if len(words) == 1 and words[0] in STATES else None


def _instant(text: str) -> datetime | None:
    """Return the instant of seconds since 1970, None for anything else."""
    return datetime.fromtimestamp(int(text), UTC) if SECONDS(text) else None


class DpkgRows(PackageRows):
    """The dpkg packages of one file while it is read; a file that states no status is told of once."""

    def __init__(self, document: Document, options: ReadOptions) -> None:
        """Start empty."""
        super().__init__(document, options, "dpkg", _USED)

    def add_package(self, line: int, text: str, fields: dict[str, str]) -> None:
        """Add a package by its fields ``name`` (with ``:arch``, if so printed), ``version``, ``arch``, ``status``..."""
        name, _, qualifier = fields.get("name", "").partition(":")
        version, status = fields.get("version", ""), status_of(fields.get("status", ""))
        state, held = status or (None, False)
        if state is not None and state != "installed":
            self.counts["PR2202"] += 1
            if not version or state == "not-installed":
                return
        if not NAME(name) or not version:
            self.reject(line, "PR2003", "the line has no package name or no version", text)
            return
        self.add(
            name=name,
            arch=fields.get("arch") or qualifier or None,
            evr=version,
            status=state,
            held=held or None,
            priority=fields.get("priority") or None,
            section=fields.get("section") or None,
            installed_at=_instant(fields.get("installed_at", "")),
            line=line,
        )

    def tells_failure(self, line: int, text: str) -> bool:
        """Say whether a line is dpkg's or apt's own that it failed, and refuse it: packages are missing then."""
        found = _UNREAD(text)
        if found:
            self.reject(line, UNREAD, f"{'apt' if found[0] == 'E: ' else 'dpkg'} could not read its database", text)
        return bool(found)

    def finish(self) -> Rows:
        """Count the rows without a status, and return the tables."""
        self.counts["PR2216"] += self.columns["status"].count(None)
        return super().finish()
