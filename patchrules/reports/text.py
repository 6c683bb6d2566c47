"""``table``: the report a person reads in a terminal, on 80 columns or more.

Every status has a symbol and a word, so neither colour nor shape carries the meaning alone; colours are off unless
asked for. Names are shown with their control and direction characters made visible.
"""

from __future__ import annotations

import io
import shlex
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, BinaryIO

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from patchrules.errors import Diagnostic, Level
from patchrules.evaluation.rows import rows_of
from patchrules.evaluation.run import Run
from patchrules.families import families
from patchrules.model.names import SEVERITY_RANK, ComplianceLevel, State, Status, Unknown
from patchrules.questions.wording import change, counted, when
from patchrules.reports._doubts import doubts
from patchrules.reports._failing import numbers_failing
from patchrules.reports._writer import Look, Writer

_NARROW, _WIDE = 96, 130
"""Columns of a screen: below the first, versions need all the room; from the second on, there is room for more."""
_MOST_HOSTS = 40
_FEW_HOSTS = 5
_TOP = {1: 15, 2: 8}
_MOST_DOUBTS = 12

_MOST_WRONG = 8
_WRONG = (
    ("PR18", "No baseline for a host"),
    ("PR1", "Wrong in a baseline"),
    ("PR2", "Wrong in the inventory"),
    ("PR3", "Wrong in a catalog"),
    ("", "Wrong"),
)
"""What goes above errors, by the begin of their code; the first that fits."""

_STATUS = {
    Status.COMPLIANT: ("✓ compliant", "blue"),
    Status.NON_COMPLIANT: ("✗ non-compliant", "bold yellow"),
    Status.UNKNOWN: ("? unknown", "magenta"),
}
_ALSO = {
    "failed": "failed",
    "installed_rejected": "installed though rejected",
    "installed_pending_reboot": "waiting for a reboot",
    "available_security_update": "available, not approved",
}
_RANK = {Status.NON_COMPLIANT: 0, Status.UNKNOWN: 1, Status.COMPLIANT: 2}
_WHY = {
    Unknown.NO_PRODUCT: "the product is not known: say it with --product, e.g. Debian12, or --hosts FILE",
    Unknown.NO_BASELINE: "nothing says which baseline serves the host: ask patchrules resolve",
    Unknown.NO_CATALOG: "no catalog fits its system: give one, --catalog 'PRODUCT_GLOB=PATH'",
    Unknown.NO_SOURCE: "the baseline has Sources, and none is for the product of the host",
    Unknown.NO_INVENTORY: "no package, or no whole list of them, was read (PR21xx say why): collect the list again",
    Unknown.NO_ARCHITECTURE: "packages state no architecture, and nobody says the host's: --arch or --hosts FILE",
    Unknown.STALE_CATALOG: "a catalog is older than --max-catalog-age",
    Unknown.STALE_INVENTORY: "the inventory is older than --max-inventory-age",
    Unknown.LATER_CATALOG: "a catalog without dates is younger than --as-of: keep a store, patchrules catalog add",
    Unknown.LATER_INVENTORY: "the inventory was taken long after --as-of, and --audit is given",
}

_FOREIGN = f"{_WHY[Unknown.NO_CATALOG]} (PR7018: of which products those are that were given)"


def write(run: Run, stream: BinaryIO, look: Look) -> None:
    """Write the table."""
    lines = io.StringIO()
    console = Console(
        file=lines,
        width=look.width,
        force_terminal=look.color,
        color_system="standard" if look.color else None,
        no_color=not look.color,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
        _environ={},
    )
    for part in _parts(run, look):
        console.print(part, soft_wrap=isinstance(part, str))
    rows = (line.rstrip() for line in lines.getvalue().split("\n"))
    stream.write("\n".join(rows).encode("utf-8", "backslashreplace"))


def visible(text: str) -> str:
    r"""Return text with what would not show, or would rearrange the line, as escapes.

    >>> visible("web\u202e-1\n")
    'web\\u202e-1\\n'
    """
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def _parts(run: Run, look: Look) -> Iterator[Any]:
    """Yield what is printed, top to bottom."""
    yield _headline(run)
    yield from _wrong(run.diagnostics)
    numbered = zip(run.hosts.to_pylist(), numbers_failing(run), strict=True)
    hosts = sorted(({**host, "failing": number} for host, number in numbered), key=_worst_first)
    if not hosts:
        yield "\nThere is no host in the inventory."
        return
    yield from _hosts(hosts, look.width)
    failing = [host for host in hosts if host["failing"]]
    if len(failing) <= _FEW_HOSTS:
        for host in failing:
            yield from _patches(run, host, _TOP.get(len(failing), 5), look.width)
    yield from _reasons(hosts, {one.code for one in run.diagnostics})
    yield from _doubts(run)
    yield from _next(run, hosts, look)


