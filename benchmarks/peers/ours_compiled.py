"""Our engine in a service: policies are compiled, everything about the fleet is new. ``row_seconds`` of a line.

What is kept from the round before is what the queries by hand are given: decisions on the patches of the catalogs, and
the order of version texts. Finding the distinct packages, and deciding on each, is inside the clock.
"""

from __future__ import annotations

from pathlib import Path

import patchrules as pr
from benchmarks.peers.ours import policy_and_catalogs
from benchmarks.universe import AS_OF
from patchrules.evaluation.prepared import Prepared as Policies

Prepared = tuple[Path, Policies]


def prepare(folder: Path, layout: str) -> Prepared:
    """Prepare the policy; the round that does not count compiles it."""
    registry, catalogs = policy_and_catalogs(folder)
    return folder / layout, pr.prepare(registry, catalogs, rows="noncompliant")


def run(prepared: Prepared, output: Path) -> None:
    """Open the fleet, judge it, and write the run as it comes."""
    folder, policies = prepared
    policies.evaluate_fleet(pr.open_fleet(folder), as_of=AS_OF, output=output)
