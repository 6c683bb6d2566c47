"""The upper part of the HTML page, which needs no script: headline, trend, levels, ages, breakdowns, doubts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.errors import Level
from patchrules.evaluation.run import Run
from patchrules.families import families
from patchrules.model.columns import UPCOMING_DAYS
from patchrules.model.names import ComplianceLevel, State, Status, Unknown
from patchrules.questions.wording import NOBODY_LOOKED, UNKNOWN, counted, when
from patchrules.reports._details import short
from patchrules.reports._doubts import doubts
from patchrules.reports._failing import words

_MOST_UPCOMING = 40
_MOST_PARTS = 25
_MOST_POINTS = 60
_STATUSES = (
    (Status.COMPLIANT, "✓", "compliant"),
    (Status.NON_COMPLIANT, "✗", "non-compliant"),
    (Status.UNKNOWN, "?", "unknown"),
)
_AGES = ((7, "up to a week"), (30, "8 to 30 days"), (90, "31 to 90 days"), (180, "91 to 180 days"), (10**6, "longer"))
_NO_DATE = "no date"


def overview(run: Run, earlier: Sequence[Run]) -> dict[str, Any]:
    """Return what the template fills in. O(verdicts) in Arrow, O(hosts) in Python for reasons."""
    failing = run.verdicts.filter(pc.equal(run.verdicts["status"], Status.NON_COMPLIANT.value))
    statuses, totals = run.statuses(), run.totals()
    return {
        "title": f"Patch compliance, {when(run.settings.as_of)}",
        "as_of": when(run.settings.as_of),
        "about": {"run": run.id, "version": run.version, "dialect": str(run.settings.dialect)},
        "hosts": run.hosts.num_rows,
        "share": _share(statuses[Status.COMPLIANT], run.hosts.num_rows),
        "statuses": _bar([(f"{sign} {word}", word, statuses[status]) for status, sign, word in _STATUSES]),
        "figures": _figures(totals, failing, run),
        "trend": trend([*earlier, run]),
        "levels": list(_levels(failing)),
        "ages": list(_ages(failing, run)),
        "breakdowns": [(title, list(rows)) for title, rows in _breakdowns(run)],
        "upcoming": _upcoming(run),
        "nobody_looked": NOBODY_LOOKED,
        "reasons": list(_reasons(run)),
        "doubts": list(doubts(run)),
        "wrong": [(one.code, short(one.message), short(str(one.where or ""))) for one in _errors(run)],
        "counted": counted,
    }


def _share(part: int, whole: int) -> str:
    """Return a percentage; never 100 or 0 where it is not.

    >>> _share(1, 3), _share(99_999, 100_000), _share(0, 0)
    ('33.3', '99.9', '-')
    """
    if not whole:
        return "-"
    if part in (0, whole):
        return str(100 * part // whole)
    return f"{min(max(1000 * part // whole, 1), 999) / 10:.1f}"


def _bar(parts: Iterable[tuple[str, str, int]]) -> list[dict[str, Any]]:
    """Return parts of one bar: label, kind, count, and where each begins and how wide it is, of 100."""
    found, start = list(parts), 0.0
    whole = sum(count for _, _, count in found) or 1
    bars = []
    for label, kind, count in found:
        width = 100 * count / whole
        bars.append({"label": label, "kind": kind, "count": count, "x": f"{start:.3f}", "width": f"{width:.3f}"})
        start += width
    return bars


def _figures(totals: Mapping[str, int], failing: pa.Table, run: Run) -> list[tuple[str, str]]:
    """Return the numbers beside the headline."""
    oldest = pc.min(failing["since"]).as_py() if failing.num_rows else None
    figures = [
        (f"{totals['missing'] + totals['failed']:,}", "missing or failed"),
        (f"{totals['critical_non_compliant']:,}", "at level CRITICAL"),
        (f"{totals['security_non_compliant']:,}", "security"),
        (f"{totals['installed_pending_reboot']:,}", "wait for a reboot"),
        (f"{totals['installed_rejected']:,}", "installed though rejected"),
    ]
    days = f"{(run.settings.as_of - oldest).days:,}" if oldest else "-"
    return [*figures, (days, "days since the oldest was approved")]


def trend(runs: Sequence[Run]) -> dict[str, Any] | None:
    """Return compliance over runs of several instants as points of a line, None for a single one."""
    by_instant = {run.settings.as_of: run for run in sorted(runs, key=lambda run: run.settings.as_of)}
    found = list(by_instant.values())[-_MOST_POINTS:]
    if len(found) < 2:  # noqa: PLR2004  a line has two ends
        return None
    first, last = found[0].settings.as_of, found[-1].settings.as_of
    rows = []
    for run in found:
        compliant, hosts = run.statuses()[Status.COMPLIANT], run.hosts.num_rows
        share = 100 * compliant / hosts if hosts else 0.0
        x = 100 * ((run.settings.as_of - first) / (last - first))
        row = {"when": when(run.settings.as_of), "share": _share(compliant, hosts), "hosts": hosts}
        rows.append(row | {"missing": run.totals()["missing"], "x": f"{x:.2f}", "y": f"{100 - share:.2f}"})
    return {"rows": rows, "line": " ".join(f"{row['x']},{row['y']}" for row in rows)}


def _levels(failing: pa.Table) -> Iterator[dict[str, Any]]:
    """Yield what does not comply by level, the gravest first, by state."""
    rows = failing.group_by(["compliance_severity", "state"]).aggregate([("host", "count")]).to_pylist()
    counts = {(row["compliance_severity"], row["state"]): row["host_count"] for row in rows}
    most = max((sum(counts.get((level, state), 0) for state in State) for level in ComplianceLevel), default=0) or 1
    for level in reversed(ComplianceLevel):
        found = [(words(state), counts.get((level, state), 0)) for state in State if (level, state) in counts]
        count = sum(number for _, number in found)
        said = ", ".join(f"{number:,} {state}" for state, number in found)
        yield {"name": level.value, "count": count, "said": said, "width": f"{100 * count / most:.2f}"}


def _ages(failing: pa.Table, run: Run) -> Iterator[dict[str, Any]]:
    """Yield what does not comply by age: since its approval, and since its release."""
    by = [_aged(failing[name], run) for name in ("since", "released_at")]
    most = max((max(found.values(), default=0) for found in by), default=0) or 1
    for name in (*(word for _, word in _AGES), _NO_DATE):
        approved, released = (found[name] for found in by)
        widths = {"approved_width": f"{100 * approved / most:.2f}", "released_width": f"{100 * released / most:.2f}"}
        yield {"name": name, "approved": approved, "released": released, **widths}


def _aged(column: pa.ChunkedArray, run: Run) -> Counter[str]:
    """Return how many instants lie how far back."""
    found: Counter[str] = Counter()
    for row in pc.value_counts(column).to_pylist():
        age = None if row["values"] is None else run.settings.as_of - row["values"]
        name = _NO_DATE if age is None else next(word for days, word in _AGES if age <= timedelta(days=days))
        found[name] += row["counts"]
    return found


def _breakdowns(run: Run) -> Iterator[tuple[str, Iterator[dict[str, Any]]]]:
    """Yield the hosts by patch group, operating system and baseline."""
    named = {name: family.label for name, family in families().items()}
    yield "Patch group", _parts(run, "patch_group", {})
    yield "Operating system", _parts(run, "family", named)
    yield "Baseline", _parts(run, "baseline", {})


def _parts(run: Run, column: str, named: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Yield the parts of the fleet by one column, the one with most hosts that do not comply first."""
    rows = run.hosts.group_by([column, "status"]).aggregate([("host", "count"), ("missing", "sum")]).to_pylist()
    parts: dict[str | None, Counter[str]] = {}
    for row in rows:
        part = parts.setdefault(row[column], Counter())
        part[row["status"]] += row["host_count"]
        part["missing"] += row["missing_sum"]
    order = sorted(parts, key=lambda name: (-parts[name][Status.NON_COMPLIANT], -parts[name].total(), name or ""))
    for name in order[:_MOST_PARTS]:
        found = parts[name]
        bars = _bar([(f"{sign} {word}", word, found[status]) for status, sign, word in _STATUSES])
        hosts = sum(bar["count"] for bar in bars)
        label = "(none)" if name is None else short(named.get(name, name))
        share = _share(found[Status.COMPLIANT], hosts)
        yield {"name": label, "hosts": hosts, "bars": bars, "share": share, "missing": found["missing"]}


def _upcoming(run: Run) -> dict[str, Any] | None:
    """Return what waiting alone approves after the instant, the next first; None where the run does not know."""
    if run.upcoming is None:
        return None
    rows = []
    for row in run.upcoming.slice(0, _MOST_UPCOMING).to_pylist():
        texts = {name: short(row[name] or "") for name in ("id", "target", "advisory", "baseline", "severity")}
        level = {"level": row["compliance_severity"], "rule": row["rule"], "hosts": row["hosts"]}
        rows.append({**texts, **level, "since": when(row["since"])})
    return {"rows": rows, "more": run.upcoming.num_rows - len(rows), "days": UPCOMING_DAYS}


def _reasons(run: Run) -> Iterator[tuple[str, str, int]]:
    """Yield why hosts cannot be judged."""
    counts = Counter(pc.list_flatten(run.hosts["unknown"]).to_pylist())
    yield from ((reason.value, UNKNOWN[reason], counts[reason]) for reason in Unknown if counts[reason])


def _errors(run: Run) -> Iterator[Any]:
    """Yield what is wrong in what was given."""
    return (one for one in run.diagnostics if one.level is Level.ERROR)
