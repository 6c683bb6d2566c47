"""Our verdicts against AWS's own, patch by patch, with what explains each that differs, or that nothing does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from patchrules.codes import CODES
from patchrules.errors import Diagnostic, DocumentError, Level
from patchrules.evaluation.plain import stamp
from patchrules.evaluation.run import Run
from patchrules.families import facts_of, families
from patchrules.model.names import State
from patchrules.model.verdict import ReportedVerdict

UNEXPLAINED = "unexplained"

_INSTALLED = frozenset(state for state in State if state.startswith("INSTALLED"))
_COMPLYING = frozenset({State.INSTALLED, State.INSTALLED_OTHER})
_WANTED = frozenset({State.MISSING, State.FAILED})
_FEW = 5


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A patch on which AWS and we differ; None is "says nothing of it". ``cause`` is a word, ``why`` a sentence."""

    host: str
    id: str
    ours: State | None
    theirs: State | None
    cause: str
    why: str

    def as_dict(self) -> dict[str, Any]:
        """Return it ready for JSON."""
        return {name: getattr(self, name) for name in ("host", "id", "ours", "theirs", "cause", "why")}


@dataclass(frozen=True, slots=True)
class AgainstAws:
    """How a run stands to what AWS says: how many verdicts agree, and each that does not."""

    agreed: int
    disagreements: tuple[Disagreement, ...]
    diagnostics: tuple[Diagnostic, ...] = field(default=(), repr=False)

    @property
    def unexplained(self) -> int:
        """Return how many differences nothing explains."""
        return sum(one.cause == UNEXPLAINED for one in self.disagreements)

    def __str__(self) -> str:
        """Return the headline: agreed, and the causes by number."""
        causes = Counter(one.cause for one in self.disagreements)
        told = ", ".join(
            f"{count:,} {cause}" for cause, count in sorted(causes.items(), key=lambda one: (-one[1], one))
        )
        return f"{self.agreed:,} verdicts agree, {len(self.disagreements):,} differ{f': {told}' if told else ''}"


def against_aws(run: Run, reported: Sequence[ReportedVerdict], *, agent: Run | None = None) -> AgainstAws:
    """Compare a run that lists every verdict with what AWS says of the same hosts (SEMANTICS 5.11).

    ``agent`` is the same fleet judged in the dialect ``agent``: what it says as AWS does, and the run does not, the
    dialect explains. Other causes, the first that holds: ``baseline``, another one served the host; ``inventory``,
    another version is installed; ``catalog age``, AWS's catalog has a newer version, or ours was approved only after
    AWS had looked; ``quirk``, the verdict has a doubt, whose code is named. Only hosts of both are compared; where AWS
    says nothing of a patch, NOT_APPLICABLE agrees.

    Where AWS lists nothing installed of a host, its answer was filtered, and what complies is not compared (PR7825).

    Raises DocumentError PR7826 for a run that lists only what does not comply.

    >>> import patchrules as pr
    >>> import pyarrow as pa
    >>> rows = {"host": ["web-1"], "name": ["bash"], "arch": ["amd64"], "evr": ["5.2.15-2"]}
    >>> fleet = pr.open_fleet(pa.table(rows), family="debian", product="Debian12")
    >>> baseline = pr.predefined("AWS-DebianDefaultPatchBaseline")
    >>> run = pr.evaluate_fleet(baseline, fleet, [], as_of="2026-11-01T00:00Z", rows="all")
    >>> print(against_aws(run, [ReportedVerdict("web-1", "bash.amd64", State.INSTALLED_OTHER)]))
    1 verdicts agree, 0 differ
    """
    for one in (run, agent) if agent else (run,):
        if one.rows != "all":
            message, hint = "the run lists only what does not comply", "evaluate again without --only-noncompliant"
            raise DocumentError(message, code="PR7826", hint=hint)
    hosts = {row["host"]: row for row in run.hosts.select(_HOST).to_pylist()}
    theirs = {(one.host, one.id.lower()): one for one in reported if one.host in hosts}
    told = {key[0] for key, one in theirs.items() if one.state in _COMPLYING}
    cut = sorted({host for host, _ in theirs} - told)
    ours, other = _verdicts(run, theirs), _verdicts(agent, theirs) if agent else {}
    ours = {key: row for key, row in ours.items() if key in theirs or key[0] in told or row["state"] not in _COMPLYING}
    found = []
    for key in sorted(theirs.keys() | ours.keys()):
        mine, said = ours.get(key), theirs.get(key)
        states = State(mine["state"]) if mine else None, said.state if said else None
        if _same(*states):
            continue
        host, name = key[0], mine["id"] if mine else said.id if said else key[1]
        cause, why = next(_causes(mine, said, other.get(key), hosts[host], run))
        found.append(Disagreement(host, name, *states, cause, why))
    agreed = len(theirs.keys() | ours.keys()) - len(found)
    strangers = sorted({one.host for one in reported} - hosts.keys())
    return AgainstAws(agreed, tuple(found), tuple(_doubts(strangers, cut)))


