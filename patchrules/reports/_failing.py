"""What does not comply, host by host: what formats for alarms are made of. NOT_APPLICABLE is never among it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow.compute as pc

from patchrules.evaluation.run import Run
from patchrules.families import families
from patchrules.model.names import Status, Unknown
from patchrules.questions.wording import UNKNOWN, change, shown
from patchrules.reports._hosts import by_host

Row = Mapping[str, Any]

_FAIL = ("missing", "failed", "installed_rejected", "installed_pending_reboot")
_AVAILABLE, _FINE = "available_security_update", Status.COMPLIANT


def failing(run: Run) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Yield every host with the verdicts on it that do not comply, sorted by name and architecture."""
    wanted = pc.equal(run.verdicts["status"], Status.NON_COMPLIANT.value)
    return by_host(dataclasses.replace(run, verdicts=run.verdicts.filter(wanted)))


def numbers_failing(run: Run) -> list[int]:
    """Return how many verdicts do not comply on each host, in the order of ``run.hosts``: a run need not list them.

    Updates that are available fail unless their baseline says that they comply (5.8).
    """
    lenient = {(one.name, one.baseline_id or None) for one in run.baselines if one.available_security_updates == _FINE}
    hosts = run.hosts.select(["baseline", "baseline_id", _AVAILABLE, *_FAIL]).to_pylist()
    return [
        sum(int(host[name]) for name in _FAIL)
        + (0 if (host["baseline"], host["baseline_id"]) in lenient else int(host[_AVAILABLE]))
        for host in hosts
    ]


def sentence(row: Row, host: Row) -> str:
    """Return what is wrong on one line: package, versions and state.

    >>> row = {"id": "bash.amd64", "installed": "5.1", "target": "5.2", "state": "MISSING", "advisory": "DSA-1"}
    >>> sentence(row, {"family": "debian"})
    'bash.amd64 5.1 → 5.2: missing (DSA-1)'
    """
    by = f" ({row['advisory']})" if row["advisory"] else ""
    return shown(f"{row['id']} {change(row, families()[host['family']])}: {words(row['state'])}{by}")


def words(name: str) -> str:
    """Return a name of AWS as people write it.

    >>> words("INSTALLED_PENDING_REBOOT")
    'installed pending reboot'
    """
    return name.lower().replace("_", " ")


def why_unknown(host: Row) -> str:
    """Return why a host cannot be judged; empty for one that can.

    >>> why_unknown({"unknown": ["NO_CATALOG"]})
    'no catalog speaks for it'
    """
    return "; ".join(UNKNOWN[Unknown(reason)] for reason in host["unknown"] or ())
