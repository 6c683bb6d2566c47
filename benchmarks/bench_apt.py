"""One Debian or Ubuntu host against apt: which installed packages have something newer.

``python -m benchmarks.bench_apt`` reads this machine's dpkg status and the package lists that apt has fetched, approves
everything, and compares what is MISSING with ``apt list --upgradable``: names must be equal. Both are whole processes,
interleaved, medians of ``--rounds``; apt has its cache warm, we read the lists as text. One JSON line.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import patchrules as pr

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


def ours(folder: Path) -> list[str]:
    """Return the names of packages that have something newer."""
    inventory = pr.read_inventory(STATUS, host="here", family=_family())
    catalog = pr.read_catalog(folder, family=_family(), products=["*"])
    policy = pr.load_baseline(EVERYTHING | {"OperatingSystem": _family().upper()})
    run = pr.evaluate_fleet(policy, inventory, catalog, as_of=AS_OF)
    return sorted(run.verdicts["name"].to_pylist())


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
        print("\n".join(ours(given.once)))
        return
    spent: dict[str, list[float]] = {"ours": [], "apt": []}
    with tempfile.TemporaryDirectory() as place:
        size = unpacked(Path(place))
        command = [sys.executable, "-m", "benchmarks.bench_apt", "--once", place]
        wanted = apts()
        for _ in range(given.rounds):
            start = time.perf_counter()
            apts()
            spent["apt"].append(time.perf_counter() - start)
            start = time.perf_counter()
            done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - ourselves
            spent["ours"].append(time.perf_counter() - start)
            if (found := done.stdout.split()) != wanted:
                sys.exit(f"apt and we differ: {sorted(set(found) ^ set(wanted))}")
    seconds = {name: round(statistics.median(times), 3) for name, times in spent.items()}
    line = {
        "upgradable": len(wanted),
        "list_bytes": size,
        **seconds,
        "ratio_to_apt": round(seconds["ours"] / seconds["apt"], 2),
    }
    print(json.dumps(line))


if __name__ == "__main__":
    main(sys.argv[1:])
