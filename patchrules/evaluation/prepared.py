"""A policy and its catalogs, ready to judge one host after another inside a service."""

from __future__ import annotations

import inspect
import os
import threading
from collections import ChainMap, OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from patchrules.batch.instants import microseconds
from patchrules.batch.moments import between, moments
from patchrules.batch.offer import Offer
from patchrules.documents.predefined import predefined
from patchrules.errors import Diagnostic, UnknownNameError
from patchrules.evaluation.coverage import AgeLimits, how_many_later
from patchrules.evaluation.findings import Findings, Found, Progress, Sink, findings, gathered, in_order
from patchrules.evaluation.fleet import asked, collected, run_found
from patchrules.evaluation.judging import Judging, Question
from patchrules.evaluation.nouns import hosts_table, packages_table
from patchrules.evaluation.opened import Fleet, as_fleet
from patchrules.evaluation.options import settings
from patchrules.evaluation.policies import Policies
from patchrules.evaluation.run import Run
from patchrules.evaluation.streaming import InMemory
from patchrules.families import family_of
from patchrules.inventory import read_inventory
from patchrules.model.baseline import Baseline, Registry
from patchrules.model.columns import REJECTS
from patchrules.model.host import Host, Inventory
from patchrules.model.loaded import as_host
from patchrules.model.names import Dialect
from patchrules.model.patch import Catalog
from patchrules.model.previous_run import PreviousRun
from patchrules.sources import arrow

MOST = 8
"""Stretches of time in which nothing changes of which the compiled policies are kept."""

MOST_TOLD = 256
"""Descriptions of hosts of which it is kept what is told of their catalogs."""

_OPTIONS = ("rows", "limits", "baseline_override", *list(inspect.signature(settings).parameters)[1:])
_ANY_INSTANT = "2000-01-01T00:00Z"


def prepare(
    policy: Baseline | Registry,
    catalogs: Catalog | Sequence[Catalog],
    *,
    rows: str = "all",
    limits: AgeLimits | None = None,
    baseline_override: Sequence[Baseline] | None = None,
    **options: Any,  # noqa: ANN401 - those of settings
) -> Prepared:
    """Prepare a policy and catalogs for hosts that come one by one; options as :func:`patchrules.evaluate_fleet`.

    What is returned is frozen, pickles, and may be asked by many threads. Policies are compiled when a first host needs
    them, and again only when time has passed a moment that decides something: a patch comes out, a delay ends.
    Raises what ``evaluate_fleet`` raises of these arguments, and UnknownNameError for an option that it does not have;
    an instant is given to ``evaluate``.

    >>> import patchrules as pr
    >>> prepared = prepare(pr.predefined("AWS-DebianDefaultPatchBaseline"), [])
    >>> web = pr.host("web-1", product="Debian12", packages=[{"name": "bash", "arch": "amd64", "evr": "5.2-1"}])
    >>> print(prepared.evaluate(web, as_of="2025-03-01T00:00Z"))
    1 host: 0 compliant, 0 non-compliant, 1 unknown; 0 patches missing
    """
    if unknown := sorted(options.keys() - {*_OPTIONS}):
        raise UnknownNameError("option of prepare", unknown[0], _OPTIONS)
    given = {"rows": rows, "limits": limits, "baseline_override": baseline_override, **options}
    return Prepared(asked(policy, catalogs, as_of=_ANY_INSTANT, **given))


