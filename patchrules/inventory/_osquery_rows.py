"""Rows of osquery's tables, put together from snapshots and differences."""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from patchrules.families._windows_releases import ARCHITECTURES
from patchrules.inventory._dpkg_rows import status_of
from patchrules.inventory._json import Place, texts_of
from patchrules.inventory._reader import ReadOptions, Rows
from patchrules.inventory._rows import PackageRows
from patchrules.inventory._windows import NO_VERSION, day_of, first_is_day, kb_of
from patchrules.sources.dates import instant as read_instant
from patchrules.sources.files import Document

_USED = ("host", "name", "arch", "evr", "installed_at", "status", "held", "priority", "section", "scheme")
_KEY_OF_PACKAGE = ("name", "arch", "version", "release", "epoch")
_KEY = (*_KEY_OF_PACKAGE, "hotfix_id")
_LINE = operator.itemgetter(0)
_PACKAGES = ("rpm", "dpkg", "dotted")
_OF_OS_VERSION = frozenset({"major", "platform_like", "version"})
_OF_DPKG = frozenset({"revision", "maintainer"})
_OF_RPM = frozenset({"release", "epoch", "package_group"})
_LONGEST_UPTIME = 10**9


class Event(NamedTuple):
    """One row of a result while it is looked at: there now (``snapshot``, ``added``) or gone (``removed``)."""

    host: str
    query: str
    action: str
    columns: Mapping[str, Any]
    line: int
    place: Place
    time: Any = None
    counter: Any = None
    epoch: Any = None


_Key = tuple[str, ...]
_Row = tuple[int, int, str, _Key, Mapping[str, Any]]
"""What is kept of a row: line, where it begins, query, key and columns.

A plain tuple of texts and numbers is one that Python's garbage collector stops looking at; an object, or a tuple with a
name, it walks again and again while the file is read.
"""


@dataclass(slots=True)
class _Listed:
    """What a host has of one table, as of the last line, and how its differential results began."""

    rows: dict[_Key, _Row] = field(default_factory=dict)
    epoch: Any = None
    is_whole: bool | None = None


instant = functools.lru_cache(maxsize=1 << 12)(read_instant)
"""Reads a date; the rows of one host repeat the same few."""


