"""One Debian or Ubuntu host against apt: which installed packages have something newer.

``python -m benchmarks.bench_apt`` reads this machine's dpkg status and the package lists that apt has fetched, approves
everything, and compares what is MISSING with ``apt list --upgradable``: names must be equal. Both are whole processes,
interleaved, medians of ``--rounds`` after one that is not counted. apt has its cache warm; we read the lists as text
and have our modules as bytecode, as whoever installed us has. One JSON line: ``cpu_ratio_to_apt`` is processor time,
``split`` says where ours went in the last round, in seconds of processor time. ``work_ratio_to_apt`` leaves out what a
service pays once: Python's start and imports, as the design's other figures do.
"""

from __future__ import annotations

import argparse
import importlib
import itertools
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import patchrules as pr
from patchrules.cli._memory import without_pandas

IMPORTED = ("inventory.dpkg_status", "catalog.deb_packages", "documents.baseline", "evaluation.fleet")
LISTS = Path("/var/lib/apt/lists")
STATUS = Path("/var/lib/dpkg/status")
AS_OF = "2026-11-01T00:00Z"
EVERYTHING = {
    "Name": "everything",
    "ApprovalRules": {
        "PatchRules": [
            {
                "PatchFilterGroup": {"PatchFilters": [{"Key": "PRIORITY", "Values": ["*"]}]},
                "EnableNonSecurity": True,
            }
        ]
    },
}


def unpacked(folder: Path) -> int:
    """Put apt's lists into folders as a mirror has them, and return how many bytes they are."""
    size = 0
    for number, packages in enumerate(sorted(LISTS.glob("*_Packages*"))):
        place = folder / str(number)
        place.mkdir()
        command = ["/usr/lib/apt/apt-helper", "cat-file", str(packages)]
        text = subprocess.run(command, capture_output=True, check=True).stdout  # noqa: S603 - apt's own list
        (place / "Packages").write_bytes(text)
        shutil.copy(f"{str(packages).partition('_dists_')[0]}_dists_{_suite(packages)}_InRelease", place / "InRelease")
        size += len(text)
    return size


def _suite(packages: Path) -> str:
    """Return the suite of a list by its name."""
    return packages.name.partition("_dists_")[2].split("_")[0]


def ours(folder: Path) -> dict[str, Any]:
    """Return the names of packages that have something newer, and the processor time that each step took."""
    without_pandas()
    spent = {"start": time.process_time()}
    for module in IMPORTED:
        importlib.import_module(f"patchrules.{module}")
    spent["imports"] = time.process_time()
    inventory = pr.read_inventory(STATUS, host="here", family=_family())
    spent["inventory"] = time.process_time()
    catalog = pr.read_catalog(folder, family=_family(), products=["*"])
    spent["catalog"] = time.process_time()
    policy = pr.load_baseline(EVERYTHING | {"OperatingSystem": _family().upper()})
    spent["baseline"] = time.process_time()
    run = pr.evaluate_fleet(policy, inventory, catalog, as_of=AS_OF)
    spent["evaluation"] = time.process_time()
    split = {
        name: round(last - first, 3) for (_, first), (name, last) in itertools.pairwise([("", 0.0), *spent.items()])
    }
    return {"names": sorted(run.verdicts["name"].to_pylist()), "split": split}


def _family() -> str:
    """Return which of the two this machine is."""
    release = Path("/etc/os-release").read_text(encoding="utf-8")
    return "ubuntu" if "\nID=ubuntu" in release else "debian"


def apts() -> list[str]:
    """Return what apt says."""
    command = ["apt", "list", "--upgradable"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - a constant
    return sorted(line.partition("/")[0] for line in done.stdout.splitlines() if "/" in line)


def main(arguments: Sequence[str]) -> None:
    """Measure, or do the work once for the measuring process."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--once", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.once:
        print(json.dumps(ours(given.once)))
        return
    with tempfile.TemporaryDirectory() as place:
        print(json.dumps(measured(Path(place), given.rounds)))


def measured(place: Path, rounds: int) -> dict[str, Any]:
    """Race both and return the JSON line."""
    (place / "lists").mkdir()
    size = unpacked(place / "lists")
    command = [sys.executable, "-m", "benchmarks.bench_apt", "--once", str(place / "lists")]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = str(place / "bytecode")

    def once() -> Any:  # noqa: ANN401 - JSON
        done = subprocess.run(command, capture_output=True, check=True, env=environment)  # noqa: S603 - ourselves
        return json.loads(done.stdout)

    wanted, found = apts(), once()["names"]
    if found != wanted:
        sys.exit(f"apt and we differ: {sorted(set(found) ^ set(wanted))}")
    contenders: dict[str, Callable[[], Any]] = {"apt": apts, "ours": once}
    last = None
    spent: dict[str, list[float]] = {name: [] for name in ("apt", "apt_cpu", "ours", "ours_cpu", "work_cpu")}
    for _ in range(rounds):
        for name, work in contenders.items():
            start, busy = time.perf_counter(), _children()
            last = work()
            spent[name].append(time.perf_counter() - start)
            spent[f"{name}_cpu"].append(_children() - busy)
        spent["work_cpu"].append(sum(last["split"].values()) - last["split"]["start"] - last["split"]["imports"])
    seconds = {name: round(statistics.median(times), 3) for name, times in spent.items()}
    return {
        "upgradable": len(wanted),
        "list_bytes": size,
        **seconds,
        "ratio_to_apt": round(seconds["ours"] / seconds["apt"], 2),
        "cpu_ratio_to_apt": round(seconds["ours_cpu"] / seconds["apt_cpu"], 2),
        "work_ratio_to_apt": round(seconds["work_cpu"] / seconds["apt_cpu"], 2),
        "split": last["split"],
    }


def _children() -> float:
    """Return the processor time of the processes that we started and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main(sys.argv[1:])
