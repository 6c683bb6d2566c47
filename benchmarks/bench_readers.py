"""How fast catalogs are read: updateinfo against bare iterparse, deb822 against python-debian and apt_pkg.

The other formats are measured against the bare library under them: the standard library's csv and iterparse, json with
``pyarrow.Table.from_pylist``, and pyarrow's Parquet. A reader and what it is measured against take turns, alone,
because the speed of a shared machine changes from minute to minute; the best of seven runs in processor time is
taken, one JSON line is printed. Reads ../shared/data, or the files named.
"""

from __future__ import annotations

import csv
import functools
import gc
import io
import json
import lzma
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pyarrow as pa
import pyarrow.parquet as pq

from patchrules.catalog import ReadOptions, build_catalog, read_catalog, readers
from patchrules.sources.deb822 import stanzas
from patchrules.sources.files import open_document
from patchrules.sources.stanza_columns import stanza_columns

DATA = Path(__file__).resolve().parents[2] / "shared/data"
UPDATEINFO = DATA / "rpm/updateinfo/centos5-6-7-cefs-2016.updateinfo.xml"
PACKAGES = DATA / "deb/debian-bookworm/debian_dists_bookworm_main_binary-amd64_Packages.xz"
WESNG = DATA / "windows/wesng/definitions-20240330.zip"
DSA = DATA / "deb/debian-security-tracker/DSA_list"
SAMPLES = Path(__file__).resolve().parents[1] / "data/catalogs/samples"
COPIES = 2000
APT_PKG = """
import apt_pkg, sys, time
start = time.process_time()
rows = sum(1 for one in apt_pkg.TagFile(open(sys.argv[1])) if one["Version"] and one["Package"])
print(time.process_time() - start)
"""
FIELDS = ("Package", "Version", "Architecture", "Priority", "Section")
OF_STANZAS = ("stanzas", "stanzas_few_fields", "stanza_columns", "deb_packages")
RUNS = 7
PYTHON_DEBIAN_ROWS = 4000


def iterparse(data: bytes) -> int:
    """Walk every element the usual way, and keep nothing."""
    walk = ET.iterparse(io.BytesIO(data))  # noqa: S314  the speed of a file that we trust
    return sum(element.clear() is None for _, element in walk)


def many(sample: str, start: bytes, end: bytes, between: bytes = b"") -> bytes:
    """Return a sample whose part from ``start`` up to ``end`` stands there many times."""
    text = (SAMPLES / sample).read_bytes()
    first, last = text.index(start), text.index(end)
    return text[:first] + between.join([text[first:last]] * COPIES) + text[last:]


def others() -> tuple[dict[str, Callable[[], object]], dict[str, str]]:
    """Return works for the other formats, and which bare work each is measured against."""
    built = io.BytesIO()
    build_catalog(built, WESNG)
    compiled = built.getvalue()
    bodies = {
        "msrc_cvrf": many("msrc_cvrf.xml", b"  <vuln:Vulnerability ", b"</cvrf:cvrfdoc>"),
        "msrc_cvrf_json": many("msrc_cvrf_json.json", b'    {\n      "Title"', b"  ]\n}", b","),
        "available_patches": many("available_patches.json", b'    {\n      "Id"', b"  ]\n}", b","),
        "deb_oval": many("deb_oval.xml", b'    <definition id="d:1"', b"  </definitions>"),
        "primary": many("primary.xml", b"  <package ", b"</metadata>"),
    }
    works: dict[str, Callable[[], object]] = {
        "csv": lambda: rows_of_csv(WESNG),
        "wesng": lambda: readers()["wesng"].read(open_document(WESNG), ReadOptions()),
        "parquet": lambda: pq.read_table(io.BytesIO(compiled)).validate(full=True),
        "compiled": lambda: read_catalog(compiled),
        "lines": lambda: DSA.read_text(encoding="utf-8").splitlines(),
        "debian_advisories": lambda: readers()["debian_advisories"].read(open_document(DSA), ReadOptions()),
    }
    against = {"wesng": "csv", "compiled": "parquet", "debian_advisories": "lines"}
    for name, body in bodies.items():
        bare, document = f"bare_{name}", open_document(body, name=name)
        is_xml = body.startswith(b"<")
        works[bare] = (lambda body=body: iterparse(body)) if is_xml else (lambda body=body: table_of_json(body))  # type: ignore[misc]
        works[name] = lambda name=name, document=document: readers()[name].read(document, ReadOptions())  # type: ignore[misc]
        against[name] = bare
    return works, against