_HOST = ["host", "family", "product", "baseline", "baseline_id"]


def _same(ours: State | None, theirs: State | None) -> bool:
    """Say whether two states agree; what is not applicable need not be listed."""
    return (ours or State.NOT_APPLICABLE) is (theirs or State.NOT_APPLICABLE)


def _verdicts(run: Run, theirs: Mapping[tuple[str, str], object]) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the verdicts on the hosts that AWS speaks of, by host and id in lower case."""
    hosts = {host for host, _ in theirs}
    return {(row["host"], row["id"].lower()): row for row in run.verdicts.to_pylist() if row["host"] in hosts}


def _causes(
    mine: Mapping[str, Any] | None,
    said: ReportedVerdict | None,
    other: Mapping[str, Any] | None,
    host: Mapping[str, Any],
    run: Run,
) -> Iterator[tuple[str, str]]:
    """Yield what explains a difference, the surest first; the last is that nothing does."""
    theirs = said.state if said else State.NOT_APPLICABLE
    if said and said.baseline_id and host["baseline_id"] and said.baseline_id != host["baseline_id"]:
        yield "baseline", f"AWS judged by {said.baseline_id}, we by {host['baseline_id']} (`{host['baseline']}`)"
    if other and other["state"] == theirs:
        yield "dialect", f"in the dialect `agent` it is {theirs}, too"
    if said and mine is None and theirs in _INSTALLED:
        yield "inventory", "AWS found it installed, our inventory has no such package"
    if mine and said is None and mine["installed"]:
        yield "inventory", f"our inventory has {mine['installed']}, AWS says nothing of it"
    if mine and said:
        yield from _of_versions(mine, said, host, run)
    if mine and mine["notes"]:
        yield "quirk", "; ".join(f"{code}: {CODES[code]}" for code in mine["notes"])
    yield UNEXPLAINED, "nothing that the run records explains it"


def _of_versions(
    mine: Mapping[str, Any], said: ReportedVerdict, host: Mapping[str, Any], run: Run
) -> Iterator[tuple[str, str]]:
    """Yield what the versions in AWS's title and the instants explain."""
    version = _version(said)
    if version and said.state in _INSTALLED and mine["installed"] and not _equal(version, mine["installed"]):
        yield "inventory", f"AWS found {version} installed, our inventory has {mine['installed']}"
    if version and said.state in _WANTED and mine["target"] is None:
        yield "baseline or catalog", f"AWS wants {version}, and no version is approved here"
    if version and said.state in _WANTED and mine["target"] and not _equal(version, mine["target"]):
        yield "catalog age", f"AWS wants {version}, we {mine['target']}"
    looked: datetime = said.captured_at or run.settings.as_of
    if mine["state"] in _WANTED and mine["since"] and mine["since"] >= looked:
        yield "catalog age", f"AWS looked at {stamp(looked)}, and it is approved since {stamp(mine['since'])}"
    family = families().get(host["family"] or "")
    facts = family and facts_of(family, run.settings.dialect, host["product"])
    if mine["state"] in _WANTED and facts and not facts.clocks and said.captured_at:
        yield "catalog age", f"nothing dates {mine['target']}: AWS may have looked before it was there"


def _version(said: ReportedVerdict) -> str:
    """Return the version in a title ``name.arch:epoch:version-release``, empty where there is none.

    >>> _version(ReportedVerdict("web-1", "bash.x86_64", State.INSTALLED, "bash.x86_64:0:5.1.8-6.el9"))
    '0:5.1.8-6.el9'
    """
    head = f"{said.id}:".lower()
    return said.title[len(head) :] if said.title.lower().startswith(head) else ""


def _equal(one: str, other: str) -> bool:
    """Say whether two versions are spelled alike; an epoch that is not stated is 0."""
    return one.removeprefix("0:") == other.removeprefix("0:")


def _doubts(strangers: Sequence[str], cut: Sequence[str]) -> Iterator[Diagnostic]:
    """Yield which hosts of AWS the run does not have, and of which AWS's answer was filtered."""
    if strangers:
        yield Diagnostic("PR7824", Level.WARNING, f"AWS speaks of hosts that are not in the run: {_first(strangers)}")
    if cut:
        message = f"AWS lists nothing installed of {_first(cut)}: what complies is not compared"
        yield Diagnostic("PR7825", Level.INFO, message)


def _first(hosts: Sequence[str]) -> str:
    """Return the first hosts of a list, and how many more there are."""
    more = f" and {len(hosts) - _FEW:,} more" if len(hosts) > _FEW else ""
    return f"{', '.join(hosts[:_FEW])}{more}"