def _headline(run: Run) -> Text:
    """Return the hosts by status and what is missing in all."""
    statuses, totals = run.statuses(), run.totals()
    head = Text(counted(run.hosts.num_rows, "host"), style="bold")
    for status, (words, style) in _STATUS.items():
        head.append("  ·  ", style="dim")
        count = statuses[status]
        head.append(f"{words.partition(' ')[0]} {count:,} {words.partition(' ')[2]}", style=style if count else "dim")
    parts = [f"{totals['missing']:,} missing"]
    parts += [f"{totals[name]:,} {words}" for name, words in _ALSO.items() if totals[name]]
    failing = sum(totals[name] for name in ("critical_non_compliant", "security_non_compliant", "other_non_compliant"))
    if failing:
        critical, security = totals["critical_non_compliant"], totals["security_non_compliant"]
        parts.append(f"{critical:,} at level CRITICAL, {security:,} security")
    parts.append(f"{totals['installed']:,} installed, {totals['installed_other']:,} installed besides the baseline")
    head.append(f"\nPatches: {'; '.join(parts)}")
    head.append(f"\nAs of {when(run.settings.as_of)}, {run.settings.dialect} dialect\n", style="dim")
    return head


def _wrong(diagnostics: Sequence[Diagnostic]) -> Iterator[Any]:
    """Yield what is wrong in what was given, not only doubtful: the verdicts follow from it all the same."""
    titles: dict[str, list[Diagnostic]] = {}
    for one in diagnostics:
        if one.level is Level.ERROR:
            titles.setdefault(next(title for start, title in _WRONG if one.code.startswith(start)), []).append(one)
    for title, found in titles.items():
        yield Text(title, style="bold red")
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column("code")
        table.add_column("message", overflow="fold")
        for one in found[:_MOST_WRONG]:
            where = [
                f"at {line}" if not number else line for number, line in enumerate(str(one.where or "").split("\n"))
            ]
            times = f" ({one.count:,} times)" if one.count > 1 else ""
            lines = [one.message + times, *(where if one.where else []), *([f"hint: {one.hint}"] if one.hint else [])]
            table.add_row(Text(f"  {one.code}"), Text("\n".join(visible(line) for line in lines)))
        yield table
        if len(found) > _MOST_WRONG:
            yield f"  … and {len(found) - _MOST_WRONG:,} more: --output-format json lists every one"
        yield ""


def _worst_first(host: Mapping[str, Any]) -> tuple[object, ...]:
    """Sort hosts: not compliant first, by level and number."""
    level = ComplianceLevel(host["non_compliant_severity"] or ComplianceLevel.UNSPECIFIED)
    return _RANK[Status(host["status"])], -level.rank, -host["security_non_compliant"], -host["failing"], host["host"]


def _hosts(hosts: Sequence[Mapping[str, Any]], width: int) -> Iterator[Any]:
    """Yield the table of hosts, the worst ones where there are many; a wide screen shows what each of them is."""
    about = ("product", "patch_group") if width >= _WIDE else ()
    titles = [name.replace("_", " ").capitalize() for name in about]
    table = _table("Host", "Status", *titles, "Baseline", ">Missing", ">Security", "Worst level")
    for host in hosts[:_MOST_HOSTS]:
        words, style = _STATUS[Status(host["status"])]
        why = f" ({', '.join(host['unknown'])})" if host["unknown"] else ""
        table.add_row(
            Text(visible(host["host"])),
            Text(words + why, style=style),
            *(Text(visible(host[name] or "-")) for name in about),
            Text(visible(host["baseline"] or "none: family not known")),
            Text(f"{host['missing']:,}"),
            Text(f"{host['security_non_compliant']:,}"),
            Text(_level(host)),
        )
    yield table
    if len(hosts) > _MOST_HOSTS:
        rest = Counter(host["status"] for host in hosts[_MOST_HOSTS:])
        words = ", ".join(
            f"{rest[one]:,} {words.partition(' ')[2]}" for one, (words, _) in _STATUS.items() if rest[one]
        )
        more = counted(len(hosts) - _MOST_HOSTS, "more host")
        yield f"  … and {more} ({words}): --output-format csv lists every one"


def _level(host: Mapping[str, Any]) -> str:
    """Return the worst level of what fails."""
    return host["non_compliant_severity"] or "-"


