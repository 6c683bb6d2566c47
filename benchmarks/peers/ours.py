"""Our engine from nothing: policies and catalogs are read and compiled inside the clock. ``seconds`` of a line."""

from __future__ import annotations

import sys
from pathlib import Path

import patchrules as pr
from benchmarks.universe import AS_OF, SYSTEMS
from patchrules.batch import orders

Prepared = tuple[Path, str]


def prepare(folder: Path, layout: str) -> Prepared:
    """Prepare nothing."""
    return folder, layout


def policy_and_catalogs(folder: Path) -> tuple[pr.Registry, list[pr.Catalog]]:
    """Read the baselines and the catalogs."""
    catalogs = [pr.read_catalog(folder / "catalogs" / f"{system.family}.parquet") for system in SYSTEMS]
    return pr.load_registry(folder / "baselines"), catalogs


def run(prepared: Prepared, output: Path) -> None:
    """Read, compile, open the fleet, judge it, and write the run as it comes."""
    folder, layout = prepared
    _forget()
    registry, catalogs = policy_and_catalogs(folder)
    pr.evaluate_fleet(registry, pr.open_fleet(folder / layout), catalogs, as_of=AS_OF, output=output)


def _forget() -> None:
    """Empty what our modules remember of versions, patterns and families, so that every run is a first one."""
    modules = [module for name, module in sys.modules.items() if name.partition(".")[0] == "patchrules"]
    for remembered in {id(one): one for module in modules for one in vars(module).values()}.values():
        if callable(clear := getattr(remembered, "cache_clear", None)):
            clear()
    for known in (*vars(orders).values(), *orders.sort_key.values()):
        if isinstance(known, orders.Remembered):
            known.clear()
