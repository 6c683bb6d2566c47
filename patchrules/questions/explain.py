"""Why a package stands where it stands on a host: the verdict in words, with the rules it follows from.

Numbers in brackets are paragraphs of ``docs/semantics.md``. A report of the reference engine is explained in full:
every rule is asked again about the patch. A run keeps verdicts only: with the inventory and the catalogs that it was
made from the reference engine judges the host again, without them the explanation is the shorter form.
"""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from patchrules.errors import DocumentError, UnknownNameError
from patchrules.evaluation.host import evaluate
from patchrules.evaluation.nouns import only
from patchrules.evaluation.opened import Fleet, in_memory
from patchrules.evaluation.plain import plain, stamp
from patchrules.evaluation.rows import host_names, host_row, names_listed, rows_about, verdict_row
from patchrules.evaluation.run import Run, baseline_of, no_run
from patchrules.families import facts_of, families
from patchrules.model.host import Inventory
from patchrules.model.loaded import as_catalogs
from patchrules.model.loaded import shown as shown_given
from patchrules.model.names import Unknown
from patchrules.model.patch import Catalog
from patchrules.model.verdict import Decision, HostReport, Settings, Verdict
from patchrules.questions.asking import Asking, carries
from patchrules.questions.origins import Origin, origins
from patchrules.questions.reasons import Why
from patchrules.questions.sentences import Line, Row, approval_line, doubt_lines, headline, patch_line, state_line
from patchrules.questions.turns import Turn, turn_of
from patchrules.questions.wording import UNKNOWN, counted, shown, when

SCHEMA = "patchrules/explanation/2"
_MOST_UNAPPROVED = 3
_MOST_HOSTS_NAMED = 20


@dataclass(frozen=True, slots=True)
class Explained:
    """One package of the explanation; ``verdict`` has the names of ``model.columns.VERDICTS`` without ``host``.

    ``turn`` says what would have the highest version that is not approved be approved, None where all are or where the
    explanation is of a run alone. ``origins`` are the files behind it. A package that is not installed and not approved
    has no verdict: its ``state`` is empty.
    """

    verdict: dict[str, Any]
    headline: str
    lines: tuple[Line, ...]
    turn: Turn | None = None
    origins: tuple[Origin, ...] = ()

    def __str__(self) -> str:
        """Return the headline and the sentences."""
        return "\n".join([shown(self.headline), *(shown(str(line)) for line in self.lines)])


