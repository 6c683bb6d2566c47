"""Our own tables as CSV or TSV: a line of column names, then a package of a host a line.

``host,name,epoch,version,release,arch`` or ``host,name,arch,evr``, with the columns of the host beside them
(``product``, ``family``, ``host_arch``, ...). Names and meanings are those of the Parquet table
(``docs/reference/schemas.md``), in any case; between the columns stand commas, tabs, semicolons, bars or blanks. A cell
that is empty states nothing; but an epoch that is empty beside a release is 0, as in the columns of ``rpm -qa``, where
any row of the file states an epoch: where none does, epochs are unknown (DECISIONS 30). Instants are as in JSON lines,
``tags`` are ``KEY=VALUE`` with semicolons between. A header that names hosts in words that we do not know is refused:
``--column host=server`` says it.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.errors import ColumnError
from patchrules.inventory._damaged import without_damaged
from patchrules.inventory._delimited import HOSTS, LOOK, Header, first_header, host_header
from patchrules.inventory._reader import Reader, ReadOptions, Rows
from patchrules.inventory._rows import PackageRows, counted
from patchrules.inventory.arrow_table import rows_of
from patchrules.inventory.packages_jsonl import column_of
from patchrules.model import columns
from patchrules.sources.files import Document

_OURS = frozenset(one.name for one in (*columns.PACKAGES, *columns.HOSTS)) - {"line", "identified_by"} | {
    *("epoch", "version", "release", "host_arch")
}
_ALIASES = {
    **dict.fromkeys(HOSTS, "host"),
    "package": "name",
    "architecture": "arch",
    "epochnum": "epoch",
}
_TRUTHS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


def sniff(document: Document) -> bool:
    """Say whether one of the first lines names columns of host, package and version."""
    return host_header(document.head_lines()) is not None


def read(document: Document, options: ReadOptions) -> Rows:
    """Read every line below the header; raises ColumnError when it misses a column that is needed."""
    refused = PackageRows(document, options, "rpm", ("host", "name", "evr"))
    head = [line for _, line in itertools.islice(document.lines(), LOOK)]
    header = host_header(head, options.columns.get("host")) or first_header(head)
    if header is None:
        return refused.finish()
    names = _named(header, options.columns)
    needed = {ours: options.columns.get(ours, ours) for ours in ("host", "name", "evr", "version")}
    missing = [ours for ours in ("host", "name") if needed[ours] not in names]
    # What the caller states is the host of every row only where the header does not speak of hosts in words of its own.
    if options.host_stated and not host_header(head):
        missing = [ours for ours in missing if ours != "host"]
    missing += [] if {needed["evr"], needed["version"]} & set(names) else ["evr"]
    if missing:
        raise ColumnError("packages", missing, header.names, document.name)
    twice = _twice(names, options.columns)
    if twice:
        said = f"the header names the column `{twice}` more than once"
        raise document.fail("PR2103", said, line=header.line, hint="keep one of them, or rename the others")
    numbers, found = _cells(document, header, names.index(needed["host"]) if needed["host"] in names else None, refused)
    counts: Counter[str] = Counter()
    columns = zip(names, zip(*found, strict=True) if found else [()] * len(names), strict=True)
    table = {
        name: column_of(name, (_value(name, cell) for cell in cells), counts)
        for name, cells in columns
        if name not in ("", "line")
    }
    table |= _epochs(table, *(options.columns.get(ours, ours) for ours in ("epoch", "release")))
    good = rows_of(pa.table(table | {"line": pa.array(numbers, pa.int32())}), document.name, options)
    good = _with_readable_hosts(good, refused)
    rejects = pa.concat_tables([good.rejects, refused.finish().rejects]).sort_by("line")
    counts["PR2203"] += document.undecodable
    counts["PR2232"] += (document.open_line or 1) > 1
    rows = Rows(good.packages, rejects, (*good.diagnostics, *counted(counts, document.name)), good.hosts)
    return without_damaged(document, rows, header.line, options.family)


def _twice(names: Sequence[str], columns: Mapping[str, str]) -> str | None:
    """Return a column that stands there more than once: ours in any case, unless the caller says which is meant."""
    ours = _OURS - columns.keys()
    meant = [name.lower() if name.lower() in ours else name for name in names if name]
    return next((name for name, count in Counter(meant).items() if count > 1), None)


def _cells(
    document: Document, header: Header, host: int | None, refused: PackageRows
) -> tuple[list[int], list[list[str]]]:
    """Return the numbers and texts of the lines below the header; ``host`` is the place of the host's id."""
    numbers, found, odd, width = [], [], [], len(header.names)
    for number, line in document.lines():
        if not line.strip() or number == header.line:
            continue
        cells = header.cells(line)
        if tuple(cell.strip() for cell in cells) == header.names:
            continue  # files that were joined each have a header
        if number > header.line and len(cells) == width:
            numbers.append(number)
            found.append(cells)
        else:
            known = cells or line.split(header.separator)
            # A host is whole where a cell follows it.
            told = host is not None and number > header.line and len(known) > host + 1
            odd.append((number, line, known[host].strip() if host is not None and told else ""))
    named = {cells[host].strip() for cells in found} if host is not None else set()
    for number, line, name in odd:
        # Words with blanks between are a sentence, unless a host is called so.
        owner = name if name in named or len(name.split()) == 1 else ""
        refused.reject(number, "PR2001", f"the line does not have the {width} columns of the header", line, owner)
    return numbers, found


