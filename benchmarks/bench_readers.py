"""How fast catalogs are read: updateinfo against bare iterparse, deb822 against python-debian when it is installed.

Runs are interleaved, the median of five is taken, one JSON line is printed. Reads ../shared/data, or the files named.
"""

from __future__ import annotations

import io
import json
import lzma
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

from patchrules.catalog import ReadOptions, readers
from patchrules.sources.deb822 import stanzas
from patchrules.sources.files import open_document

DATA = Path(__file__).resolve().parents[2] / "shared/data"
UPDATEINFO = DATA / "rpm/updateinfo/centos5-6-7-cefs-2016.updateinfo.xml"
PACKAGES = DATA / "deb/debian-bookworm/debian_dists_bookworm_main_binary-amd64_Packages.xz"
FIELDS = ("Package", "Version", "Architecture", "Priority", "Section")
RUNS = 5
PYTHON_DEBIAN_ROWS = 4000


def iterparse(data: bytes) -> int:
    """Walk every element the usual way, and keep nothing."""
    walk = ET.iterparse(io.BytesIO(data), events=("start", "end"))  # noqa: S314  the speed of a file that we trust
    return sum(element.clear() is None for event, element in walk if event == "end")


def interleaved(works: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Return the median seconds of each work."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(RUNS):
        for name, work in works.items():
            start = time.perf_counter()
            work()
            taken[name].append(time.perf_counter() - start)
    return {name: statistics.median(seconds) for name, seconds in taken.items()}


def main() -> None:
    """Print one line."""
    updateinfo, packages = (Path(one) for one in (sys.argv[1:] or [UPDATEINFO, PACKAGES]))
    xml = updateinfo.read_bytes()
    notices = open_document(xml, name="updateinfo.xml")
    text = lzma.decompress(packages.read_bytes())
    archive = open_document(text, name="Packages")
    rows = text.count(b"\nPackage:") + text.startswith(b"Package:")
    works: dict[str, Callable[[], object]] = {
        "iterparse": lambda: iterparse(xml),
        "updateinfo": lambda: readers()["updateinfo"].read(notices, ReadOptions()),
        "stanzas": lambda: sum(1 for _ in stanzas(archive)),
        "stanzas_few_fields": lambda: sum(1 for _ in stanzas(archive, FIELDS)),
        "deb_packages": lambda: readers()["deb_packages"].read(archive, ReadOptions()),
    }
    try:
        from debian.deb822 import Packages  # type: ignore[import-not-found,import-untyped,unused-ignore]
    except ImportError:
        pass
    else:
        part = b"\n\n".join(text.split(b"\n\n", PYTHON_DEBIAN_ROWS)[:PYTHON_DEBIAN_ROWS])
        works["python_debian"] = lambda: sum(
            1 for one in Packages.iter_paragraphs(io.BytesIO(part), use_apt_pkg=False) if one["Version"]
        )
    seconds = interleaved(works)
    result = {
        "updateinfo_mb": round(len(xml) / 1e6, 2),
        "updateinfo_ms": round(seconds["updateinfo"] * 1e3, 1),
        "iterparse_ms": round(seconds["iterparse"] * 1e3, 1),
        "updateinfo_to_iterparse": round(seconds["iterparse"] / seconds["updateinfo"], 2),
        "deb_rows": rows,
        **{f"{name}_per_s": round(rows / seconds[name]) for name in ("stanzas", "stanzas_few_fields", "deb_packages")},
    }
    if "python_debian" in seconds:
        theirs = PYTHON_DEBIAN_ROWS / seconds["python_debian"]
        result["python_debian_per_s"] = round(theirs)
        result["stanzas_to_python_debian"] = round(rows / seconds["stanzas"] / theirs, 1)
        result["few_fields_to_python_debian"] = round(rows / seconds["stanzas_few_fields"] / theirs, 1)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