@dataclass(frozen=True, slots=True)
class Explanation:
    """What was found about ``asked`` on a host; ``nearest`` are close names where nothing was.

    ``found`` has one part a package: a name may be installed in several architectures, an advisory fixes several names.
    ``host`` is None where a run of several hosts lists nothing of that name. ``unknown`` says why the host cannot be
    judged; verdicts on such a host are said with that in mind (SEMANTICS 5.16).
    """

    asked: str
    host: str | None
    baseline: str | None
    as_of: datetime
    status: str = ""
    unknown: tuple[Unknown, ...] = ()
    found: tuple[Explained, ...] = ()
    message: str = ""
    nearest: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return the explanation as people read it in a terminal."""
        under = f" under `{self.baseline}`" if self.baseline else ""
        head = f"{self.host or 'every host of the run'}{under}, as of {when(self.as_of)}"
        for reason in self.unknown:
            head += f"\nUNKNOWN, {reason}: {UNKNOWN[reason]}  [5.16]"
        parts = [str(one) for one in self.found]
        if self.message:
            near = f"\n  hint: did you mean {', '.join(f'`{name}`' for name in self.nearest)}?" if self.nearest else ""
            parts.append(shown(f"{self.message}{near}"))
        return "\n\n".join([shown(head), *parts])

    def as_dict(self) -> dict[str, Any]:
        """Return the explanation ready for JSON."""
        about = {"asked": self.asked, "host": self.host, "baseline": self.baseline, "as_of": stamp(self.as_of)}
        standing = {"status": str(self.status), "unknown": plain(self.unknown)}
        rest = {"found": plain(self.found), "message": self.message, "nearest": list(self.nearest)}
        return {"schema": SCHEMA, **about, **standing, **rest}


def explain(
    found: HostReport | Run,
    package: str,
    *,
    host: str | None = None,
    inventory: Inventory | Fleet | None = None,
    catalogs: Catalog | Sequence[Catalog] = (),
) -> Explanation:
    """Say why ``package`` has the verdict it has, and what would turn it.

    ``package`` is a name (a KB on Windows), ``name.arch``, or the id of an advisory or CVE. A run of several
    hosts needs ``host``; without it the first host that lists the package is taken. ``inventory`` and ``catalogs`` are
    those that a run was made from: with them its explanation is as full as a report's. What is not there is said, with
    the closest names. Every sentence has a stable code (``docs/reference/reasons.md``); instants
    are aware UTC. Raises UnknownNameError for a host that is not in the report, run or inventory, and DocumentError
    PR7806 for what is no report and no run, and for a ``package`` that is no name; where a run is explained,
    InventoryError PR2121 for what is no inventory, and CatalogError PR3803 for catalogs that were not read.

    >>> import patchrules as pr
    >>> web = pr.Host("web-1", "debian", "Debian12", packages=(pr.Package("bash", "amd64", "5.2"),))
    >>> report = pr.evaluate(pr.predefined("AWS-DebianDefaultPatchBaseline"), web, [], as_of="2025-03-01T00:00Z")
    >>> print(explain(report, "bsh"))
    web-1 under `AWS-DebianDefaultPatchBaseline`, as of 2025-03-01 00:00Z
    UNKNOWN, NO_CATALOG: no catalog speaks for it  [5.16]
    <BLANKLINE>
    `bsh` is not installed on web-1, and no catalog in its scope has it
      hint: did you mean `bash`?
    """
    _check_name(package)
    if isinstance(found, Run):
        short = _of_run(found, package, host)
        if inventory is None:
            return short
        return _traced(short, found, in_memory(inventory, "inventory"), as_catalogs(catalogs))
    if not isinstance(found, HostReport):
        raise no_run(f"`found` is {shown_given(found)}", "a run or a report")
    if host is not None and host != found.host.id:
        raise UnknownNameError("host", host, [found.host.id])
    return _of_report(found, package)


def _check_name(asked: object) -> None:
    """Raise DocumentError PR7806 for what is no text, or an empty one."""
    if not isinstance(asked, str) or not asked.strip():
        message = f"`package` is {shown_given(asked)}, wanted the name of a package or the id of an advisory or CVE"
        raise DocumentError(message, code="PR7806", hint='ask about one: pr.explain(report, "openssl")')


def _of_report(report: HostReport, asked: str) -> Explanation:
    """Explain from a report: the reference engine is asked again about the one package."""
    text, host = asked.lower(), report.host.id
    names = {patch.name for patch in report.patches if carries(patch, text)}
    wanted = [one for one in report.verdicts if text in (one.name.lower(), one.id.lower()) or one.name in names]
    about = Explanation(
        asked, host, report.baseline.name, report.settings.as_of, str(report.status), tuple(report.unknown)
    )
    asking = Asking.of(report)
    if wanted:
        return dataclasses.replace(about, found=tuple(_of_verdict(asking, one, text) for one in wanted))
    offered = names | {patch.name for patch in report.patches if patch.name.lower() == text}
    if offered:
        listed = ", ".join(f"`{name}`" for name in sorted(offered))
        decisions = [one for name in sorted(offered) for one in asking.decisions(name)]
        approves = any(one.approves for one in decisions)
        what = "what is approved of it is not for this host" if approves else "no version of it is approved"
        message = f"{listed} is not installed on {host}, and {what}"
        parts = () if approves else tuple(_unapproved(asking, decisions))
        return dataclasses.replace(about, found=parts, message=message)
    known = {one.name for one in report.verdicts} | {patch.name for patch in report.patches}
    message = f"`{asked}` is not installed on {host}, and no catalog in its scope has it"
    return dataclasses.replace(about, message=message, nearest=_nearest(asked, known))


def _of_verdict(asking: Asking, verdict: Verdict, asked: str) -> Explained:
    """Explain a verdict of a report; what is asked about by its id comes first where it is not what decided."""
    row, turn = plain(verdict_row(verdict)), _spoken(asking, asking.turn(verdict))
    behind = tuple(origins(asking.report, verdict))
    first = tuple(asking.asked_for(verdict, asked))
    rest = (line for line in asking.lines(verdict) if line not in first)
    lines = (*first, *rest, *_turn_lines(turn), *_data_lines(behind))
    return Explained(row, headline(row, asking.family), lines, turn, behind)


def _unapproved(asking: Asking, decisions: Iterable[Decision]) -> Iterator[Explained]:
    """Explain the highest version of what is neither installed nor approved, an architecture each."""
    highest: dict[tuple[str, str], Decision] = {}
    for one in sorted(decisions, key=lambda decision: asking.order(decision.patch.evr)):
        highest[one.patch.name, one.patch.arch] = one
    for one in list(highest.values())[:_MOST_UNAPPROVED]:
        verdict = asking.unjudged(one)
        row, turn = {**verdict_row(verdict), "state": "", "reason": ""}, _spoken(asking, turn_of(asking, one))
        behind = tuple(origins(asking.report, verdict))
        lines = (*asking.decided(one, row), *_turn_lines(turn), *_data_lines(behind))
        yield Explained(plain(row), headline(row, asking.family), lines, turn, behind)


def _spoken(asking: Asking, turn: Turn | None) -> Turn | None:
    """Return what would turn an answer; None where no catalog speaks for the host, whatever its baseline says."""
    return None if Unknown.NO_CATALOG in asking.report.unknown else turn


def _turn_lines(turn: Turn | None) -> Iterator[Line]:
    """Yield what would turn the answer."""
    if turn is not None:
        for label, text, code, rules in turn.sentences():
            yield Line(label, text, rules, code)


def _data_lines(behind: Iterable[Origin]) -> Iterator[Line]:
    """Yield the files behind a verdict."""
    for one in behind:
        yield Line("data", str(one), (), Why.DATA)


def _traced(short: Explanation, run: Run, inventory: Inventory, catalogs: Sequence[Catalog]) -> Explanation:
    """Judge the host of a run again and explain in full; what does not agree with the run is said."""
    row = (host_row(run, short.host) if short.host is not None else None) or {}
    baseline = baseline_of(run.baselines, row) if row else None
    if baseline is None:
        return short
    given = {one.name: getattr(run.settings, one.name) for one in fields(Settings)}
    report = evaluate(baseline, only(inventory, row["host"]), catalogs, limits=run.limits, **given)
    full = _of_report(report, short.asked)
    said = {one.verdict["id"]: (one.verdict["state"], one.verdict["target"]) for one in full.found}
    apart = [one.verdict["id"] for one in short.found if said.get(one.verdict["id"]) != _stood(one)]
    if not apart:
        return full
    message = f"the run says otherwise of {', '.join(apart)}: it was made from another inventory or other catalogs"
    return dataclasses.replace(full, message=message)


def _stood(one: Explained) -> tuple[str, str | None]:
    """Return where a package of a run stood."""
    return one.verdict["state"], one.verdict["target"]


def _of_run(run: Run, asked: str, host: str | None) -> Explanation:
    """Explain from a run: what its verdicts keep."""
    names = host_names(run)
    if host is not None and host not in names:
        raise UnknownNameError("host", host, names[:_MOST_HOSTS_NAMED])
    rows = rows_about(run, asked, host)
    name = host or (rows[0]["host"] if rows else names[0] if len(names) == 1 else None)
    row = (host_row(run, name) if name is not None else None) or {}
    reasons = tuple(Unknown(reason) for reason in row.get("unknown") or ())
    about = Explanation(asked, name, row.get("baseline"), run.settings.as_of, row.get("status", ""), reasons)
    if rows:
        return dataclasses.replace(about, found=tuple(explained(one, row, run) for one in rows))
    kept = "" if run.rows == "all" else ": it lists only what does not comply"
    where = name if name is not None else f"any of its {counted(len(names), 'host')}"
    message = f"the run lists no verdict on `{asked}` on {where}{kept}"
    return dataclasses.replace(about, message=message, nearest=_nearest(asked, names_listed(run, host)))


def explained(row: Row, host: Row, run: Run) -> Explained:
    """Explain a row of the verdicts of a run with the row of its host: what a report says beside each verdict."""
    family = families()[host["family"]]
    facts = facts_of(family, run.settings.dialect, host["product"], deb_dates=run.settings.deb_dates)
    baseline = baseline_of(run.baselines, host)
    lines = [patch_line(row, facts, family)] if row["approval"] else []
    lines += [approval_line(row, baseline, facts)] if row["approval"] and baseline else []
    lines += [state_line(row, family, facts), *doubt_lines(row["notes"] or ())]
    verdict = plain({name: found for name, found in row.items() if name != "host"})
    return Explained(verdict, headline(row, family), tuple(lines))


def _nearest(asked: str, known: set[str]) -> tuple[str, ...]:
    """Return the closest names."""
    return tuple(difflib.get_close_matches(asked, sorted(known), n=3))
