"""What a reader got through that is no whole list of its host: a host is not judged by part of its packages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.errors import Diagnostic, DocumentError, Level, Where
from patchrules.inventory._reader import Reader, Rows
from patchrules.model.columns import HOSTS
from patchrules.sources.arrow import table
from patchrules.sources.files import Document

_SHAPE, _VERSION, _VALUE, _NAME, UNREAD = "PR2001", "PR2002", "PR2003", "PR2004", "PR2117"
"""Codes of refused rows: one that has not the shape of its format, one whose version is none, one that misses a value,
one whose name is none, and one by which a tool says what it left out."""

_REPAIRS = {
    "rpm": "repair the database (rpm --rebuilddb), and collect the list again",
    "dpkg": "repair what dpkg or apt complains of (dpkg --audit), and collect the list again",
}
_HINTS = {
    "PR2115": "write the table again, a cell a column in every row",
    "PR2116": "collect it again; where the line is no row (a prompt), take it out",
    "PR2131": "the refused rows say what is wrong: collect the list again, or state the family that it is of",
}


def damage(document: Document, reader: Reader, rows: Rows) -> DocumentError | None:
    """Return why a file of one host is not the whole list of its packages, None where nothing speaks against it.

    Files that speak of hosts by name are left alone: what is refused there is refused of some of them.
    """
    if rows.facts is not None or rows.hosts is not None or not rows.rejects.num_rows:
        return None
    unread = rows.rejects.filter(pc.equal(rows.rejects["code"], UNREAD)).slice(0, 1).to_pylist()
    if unread:
        said = unread[0]
        hint = _REPAIRS.get(reader.scheme or "", "collect the list again")
        return document.fail(UNREAD, f"packages are missing: {said['text']}", line=said["line"], hint=hint)
    refused, found = pc.sum(pc.equal(rows.rejects["code"], _SHAPE)).as_py(), rows.packages.num_rows
    if refused > found:
        message = f"{refused:,} of {refused + found:,} rows are none of `{reader.name}` ({reader.label})"
        hint = "the refused rows say what is wrong: collect the list again, or say which format it is with --format"
        return document.fail("PR2115", message, hint=hint)
    last = document.open_line
    if last is not None and last in rows.rejects["line"].to_pylist():
        return document.fail("PR2116", "the list is cut off in its last row", line=last, hint=_HINTS["PR2116"])
    # A file may be a stub without a version, as distroless images have them beside others: what misses a value is
    # counted of the whole host.
    bad = rows.rejects.filter(pc.is_in(rows.rejects["code"], pa.array([_SHAPE, _VERSION])))
    if bad.num_rows > found:
        message = f"{bad.num_rows:,} of {bad.num_rows + found:,} rows were refused"
        return document.fail("PR2131", message, line=bad["line"][0].as_py(), hint=_HINTS["PR2131"])
    return None


def without_refused(packages: Any, rejects: Any) -> tuple[Any, Any, tuple[Diagnostic, ...]]:  # noqa: ANN401  pyarrow is Any
    """Return packages without those of hosts most of whose rows were refused, the rejects that say so, and the doubt.

    What dpkg itself says is not installed is no refused row, and what it only names has a code of its own (PR2133).
    Cost: Python once a host with a refused row.
    """
    bad = rejects.filter(pc.is_in(rejects["code"], pa.array([_SHAPE, _VERSION, _VALUE, _NAME])))
    grouped = bad.group_by("host", use_threads=False)
    refused = grouped.aggregate([("host", "count"), ("file", "first"), ("line", "first")]).to_pylist()
    if not refused:
        return packages, rejects, ()
    mine = packages["host"].filter(pc.is_in(packages["host"], pa.array([one["host"] for one in refused], pa.string())))
    found = Counter({one["values"]: one["counts"] for one in pc.value_counts(mine).to_pylist()})
    said = [
        {"file": one["file_first"], "line": one["line_first"], "host": one["host"], "code": "PR2131"}
        | {"message": f"{count:,} of {count + kept:,} rows of host `{one['host']}` were refused"}
        for one in refused
        if (count := one["host_count"]) > (kept := found[one["host"]]) > 0
    ]
    if not said:
        return packages, rejects, ()
    lost = pa.array([one["host"] for one in said], pa.string())
    where = Where(said[0]["file"], said[0]["line"])
    doubt = Diagnostic("PR2131", Level.ERROR, said[0]["message"], where, len(said), _HINTS["PR2131"])
    told = pa.concat_tables([rejects, pa.Table.from_pylist(said, rejects.schema)])
    return packages.filter(pc.invert(pc.is_in(packages["host"], lost))), told, (doubt,)


def without_damaged(document: Document, rows: Rows, header: int, family: str | None) -> Rows:
    """Return what a table of hosts says, without the packages of hosts that it does not hold whole.

    ``header`` is the line of its column names, 0 where every row names them (JSON lines), ``family`` that of hosts of
    which nothing else is known. Raises the document's error where no host is known at all.
    """
    if not rows.rejects.num_rows:
        return rows
    lost = dict(_cut_off(document, rows)) | dict(_misshapen(rows, header))
    nobodys = lost.pop(None, None)
    if nobodys and not lost:
        raise document.fail(nobodys.code, nobodys.message, line=nobodys.row["line"], hint=_HINTS[nobodys.code])
    if not lost:
        return rows
    known = set(rows.hosts["host"].to_pylist())
    fresh = [host for host in lost if host not in known]
    said = [one.row | {"host": host, "code": one.code, "message": one.message} for host, one in lost.items()]
    counts = Counter(one.code for one in lost.values())
    firsts = {one.code: one for one in reversed(lost.values())}
    told = [
        Diagnostic(code, Level.ERROR, one.message, Where(document.name, one.row["line"]), counts[code], _HINTS[code])
        for code, one in firsts.items()
    ]
    return replace(
        rows,
        packages=rows.packages.filter(pc.invert(pc.is_in(rows.packages["host"], pa.array(list(lost), pa.string())))),
        rejects=pa.concat_tables([rows.rejects, pa.Table.from_pylist(said, rows.rejects.schema)]),
        diagnostics=(*rows.diagnostics, *told),
        hosts=pa.concat_tables(
            [rows.hosts, table(HOSTS, {"host": fresh, "family": [family] * len(fresh)}, len(fresh))]
        ),
    )


@dataclass(frozen=True, slots=True)
class _Loss:
    """Why a host is not whole, and the refused row that shows it."""

    code: str
    message: str
    row: dict[str, Any]


def _misshapen(rows: Rows, header: int) -> Iterator[tuple[str | None, _Loss]]:
    """Yield the hosts most of whose rows have not the shape of the table; all, where more rows are nobody's.

    A host of None is where nobody knows whose the rows are.
    """
    found = Counter({one["values"]: one["counts"] for one in pc.value_counts(rows.packages["host"]).to_pylist()})
    shape = pc.and_(pc.equal(rows.rejects["code"], _SHAPE), pc.greater(rows.rejects["line"], header))
    misshapen = rows.rejects.filter(shape).to_pylist()
    refused: dict[str | None, list[dict[str, Any]]] = {}
    for row in misshapen:
        refused.setdefault(row["host"], []).append(row)
    nobodys, whole = refused.pop(None, []), found.total() + rows.rejects.num_rows - len(misshapen)
    for host, bad in refused.items():
        if len(bad) > found[str(host)]:
            many = f"{len(bad):,} of {len(bad) + found[str(host)]:,} rows of host `{host}`"
            lack = "do not have the columns of the header" if header else "are no JSON objects"
            yield host, _Loss("PR2115", f"{many} {lack}", bad[0])
    if len(nobodys) > whole:
        many = f"{len(nobodys):,} of {len(nobodys) + whole:,} rows"
        lack = "have neither the columns of the header nor a host" if header else "are no JSON objects"
        loss = _Loss("PR2115", f"{many} {lack}", nobodys[0])
        yield from ((host, loss) for host in dict.fromkeys([*_hosts(rows), *refused]) or [None])


def _hosts(rows: Rows) -> list[str]:
    """Return the hosts that a table names, those of which it has no good row with them."""
    found: list[str] = rows.hosts["host"].to_pylist()
    return found


def _cut_off(document: Document, rows: Rows) -> Iterator[tuple[str | None, _Loss]]:
    """Yield the host whose last row nothing ends, where that was refused; all hosts, where their rows stand apart.

    A host of None is where nobody knows whose the row is.
    """
    last = document.open_line
    cut = [] if last is None else rows.rejects.filter(pc.equal(rows.rejects["line"], last)).to_pylist()
    if not cut:
        return
    runs = pc.run_end_encode(rows.packages["host"].combine_chunks()).values.to_pylist()
    stand_apart = len(runs) > len(set(runs))
    whose = cut[0]["host"] or next(iter([*runs[-1:], *_hosts(rows)[-1:]]), None)
    for host in dict.fromkeys([*runs, whose]) if stand_apart else [whose]:
        more = f", and more may follow of host `{host}`" if host else ""
        yield host, _Loss("PR2116", f"the table is cut off in its last row{more}", cut[0])
