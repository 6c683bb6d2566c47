"""``markdown``: a summary for a pull request, a ticket or a chat; names cannot become markup or mentions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO

from patchrules.errors import Level
from patchrules.evaluation.run import Run
from patchrules.model.names import ComplianceLevel, Status, Unknown
from patchrules.questions.tables import table
from patchrules.questions.wording import NOBODY_LOOKED, UNKNOWN, counted, shown, when
from patchrules.reports._doubts import doubts
from patchrules.reports._failing import numbers_failing, words
from patchrules.reports._writer import Look, Writer

_MOST = 10
_LONGEST = 120
_SAID = 400
_SIGN = {Status.COMPLIANT: "✓", Status.NON_COMPLIANT: "✗", Status.UNKNOWN: "?"}
_NEXT = ("Not before", "Patch", "Wanted", "Advisory", "Level", ">Hosts")
_BAR = "\\|"
_ADDED = {
    "missing": "missing",
    "failed": "failed",
    "installed_rejected": "installed though rejected",
    "installed_pending_reboot": "waiting for a reboot",
}


def write(run: Run, stream: BinaryIO, look: Look) -> None:  # noqa: ARG001  it is as wide as its page
    """Write the summary."""
    stream.write("".join(f"{line}\n" for line in _lines(run)).encode("utf-8", "backslashreplace"))


def _lines(run: Run) -> Iterator[str]:
    """Yield the lines, top to bottom."""
    statuses, totals = run.statuses(), run.totals()
    told = " · ".join(f"{_SIGN[Status(name)]} {count:,} {words(name)}" for name, count in statuses.items())
    yield from ("## Patch compliance", "", f"**{counted(run.hosts.num_rows, 'host')}** · {told}", "")
    added = ", ".join(f"{totals[name]:,} {text}" for name, text in _ADDED.items())
    yield f"{added}. As of {when(run.settings.as_of)}."
    yield from _section("Patch groups", ("Group", ">Hosts", ">✓", ">✗", ">?", ">Missing"), _groups(run))
    yield from _section("Gravest patches", ("Level", "Patch", "Wanted", "Advisory", ">Hosts"), _patches(run))
    yield from _section("CVEs whose fix is approved and missing", ("Level", "CVE", "Packages", ">Hosts"), _cves(run))
    yield from _section("Hosts with most to do", ("Worst level", "Host", "Baseline", ">Patches"), _hosts(run))
    yield from _section("Approved next", _NEXT, _upcoming(run))
    yield from ("", "### Approved next", "", NOBODY_LOOKED) if run.upcoming is None else ()
    yield from _section("Why hosts are unknown", ("Reason", "Meaning", ">Hosts"), _unknown(run))
    yield from _section("What is wrong", ("Code", "What"), _wrong(run), longest=_SAID)
    yield from _section("Doubts that were decided anyway", ("Code", "Meaning", ">Times"), doubts(run), longest=_SAID)


def _section(
    title: str, head: Sequence[str], rows: Iterable[Sequence[object]], *, longest: int = _LONGEST
) -> Iterator[str]:
    """Yield a heading and a table of the first rows, and how many more there are; nothing where there are none."""
    found = list(rows)
    if not found:
        return
    yield from ("", f"### {title}", "")
    yield f"| {' | '.join(one.removeprefix('>') for one in head)} |"
    yield f"| {' | '.join('---:' if one[0] == '>' else '---' for one in head)} |"
    yield from (f"| {' | '.join(cell(one, longest) for one in row)} |" for row in found[:_MOST])
    yield from ("", f"… and {len(found) - _MOST:,} more") if len(found) > _MOST else ()


def cell(value: object, longest: int = _LONGEST) -> str:
    r"""Return what stands in a cell: a number, or a text as code, in which nothing is markup, a mention or a link.

    >>> print(cell("<b>|@all"), cell("a`b"), cell(1200))
    `<b>\|@all` ``a`b`` 1,200
    """
    if isinstance(value, int):
        return f"{value:,}"
    text = shown(str(value)).replace("\n", " ")
    short = text if len(text) <= longest else f"{text[: longest - 1]}…"
    fence = "`" * (max(map(len, re.findall("`+", short)), default=0) + 1)
    pad = " " if short[:1] == "`" or short[-1:] == "`" else ""
    return f"{fence}{pad}{short.replace('|', _BAR)}{pad}{fence}" if short.strip() else "-"


def _groups(run: Run) -> Iterator[Sequence[object]]:
    """Yield the patch groups."""
    for row in table(run, "groups").to_pylist():
        name = row["patch_group"] if row["patch_group"] is not None else "(none)"
        yield name, row["hosts"], row["compliant"], row["non_compliant"], row["unknown"], row["missing"]


def _patches(run: Run) -> Iterator[Sequence[object]]:
    """Yield the gravest patches."""
    for row in _failing(table(run, "patches").to_pylist(), "non_compliant"):
        wanted, advisory = row["target"] or "", row["advisory"] or ""
        yield row["compliance_severity"], row["id"], wanted, advisory, row["non_compliant"]


def _cves(run: Run) -> Iterator[Sequence[object]]:
    """Yield the gravest CVEs."""
    for row in _failing(table(run, "cves").to_pylist(), "missing"):
        yield row["compliance_severity"], row["cve"], " ".join(row["packages"]), row["missing"]


def _failing(rows: Iterable[Mapping[str, Any]], name: str) -> Iterator[Mapping[str, Any]]:
    """Yield the rows that speak of something wrong."""
    return (row for row in rows if row[name])


def _hosts(run: Run) -> Iterator[Sequence[object]]:
    """Yield the hosts with most to do."""
    numbered = zip(run.hosts.to_pylist(), numbers_failing(run), strict=True)
    rows = [(row, number) for row, number in numbered if row["status"] == Status.NON_COMPLIANT]
    rows.sort(key=lambda one: (-_rank(one[0]), -one[1], one[0]["host"]))
    for row, number in rows:
        yield row["non_compliant_severity"] or "", row["host"], row["baseline"] or "", number


def _rank(row: Mapping[str, Any]) -> int:
    """Return the rank of the gravest level that fails on a host."""
    return ComplianceLevel(row["non_compliant_severity"] or ComplianceLevel.UNSPECIFIED).rank


def _upcoming(run: Run) -> Iterator[Sequence[object]]:
    """Yield what waiting alone approves next."""
    for row in table(run, "upcoming").to_pylist():
        patch = row["id"], row["target"], row["advisory"] or ""
        yield when(row["since"]), *patch, row["compliance_severity"], row["hosts"]


def _unknown(run: Run) -> Iterator[Sequence[object]]:
    """Yield why hosts cannot be judged."""
    counts = Counter(reason for reasons in run.hosts["unknown"].to_pylist() for reason in reasons or ())
    for reason in Unknown:
        if counts[reason]:
            yield reason, UNKNOWN[reason], counts[reason]


def _wrong(run: Run) -> Iterator[Sequence[object]]:
    """Yield what is wrong in what was given: the verdicts follow from it all the same."""
    yield from ((one.code, one.message) for one in run.diagnostics if one.level is Level.ERROR)


WRITER = Writer("markdown", "Markdown, a summary", (".md",), write, rows="noncompliant")