def table_of_json(body: bytes) -> pa.Table:
    """Return the texts of the largest list of a JSON document as a table, as the json module and pyarrow make it."""
    lists = [value for value in json.loads(body).values() if isinstance(value, list)]
    rows = max(lists, key=len)
    return pa.Table.from_pylist([{name: one for name, one in row.items() if isinstance(one, str)} for row in rows])


def rows_of_csv(path: Path) -> int:
    """Count the rows of the first table of a zip, as the csv module reads them."""
    with zipfile.ZipFile(path) as packed, packed.open(packed.infolist()[0]) as table:
        return sum(1 for _ in csv.reader(io.TextIOWrapper(table, "utf-8", newline="")))


def interleaved(works: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Return the seconds of processor time of each work, the best of its runs: others share the machine.

    The collector walks what a work makes, not what was there before it.
    """
    gc.collect()
    gc.freeze()
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(RUNS):
        for name, work in works.items():
            start = time.process_time()
            told = work()
            taken[name].append(told if isinstance(told, float) else time.process_time() - start)
    return {name: min(seconds) for name, seconds in taken.items()}


def apt_pkg(path: Path) -> Callable[[], float] | None:
    """Return a work that tells what apt's own parser takes, by the system's Python, which has it; None without it."""
    python = "/usr/bin/python3"
    asked = [python, "-c", "import apt_pkg"]
    # Asked of a Python that may not have it: a failure is an answer.
    if not Path(python).exists() or subprocess.run(asked, capture_output=True, check=False).returncode:  # noqa: S603
        return None
    said = functools.partial(subprocess.run, [python, "-c", APT_PKG, path], capture_output=True, text=True, check=True)
    return lambda: float(said().stdout)


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
        "stanza_columns": lambda: stanza_columns(archive, FIELDS),
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
    plain = Path(tempfile.mkdtemp()) / "Packages"
    plain.write_bytes(text)
    theirs_too = apt_pkg(plain)
    if theirs_too:
        works["apt_pkg"] = theirs_too
    more, against = others()
    pairs = [{name: more[name], bare: more[bare]} for name, bare in against.items()]
    of_xml = {name: works.pop(name) for name in ("iterparse", "updateinfo")}
    seconds: dict[str, float] = {}
    for rivals in (of_xml, works, *pairs):
        seconds |= interleaved(rivals)
    result = {
        "updateinfo_mb": round(len(xml) / 1e6, 2),
        "updateinfo_ms": round(seconds["updateinfo"] * 1e3, 1),
        "iterparse_ms": round(seconds["iterparse"] * 1e3, 1),
        "updateinfo_to_iterparse": round(seconds["iterparse"] / seconds["updateinfo"], 2),
        "deb_rows": rows,
        **{f"{name}_per_s": round(rows / seconds[name]) for name in OF_STANZAS},
    }
    for name, bare in against.items():
        result[f"{name}_ms"] = round(seconds[name] * 1e3, 1)
        result[f"{name}_to_bare"] = round(seconds[name] / seconds[bare], 2)
    if "apt_pkg" in seconds:
        result["apt_pkg_per_s"] = round(rows / seconds["apt_pkg"])
        for name in OF_STANZAS:
            result[f"{name}_times_apt_pkg"] = round(seconds[name] / seconds["apt_pkg"], 2)
    if "python_debian" in seconds:
        theirs = PYTHON_DEBIAN_ROWS / seconds["python_debian"]
        result["python_debian_per_s"] = round(theirs)
        result["stanzas_to_python_debian"] = round(rows / seconds["stanzas"] / theirs, 1)
        result["few_fields_to_python_debian"] = round(rows / seconds["stanzas_few_fields"] / theirs, 1)
        result["columns_to_python_debian"] = round(rows / seconds["stanza_columns"] / theirs, 1)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
