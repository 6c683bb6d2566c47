"""A generated rpm fleet whose verdicts are known before anything is evaluated.

Every package plays a role on every host, and the role fixes its state. :func:`make_fleet` returns the inventory, the
catalog and the baseline as plain data, with the counts that an evaluation has to find. The same seed gives the same
fleet. ``python benchmarks/fleet.py --hosts 1000 --packages 600 FOLDER`` writes it as files.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

AS_OF = datetime(2026, 11, 1, tzinfo=UTC)
PRODUCT = "RedhatEnterpriseLinux9.8"
RELEASES = 4
"""Versions of each package in the catalog: 1.0-1 up to 1.0-4."""

ROLES = {
    # role: how its versions came out (days before AS_OF), which one is installed, the state
    "current": ((300, 200, 100, 30), 4, "INSTALLED"),
    "behind": ((300, 200, 100, 30), 2, "MISSING"),
    "waiting": ((300, 200, 100, 2), 3, "INSTALLED"),  # the newest is two days old, the rule wants seven
    "behind_and_waiting": ((300, 200, 100, 2), 1, "MISSING"),
    "moderate": ((300, 200, 100, 30), 1, "INSTALLED_OTHER"),  # no rule selects it
    "stranger": ((), 1, "INSTALLED_OTHER"),  # no catalog has it
    "rejected": ((300, 200, 100, 30), 1, "INSTALLED_REJECTED"),
    "listed": ((3, 2, 1, 0), 3, "MISSING"),  # too young for the rule; the approved list names it
    "absent": ((300, 200, 100, 30), None, "NOT_APPLICABLE"),
}
BASELINE = {
    "Name": "generated",
    "OperatingSystem": "REDHAT_ENTERPRISE_LINUX",
    "ApprovalRules": {
        "PatchRules": [
            {
                "PatchFilterGroup": {
                    "PatchFilters": [
                        {"Key": "CLASSIFICATION", "Values": ["Security"]},
                        {"Key": "SEVERITY", "Values": ["Critical", "Important"]},
                    ]
                },
                "ApproveAfterDays": 7,
                "ComplianceLevel": "HIGH",
            }
        ]
    },
    "ApprovedPatches": ["listed-*"],
    "ApprovedPatchesComplianceLevel": "CRITICAL",
    "RejectedPatches": ["rejected-*"],
    "RejectedPatchesAction": "BLOCK",
}


@dataclass(frozen=True, slots=True)
class Fleet:
    """Tables in the shape of ``docs/reference/schemas.md``, a baseline document, and the counts to find."""

    packages: pa.Table
    catalog: pa.Table
    baseline: dict[str, Any]
    expected: dict[str, Counter[str]]
    """State by lower-case name, and ``high``: what is missing at level HIGH; by host."""

    @property
    def totals(self) -> Counter[str]:
        """Return the counts of all hosts together."""
        return sum(self.expected.values(), Counter[str]())


def make_fleet(*, hosts: int, packages: int, seed: int = 0, images: int = 40, drift: float = 0.02) -> Fleet:
    """Return a fleet of golden images with drift.

    ``packages`` names take the roles in turn. Each of ``images`` images leaves out some names; on each host a share
    ``drift`` of the names is left out besides. What a host lacks is NOT_APPLICABLE where a version is approved.
    """
    source = random.Random(seed)
    roles = list(ROLES)
    names = [f"{roles[number % len(roles)]}-{number:05}" for number in range(packages)]
    golden = [[name for name in names if source.random() < 0.9] for _ in range(images)]
    held: dict[str, list[str]] = {}
    for number in range(hosts):
        image = [name for name in golden[number % images] if ROLES[role_of(name)][1] is not None]
        held[f"host-{number:06}"] = [name for name in image if source.random() >= drift]
    return Fleet(_packages(held), _catalog(names), BASELINE, {host: _counts(names, on) for host, on in held.items()})


def role_of(name: str) -> str:
    """Return the role that a package's name begins with."""
    return name.rpartition("-")[0]


def _counts(names: list[str], installed: list[str]) -> Counter[str]:
    """Return what an evaluation has to find on one host."""
    on = set(installed)
    found = Counter(ROLES[role_of(name)][2].lower() for name in installed)
    found["high"] = sum(role_of(name).startswith("behind") for name in installed)
    found["not_applicable"] = sum(
        name not in on and role_of(name) not in ("moderate", "stranger", "rejected") for name in names
    )
    return found


def _packages(held: dict[str, list[str]]) -> pa.Table:
    """Return the inventory."""
    hosts = [host for host, names in held.items() for _ in names]
    names = [name for found in held.values() for name in found]
    columns = {
        "host": hosts,
        "name": names,
        "arch": ["x86_64"] * len(names),
        "evr": [f"0:1.0-{ROLES[role_of(name)][1]}.el9" for name in names],
    }
    return pa.table({name: pa.array(values).dictionary_encode() for name, values in columns.items()})


def _catalog(names: list[str]) -> pa.Table:
    """Return the catalog: one notice a version."""
    rows = []
    for name in names:
        for release, age in enumerate(ROLES[role_of(name)][0], 1):
            rows.append(
                {
                    "name": name,
                    "arch": "x86_64",
                    "evr": f"0:1.0-{release}.el9",
                    "advisory": f"RHSA-2026:{name}-{release}",
                    "classification": "Security",
                    "severity": "Moderate" if role_of(name) == "moderate" else "Important",
                    "issued": AS_OF - timedelta(days=age),
                    "repository": "generated",
                    "security": False,
                    "offered": True,
                }
            )
    return pa.Table.from_pylist(rows)


def main() -> None:
    """Write a fleet to a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--hosts", type=int, default=1000)
    parser.add_argument("--packages", type=int, default=600)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    fleet = make_fleet(hosts=given.hosts, packages=given.packages, seed=given.seed)
    given.folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(fleet.packages, given.folder / "packages.parquet", row_group_size=1_000_000)
    pq.write_table(fleet.catalog, given.folder / "catalog.parquet")
    (given.folder / "baseline.json").write_text(json.dumps(fleet.baseline, indent=2), encoding="utf-8")
    print(json.dumps({"hosts": given.hosts, "rows": fleet.packages.num_rows, "totals": fleet.totals}))


if __name__ == "__main__":
    main()