@dataclass(frozen=True, eq=False)
class Prepared:
    """A question that waits for hosts and an instant; made by :func:`prepare`."""

    question: Question
    _moments: Any = field(init=False, repr=False)
    _judgings: OrderedDict[object, Judging] = field(init=False, repr=False, default_factory=OrderedDict)
    _offers: OrderedDict[Hashable, Offer] = field(init=False, repr=False, default_factory=OrderedDict)
    _compiled: OrderedDict[object, Policies] = field(init=False, repr=False, default_factory=OrderedDict)
    _told: dict[Hashable, list[Diagnostic]] = field(init=False, repr=False, default_factory=dict)
    _lock: threading.Lock = field(init=False, repr=False, default_factory=threading.Lock)

    def __post_init__(self) -> None:
        """Find the moments at which decisions change; nothing is compiled yet."""
        found = moments((one.table for one in self.question.catalogs), _delays(self.question))
        object.__setattr__(self, "_moments", found)

    def __reduce__(self) -> tuple[type[Prepared], tuple[Question]]:
        """Pickle the question; what was compiled is compiled again where it is needed."""
        return Prepared, (self.question,)

    def evaluate(self, host: Host, *, as_of: datetime | str) -> Run:
        """Judge one host, a few milliseconds once its policy is compiled; the verdicts are those of ``evaluate``.

        ``host.previous_run`` counts. Raises ValueError for an instant without a zone and InventoryError PR2123 for an
        inventory, or anything else that is no host.
        """
        host = as_host(host)
        inventory = Inventory(hosts_table([host]), packages_table([host]), arrow.table(REJECTS, {}, 0))
        return self._evaluate(inventory, as_of, {host.id: host.previous_run} if host.previous_run else {})

    def evaluate_table(self, packages: Any, *, as_of: datetime | str, **options: Any) -> Run:  # noqa: ANN401 - tables
        """Judge the hosts of a table, all of whose rows are there; options as :func:`patchrules.read_inventory`."""
        return self._evaluate(read_inventory(packages, **options), as_of, {})

    def evaluate_fleet(
        self,
        fleet: Inventory | Fleet,
        *,
        as_of: datetime | str,
        output: str | os.PathLike[str] | None = None,
        progress: Progress | None = None,
    ) -> Run:
        """Judge a whole fleet; the run is that of :func:`patchrules.evaluate_fleet`, and so are the arguments.

        Compiled policies are kept for the next fleet, one for each description of hosts that was met, what catalogs
        offer the last of these, and what is told of them; its packages are judged anew. Threads may judge several
        fleets at once. Which verdicts are listed is what ``prepare`` was told: all of them, where it was told nothing.
        Raises what ``evaluate_fleet`` raises, but PR1801: hosts of other operating systems than that of one baseline
        are served by AWS's predefined ones.
        """
        fleet, given = as_fleet(fleet), self._at(as_of)
        with self._lock:
            judging = Judging(given, self._policies(given))

        def found(sink: Sink) -> Run:
            return self._run(given, fleet, findings(given, fleet, sink, progress, judging=judging))

        return collected(found, output)

    def _at(self, as_of: datetime | str) -> Question:
        """Return the question at an instant."""
        given = replace(self.question.settings, as_of=settings(as_of=as_of).as_of)
        return replace(self.question, settings=given)

    def _evaluate(self, inventory: Inventory, as_of: datetime | str, previous: Mapping[str, PreviousRun]) -> Run:
        """Judge an inventory at an instant; one thread at a time uses a compiled policy."""
        question = replace(self._at(as_of), previous_runs=previous)
        with self._lock:
            found = self._found(question, inventory)
        run = self._run(question, inventory, gathered([found], is_sorted=True))
        return replace(run, verdicts=in_order(found.verdicts, run.hosts))

    def _found(self, question: Question, inventory: Inventory) -> Found:
        """Judge an inventory by the policies that are compiled; what they found on other hosts is not of it."""
        built, taken = inventory.packages["built"], inventory.hosts["captured_at"]
        judging = self._judging(question, dated=built.null_count < len(built))
        judging.assigner.begin()
        answers, served = [], dict[int, None]()
        for portion, rows in InMemory(inventory, judging.numbers).portions():
            answers.append(judging.judge(portion, rows, question=question))
            served |= dict.fromkeys(judging.assigner.of(portion.hosts))
        profiles, faults = judging.assigner.profiles, judging.assigner.faults
        return Found(
            hosts=[one.hosts for one in answers],
            verdicts=judging.written(answers),
            baselines=[profiles[number].baseline for number in served if number >= 0],
            faults={host: faults[host] for host in inventory.hosts["host"].to_pylist() if host in faults},
            rejects=[inventory.rejects],
            diagnostics=list(inventory.diagnostics),
            late=[how_many_later(taken, question.settings.as_of)],
            undated=[taken.null_count],
            upcoming=[None],
        )

    def _run(self, question: Question, fleet: Inventory | Fleet, found: Findings) -> Run:
        """Return what was found as a run; nobody waits while a pass over the catalogs finds what is told of them."""
        added: dict[Hashable, list[Diagnostic]] = {}
        with self._lock:
            known = ChainMap(added, dict(self._told))
        run = run_found(question, fleet, found, question.registry, known)
        with self._lock:
            self._told.update(added)
            while len(self._told) > MOST_TOLD:
                del self._told[next(iter(self._told))]
        return run

    def _judging(self, question: Question, *, dated: bool) -> Judging:
        """Return what judges in the stretch of time of an instant; ``dated`` packages are judged at that one only."""
        key = microseconds(question.settings.as_of) if dated else self._stretch(question)
        return _kept(self._judgings, key, lambda: Judging(question, self._policies(question)))

    def _policies(self, question: Question) -> Policies:
        """Return the policies that are compiled for the stretch of time that an instant lies in."""
        return _kept(self._compiled, self._stretch(question), lambda: Policies(question.catalogs, self._offers))

    def _stretch(self, question: Question) -> object:
        """Return what is equal for instants between which no decision on a patch changes.

        Where more than the dates of the catalogs decides, as the agent dialect's own reading of them does, a stretch is
        one instant.
        """
        as_of = microseconds(question.settings.as_of)
        return between(self._moments, as_of) if question.settings.dialect is Dialect.DOCUMENTED else as_of


_Kept = TypeVar("_Kept")


def _kept(known: OrderedDict[object, _Kept], key: object, make: Callable[[], _Kept]) -> _Kept:
    """Return what is known of a key, made now if it is new; of MOST keys, those that were asked for last."""
    if key not in known:
        known[key] = make()
        if len(known) > MOST:
            known.popitem(last=False)
    known.move_to_end(key)
    return known[key]


def _delays(question: Question) -> list[timedelta]:
    """Return the delays of every baseline that could serve a host, those of AWS among them."""
    registry = question.registry
    systems = {one.operating_system for one in question.catalogs}
    own = [*registry.baselines, *registry.groups.values(), *registry.defaults.values(), *(question.override or ())]
    own += [one for policy in registry.policies for one in policy.baselines]
    own += [predefined(family_of(system).predefined[0]) for system in systems]
    return [rule.delay for one in own for rule in one.rules if rule.approve_until is None]