def _patches(run: Run, host: Mapping[str, Any], top: int, width: int) -> Iterator[Any]:
    """Yield what fails on one host, the gravest first; a narrow screen keeps its room for the versions."""
    rows = [row for row in rows_of(run, host["host"]) if row["status"] == Status.NON_COMPLIANT]
    rows.sort(key=_gravest_first)
    if not rows:
        return
    yield Text(f"\nWhat does not comply on {visible(host['host'])}", style="bold")
    since = width >= _NARROW
    kind = width >= _WIDE
    columns = ["Level", "Package", "Installed → wanted", "Advisory", *(["Kind"] if kind else [])]
    table = _table(*columns, *(["Approved since"] if since else []))
    for row in rows[:top]:
        state = "" if row["state"] == State.MISSING else f" ({row['state'].lower().replace('_', ' ')})"
        table.add_row(
            Text(row["compliance_severity"]),
            Text(visible(row["id"]) + state),
            Text(visible(change(row, families()[host["family"]]))),
            Text(visible(row["advisory"] or "-")),
            *([Text(visible(_kind(row)))] if kind else []),
            *([Text(_approved(row))] if since else []),
        )
    yield table
    if len(rows) > top:
        yield f"  … and {len(rows) - top:,} more: --output-format csv lists every one"


def _kind(row: Mapping[str, Any]) -> str:
    """Return what the vendor says of a patch."""
    return " / ".join(text for text in (row["classification"], row["severity"]) if text) or "-"


def _gravest_first(row: Mapping[str, Any]) -> tuple[object, ...]:
    """Sort verdicts by compliance level, security, vendor severity, name."""
    level = ComplianceLevel(row["compliance_severity"]).rank
    security = row["classification"].lower().startswith("security")
    return -level, not security, -SEVERITY_RANK.get(row["severity"].lower(), 0), row["name"], row["arch"]


def _approved(row: Mapping[str, Any]) -> str:
    """Return since when, or by what, a patch is approved."""
    if row["list_entry"] is not None:
        return f"{'rejected' if row['approval'] == 'EXPLICIT_REJECTED' else 'approved'} list"
    if row["since"] is not None:
        return f"{row['since']:%Y-%m-%d}"
    return "at once" if row["rule"] else "-"


def _reasons(hosts: Iterable[Mapping[str, Any]], told: AbstractSet[str]) -> Iterator[Any]:
    """Yield why hosts are UNKNOWN and what to do about it; ``told`` are the codes of what is told of the run."""
    counts = Counter(reason for host in hosts for reason in host["unknown"] or ())
    if counts:
        yield Text("\nWhy unknown", style="bold")
        why = _WHY | ({Unknown.NO_CATALOG: _FOREIGN} if "PR7018" in told else {})
        yield _meanings((reason.value, counts[reason], why[reason]) for reason in Unknown if counts[reason])


def _doubts(run: Run) -> Iterator[Any]:
    """Yield doubts by code: how often, and what the run says of it, else what the code means."""
    rows = list(doubts(run))
    codes = list(dict.fromkeys(code for code, _, _ in rows))
    if not rows:
        return
    yield Text("\nDoubts that were decided anyway", style="bold")
    shown = codes[:_MOST_DOUBTS]
    yield _meanings((code, count, words) for code, words, count in rows if code in shown)
    if len(codes) > _MOST_DOUBTS:
        yield f"  … and {counted(len(codes) - _MOST_DOUBTS, 'more code')}"


def _meanings(rows: Iterable[tuple[str, int, str]]) -> Table:
    """Return names with how often and what they mean."""
    table = Table.grid(padding=(0, 2, 0, 0))
    for column in ("name", "count", "meaning"):
        table.add_column(column, overflow="fold", justify="right" if column == "count" else "left")
    for name, count, meaning in rows:
        table.add_row(Text(f"  {name}"), Text(f"{count:,}x"), Text(visible(meaning)))
    return table


def _next(run: Run, hosts: Sequence[Mapping[str, Any]], look: Look) -> Iterator[str]:
    """Yield the next command to try, with a host and a package of this run."""
    named = [host["host"] for host in hosts if host["failing"]] or run.verdicts["host"].slice(0, 1).to_pylist()
    rows = sorted(rows_of(run, named[0]), key=_gravest_first) if named else []
    wanted = next((row for row in rows if row["status"] == Status.NON_COMPLIANT), rows[0] if rows else None)
    if wanted:
        words = ["patchrules", "explain", wanted["id"], "--host", wanted["host"]]
        yield f"\nNext: {shlex.join(visible(word) for word in words)} {look.again}".rstrip()


def _table(*titles: str) -> Table:
    """Return a table that shrinks to the width; `>` before a title is for numbers."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold", padding=(0, 1))
    for title in titles:
        table.add_column(title.removeprefix(">"), justify="right" if title[0] == ">" else "left", overflow="fold")
    return table


WRITER = Writer("table", "a table for people", (".txt",), write, tells=True, rows="noncompliant")
