"""How many verdicts do not comply on a host: every report that says so says the same (SEMANTICS 5.2)."""

from __future__ import annotations

import io
import re
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

import patchrules as pr
from patchrules.evaluation.nouns import catalog_table, hosts_table, packages_table
from patchrules.model.columns import REJECTS
from patchrules.model.host import Inventory
from patchrules.model.names import OperatingSystem, Status
from patchrules.model.patch import Catalog, Patch, Scope
from patchrules.reports._failing import numbers_failing
from patchrules.sources import arrow

OLD, NEW = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 10, 30, tzinfo=UTC)
WAITS = pr.ApprovalRule((), approve_after_days=30)
SHAPE: dict[str, Any] = {"classification": "SecurityUpdates", "product": "WindowsServer2019"}
PATCHES = [Patch("KB1", "", "0", issued=OLD, **SHAPE), *(Patch(f"KB{n}", "", "0", issued=NEW, **SHAPE) for n in (2, 3))]
"""One is approved, and two are available."""


def evaluated(stated, patches):
    hosts = [
        pr.Host(name, "windows", "WindowsServer2019", "x64", packages=tuple(pr.Package(one, None, "0") for one in has))
        for name, has in (("bare", ["KB9"]), ("whole", ["KB1", "KB2", "KB3"]))
    ]
    given = pr.Baseline("win", OperatingSystem.WINDOWS, rules=(WAITS,), available_security_updates=stated)
    catalog = Catalog(OperatingSystem.WINDOWS, Scope("windows"), catalog_table(patches), arrow.table(REJECTS, {}, 0))
    fleet = Inventory(hosts_table(hosts), packages_table(hosts), arrow.table(REJECTS, {}, 0))
    return pr.evaluate_fleet(given, fleet, catalog, as_of="2026-11-01T00:00Z")


@pytest.mark.parametrize(
    ("stated", "patches", "wanted"),
    [
        (Status.COMPLIANT, PATCHES, 1),
        (Status.NON_COMPLIANT, PATCHES, 3),
        (None, PATCHES, 3),
        (Status.NON_COMPLIANT, PATCHES[1:], 2),
        (Status.COMPLIANT, PATCHES[1:], 0),
    ],
)
def test_available_updates_count_as_the_baseline_says(stated, patches, wanted):
    run = evaluated(stated, patches)
    listed = Counter(row["host"] for row in run.verdicts.to_pylist() if row["status"] == Status.NON_COMPLIANT)
    assert numbers_failing(run) == [wanted, 0] == [listed[host] for host in run.hosts["host"].to_pylist()]
    stream = io.BytesIO()
    pr.write(run, stream, format="markdown")
    row = re.search(r"\| `bare` \| `win` \| ([0-9]+) \|", stream.getvalue().decode())
    assert (row[1] if row else "0") == str(wanted)
