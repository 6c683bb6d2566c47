"""A run: everything one evaluation of a fleet decided, and what it was decided from."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.errors import Diagnostic, DocumentError, Level
from patchrules.evaluation.coverage import AgeLimits
from patchrules.evaluation.fixes import no_fixes
from patchrules.evaluation.plain import plain
from patchrules.families import families
from patchrules.model.baseline import Baseline
from patchrules.model.columns import COUNTS, RUN_HOSTS
from patchrules.model.loaded import shown
from patchrules.model.names import Status
from patchrules.model.source import Source
from patchrules.model.verdict import Settings
from patchrules.sources.digests import digest

SCHEMA = "patchrules/run/1"


@dataclass(frozen=True, slots=True)
class Run:
    """The verdicts on a fleet.

    ``hosts`` has the columns ``model.columns.RUN_HOSTS``, one row a host. ``verdicts`` has ``model.columns.VERDICTS``:
    every package where ``rows`` is ``all``, what does not comply where it is ``noncompliant``. NOT_APPLICABLE patches
    are counted, not listed (DECISIONS 16). ``limits`` says how old data was allowed to be (DECISIONS 31). ``fixes`` has
    ``model.columns.FIXES``: which CVEs the versions of the listed packages fix; nobody looks for a host or a table of
    :func:`prepare`. ``upcoming`` has ``model.columns.UPCOMING``: what waiting alone approves; None where nobody looked:
    there, too, in the dialect ``agent``, and in a run that an earlier version saved.
    ``folder`` is where the verdicts were written as they came: ``verdicts`` is empty then, and ``load_run`` reads them.
    ``rejects`` has ``model.columns.REJECTS``: the rows that were refused; None where nobody asked, and in a saved run
    where there were none.
    ``digests`` has ``model.columns.DIGESTS`` where they were asked for: what a later run tells changed hosts by.
    ``carried`` is how many hosts this one took from an earlier run.
    """

    settings: Settings
    hosts: pa.Table
    verdicts: pa.Table
    rows: str
    version: str
    baselines: tuple[Baseline, ...] = ()
    sources: tuple[Source, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = field(default=(), repr=False)
    limits: AgeLimits = field(default_factory=AgeLimits)
    fixes: pa.Table = field(default_factory=no_fixes, repr=False)
    upcoming: Any = field(default=None, repr=False)
    folder: str | None = None
    rejects: Any = field(default=None, repr=False, compare=False)
    digests: Any = field(default=None, repr=False, compare=False)
    carried: int = field(default=0, compare=False)

    @property
    def id(self) -> str:
        """Return the run's content address: the same inputs, instant, dialect and version give the same id.

        O(hosts).
        """
        return address(self.inputs())

    def inputs(self) -> dict[str, Any]:
        """Return what the verdicts were made from, ready for JSON; files by their content, wherever they lie.

        The hosts are those that were judged, with all that was known and found of each, so that facts which no file
        holds count too.
        """
        return {
            "schema": SCHEMA,
            "version": self.version,
            **plain(self.settings),
            "limits": plain(self.limits),
            "rows": self.rows,
            "hosts_sha256": digest(self.hosts.select([column.name for column in RUN_HOSTS])),
            "baselines": [{"name": one.name, "sha256": _content(one)} for one in self.baselines],
            "sources": [{"name": _base(one.name), "format": one.format, "sha256": one.sha256} for one in self.sources],
        }

    def summary(self) -> pa.Table:
        """Return one row per host: status and counts."""
        return self.hosts

    def statuses(self) -> dict[str, int]:
        """Return how many hosts have each status."""
        counted = {row["values"]: row["counts"] for row in pc.value_counts(self.hosts["status"]).to_pylist()}
        return {status.value: counted.get(status.value, 0) for status in Status if status}

    def totals(self) -> dict[str, int]:
        """Return the counts of all hosts together, by the names of ``model.columns.COUNTS``."""
        return {name: pc.sum(self.hosts[name]).as_py() or 0 for name in COUNTS}

    def doubts(self) -> dict[str, int]:
        """Return how often each doubt is told, by code: of rows of hosts, and of the run; an error is none.

        O(hosts) in Arrow.
        """
        found: Counter[str] = Counter()
        for chunk in self.hosts["doubts"].chunks:
            first, length = chunk.offsets[0].as_py(), chunk.offsets[-1].as_py() - chunk.offsets[0].as_py()
            rows = {"code": chunk.keys.slice(first, length), "count": chunk.items.slice(first, length)}
            for row in pa.table(rows).group_by("code").aggregate([("count", "sum")]).to_pylist():
                found[row["code"]] += row["count_sum"]
        for one in self.diagnostics:
            if one.level is not Level.ERROR:
                found[one.code] += one.count
        return {code: found[code] for code in sorted(found) if found[code]}

    def __str__(self) -> str:
        """Return the headline."""
        statuses = ", ".join(f"{count:,} {name.lower().replace('_', '-')}" for name, count in self.statuses().items())
        hosts, missing = self.hosts.num_rows, self.totals()["missing"]
        return f"{_counted(hosts, 'host', 'hosts')}: {statuses}; {_counted(missing, 'patch', 'patches')} missing"


def as_run(found: object, name: str = "run") -> Run:
    """Return a run as it is; raises DocumentError PR7806 for a folder, a report or anything else.

    >>> as_run("monday/")
    Traceback (most recent call last):
    ...
    patchrules.errors.DocumentError: `run` is 'monday/', wanted a run [PR7806]
      hint: read a saved one with pr.load_run(...), or make one with pr.evaluate_fleet(...)
    """
    if isinstance(found, Run):
        return found
    raise no_run(f"`{name}` is {shown(found)}", "a run")


def no_run(said: str, wanted: str) -> DocumentError:
    """Return the error about what was given in place of a run.

    >>> print(no_run("`runs` has 'monday/'", "runs"))
    `runs` has 'monday/', wanted runs [PR7806]
      hint: read a saved one with pr.load_run(...), or make one with pr.evaluate_fleet(...)
    """
    hint = "read a saved one with pr.load_run(...), or make one with pr.evaluate_fleet(...)"
    return DocumentError(f"{said}, wanted {wanted}", code="PR7806", hint=hint)


def baseline_of(baselines: Iterable[Baseline], row: Mapping[str, Any]) -> Baseline | None:
    """Return the baseline that served the host of a row of ``Run.hosts``.

    None where none did, and where nothing tells which of two it was.
    """
    found = namesakes(baselines, row)
    return found[0] if len(found) == 1 else None


def namesakes(baselines: Iterable[Baseline], row: Mapping[str, Any]) -> list[Baseline]:
    """Return the baselines that a row of ``Run.hosts`` may mean: by name, id and operating system.

    >>> rows = [{"baseline": "prod", "baseline_id": None, "family": name} for name in ("debian", "rhel", None)]
    >>> prod = Baseline("prod", families()["rhel"].operating_system)
    >>> [len(namesakes([prod], row)) for row in rows]
    [0, 1, 0]
    """
    family = families().get(row["family"] or "")
    if family is None:
        return []
    meant = (row["baseline"], row["baseline_id"] or "", family.operating_system)
    return [one for one in baselines if (one.name, one.baseline_id, one.operating_system) == meant]


@functools.cache
def this_version() -> str:
    """Return the version of patchrules that runs; reading it takes longer than judging a small host."""
    return version("patchrules")


def address(inputs: Mapping[str, Any]) -> str:
    """Return the id of a run with those ``inputs``."""
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()[:16]


def _content(baseline: Baseline) -> str:
    """Return the sha256 of what a baseline says, not of how or where it is written."""
    said = dataclasses.replace(baseline, sha256="", diagnostics=())
    return hashlib.sha256(json.dumps(plain(said), sort_keys=True).encode()).hexdigest()


def _base(name: str) -> str:
    """Return the last part of a file's name: where a checkout lies says nothing about what is in it.

    >>> _base("/home/me/fleet/web-1.rpmqa"), _base("<table>")
    ('web-1.rpmqa', '<table>')
    """
    return name.replace("\\", "/").rstrip("/").rpartition("/")[2]


def _counted(number: int, one: str, many: str) -> str:
    """Return a number of things."""
    return f"{number:,} {one if number == 1 else many}"
