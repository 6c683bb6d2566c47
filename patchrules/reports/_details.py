"""The lists of the HTML page as data: distinct verdicts with why, hosts, patches and CVEs.

A verdict is told once however many hosts share it, and a host refers to verdicts by number, the gravest first. How many
a host names is limited by the size of the fleet, so that the page of 100,000 hosts stays small; ``limits`` says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.batch.keys import distinct, fold
from patchrules.evaluation.run import Run
from patchrules.families import families
from patchrules.model.columns import VERDICTS
from patchrules.model.names import SEVERITY_RANK, ComplianceLevel, Status
from patchrules.questions.cves import Fixes
from patchrules.questions.explain import explained
from patchrules.questions.tables import table
from patchrules.questions.wording import change, counted, shown
from patchrules.reports._failing import numbers_failing, why_unknown, words

_REFERENCES = 500_000
"""Verdicts that all hosts together name."""
_MOST_REFERENCES, _LEAST_REFERENCES = 400, 4
_MOST_DISTINCT = 20_000
_MOST_ROWS = 2_000
"""Patches and CVEs that are listed."""
_ALL_HOSTS = 5_000
"""Up to so many hosts, those that comply are listed too."""
_LONGEST = 160
_BY = "\x1f"
_TOLD = tuple(column.name for column in VERDICTS[1:] if column.name != "installed_at")
"""What tells verdicts apart; when each host got what it has would make every one its own."""
_OF_HOST = ("family", "product", "baseline", "baseline_id")
_STATUSES = (Status.NON_COMPLIANT, Status.UNKNOWN, Status.COMPLIANT)


def details(run: Run) -> tuple[dict[str, Any], list[str]]:
    """Return what the page lists, and sentences on what it leaves out. O(verdicts) in Arrow, O(hosts) in Python."""
    failing = run.verdicts.filter(pc.equal(run.verdicts["status"], Status.NON_COMPLIANT.value))
    place = pc.index_in(failing["host"], value_set=run.hosts["host"].combine_chunks())
    codes, told = _distinct(run, failing, place)
    most = max(_LEAST_REFERENCES, min(_MOST_REFERENCES, _REFERENCES // max(run.hosts.num_rows, 1)))
    references = _references(run.hosts.num_rows, place, codes, most)
    words_of: dict[str, dict[str | None, int]] = {"groups": {}, "baselines": {}, "products": {}}
    hosts = list(_hosts(run, references, words_of))
    patches, cves = list(_patches(run)), list(_cves(run))
    data = {
        "levels": [level.value for level in ComplianceLevel],
        **{name: [None if text is None else short(text) for text in found] for name, found in words_of.items()},
        "verdicts": told,
        "hosts": hosts,
        "patches": patches[:_MOST_ROWS],
        "cves": cves[:_MOST_ROWS],
    }
    return data, list(_limits(run, hosts, most, len(patches), len(cves), len(told)))


def short(text: str) -> str:
    r"""Return a text as it is shown: control and direction characters visible, cut where it is very long.

    >>> short("web\u202e-1"), len(short("1" * 10_000))
    ('web\\u202e-1', 160)
    """
    seen = shown(text[: 2 * _LONGEST]).replace("\n", "\\n")
    return seen if len(seen) <= _LONGEST else f"{seen[: _LONGEST - 1]}…"


def _distinct(run: Run, failing: pa.Table, place: pa.Array) -> tuple[pa.Array, list[list[Any]]]:
    """Return a number for each failing verdict, the gravest first, and what each number tells."""
    columns = {name: run.hosts[name].take(place) for name in _OF_HOST}
    columns |= {f"verdict_{name}": failing[name] for name in _TOLD}
    flat = {name: pc.binary_join(each, _BY) if pa.types.is_list(each.type) else each for name, each in columns.items()}
    if not failing.num_rows:
        return pa.array([], pa.int64()), []
    ids, first = fold([distinct(each)[0] for each in flat.values()])
    rows = pa.table(columns).take(pa.array(first)).to_pylist()
    fixes = Fixes(run)
    order = sorted(range(len(rows)), key=lambda number: _gravest(rows[number]))
    ranks = pa.array(sorted(range(len(order)), key=order.__getitem__), pa.int64())
    return ranks.take(pa.array(ids)), [_verdict(run, rows[number], fixes) for number in order[:_MOST_DISTINCT]]


def _gravest(row: Mapping[str, Any]) -> tuple[object, ...]:
    """Sort verdicts by compliance level, vendor severity, name."""
    level = ComplianceLevel(row["verdict_compliance_severity"]).rank
    return (
        -level,
        -SEVERITY_RANK.get(row["verdict_severity"].lower(), 0),
        row["verdict_name"],
        row["verdict_installed"] or "",
    )


def _verdict(run: Run, row: Mapping[str, Any], fixes: Fixes) -> list[Any]:
    """Return package, change, state, level, advisory, kind, days since approval, why, and the CVEs it would fix."""
    verdict = {name.removeprefix("verdict_"): value for name, value in row.items() if name.startswith("verdict_")}
    why = [[line.label, short_line(line.text), " ".join(line.rules)] for line in explained(verdict, row, run).lines]
    since = verdict["since"]
    standings = fixes.standings(verdict | {name: row[name] for name in _OF_HOST})
    missing = [one.cve for one in standings if one.standing in ("missing", "waiting")]
    return [
        short(verdict["id"]),
        short(change(verdict, families()[row["family"]])),
        words(verdict["state"]),
        ComplianceLevel(verdict["compliance_severity"]).rank,
        short(verdict["advisory"] or ""),
        short(" / ".join(text for text in (verdict["classification"], verdict["severity"]) if text)),
        (run.settings.as_of - since).days if since else None,
        why,
        short_line(", ".join(missing)),
    ]


def short_line(text: str) -> str:
    """Return a sentence of an explanation; versions in it may be long."""
    seen = shown(text[: 8 * _LONGEST]).replace("\n", "\\n")
    return seen if len(seen) <= 4 * _LONGEST else f"{seen[: 4 * _LONGEST - 1]}…"


def _references(hosts: int, place: pa.Array, codes: pa.Array, most: int) -> list[list[int]]:
    """Return the numbers of the gravest verdicts of each host."""
    rows = pa.table({"place": place.cast(pa.int64()), "code": codes}).sort_by(
        [("place", "ascending"), ("code", "ascending")]
    )
    found: list[list[int]] = [[] for _ in range(hosts)]
    counts = {row["values"]: row["counts"] for row in pc.value_counts(rows["place"]).to_pylist()}
    start = 0
    for number, count in sorted(counts.items()):
        kept = rows["code"].slice(start, min(count, most)).to_pylist()
        found[number] = [code for code in kept if code < _MOST_DISTINCT]
        start += count
    return found


def _hosts(run: Run, references: list[list[int]], words_of: dict[str, dict[str | None, int]]) -> Iterator[list[Any]]:
    """Yield host, status, group, baseline, product, level, numbers, why unknown, and its verdicts, the worst first."""
    columns = ("host", "status", "patch_group", "baseline", "product", "non_compliant_severity", "unknown")
    table_of = run.hosts.select([*columns, "security_non_compliant"]).to_pydict()
    rows = list(zip(*table_of.values(), strict=True))
    status = [_STATUSES.index(Status(text)) for text in table_of["status"]]
    level = [ComplianceLevel(text or ComplianceLevel.UNSPECIFIED).rank for text in table_of["non_compliant_severity"]]
    failing = numbers_failing(run)
    order = sorted(range(len(rows)), key=lambda at: (status[at], -level[at], -failing[at], rows[at][0]))
    listed = len(rows) <= _ALL_HOSTS
    for at in order:
        if status[at] == _STATUSES.index(Status.COMPLIANT) and not listed:
            return
        row = rows[at]
        named = [
            words_of[name].setdefault(text, len(words_of[name]))
            for name, text in zip(("groups", "baselines", "products"), row[2:5], strict=True)
        ]
        why = why_unknown({"unknown": row[6]}) or 0
        yield [short(row[0]), status[at], *named, level[at], failing[at], row[7], why, references[at]]


def _patches(run: Run) -> Iterator[list[Any]]:
    """Yield level, package, wanted, advisory, kind, days since release, and hosts by how they stand."""
    for row in table(run, "patches").to_pylist():
        if not row["non_compliant"]:
            continue
        released = row["released_at"]
        kind = " / ".join(text for text in (row["classification"], row["severity"]) if text)
        yield [
            ComplianceLevel(row["compliance_severity"]).rank,
            *(short(row[name] or "") for name in ("id", "target", "advisory")),
            short(kind),
            (run.settings.as_of - released).days if released else None,
            row["non_compliant"],
            row["installed"],
        ]


def _cves(run: Run) -> Iterator[list[Any]]:
    """Yield level, CVE, packages, advisories and hosts by how they stand, of the CVEs that are somewhere."""
    for row in table(run, "cves").to_pylist():
        counts = [row[name] for name in ("missing", "waiting", "unapproved", "fixed")]
        if any(counts[:3]):
            level, names = ComplianceLevel(row["compliance_severity"]).rank, (row["packages"], row["advisories"])
            yield [level, short(row["cve"]), *(short(", ".join(found)) for found in names), *counts]


def _limits(run: Run, hosts: list[Any], most: int, patches: int, cves: int, verdicts: int) -> Iterator[str]:
    """Yield what the page leaves out."""
    if run.rows != "all":
        yield "The run lists only what does not comply: nothing is said of patches that wait for their approval."
    if len(hosts) < run.hosts.num_rows:
        yield f"{counted(run.hosts.num_rows - len(hosts), 'host')} that comply are counted and not listed."
    if any(len(host[-1]) == most < host[6] for host in hosts):
        yield f"Of each host the gravest {most} patches are listed; the numbers count all of them."
    for what, found, kept in (
        ("patches", patches, _MOST_ROWS),
        ("CVEs", cves, _MOST_ROWS),
        ("verdicts", verdicts, _MOST_DISTINCT),
    ):
        if found > kept or (what == "verdicts" and found == kept):
            yield f"Of {found:,} {what} the gravest {kept:,} are listed."