class OsqueryRows(PackageRows):
    """The results of one file while they are read: what each host has of each table, as of the last line."""

    def __init__(self, document: Document, options: ReadOptions) -> None:
        """Start empty."""
        super().__init__(document, options, None, _USED)
        self._present: dict[tuple[str, str], _Listed] = {}
        self._heard: dict[str, Any] = {}
        self._times: dict[tuple[str, str], int] = {}
        self._found: list[tuple[Any, ...]] = []
        self._anywhere: Place | None = None

    def begin_snapshot(self, host: str, query: str, stated: object) -> None:
        """Forget what an older snapshot of the same query said."""
        time = _seconds(stated)
        before = self._times.get((host, query))
        if before is not None:
            self.counts["PR2222"] += 1
        if before is None or time >= before:
            self._times[host, query] = time
            for (name, _), listed in self._present.items():
                if name == host:
                    for key in [key for key, (_, _, own, *_) in listed.rows.items() if own == query]:
                        del listed.rows[key]

    def stump(self, line: int, text: str, host: str) -> None:
        """Refuse a last line that is cut off; the host it names is known, whether or not other lines are of it."""
        self.reject(line, "PR2001", "the log is cut off in its last line", text, host)
        if host:
            self.facts.setdefault(host, {})

    def take(self, event: Event) -> None:
        """Take one row in, or away."""
        host, query, action, columns, line, place, *_ = event
        self._see(event)
        table = _table_of(query, tuple(columns))
        if not table:
            if not columns:
                self.reject(line, "PR2001", "the row has no columns", place.shown, host)
            return
        listed = self._present.get((host, table))
        if listed is None:
            listed = self._present[host, table] = _Listed()
            self._anywhere = place
        key = tuple(texts_of(columns, _KEY if table == "dotted" else _KEY_OF_PACKAGE))
        if action == "removed":
            listed.rows.pop(key, None)
        elif action != "snapshot" or _seconds(event.time) >= self._times.get((host, query), 0):
            _begin(listed, event)
            if key in listed.rows:
                self.counts["PR2219"] += 1
            listed.rows[key] = (line, place.at, query, key, columns)

    def finish(self) -> Rows:
        """Add what is there at the end, and return the tables."""
        for (host, table), listed in self._present.items():
            if table in _PACKAGES and listed.is_whole is False:
                self.counts["PR2220"] += 1
            rows = sorted(listed.rows.values(), key=_LINE)
            if table == "rpm":
                self._add_rpms(host, rows)
            elif table == "dpkg":
                self._add_dpkgs(host, rows)
            elif table == "dotted":
                self._add_updates(host, listed.rows.values(), rows)
            else:
                for row in rows:
                    self._tell(host, row, table)
        for name, values in zip((*_USED, "line"), zip(*self._found, strict=True), strict=False):
            self.columns[name] += values
        return super().finish()

    def _see(self, event: Event) -> None:
        """Keep when the host was last heard of."""
        time = event.time
        if type(time) is int and self._heard.get(event.host) == time:
            return  # as nearly all rows of a result
        self._heard[event.host] = time if type(time) is int else None
        facts = self.facts.setdefault(event.host, {})
        seen = instant(str(time or ""))
        if seen:
            facts["captured_at"] = max(seen, facts.get("captured_at", seen))

    def _add_rpms(self, host: str, rows: Iterable[_Row]) -> None:
        """Add the rows of ``rpm_packages`` that a host has."""
        for row in rows:
            line, _, _, (name, arch, version, release, epoch), columns = row
            if name == "gpg-pubkey":
                self.counts["PR2201"] += 1
            elif not name or not version or not release:
                self._refuse(host, row, "the row has no name, version or release")
            else:
                stated = "" if columns.get("epoch") is None else _epoch(epoch)
                known = None if arch == "(none)" else arch or None
                installed = columns.get("install_time")
                when = _installed_at(str(installed)) if installed else None
                evr = f"{stated}{version}-{release}"
                self._found.append((host, name, known, evr, when, None, None, None, None, "rpm", line))

    def _add_dpkgs(self, host: str, rows: Iterable[_Row]) -> None:
        """Add the rows of ``deb_packages`` that a host has; a version is whole, ``revision`` repeats the end of it."""
        names = ("name", "version", "arch", "status", "priority", "section")
        for row in rows:
            line, *_, columns = row
            name, version, arch, status, priority, section = texts_of(columns, names)
            state, held = status_of(status) or (None, False)
            self.counts["PR2202"] += state not in (None, "installed")
            self.counts["PR2216"] += state is None
            if not version and state not in (None, "installed"):
                continue
            if not name or not version:
                self._refuse(host, row, "the row has no name or no version")
            else:
                package = (name.partition(":")[0], arch or None, version, None)
                more = (state, held or None, priority or None, section or None)
                self._found.append((host, *package, *more, "dpkg", line))

    def _add_updates(self, host: str, listed: Iterable[_Row], rows: Iterable[_Row]) -> None:
        """Add the rows of ``patches`` that a host has; ``listed`` are the same in the order they were first met."""
        day_first = first_is_day([str(columns.get("installed_on") or "") for *_, columns in listed])
        for line, *_, columns in rows:
            self.facts[host]["family"] = "windows"
            kb = kb_of(*texts_of(columns, ("hotfix_id",)))
            if kb is None:
                self.counts["PR2213"] += 1
                continue
            when, doubt = day_of(columns.get("installed_on"), day_first=day_first)
            if doubt:
                self.counts[doubt] += 1
            self._found.append((host, kb, None, NO_VERSION, when, None, None, None, None, "dotted", line))

    def _refuse(self, host: str, row: _Row, message: str) -> None:
        """Refuse a row that was kept; its text is looked up where it begins."""
        line, at, *_ = row
        self.reject(line, "PR2003", message, self._anywhere.beside(at).shown if self._anywhere else None, host)

    def _tell(self, host: str, row: _Row, table: str) -> None:
        """Keep what a row says of its host."""
        facts = self.facts[host]
        self.about_hosts = True
        columns = {key: value for key, value in row[-1].items() if isinstance(value, str | int)}
        if table == "uptime":
            seconds = _seconds(columns.get("total_seconds"))
            if "captured_at" in facts and 0 < seconds < _LONGEST_UPTIME:
                facts["boot_time"] = facts["captured_at"] - timedelta(seconds=seconds)
            return
        facts["os_version"] = {key: str(value) for key, value in columns.items()}
        platform, version, revision, arch = texts_of(columns, ("platform", "version", "revision", "arch"))
        if platform == "windows":
            facts["os_build"] = ".".join(filter(None, (version, revision)))
            facts["arch"] = ARCHITECTURES.get(arch.lower())


def _begin(listed: _Listed, event: Event) -> None:
    """Notice where a differential result begins with everything that is there (``counter`` 0)."""
    if event.action == "snapshot" or (listed.is_whole and listed.epoch == event.epoch):
        return
    if str(event.counter) == "0":
        epoch = event.epoch
        if listed.is_whole is not None and listed.epoch != epoch:
            listed.rows.clear()
        listed.epoch, listed.is_whole = epoch, True
    elif listed.is_whole is None:
        listed.is_whole = False


@functools.lru_cache(maxsize=256)
def _table_of(query: str, columns: tuple[str, ...]) -> str:
    """Return what rows list: packages of a version order, ``os_version``, ``uptime``, or blank for other tables."""
    query = query.lower()
    if "hotfix_id" in columns:
        return "dotted"
    if "total_seconds" in columns:
        return "uptime"
    if "platform" in columns and not _OF_OS_VERSION.isdisjoint(columns):
        return "os_version"
    if "name" not in columns or "version" not in columns:
        return ""
    if not _OF_DPKG.isdisjoint(columns) or "deb" in query or "dpkg" in query:
        return "dpkg"
    return "rpm" if not _OF_RPM.isdisjoint(columns) or "rpm" in query else ""


@functools.lru_cache(maxsize=256)
def _epoch(text: str) -> str:
    """Return an epoch that is stated as the start of a version."""
    return f"{_seconds(text)}:"


@functools.lru_cache(maxsize=1 << 12)
def _installed_at(text: str) -> datetime | None:
    """Return when a package was installed, None for no time."""
    text = text.strip()
    return read_instant(text) if _seconds(text) > 0 else None


def _seconds(value: object) -> int:
    """Return a whole number of osquery, 0 for anything else."""
    text = str(value or "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 12 else 0  # noqa: PLR2004  year 5138
