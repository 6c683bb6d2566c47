"""What was measured and found, as Markdown."""

# ruff: noqa: E501 - sentences of a page

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from quirks import QUIRKS, Quirk
from search import Difference

BEGIN = "<!-- conformance: made by `python docs/attribution` -->"
END = "<!-- /conformance -->"
_MOST = 12

# Entries of the findings' list (SEMANTICS 11) that no quirk of the table is about, and why.
ELSEWHERE = (
    ("Q6", "`Medium` also selects `Moderate` on Amazon Linux 2022 and 2023 (documented); AWS's engine 1.80 does not know these systems"),
    ("Q20", "a host's severity is at least INFORMATIONAL in both dialects; in `agent`, what only waits for a reboot gives none"),
    ("Q21, Q22", "both dialects take any glob and all forms of a name that begin with the name; lint tells what AWS's documents do not promise"),
    ("Q23", "names in any case, ids as written: both dialects"),
    ("Q30, Q31, Q32, Q37", "Windows, macOS, RHEL without notices, the spelling of a state: there is no code of AWS's to compare with"),
    ("Q33", "delays have no effect on apt in both dialects; lint tells"),
    ("Q34", "a tracking file with impossible times is left out in both dialects, with a diagnostic"),
    ("Q39, Q40, Q43", "about what an Install does, which patchrules does not"),
    ("Q25 - Q29", "schedules: AWS documents them in several ways, no verdict hangs on them"),
    ("Q38, Q41, Q42, Q44", "contradictions inside AWS's texts; nothing is decided by them"),
)  # fmt: skip


@dataclass
class Tally:
    """What the cases of one package manager gave."""

    manager: str
    cases: int = 0
    errors: int = 0
    dependent: int = 0
    agent: int = 0
    documented: int = 0
    apart: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)

    @property
    def unexplained(self) -> list[Difference]:
        """Return the differences that no quirk explains."""
        return [one for one in self.differences if one.quirks is None]


def conformance(tallies: Sequence[Tally]) -> str:
    """Return the table of pass rates, between its marks."""
    head = ("package manager", "cases", "`agent` gives AWS's answer", "`documented` gives it, too", "engines disagree")
    rows = [
        (
            f"`{one.manager}`", f"{one.cases:,}", _share(one.agent, one.cases), _share(one.documented, one.cases),
            f"{one.apart:,}",
        )
        for one in tallies
    ]  # fmt: skip
    whole = [sum(getattr(one, name) for one in tallies) for name in ("cases", "agent", "documented", "apart")]
    rows.append(("all", f"{whole[0]:,}", _share(whole[1], whole[0]), _share(whole[2], whole[0]), f"{whole[3]:,}"))
    said = (
        f"{sum(one.errors for one in tallies):,} of the cases make AWS's own code fail: they pass with a diagnosed error or our documented choice. "
        f"{sum(one.dependent for one in tallies):,} have several answers of AWS's, by the hash seed of its Python: one of them passes."
    )
    return f"{BEGIN}\n{_table(head, rows)}\n\n{said}\n{END}"


def page(tallies: Sequence[Tally]) -> str:
    """Return the page about the quirks."""
    found = [one for tally in tallies for one in tally.differences]
    by_quirk: dict[str, list[Difference]] = {}
    for one in found:
        for quirk in one.quirks or ():
            by_quirk.setdefault(quirk.name, []).append(one)
    left = sum(len(tally.unexplained) for tally in tallies)
    cases = len({one.case_id for one in found})
    return (
        "\n\n".join(
            [
                "<!-- Made by `python docs/attribution`: change the code, then run it again. -->",
                "# How AWS's engine differs from AWS's documents",
                _INTRODUCTION,
                "## What was measured",
                conformance(tallies),
                f"The dialects differ on {len(found):,} packages of {cases:,} cases. {left or 'None'} of these differences is unexplained.",
                "## The quirks",
                _EXPLAINED,
                _table(
                    ("quirk", "where", "`documented`", "`agent`", "findings", "packages", "cases"),
                    [_row(quirk, by_quirk.get(quirk.name, [])) for quirk in _sorted(by_quirk)],
                ),
                "## The cases",
                "Designed cases first, then random ones (`r`), at most twelve of these.",
                _table(("quirk", "cases"), _case_rows(by_quirk)),
                "## Documents that AWS's service would refuse",
                _REFUSED,
                _table(("why", "cases"), _refused_rows(tallies)),
                "## The rest of the findings' list",
                _table(("entry", "what becomes of it"), ELSEWHERE),
            ]
        )
        + "\n"
    )


_INTRODUCTION = """\
`documented`, the default dialect, decides what AWS's user guide and the package managers themselves say. `agent` decides what AWS's on-node engine 1.80 decided
when it was run: it predicts what AWS will report. Where the two differ, one of them is a surprise to somebody, so every difference has a name here. The dialects
are declared facts and one file a package manager in `patchrules/reference/agent`; nothing else in the engines knows which dialect it speaks.

The cases are answers that AWS's own engine printed for synthetic hosts (`../shared/conformance`, not part of this project)."""

_EXPLAINED = """\
A quirk is at work on a package when a change that disarms it makes the dialects agree, and they do not agree without that change. For a quirk that is a declared
fact, the change gives one dialect the other's fact; for one in AWS's control flow, it takes away what sets it off, from both: of several kernels the older ones,
from a notice its module. Several quirks at work on one package are counted for each. Quirks without packages are known from AWS's code, and no case at hand sets
them off."""

_REFUSED = "AWS's node evaluates what it is given. In `documented` these are faults of the document, told with their place (1.3)."


def _sorted(by_quirk: Mapping[str, Sequence[Difference]]) -> list[Quirk]:
    """Return the quirks, the most frequent first."""
    return sorted(QUIRKS, key=lambda quirk: (-len(by_quirk.get(quirk.name, ())), quirk.name))


def _row(quirk: Quirk, found: Sequence[Difference]) -> Sequence[str]:
    """Return the row of one quirk."""
    cases = {one.case_id for one in found}
    where = ", ".join(sorted({one.case_id.partition("-")[0] for one in found}) or quirk.managers)
    return f"`{quirk.name}`", where, quirk.documented, quirk.agent, quirk.source, f"{len(found):,}", f"{len(cases):,}"


def _case_rows(by_quirk: Mapping[str, Sequence[Difference]]) -> Iterable[Sequence[str]]:
    """Yield the cases of each quirk that has some."""
    for quirk in _sorted(by_quirk):
        cases = list(dict.fromkeys(one.case_id for one in by_quirk.get(quirk.name, ())))
        designed, drawn = ([one for one in cases if f"-{kind}-" in one] for kind in "hr")
        more = f" and {len(drawn) - _MOST:,} more" if len(drawn) > _MOST else ""
        if cases:
            yield f"`{quirk.name}`", ", ".join([*sorted(designed), *sorted(drawn)[:_MOST]]) + more


def _refused_rows(tallies: Sequence[Tally]) -> Iterable[Sequence[str]]:
    """Yield the reasons for which documents are refused, with their cases."""
    reasons: dict[str, list[str]] = {}
    for tally in tallies:
        for case_id, why in tally.refused:
            reasons.setdefault(why, []).append(case_id)
    for why, cases in sorted(reasons.items()):
        yield (
            why,
            ", ".join(sorted(cases)[:_MOST]) + (f" and {len(cases) - _MOST:,} more" if len(cases) > _MOST else ""),
        )


def _share(part: int, whole: int) -> str:
    """Return a count and its share."""
    return f"{part:,} ({100 * part / whole:.1f} %)" if whole else "0"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
