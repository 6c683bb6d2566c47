"""What the delay of a rule costs and brings: MISSING today, exposure and updates over the past, for each delay."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pyarrow.compute as pc

from patchrules.errors import UnknownNameError
from patchrules.evaluation.approvals import approvals
from patchrules.evaluation.coverage import in_scope
from patchrules.evaluation.fleet import evaluate_fleet
from patchrules.evaluation.nouns import of_hosts
from patchrules.evaluation.opened import Fleet, in_memory
from patchrules.evaluation.options import settings
from patchrules.evaluation.profiles import check_system
from patchrules.evaluation.run import Run
from patchrules.families import Family, facts_of, family_of
from patchrules.model.baseline import Baseline
from patchrules.model.host import Inventory
from patchrules.model.loaded import as_baseline, as_catalogs
from patchrules.model.names import Status
from patchrules.model.patch import Catalog, Patch
from patchrules.model.verdict import Decision, Settings
from patchrules.questions.covered import check_covered
from patchrules.questions.histories import History, histories
from patchrules.questions.moving import moving, part_of

LONGEST = 30
HISTORY = 365
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Effect:
    """What one delay does: ``missing`` and ``noncompliant`` (hosts) now, the rest over the history.

    ``exposure`` is the mean number of days from a fix to the first version with it that can be installed, ``worst`` the
    longest; ``updates`` is the number of versions that could be installed at all.
    """

    delay: int
    missing: int
    noncompliant: int
    exposure: float
    worst: float
    updates: int

    def as_dict(self) -> dict[str, Any]:
        """Return it ready for JSON."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Tuning:
    """The effects of the delays of one rule, 0 days first; ``fixes`` is how many releases the exposure is of."""

    baseline: str
    rule: int
    delay: int
    target: float | None
    fixes: int
    effects: tuple[Effect, ...]

    @property
    def meeting(self) -> tuple[int, ...]:
        """Return the delays whose exposure is not above the target."""
        return tuple(one.delay for one in self.effects if self.target is not None and one.exposure <= self.target)

    def __str__(self) -> str:
        """Return the headline."""
        head = f"rule {self.rule} of `{self.baseline}`, now {self.delay} days, on {self.fixes:,} fixes"
        if self.target is None:
            return head
        if not self.meeting:
            return f"{head}: no delay meets an exposure of {self.target:g} days"
        first, last = self.meeting[0], self.meeting[-1]
        goal = f"an exposure of at most {self.target:g} days"
        return f"{head}: the smallest delay with {goal} is {first}, the largest {last}"


def tune(  # noqa: PLR0913 - the options of a run are keywords
    baseline: Baseline,
    rule: int,
    fleet: Inventory | Fleet,
    catalogs: Catalog | Sequence[Catalog],
    *,
    as_of: datetime | str,
    target: float | None = None,
    longest: int = LONGEST,
    history: int = HISTORY,
    dialect: str = "documented",
    missing_date: str = "approve",
    deb_dates: str = "ignore",
) -> Tuning:
    """Say what each delay of 0 to ``longest`` days would do for ``rule`` (1 is the first) on the hosts of its system.

    Exposure and updates are of the packages that hosts have and the rule selects, over ``history`` days before
    ``as_of``; taken is that a repository offers the newest version only. ``target`` is a mean exposure in days. Other
    options and errors are those of :func:`evaluate_fleet`, with UnknownNameError for a rule that is not there, and
    CatalogError PR3802 where no catalog speaks for any of the hosts.

    Cost: one evaluation, and one a delay of the packages that came out in that time. The delay counts from the release
    date of SEMANTICS 3.5; instants are UTC.

    >>> import patchrules as pr
    >>> fleet = pr.open_fleet("data/inventories/fleet/web-2.tsv", family="rhel", product="RedhatEnterpriseLinux9.8")
    >>> catalog = pr.read_catalog("data/catalogs/rhel9", family="rhel")
    >>> prod = pr.load_baseline("data/baselines/demo/prod-rhel9.json")
    >>> found = tune(prod, 2, fleet, catalog, as_of="2026-11-01T00:00Z", longest=7)
    >>> [(one.delay, one.missing) for one in found.effects if one.delay in (0, 7)]
    [(0, 6), (7, 4)]
    """
    baseline, scoped = as_baseline(baseline), as_catalogs(catalogs)
    known = [str(number) for number in range(1, len(baseline.rules) + 1)]
    if str(rule) not in known:
        raise UnknownNameError("rule", str(rule), known)
    given: dict[str, Any] = {"as_of": as_of, "dialect": dialect, "missing_date": missing_date, "deb_dates": deb_dates}
    stated, family = settings(**given), family_of(baseline.operating_system)
    inventory = in_memory(fleet)
    check_system(baseline, inventory.hosts["family"].unique().to_pylist())
    mine = _hosts_of(inventory, family)
    told = _histories(baseline, rule, mine, scoped, family, stated)
    parts = moving(mine, scoped, (), stated.as_of - longest * _DAY, stated.as_of)
    part, thin = part_of(mine, scoped, parts, stated.dialect, all_hosts=False)
    at_once = evaluate_fleet(baseline.with_rule(rule, **_waits(0)), mine, scoped, **given)
    check_covered(at_once, scoped)
    whole = _counts(at_once)
    effects, zero = [], None
    for delay in range(longest + 1):
        changed = baseline.with_rule(rule, **_waits(delay))
        some = _counts(evaluate_fleet(changed, part, thin, **given)) if part.hosts.num_rows else _NOTHING
        zero = zero or some
        effects.append(_effect(delay, (whole, zero, some), told, stated.as_of, history))
    fixes = sum(len(_since(one, stated.as_of, history)) for one in told)
    return Tuning(baseline.name, rule, baseline.rules[rule - 1].delay.days, target, fixes, tuple(effects))


