"""A catalog store: what a catalog held each time it was observed, so that a past question is asked of past knowledge.

A store is a folder. ``snapshots/`` has one compiled catalog an observation, named by its instant; ``history.parquet``
has every row that was ever seen with when it was first and last seen, when its dates changed and when it was withdrawn.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from patchrules.catalog._compiled import write_catalog
from patchrules.errors import CatalogError, Where
from patchrules.model.columns import HISTORY
from patchrules.model.patch import Catalog
from patchrules.sources import arrow
from patchrules.sources.placed import placed

_SNAPSHOTS, _HISTORY = "snapshots", "history.parquet"
_STAMP = "%Y-%m-%dT%H%M%SZ"
_KEY = ("name", "arch", "evr", "advisory", "product", "os_build")
_DATES = ("issued", "updated", "built")


@dataclass(frozen=True, slots=True)
class Observation:
    """What one observation changed: rows that are new, whose dates changed, that are gone, and that stayed.

    >>> print(Observation(datetime(2026, 11, 1, tzinfo=UTC), 3, 1, 0, 40))
    observed 2026-11-01 00:00Z: 3 new, 1 re-dated, 0 withdrawn, 40 as before
    """

    observed_at: datetime
    new: int
    redated: int
    withdrawn: int
    same: int

    def __str__(self) -> str:
        """Return the counts on one line."""
        counts = f"{self.new:,} new, {self.redated:,} re-dated, {self.withdrawn:,} withdrawn, {self.same:,} as before"
        return f"observed {self.observed_at:%Y-%m-%d %H:%M}Z: {counts}"


def is_store(path: str | os.PathLike[str]) -> bool:
    """Say whether a path is a catalog store."""
    return (Path(path) / _HISTORY).is_file()


def observe_catalog(
    store: str | os.PathLike[str], catalog: Catalog, *, observed_at: datetime | None = None
) -> Observation:
    """Add what ``catalog`` holds to a store (a folder, made where there is none), as it was observed at an instant.

    ``observed_at`` is aware. Without it, it is the instant that the catalog says it was made. O(rows) in Python. Raises
    CatalogError PR3013 where neither tells, PR3014 for an instant that is not after the last observation, PR3018 for
    one before the catalog was made, PR3015 for a folder that is no store, and PR3012 where it cannot be written.

    >>> import tempfile
    >>> from patchrules.catalog import read_catalog
    >>> notice = b'<updates><update><id>A-1</id><pkglist><package name="bash" version="5" arch="noarch"/></pkglist>'
    >>> catalog = read_catalog(notice + b"</update></updates>", family="rhel")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     print(observe_catalog(folder, catalog, observed_at=datetime(2026, 11, 1, tzinfo=UTC)))
    observed 2026-11-01 00:00Z: 1 new, 0 re-dated, 0 withdrawn, 0 as before
    """
    folder = Path(store)
    instant = _allowed(folder, catalog, observed_at)
    rows, found = _merged(_history(folder), catalog.table, instant)
    whole = dataclasses.replace(catalog, as_of=catalog.as_of or instant, undated=())
    try:
        (folder / _SNAPSHOTS).mkdir(parents=True, exist_ok=True)
        write_catalog(whole, folder / _SNAPSHOTS / f"{instant:{_STAMP}}.parquet")
        with placed(folder / _HISTORY, CatalogError, "PR3012") as stream:
            pq.write_table(rows, stream, compression="zstd")
    except OSError as problem:
        message = f"cannot write `{folder}`: {problem.strerror or problem}".lower()
        raise CatalogError(message, code="PR3012") from problem
    return found


def _allowed(folder: Path, catalog: Catalog, observed_at: datetime | None) -> datetime:
    """Return the instant of an observation that a store can take, in whole seconds of UTC."""
    stated = observed_at or catalog.as_of
    if stated is None:
        message = "nobody says when the catalog was observed"
        raise CatalogError(message, code="PR3013", hint="say it: --observed 2026-11-01T00:00Z, or observed_at=")
    known = observations(folder) if is_store(folder) else []
    if not known and folder.exists() and any(folder.iterdir()):
        message = f"`{folder}` is there already and is no catalog store"
        raise CatalogError(message, code="PR3015", hint="choose a new folder")
    instant = stated.astimezone(UTC).replace(microsecond=0)
    if known and instant <= known[-1]:
        message = f"the catalog was observed {_said(instant)}, and the store has been told of {_said(known[-1])}"
        raise CatalogError(message, code="PR3014", hint="add observations in the order of their instants")
    if catalog.as_of is not None and instant < catalog.as_of.replace(microsecond=0):
        message = f"the catalog was observed {_said(instant)}, and says that it was made {_said(catalog.as_of)}"
        raise CatalogError(message, code="PR3018", hint="nobody observes what is not there yet: look at --observed")
    return instant


def observations(store: str | os.PathLike[str]) -> list[datetime]:
    """Return the instants at which the catalog of a store was observed, in order."""
    return [_instant(path) for path in sorted((Path(store) / _SNAPSHOTS).glob("*.parquet"))]


def known_at(store: str | os.PathLike[str], instant: datetime | None = None) -> Path:
    """Return the compiled catalog of the last observation at or before an aware instant; without it, of the last one.

    Raises CatalogError PR3015 for a folder that is no store, PR3017 where nothing had been observed by then.

    >>> known_at("data")
    Traceback (most recent call last):
    patchrules.errors.CatalogError: `data` is no catalog store [PR3015]
      hint: make one: patchrules catalog add
    """
    if not is_store(store):
        raise CatalogError(f"`{store}` is no catalog store", code="PR3015", hint="make one: patchrules catalog add")
    paths = sorted((Path(store) / _SNAPSHOTS).glob("*.parquet"))
    before = [path for path in paths if instant is None or _instant(path) <= instant]
    if not before:
        first = _said(_instant(paths[0])) if paths and instant else "never"
        message = f"the catalog of `{store}` was first observed {first}: what was known before cannot be told"
        raise CatalogError(message, code="PR3017", where=Where(file=str(store)))
    return before[-1]


def history(store: str | os.PathLike[str]) -> pa.Table:
    """Return every row that a store has ever seen (``model.columns.HISTORY``); raises CatalogError PR3015."""
    if not is_store(store):
        raise CatalogError(f"`{store}` is no catalog store", code="PR3015", hint="make one: patchrules catalog add")
    return _history(Path(store))


def _history(folder: Path) -> pa.Table:
    """Return the history of a store; without one it is empty."""
    return pq.read_table(folder / _HISTORY) if (folder / _HISTORY).is_file() else arrow.table(HISTORY, {}, 0)


def _merged(before: pa.Table, table: pa.Table, instant: datetime) -> tuple[pa.Table, Observation]:
    """Return the history with one more observation, and what it changed; the same key may stand in several rows."""
    known = {_key(row): row for row in before.to_pylist()}
    seen = _by_key(table.select([*_KEY, *_DATES]).to_pylist())
    counts = dict.fromkeys(("new", "redated", "withdrawn", "same"), 0)
    for key, row in seen.items():
        old = known.get(key)
        dates = {name: row[name] for name in _DATES}
        if old is None or old["withdrawn_at"] is not None:
            counts["new"] += 1
            first = instant if old is None else old["first_seen"]
            redated = old["redated_at"] if old else None
        elif any(old[name] != dates[name] for name in _DATES):
            counts["redated"] += 1
            first, redated = old["first_seen"], instant
        else:
            counts["same"] += 1
            first, redated = old["first_seen"], old["redated_at"]
        told = {"first_seen": first, "last_seen": instant, "redated_at": redated, "withdrawn_at": None}
        known[key] = {**dict(zip(_KEY, key, strict=True)), **dates, **told}
    for key, row in known.items():
        if key not in seen and row["withdrawn_at"] is None:
            counts["withdrawn"] += 1
            known[key] = {**row, "withdrawn_at": instant}
    rows = sorted(known.values(), key=lambda row: tuple(str(row[name]) for name in _KEY))
    data = {column.name: [row[column.name] for row in rows] for column in HISTORY}
    return arrow.table(HISTORY, data, len(rows)), Observation(instant, **counts)


def _by_key(rows: Iterable[dict[str, Any]]) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Return rows by what they are about; of several the earliest dates (DECISIONS 23)."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows:
        old = found.setdefault(_key(row), row)
        for name in _DATES:
            dates = [one for one in (old[name], row[name]) if one is not None]
            old[name] = min(dates, default=None)
    return found


def _key(row: dict[str, Any]) -> tuple[Any, ...]:
    """Return what a row is about."""
    return tuple(row[name] for name in _KEY)


def _instant(path: Path) -> datetime:
    """Return the instant of a snapshot."""
    return datetime.strptime(path.stem, _STAMP).replace(tzinfo=UTC)


def _said(instant: datetime) -> str:
    """Return an instant as messages write it."""
    return f"{instant:%Y-%m-%dT%H:%M:%SZ}"
