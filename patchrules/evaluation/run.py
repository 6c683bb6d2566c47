"""A run: everything one evaluation of a fleet decided, and what it was decided from."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.errors import Diagnostic
from patchrules.evaluation.plain import plain
from patchrules.model.baseline import Baseline
from patchrules.model.columns import COUNTS
from patchrules.model.names import Status
from patchrules.model.source import Source
from patchrules.model.verdict import Settings

SCHEMA = "patchrules/run/1"


@dataclass(frozen=True, slots=True)
class Run:
    """The verdicts on a fleet.

    ``hosts`` has the columns ``model.columns.RUN_HOSTS``, one row a host. ``verdicts`` has ``model.columns.VERDICTS``:
    every package where ``rows`` is ``all``, what does not comply where it is ``noncompliant``. NOT_APPLICABLE patches
    are counted, not listed (DECISIONS 16).
    """

    settings: Settings
    hosts: pa.Table
    verdicts: pa.Table
    rows: str
    version: str
    baselines: tuple[Baseline, ...] = ()
    sources: tuple[Source, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = field(default=(), repr=False)

    @property
    def id(self) -> str:
        """Return the run's content address: the same inputs, instant, dialect and version give the same id."""
        text = json.dumps(self.inputs(), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def inputs(self) -> dict[str, Any]:
        """Return what the verdicts were made from, ready for JSON."""
        return {
            "schema": SCHEMA,
            "version": self.version,
            "as_of": self.settings.as_of.isoformat().replace("+00:00", "Z"),
            "dialect": str(self.settings.dialect),
            "operation": str(self.settings.operation),
            "missing_date": str(self.settings.missing_date),
            "reboot_option": str(self.settings.reboot_option),
            "install_override": plain(self.settings.install_override),
            "rows": self.rows,
            "baselines": [{"name": found.name, "sha256": found.sha256} for found in self.baselines],
            "sources": [{"name": found.name, "format": found.format, "sha256": found.sha256} for found in self.sources],
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

    def __str__(self) -> str:
        """Return the headline."""
        statuses = ", ".join(f"{count:,} {name.lower().replace('_', '-')}" for name, count in self.statuses().items())
        return f"{self.hosts.num_rows:,} hosts: {statuses}; {self.totals()['missing']:,} patches missing"