_Counts = tuple[int, Counter[str], frozenset[str]]
_NOTHING: _Counts = (0, Counter(), frozenset())


def _waits(days: int) -> dict[str, Any]:
    """Return the fields of a rule with that delay."""
    return {"approve_after_days": days, "approve_until": None}


def _counts(run: Run) -> _Counts:
    """Return how many patches are missing, how many verdicts of each host do not comply, and who is UNKNOWN."""
    totals = run.totals()
    failing = {row["values"]: row["counts"] for row in pc.value_counts(run.verdicts["host"]).to_pylist()}
    unknown = run.hosts.filter(pc.equal(run.hosts["status"], Status.UNKNOWN.value))["host"].to_pylist()
    return totals["missing"], Counter(failing), frozenset(unknown)


def _effect(
    delay: int, counts: tuple[_Counts, _Counts, _Counts], told: Sequence[History], as_of: datetime, history: int
) -> Effect:
    """Return the effect of one delay: what the whole fleet has at 0 days, and what the part has more or less."""
    (missing, failing, unknown), zero, some = counts
    now = Counter(failing)
    now.subtract(zero[1])
    now.update(some[1])
    wait, exposures, updates = delay * _DAY, [timedelta(0)], 0
    for one in told:
        places = _since(one, as_of, history)
        exposed, since = one.exposures(wait, as_of), one.installable(wait, as_of)
        exposures += [exposed[place] for place in places]
        updates += sum(since[place] is not None for place in places)
    found = exposures[1:]
    mean = sum(found, timedelta(0)) / len(found) if found else timedelta(0)
    return Effect(
        delay=delay,
        missing=missing - zero[0] + some[0],
        noncompliant=sum(count > 0 and host not in unknown for host, count in now.items()),
        exposure=round(mean / _DAY, 2),
        worst=round(max(exposures) / _DAY, 2),
        updates=updates,
    )


def _since(history: History, as_of: datetime, days: int) -> list[int]:
    """Return the places of the releases of the last days."""
    return [place for place, one in enumerate(history.releases) if one.at > as_of - days * _DAY]


def _hosts_of(fleet: Inventory, family: Family) -> Inventory:
    """Return the part of an inventory that is of one family."""
    return of_hosts(fleet, fleet.hosts.filter(pc.equal(fleet.hosts["family"], family.name))["host"].to_pylist())


def _histories(
    baseline: Baseline, rule: int, fleet: Inventory, catalogs: Sequence[Catalog], family: Family, stated: Settings
) -> list[History]:
    """Return the histories of what the rule alone selects, of packages that hosts have; of Windows, of all updates."""
    alone = replace(baseline, rules=(baseline.rules[rule - 1],), approved_patches=(), sources=())
    options: dict[str, Any] = {
        "as_of": stated.as_of,
        "dialect": str(stated.dialect),
        "deb_dates": str(stated.deb_dates),
    }
    names = set(pc.unique(fleet.packages["name"]).to_pylist())
    decisions: dict[tuple[Patch, datetime | None], Decision] = {}
    for product in pc.unique(fleet.hosts["product"]).to_pylist():
        for catalog in catalogs:
            if in_scope(catalog, family, product, None):
                found = approvals(alone, catalog, product=product, **options)
                decisions |= {(one.patch, one.since): one for one in found}
    facts = facts_of(family, stated.dialect, None, deb_dates=stated.deb_dates)
    known = [one for one in decisions.values() if facts.states == "updates" or one.patch.name in names]
    return list(histories(known, family, facts))
