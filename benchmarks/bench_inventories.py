"""How fast inventories are read, each against the least that could be done: a bare loop, bare ``json``, bare Parquet.

Files are generated: ``ROWS`` packages of 50 hosts, every name and version its own. Runs are interleaved, the best of
five in processor time is taken, one JSON line is printed; ``ratio`` is our time to the bare one.
"""

from __future__ import annotations

import io
import json
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from patchrules.inventory import ReadOptions, readers
from patchrules.sources.files import open_document

ROWS = 50_000
RUNS = 5


def lines(rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Return rows as JSON lines."""
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def files(count: int) -> dict[str, bytes]:
    """Return one file a format."""
    packages = [(f"package-{one}", "1.2.3", f"{one}.el9", "x86_64") for one in range(count)]
    table = {
        "host": [f"host-{one % 50:02}" for one in range(count)],
        "name": [name for name, *_ in packages],
        "evr": [f"0:{version}-{release}" for _, version, release, _ in packages],
    }
    parquet = io.BytesIO()
    pq.write_table(pa.table(table), parquet)
    agent = {"Version": "1.2.3", "Architecture": "x86_64", "Publisher": "somebody", "Summary": "what it is for " * 4}
    stamp = {"captureTime": "2026-10-31T06:00:00Z", "schemaVersion": "1.1", "InstalledTime": "2026-01-05T10:00:00Z"}
    about = {"name": "rpm_packages", "unixTime": 1_793_586_400, "action": "added", "counter": 0, "epoch": 0}
    return {
        "rpm_qa": "".join(f"{n}-{v}-{r}.{a}\n" for n, v, r, a in packages).encode(),
        "dpkg_query": "".join(f"{n}\t{v}-1\tamd64\tinstall ok installed\n" for n, v, *_ in packages).encode(),
        "ssm_inventory": lines(
            agent | stamp | {"Name": n, "Release": r, "PackageId": f"{n}-{v}-{r}.src.rpm", "resourceId": f"i-{i % 50}"}
            for i, (n, v, r, _) in enumerate(packages)
        ),
        "osquery_results": lines(
            about
            | {"hostIdentifier": f"host-{i % 50:02}"}
            | {"columns": {"name": n, "version": v, "release": r, "arch": a, "epoch": "0"}}
            for i, (n, v, r, a) in enumerate(packages)
        ),
        "packages_jsonl": lines(pa.table(table).to_pylist()),
        "arrow_table": parquet.getvalue(),
    }


def bare(name: str, data: bytes) -> Callable[[], object]:
    """Return the least work that gives the fields of a file."""
    if name == "arrow_table":
        return lambda: pq.read_table(io.BytesIO(data))
    if name == "rpm_qa":
        return lambda: [
            (*head.rpartition("-")[0].rpartition("-")[::2], head.rpartition("-")[2], arch)
            for head, _, arch in (line.rpartition(".") for line in data.decode().splitlines())
        ]
    if name == "dpkg_query":
        return lambda: [line.split("\t") for line in data.decode().splitlines()]
    return lambda: [json.loads(line) for line in data.splitlines()]


def seconds(works: Mapping[str, Callable[[], object]]) -> dict[str, float]:
    """Return the best seconds of processor time of each work, all of them in turn: others share the machine."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(RUNS):
        for name, work in works.items():
            start = time.process_time()
            work()
            taken[name].append(time.process_time() - start)
    return {name: min(found) for name, found in taken.items()}


def main() -> None:
    """Print one line."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    works: dict[str, Callable[[], object]] = {}
    for name, data in files(count).items():
        document, reader = open_document(data, name=name), readers()[name]
        works[name] = lambda document=document, reader=reader: reader.read(document, ReadOptions("host"))  # type: ignore[misc]
        works[f"bare {name}"] = bare(name, data)
    taken = seconds(works)
    result = {
        name: {"rows_per_s": round(count / taken[name]), "ratio": round(taken[name] / taken[f"bare {name}"], 2)}
        for name in works
        if not name.startswith("bare ")
    }
    print(json.dumps({"rows": count, **result}))


if __name__ == "__main__":
    main()
