"""Which quirks a difference between the dialects comes from: a smallest set of changes that makes it go away."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from changes import Row, World
from quirks import QUIRKS, Quirk

from patchrules.errors import Faults, PatchRulesError
from patchrules.families import Facts, facts_of
from patchrules.model.names import Dialect, State
from patchrules.model.verdict import Verdict
from patchrules.policytest import Case
from patchrules.policytest.situation import Situation, rpm_patches, situation
from patchrules.reference.evaluate import evaluate

_FIELDS = ("title", "classification", "severity", "state", "status")
_MOST = 3


@dataclass(frozen=True)
class Difference:
    """One package of one case that the dialects see otherwise, and the quirks that explain it; None: unexplained."""

    case_id: str
    package: str
    documented: str
    agent: str
    quirks: tuple[Quirk, ...] | None


def differences(case: Case) -> list[Difference]:
    """Return every difference of a case, each with its explanation."""
    asked = _Asked(case)
    return [
        Difference(case.case_id, name, _states(one), _states(two), asked.explained(name))
        for name, (one, two) in asked.apart(frozenset()).items()
    ]


def refusal(case: Case) -> str | None:
    """Return why the documented dialect refuses a document that AWS's node takes, None where it does not."""
    try:
        situation(case, Dialect.DOCUMENTED)
    except PatchRulesError as error:
        first = error.exceptions[0] if isinstance(error, Faults) else error
        return str(first).partition("\n")[0]
    return None


class _Asked:
    """Both dialects on one case, under any set of changes; what was asked once is remembered."""

    def __init__(self, case: Case) -> None:
        self.case = case
        found = situation(case, Dialect.AGENT)
        self.agent = facts_of(found.family, Dialect.AGENT, found.host.product)
        documented = found.family.documented
        rows = (
            tuple(rpm_patches(case.fields, found.family, documented)) if found.family.scheme == "rpm" else found.patches
        )
        self.world = World(replace(found, patches=rows), found, documented, self.agent)
        self.quirks = [quirk for quirk in QUIRKS if self.agent.states in quirk.managers]
        self._apart: dict[frozenset[str], dict[str, tuple[list[Row], list[Row]]]] = {}
        self._judged: dict[frozenset[str], frozenset[str]] = {}

    def apart(self, names: frozenset[str]) -> dict[str, tuple[list[Row], list[Row]]]:
        """Return the packages that differ under the changes of those quirks, with the rows of both dialects."""
        if names not in self._apart:
            self._apart[names] = self._compared(names)
        return self._apart[names]

    def explained(self, package: str) -> tuple[Quirk, ...] | None:
        """Return a set of quirks none of which can be left out, None where there is none."""
        chosen = self.at_work
        if not self._agree(package, chosen):
            return self._among(package, chosen)
        for quirk in list(chosen):
            fewer = [one for one in chosen if one is not quirk]
            if self._agree(package, fewer):
                chosen = fewer
        return tuple(chosen)

    @functools.cached_property
    def at_work(self) -> list[Quirk]:
        """The quirks whose changes change anything here, alone or after the ones before."""
        found, world = [], self.world
        for quirk in self.quirks:
            changed = quirk.change(world)
            if changed != world or quirk.change(self.world) != self.world:
                found.append(quirk)
            world = changed
        return found

    def _among(self, package: str, chosen: Sequence[Quirk]) -> tuple[Quirk, ...] | None:
        """Return the smallest of the small sets that explains, where all together do not."""
        for size in range(1, _MOST + 1):
            for some in itertools.combinations(reversed(chosen), size):
                if self._agree(package, some):
                    return some
        return None

    def _agree(self, package: str, quirks: Iterable[Quirk]) -> bool:
        """Say whether the dialects agree on a package under some changes, which leave what is installed installed."""
        names = frozenset(quirk.name for quirk in quirks)
        agree = package not in self.apart(names)
        self.apart(frozenset())
        return agree and (package in self._judged[names] or package not in self._judged[frozenset()])

    def _compared(self, names: frozenset[str]) -> dict[str, tuple[list[Row], list[Row]]]:
        world = self.world
        for quirk in self.quirks:
            if quirk.name in names:
                world = quirk.change(world)
        one = _rows(world, world.situation, world.documented)
        two = _rows(world, world.told, world.agent)
        both = {name: (one.get(name, []), two.get(name, [])) for name in {**one, **two}}
        self._judged[names] = frozenset(name for name, rows in both.items() if _is_installed(*rows))
        return {name: rows for name, rows in both.items() if rows[0] != rows[1]}


def _is_installed(*sides: Sequence[Row]) -> bool:
    """Say whether some row is about an installed package."""
    return any(row["state"] != State.NOT_APPLICABLE for rows in sides for row in rows)


def _rows(world: World, found: Situation, facts: Facts) -> dict[str, list[Row]]:
    """Return the rows that facts give, by package."""
    report = evaluate(
        found.baseline, found.host, found.patches, family=found.family, facts=facts, settings=found.settings
    )
    rows: dict[str, list[Row]] = {}
    for verdict in report.verdicts:
        row = _row(verdict)
        for see in world.blind:
            row = see(row, found)
        rows.setdefault(_package(verdict, found), []).append(row)
    return rows


def _row(verdict: Verdict) -> Row:
    """Return what cases compare of a verdict."""
    return {
        **{name: str(getattr(verdict, name)) for name in _FIELDS},
        "compliance_severity": str(verdict.level),
        "id": verdict.id,
    }


def _package(verdict: Verdict, found: Situation) -> str:
    """Return what a row is about, whatever architecture either dialect gives it."""
    arch = found.host.arch or ""
    name, _, foreign = (
        verdict.name.replace("_", ":").partition(":") if found.family.scheme == "dpkg" else (verdict.name, "", "")
    )
    shown = foreign or verdict.arch
    return f"{name}.{arch if shown == found.family.independent_arch and found.family.independent_is_native else shown}"


def _states(rows: Sequence[Row]) -> str:
    """Return the states of some rows."""
    return " ".join(row["state"] for row in rows) or "nothing"
