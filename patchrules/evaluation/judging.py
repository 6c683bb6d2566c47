"""Portions of a fleet, one after the other: who serves each host, its verdicts, and what they add up to."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.batch.evaluate import Evaluation, Looked
from patchrules.batch.keys import whole
from patchrules.batch.listing import SCHEMA, Unwritten, joined
from patchrules.batch.packages import PackageNumbers
from patchrules.batch.pending import memory_of
from patchrules.batch.policy import Policy
from patchrules.batch.portions import Portion
from patchrules.batch.rows import Rows
from patchrules.batch.summaries import hosts_summary
from patchrules.evaluation.coverage import AgeLimits
from patchrules.evaluation.host import evaluate
from patchrules.evaluation.nouns import hosts_of
from patchrules.evaluation.policies import Policies
from patchrules.evaluation.profiles import Assigner
from patchrules.evaluation.rows import run_of
from patchrules.families import facts_of, families
from patchrules.model.baseline import Baseline, Registry
from patchrules.model.columns import PACKAGES
from patchrules.model.host import Inventory
from patchrules.model.patch import Catalog
from patchrules.model.previous_run import PreviousRun
from patchrules.model.verdict import Settings
from patchrules.sources import arrow

BY_REFERENCE = frozenset({"zypper"})
"""What the batch engine does not speak, by ``Facts.states``: SUSE hosts in the ``agent`` dialect (decision 0007)."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a fleet: a policy, catalogs and settings. It pickles, and workers answer it for some hosts.

    ``known`` are the hosts of an earlier run with their digests (``evaluation.since``), None where nothing is carried.
    """

    registry: Registry
    catalogs: tuple[Catalog, ...]
    settings: Settings
    rows: str = "noncompliant"
    limits: AgeLimits = field(default_factory=AgeLimits)
    override: tuple[Baseline, ...] | None = None
    previous_runs: Mapping[str, PreviousRun] = field(default_factory=dict)
    keeps_digests: bool = False
    known: Any = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The verdicts on some hosts: ``model.columns`` RUN_HOSTS, and what :meth:`Judging.written` makes VERDICTS of."""

    hosts: Any
    verdicts: Any


