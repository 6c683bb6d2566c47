"""The algebra of baselines as one check: what has to hold of every baseline, whatever it says."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from types import MappingProxyType

from hypothesis import given, settings

from patchrules.errors import BaselineError
from patchrules.evaluation.options import settings as settings_of
from patchrules.families import Family, facts_of, family_named, family_of
from patchrules.model.baseline import Baseline
from patchrules.model.bounds import DAYS
from patchrules.model.loaded import as_baseline
from patchrules.model.names import Approval
from patchrules.model.patch import Patch
from patchrules.policytest.engines import apart, by_batch, by_reference
from patchrules.policytest.situation import Situation
from patchrules.reference.evaluate import decide
from patchrules.testing.search import SEARCH
from patchrules.testing.strategies import Situation as Drawn
from patchrules.testing.tables import situations

Law = Callable[[Situation], bool]
"""What has to hold of a baseline, a host, a catalog and an instant."""

_FIRST = date(2, 1, 1)
_WAITS = (timedelta(microseconds=1), timedelta(days=1), timedelta(days=400))


def waiting_never_revokes(found: Situation) -> bool:
    """Say whether what is approved stays approved, however long one waits."""
    now = _approved(found, found.baseline)
    later = (dataclasses.replace(found.settings, as_of=found.settings.as_of + wait) for wait in _WAITS)
    return all(now <= _approved(dataclasses.replace(found, settings=one), found.baseline) for one in later)


def rejection_dominates(found: Situation) -> bool:
    """Say whether nothing is approved that the list of rejected patches means, whatever else approves it."""
    rejected = {patch for patch, approval in _decided(found, found.baseline) if approval is Approval.EXPLICIT_REJECTED}
    wider = dataclasses.replace(
        found.baseline, approved_patches=("*",), approved_patches_enable_non_security=True, global_filters=()
    )
    return not rejected & _approved(found, wider)


def order_of_rules_is_irrelevant(found: Situation) -> bool:
    """Say whether the rules may stand in any order."""
    turned = dataclasses.replace(found.baseline, rules=found.baseline.rules[::-1])
    return set(_decided(found, turned)) == set(_decided(found, found.baseline))


def a_rule_less_approves_less(found: Situation) -> bool:
    """Say whether a baseline with one rule less approves nothing that it did not before."""
    rules = found.baseline.rules
    fewer = (dataclasses.replace(found.baseline, rules=rules[:cut] + rules[cut + 1 :]) for cut in range(len(rules)))
    return all(_approved(found, one) <= _approved(found, found.baseline) for one in fewer)


def a_longer_delay_approves_less(found: Situation) -> bool:
    """Say whether a baseline approves less when each of its delays is a day longer."""
    slower = [
        dataclasses.replace(rule, approve_after_days=min((rule.approve_after_days or 0) + 1, DAYS.most))
        if rule.approve_until is None
        else dataclasses.replace(rule, approve_until=max(rule.approve_until, _FIRST) - timedelta(days=1))
        for rule in found.baseline.rules
    ]
    return _approved(found, dataclasses.replace(found.baseline, rules=tuple(slower))) <= _approved(
        found, found.baseline
    )


def both_engines_agree(found: Situation) -> bool:
    """Say whether the reference and the batch engine give the same verdicts."""
    return apart(by_reference(found), by_batch(found)) == []


LAWS: Mapping[str, Law] = MappingProxyType(
    {
        "waiting longer never revokes an approval": waiting_never_revokes,
        "what is rejected is not approved": rejection_dominates,
        "the order of rules is irrelevant": order_of_rules_is_irrelevant,
        "a rule less approves less": a_rule_less_approves_less,
        "a longer delay approves less": a_longer_delay_approves_less,
        "both engines agree": both_engines_agree,
    }
)
"""The laws by their sentences."""


def assert_laws(baseline: Baseline, family: str | None = None, *, examples: int = 50) -> None:
    """Assert that the laws of baselines hold of this one, on drawn hosts and catalogs of its operating system.

    ``family`` says which operating system you mean, by our name or AWS's; a baseline of another raises BaselineError
    (PR1801). A broken law raises AssertionError with its sentence and the smallest situation that breaks it: that is a
    bug of patchrules, or of a family that a plugin brought.

    >>> from patchrules import predefined
    >>> assert_laws(predefined("AWS-UbuntuDefaultPatchBaseline"), "ubuntu", examples=5)
    """
    system = as_baseline(baseline).operating_system
    own = family_of(system)
    if family is not None and family_named(family) is not own:
        message = f"`{baseline.name}` is for {system}, `{family}` is another operating system"
        raise BaselineError(message, code="PR1801", hint=f"say {own.name}")

    @settings(SEARCH, max_examples=examples)
    @given(situations(own))
    def hold(drawn: Drawn) -> None:
        found = _situation(baseline, drawn, own)
        for sentence, law in LAWS.items():
            if not law(found):
                raise AssertionError(f"`{baseline.name}` breaks a law: {sentence}")

    hold()


def _situation(baseline: Baseline, drawn: Drawn, family: Family) -> Situation:
    """Return a drawn host and catalog under the baseline."""
    return Situation(baseline, drawn.hosts[0], drawn.patches, family, settings_of(**drawn.options))


def _decided(found: Situation, baseline: Baseline) -> list[tuple[Patch, Approval]]:
    """Return what a baseline decides about each patch of a catalog."""
    facts = facts_of(found.family, found.settings.dialect, found.host.product)
    decided = decide(baseline, found.patches, found.host, family=found.family, facts=facts, settings=found.settings)
    return [(one.patch, one.approval) for decisions in decided.values() for one in decisions]


def _approved(found: Situation, baseline: Baseline) -> set[Patch]:
    """Return the patches that a baseline approves."""
    yes = (Approval.APPROVED, Approval.EXPLICIT_APPROVED)
    return {patch for patch, approval in _decided(found, baseline) if approval in yes}
