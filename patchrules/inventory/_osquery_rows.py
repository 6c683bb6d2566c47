"""Rows of osquery's tables, put together from snapshots and differences."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
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
_KEY = ("name", "arch", "version", "release", "epoch", "hotfix_id")
_PACKAGES = ("rpm", "dpkg", "dotted")
_OF_OS_VERSION = frozenset({"major", "platform_like", "version"})
_OF_DPKG = frozenset({"revision", "maintainer"})
_OF_RPM = frozenset({"release", "epoch", "package_group"})
_LONGEST_UPTIME = 10**9


class Event(NamedTuple):
    """One row of a result: there now (``snapshot``, ``added``) or gone (``removed``)."""

    host: str
    query: str
    action: str
    columns: Mapping[str, Any]
    line: int
    place: Place
    time: Any = None
    counter: Any = None
    epoch: Any = None

    @property
    def text(self) -> str:
        """The start of the row, which only a refusal shows."""
        return self.place.shown


@dataclass(slots=True)
class _Listed:
    """What a host has of one table, as of the last line, and how its differential results began."""

    rows: dict[tuple[str, ...], Event] = field(default_factory=dict)
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
                    for key in [key for key, event in listed.rows.items() if event.query == query]:
                        del listed.rows[key]

    def apply(self, events: Iterable[Event]) -> None:
        """Take rows in, or away."""
        for event in events:
            self._see(event)
            table = table_of(event)
            if not table:
                if not event.columns:
                    self.reject(event.line, "PR2001", "the row has no columns", event.text, event.host)
                continue
            listed = self._present.get((event.host, table))
            if listed is None:
                listed = self._present[event.host, table] = _Listed()
            key = tuple(texts_of(event.columns, _KEY))
            if event.action == "removed":
                listed.rows.pop(key, None)
            elif event.action != "snapshot" or _seconds(event.time) >= self._times.get((event.host, event.query), 0):
                _begin(listed, event)
                if key in listed.rows:
                    self.counts["PR2219"] += 1
                listed.rows[key] = event

    def finish(self) -> Rows:
        """Add what is there at the end, and return the tables."""
        for (_, table), listed in self._present.items():
            if table in _PACKAGES and listed.is_whole is False:
                self.counts["PR2220"] += 1
            updates = listed.rows.values() if table == "dotted" else ()
            day_first = first_is_day([str(event.columns.get("installed_on") or "") for event in updates])
            for key, event in sorted(listed.rows.items(), key=lambda one: one[1].line):
                if table == "rpm":
                    self._add_rpm(key, event)
                elif table == "dpkg":
                    self._add_dpkg(event)
                elif table == "dotted":
                    self._add_update(event, day_first)
                else:
                    self._tell(event, table)
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

    def _add_rpm(self, key: tuple[str, ...], event: Event) -> None:
        """Add a row of ``rpm_packages``."""
        name, arch, version, release, *_ = key
        if name == "gpg-pubkey":
            self.counts["PR2201"] += 1
        elif not name or not version or not release:
            self.reject(event.line, "PR2003", "the row has no name, version or release", event.text, event.host)
        else:
            epoch = event.columns.get("epoch")
            stated = "" if epoch is None else f"{_seconds(epoch)}:"
            arch = "" if arch == "(none)" else arch
            installed = str(event.columns.get("install_time") or "").strip()
            when = instant(installed) if _seconds(installed) > 0 else None
            self._add(event, "rpm", (name, arch or None, f"{stated}{version}-{release}", when))

    def _add_dpkg(self, event: Event) -> None:
        """Add a row of ``deb_packages``; its version is whole, ``revision`` repeats the end of it."""
        names = ("name", "version", "arch", "status", "priority", "section")
        name, version, arch, status, priority, section = texts_of(event.columns, names)
        state, held = status_of(status) or (None, False)
        self.counts["PR2202"] += state not in (None, "installed")
        self.counts["PR2216"] += state is None
        if not name or not version:
            self.reject(event.line, "PR2003", "the row has no name or no version", event.text, event.host)
        else:
            more = (state, held or None, priority or None, section or None)
            self._add(event, "dpkg", (name.partition(":")[0], arch or None, version, None), more)

    def _add_update(self, event: Event, day_first: bool | None) -> None:  # noqa: FBT001  what the file tells
        """Add a row of ``patches``."""
        self.facts[event.host]["family"] = "windows"
        kb = kb_of(*texts_of(event.columns, ("hotfix_id",)))
        if kb is None:
            self.counts["PR2213"] += 1
            return
        when, doubt = day_of(event.columns.get("installed_on"), day_first=day_first)
        if doubt:
            self.counts[doubt] += 1
        self._add(event, "dotted", (kb, None, NO_VERSION, when))

    def _add(self, event: Event, scheme: str, package: tuple[Any, ...], more: tuple[Any, ...] = (None,) * 4) -> None:
        """Add one row: name, arch, version and time of the package, then status, hold, priority and section."""
        self._found.append((event.host, *package, *more, scheme, event.line))

    def _tell(self, event: Event, table: str) -> None:
        """Keep what a row says of its host."""
        facts = self.facts[event.host]
        self.about_hosts = True
        columns = {key: value for key, value in event.columns.items() if isinstance(value, str | int)}
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
    if event.action == "snapshot":
        return
    if str(event.counter) == "0":
        epoch = event.epoch
        if listed.is_whole is not None and listed.epoch != epoch:
            listed.rows.clear()
        listed.epoch, listed.is_whole = epoch, True
    elif listed.is_whole is None:
        listed.is_whole = False


def table_of(event: Event) -> str:
    """Return what a row lists: packages of a version order, ``os_version``, ``uptime``, or blank for other tables."""
    columns, query = event.columns, event.query.lower()
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


def _seconds(value: object) -> int:
    """Return a whole number of osquery, 0 for anything else."""
    text = str(value or "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 12 else 0  # noqa: PLR2004  year 5138