class Judging:
    """Answers a question for one portion of a fleet after the other; policies are compiled when a host needs one."""

    def __init__(self, question: Question, policies: Policies | None = None) -> None:
        """Start with the ``policies`` that are compiled for this question, or none; those compiled here are added."""
        self.question = question
        self.policies = policies or Policies(question.catalogs)
        self.assigner = Assigner(question.registry, question.catalogs, question.settings.dialect, question.override)
        self.numbers = PackageNumbers()
        self._evaluation = Evaluation(self.numbers, failing_only=question.rows == "noncompliant")
        self._policy_of: dict[int, int] = {}
        self._slow: set[int] = set()

    def look(self, portion: Portion, rows: Rows) -> Looked:
        """Look up the rows of a portion, which were coded with ``numbers``. Cost: that of ``Evaluation.look``.

        What several portions have that is new is judged at once: a call costs as much as hundreds of packages.
        """
        profiles = self.assigner.of(portion.hosts)
        for number in set(profiles) - self._policy_of.keys() - {-1}:
            self._compile(number)
        return self._evaluation.look(rows, [self._policy_of.get(number, -1) for number in profiles])

    def judge(
        self, portion: Portion, rows: Rows, looked: Looked | None = None, question: Question | None = None
    ) -> Answer:
        """Judge the hosts of a portion, looking its rows up if they were not. Cost: that of ``Evaluation.judge``.

        ``question`` is the same one asked at another instant, between which and ours nothing changes.
        """
        question, hosts = question or self.question, portion.hosts
        looked = looked or self.look(portion, rows)
        profiles = self.assigner.of(hosts)
        memory = memory_of(hosts, question.previous_runs, question.settings)
        judged = self._evaluation.judge(rows, looked, memory)
        baselines = [profile.baseline for profile in self.assigner.profiles]
        why = self.assigner.unknown(portion, rows, profiles, question.settings, question.limits)
        summary = hosts_summary(hosts, (profiles, baselines), judged.summary, why)
        answer = Answer(summary, Unwritten(judged.listed, whole(hosts["host"])))
        slow = [number in self._slow for number in profiles]
        return self._completed(answer, portion, slow, question) if any(slow) else answer

    def written(self, answers: Iterable[Answer]) -> list[Any]:
        """Return the verdicts of answers as tables of VERDICTS, in order, with dictionaries for texts: few and large.

        Cost: that of ``Listing.table``, which is lowest when many answers are written at a time.
        """
        tables: list[Any] = []
        every = (answer.verdicts for answer in answers if answer.verdicts.num_rows)
        for waiting, some in itertools.groupby(every, lambda one: isinstance(one, Unwritten)):
            found = list(some)
            tables += [self._evaluation.listing.table(joined(found))] if waiting else found
        return tables

    def lacking(self, number: int) -> int:
        """Return how many approved patches a host of a profile would lack that had no packages."""
        policy = self.policy(number)
        return 0 if policy is None else int(policy.absent.sum())

    def policy(self, number: int) -> Policy | None:
        """Return the policy of a profile, None where the reference engine judges its hosts."""
        if number not in self._policy_of:
            self._compile(number)
        policy = self._policy_of[number]
        return self._evaluation.policies[policy] if policy >= 0 else None

    def _compile(self, number: int) -> None:
        """Compile the policy of a profile, or note that the reference engine judges its hosts."""
        profile, given = self.assigner.profiles[number], self.question.settings
        facts = facts_of(families()[profile.family], given.dialect, profile.product)
        if facts.states in BY_REFERENCE:
            self._slow.add(number)
            self._policy_of[number] = -1
        else:
            self._policy_of[number] = self._evaluation.add(self.policies.of(profile, given))

    def _completed(self, answer: Answer, portion: Portion, slow: Sequence[bool], question: Question) -> Answer:
        """Put hosts that the reference engine judges in their places, and their verdicts beside the others'."""
        profiles = self.assigner.of(portion.hosts)
        given = question.settings
        options: dict[str, Any] = {
            "as_of": given.as_of,
            "dialect": given.dialect,
            "operation": given.operation,
            "missing_date": given.missing_date,
            "deb_dates": given.deb_dates,
            "reboot_option": given.reboot_option,
            "install_override": given.install_override,
            "limits": question.limits,
        }
        names = portion.hosts["host"].to_pylist()
        served = {
            name: self.assigner.profiles[one].baseline for name, one in zip(names, profiles, strict=True) if one >= 0
        }
        reports = [
            evaluate(
                served[host.id],
                replace(host, previous_run=question.previous_runs.get(host.id)),
                question.catalogs,
                **options,
            )
            for host in hosts_of(_where(portion, slow))
        ]
        part = run_of(reports, rows=question.rows, limits=question.limits)
        order = pa.array(names, pa.string())
        hosts = by_host([answer.hosts.filter(pc.invert(pa.array(slow))), part.hosts], order)
        verdicts = [*self.written([answer]), part.verdicts.cast(SCHEMA)]
        return Answer(hosts, by_host([one.unify_dictionaries() for one in verdicts], order))


def _where(portion: Portion, wanted: Sequence[bool]) -> Inventory:
    """Return some of the hosts of a portion as an inventory, with every column."""
    hosts = portion.hosts.filter(pa.array(wanted))
    packages = portion.packages.filter(pc.is_in(portion.packages["host"], value_set=hosts["host"].combine_chunks()))
    given = {field.name: field.type for field in arrow.schema(PACKAGES) if field.name in packages.column_names}
    plain = {name: packages[name].cast(kind) for name, kind in given.items()}
    found = arrow.table(PACKAGES, plain, packages.num_rows)
    return Inventory(hosts, found, None)


def by_host(tables: Sequence[Any], hosts: pa.Array) -> Any:  # noqa: ANN401 - pyarrow.Table
    """Return tables as one, in order of the hosts."""
    every = pa.concat_tables(tables)
    places = pc.index_in(every["host"].cast(pa.string()), value_set=hosts).combine_chunks()
    return every.take(pc.array_sort_indices(places))
