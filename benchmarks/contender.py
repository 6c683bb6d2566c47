"""One contender in a process of its own, so that its memory and its caches are its own.

``python -m benchmarks.contender NAME FOLDER LAYOUT OUTPUT`` prepares, says so, and then answers each line on its input
with one run: ``{"seconds": ..., "cpu_seconds": ..., "peak_rss_mb": ...}``. The parent decides the order. Whoever uses
Arrow allocates as our command line does, and none imports pandas, which only our tests of Spark install.
"""

from __future__ import annotations

import importlib
import json
import shutil
import sys
import time
from pathlib import Path

from benchmarks.large_fleet import peak_rss_mb
from patchrules.cli._memory import without_pandas
from patchrules.evaluation.memory import spare_memory


def main() -> None:
    """Prepare once, run when told."""
    name, folder, layout, output = sys.argv[1], Path(sys.argv[2]), sys.argv[3], Path(sys.argv[4])
    without_pandas()
    spare_memory()
    peer = importlib.import_module(f"benchmarks.peers.{name}")
    start = time.perf_counter()
    prepared = peer.prepare(folder, layout)
    print(json.dumps({"prepared": round(time.perf_counter() - start, 3)}), flush=True)
    for _ in sys.stdin:
        shutil.rmtree(output, ignore_errors=True)
        output.mkdir(parents=True)
        start, busy = time.perf_counter(), time.process_time()
        peer.run(prepared, output)
        took = {"seconds": time.perf_counter() - start, "cpu_seconds": time.process_time() - busy}
        print(json.dumps({**took, "peak_rss_mb": peak_rss_mb()}), flush=True)


if __name__ == "__main__":
    main()
