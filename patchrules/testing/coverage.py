"""Policy coverage: how much of the baselines the cases exercise, as a line report, JSON or HTML.

Neither hypothesis nor pytest is needed here: the plugin collects, this file adds up and renders.
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from patchrules.documents.baseline import load_baseline
from patchrules.documents.places import places_of
from patchrules.policytest import Case, Outcome, run
from patchrules.policytest.exercise import Target, exercised, targets

SCHEMA = "patchrules/policy-coverage/1"

Seen = dict[str, list[list[Any]]]
"""What was exercised, by the path of the baseline, as plain values that cross process borders."""


@dataclass(slots=True)
class Collector:
    """Gathers what cases exercise of the baselines that are files."""

    seen: dict[str, set[tuple[tuple[str | int, ...], str]]] = field(default_factory=dict)

    def name(self, paths: Iterable[Path]) -> None:
        """Count these baselines too, whether a case reads them or not."""
        for path in paths:
            self.seen.setdefault(str(path.resolve()), set())

    def add(self, outcome: Outcome) -> None:
        """Take what a judged case exercised; a baseline inside the case, and AWS's own, are not covered."""
        path = baseline_path(outcome.case) if outcome.case else None
        if path is None or outcome.judged is None or outcome.case is None:
            return
        judged = outcome.judged if outcome.judged.report else run(outcome.case).judged
        if judged is not None and judged.report is not None:
            self.seen.setdefault(str(path), set()).update(exercised(judged.report))

    def plain(self) -> Seen:
        """Return what was gathered as values that xdist can send."""
        return {path: [[list(place), str(deed)] for place, deed in found] for path, found in self.seen.items()}

    def merge(self, seen: Seen) -> None:
        """Take what another process gathered."""
        for path, found in seen.items():
            self.seen.setdefault(path, set()).update((tuple(place), deed) for place, deed in found)

    def coverage(self) -> Coverage:
        """Return what is covered of each baseline, by path."""
        return Coverage(tuple(Covered.of(Path(path), found) for path, found in sorted(self.seen.items())))


def baseline_path(case: Case) -> Path | None:
    """Return the file that a case names as its baseline, None where it is in the case or AWS's own."""
    named = case.fields.get("baseline")
    if not isinstance(named, str):
        return None
    path = (case.folder / named).resolve()
    return path if path.is_file() else None


@dataclass(frozen=True, slots=True)
class Covered:
    """One baseline: each target with its line (None where the document has no lines) and whether a case hits it."""

    path: Path
    lines: tuple[tuple[Target, int | None, bool], ...]

    @classmethod
    def of(cls, path: Path, found: set[tuple[tuple[str | int, ...], str]]) -> Covered:
        """Return what is covered of the baseline in a file; raises what its door raises."""
        places = places_of(path)
        rows = []
        for target in targets(load_baseline(path)):
            where = places.get(target.place)
            rows.append((target, where.line if where else None, (target.place, target.deed) in found))
        return cls(path, tuple(rows))

    @property
    def hit(self) -> int:
        """Return how many targets a case hits."""
        return sum(seen for _, _, seen in self.lines)


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of some baselines is exercised.

    >>> print(Coverage(()))
    no baseline that is a file was tested
    """

    baselines: tuple[Covered, ...]

    @property
    def percent(self) -> float:
        """Return the share of targets that a case hits, of all baselines together; 100 where there is nothing."""
        total = sum(len(one.lines) for one in self.baselines)
        return 100 * sum(one.hit for one in self.baselines) / total if total else 100.0

    def __str__(self) -> str:
        """Return one line a baseline, and below it a line for each target that no case hits."""
        if not self.baselines:
            return "no baseline that is a file was tested"
        lines = []
        for one in self.baselines:
            total = len(one.lines)
            share = 100 * one.hit / total if total else 100
            lines.append(f"{_shown(one.path)}: {one.hit} of {total}, {share:.0f} %")
            missed = [(line, target) for target, line, seen in one.lines if not seen]
            lines += [f"  line {line or '?':<5} {target.missing()}" for line, target in missed]
        return "\n".join([*lines, f"policy coverage: {self.percent:.0f} %"])

    def as_json(self) -> str:
        """Return the report as JSON (``patchrules/policy-coverage/1``)."""
        found = [
            {
                "file": _shown(one.path),
                "covered": one.hit,
                "total": len(one.lines),
                "targets": [
                    {"line": line, "part": target.label, "deed": str(target.deed), "covered": seen}
                    for target, line, seen in one.lines
                ],
            }
            for one in self.baselines
        ]
        return json.dumps({"schema": SCHEMA, "percent": round(self.percent, 2), "baselines": found}, indent=2)

    def as_html(self) -> str:
        """Return the report as one page without scripts: the lines of each baseline, green, red or plain."""
        parts = [_of_html(one) for one in self.baselines]
        return _PAGE.format(percent=f"{self.percent:.0f}", body="\n".join(parts))


def _of_html(one: Covered) -> str:
    """Return one baseline as a table of its lines."""
    missed: dict[int, list[str]] = {}
    hit: set[int] = set()
    for target, line, seen in one.lines:
        if line is not None and seen:
            hit.add(line)
        elif line is not None:
            missed.setdefault(line, []).append(target.missing())
    rows = []
    for number, text in enumerate(one.path.read_text(encoding="utf-8-sig").splitlines(), 1):
        kind = "missed" if number in missed else "hit" if number in hit else ""
        why = "; ".join(missed.get(number, ()))
        cells = f"<th>{number}</th><td><pre>{html.escape(text)}</pre></td><td>{html.escape(why)}</td>"
        rows.append(f'<tr class="{kind}">{cells}</tr>')
    head = f"<h2>{html.escape(_shown(one.path))}: {one.hit} of {len(one.lines)}</h2>"
    return "\n".join([head, "<table>", *rows, "</table>"])


def _shown(path: Path) -> str:
    """Return a path as people know it: from here, where it lies below."""
    here = Path.cwd()
    return path.relative_to(here).as_posix() if path.is_relative_to(here) else str(path)


_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Policy coverage: {percent} %</title>
<style>
body {{ font-family: sans-serif; margin: 2em; color-scheme: light dark; }}
table {{ border-collapse: collapse; }}
th {{ text-align: right; padding-right: 1em; font-weight: normal; opacity: 0.6; }}
pre {{ margin: 0; }}
.hit {{ background: #2a82; }}
.missed {{ background: #d333; }}
td + td {{ padding-left: 2em; }}
</style></head><body>
<h1>Policy coverage: {percent} %</h1>
{body}
</body></html>
"""