def _with_readable_hosts(rows: Rows, refused: PackageRows) -> Rows:
    """Return the rows without those of hosts whose id could not be decoded: it may be that of several."""
    unread = pc.match_substring(rows.packages["host"], "\ufffd")
    for row in rows.packages.filter(unread).select(["line", "host", "name", "evr"]).to_pylist():
        said = f"the id of host `{row['host']}` could not be decoded: it may be that of several hosts"
        refused.reject(row["line"], "PR2003", said, f"{row['name']} {row['evr']}", row["host"])
    return replace(rows, packages=rows.packages.filter(pc.invert(unread)))


def _named(header: Header, columns: Mapping[str, str]) -> list[str]:
    """Return the columns by our names where they are ours in other words or letters, and nobody says otherwise."""
    names = list(header.names)
    given = {*names, *columns}
    for spelled, ours in (*((name, name) for name in sorted(_OURS)), *_ALIASES.items()):
        place = next((at for at, name in enumerate(names) if name.lower() == spelled), None)
        if ours not in given and place is not None and names[place] not in columns.values():
            names[place] = ours
            given.add(ours)
    return names


def _epochs(table: Mapping[str, pa.Array], epoch: str, release: str) -> dict[str, pa.Array]:
    """Return the column of epochs with rpm's none as the 0 it is; empty where the file has none to tell it from."""
    if epoch not in table or release not in table or table[epoch].null_count == len(table[epoch]):
        return {}
    stated = pc.utf8_trim_whitespace(table[epoch])
    return {epoch: pc.if_else(pc.and_(pc.is_null(stated), pc.is_valid(table[release])), "0", stated)}


def _value(name: str, cell: str) -> object:
    """Return a cell as JSON lines would have it; one that is empty states nothing."""
    text = cell.strip()
    if not text:
        return None
    if name == "held":
        return _TRUTHS.get(text.lower())
    parts = [part.strip() for part in text.split(";") if part.strip()]
    if name == "tags":
        return {key.strip(): value.strip() for key, _, value in (part.partition("=") for part in parts)}
    return parts if name == "enabled_modules" else cell


READER = Reader(
    "packages_csv",
    "our packages as CSV or TSV",
    (".csv", ".tsv"),
    sniff,
    read,
    lost="epochs, where no row states one; beside a release an empty one is 0 where others are stated",
)
