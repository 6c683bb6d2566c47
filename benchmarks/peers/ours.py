"""Our engine through its public door; reading policies and catalogs is preparation, compiling them is not."""

from __future__ import annotations

from pathlib import Path

import patchrules as pr
from benchmarks.universe import AS_OF, SYSTEMS

Prepared = tuple[Path, pr.Registry, list[pr.Catalog]]


def prepare(folder: Path, layout: str) -> Prepared:
    """Load the registry and the catalogs."""
    catalogs = [pr.read_catalog(folder / "catalogs" / f"{system.family}.parquet") for system in SYSTEMS]
    return folder / layout, pr.load_registry(folder / "baselines"), catalogs


def run(prepared: Prepared, output: Path) -> None:
    """Open the fleet, judge it, and write the run as it comes."""
    folder, registry, catalogs = prepared
    pr.evaluate_fleet(registry, pr.open_fleet(folder), catalogs, as_of=AS_OF, output=output)
