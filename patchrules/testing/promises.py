"""Checks of what a security team promises: approved in time, never approved, a change that only approves more."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from patchrules.errors import BaselineError
from patchrules.families import Family, family_of
from patchrules.model.baseline import Baseline
from patchrules.model.loaded import as_baseline
from patchrules.model.made import typed
from patchrules.model.names import Approval, FilterKey
from patchrules.model.patch import Patch
from patchrules.policytest.engines import by_reference
from patchrules.policytest.short import asked, because, decision_of
from patchrules.policytest.telling import days_of_until, meant_by, probes_of
from patchrules.testing.nouns import instants, patches, products
from patchrules.testing.search import SEARCH
from patchrules.testing.strategies import T0

_A_MOMENT = timedelta(microseconds=1)
_LATER = timedelta(days=3650)
_FEW = 10
"""How many patches are tried of what one list entry means: the entry decides about them, hardly ever the rest."""

Check = Callable[[Patch, str | None], None]


def assert_approved_within(
    baseline: Baseline, days: int, *, or_rejected: bool = False, examples: int = 100, **pins: Any
) -> None:
    """Assert that the baseline approves every patch with these pins within ``days`` days of its release.

    Pins are those of :func:`patches`, and ``product``: the host's, where PRODUCT compares that (Linux); without it, one
    that the baseline names, or if it names none, any. Every entry of the baseline's own lists has patches that it means
    tried, and so has either side of an ApproveUntilDate, but for what a pin says otherwise: a baseline that rejects
    names keeps no promise about all of them, and one with such a date none about what comes after it.
    With ``or_rejected`` the list of rejected patches may say no. Within N days means at every instant after release + N
    days, of 24 hours each, as Patch Manager counts.

    Raises AssertionError with a patch that is not approved by then, and what each rule says of it, and BaselineError
    (PR1050) for days that are no whole number.

    >>> from patchrules import load_baseline
    >>> week = load_baseline(
    ...     b"{Name: week, OperatingSystem: ROCKY_LINUX, ApprovalRules: {PatchRules: ["
    ...     b"{PatchFilterGroup: {PatchFilters: [{Key: SEVERITY, Values: [Critical]}]}, ApproveAfterDays: 7}]}}"
    ... )
    >>> assert_approved_within(week, 7, classification="Security", severity="Critical")
    """

    def check(patch: Patch, product: str | None) -> None:
        released = patch.issued or T0
        found = asked(baseline, patch, product, released + timedelta(days=days) + _A_MOMENT)
        decision = decision_of(found)
        if decision.approves or (or_rejected and decision.approval is Approval.EXPLICIT_REJECTED):
            return
        head = f"`{baseline.name}` does not approve {_shown(patch)} within {days} days of {released:%Y-%m-%d %H:%MZ}"
        raise AssertionError(f"{head}\n{_why(baseline, patch, product, found.settings.as_of)}")

    family = family_of(as_baseline(baseline).operating_system)
    typed("days", days, int, "a whole number", "write `7`")
    listed = (*baseline.rejected_patches, *baseline.approved_patches)
    _search(baseline, {"released": instants(), **pins}, check, examples)
    if edges := days_of_until([baseline]):
        _search(baseline, {"released": st.sampled_from(edges), **pins}, check, examples)
    for fields in (fields for entry in listed for fields in meant_by(entry, family)):
        _search(baseline, {"released": instants(), **fields, **pins}, check, min(_FEW, examples))


def assert_never_approved(
    baseline: Baseline, entries: str | Iterable[str], *, examples: int = 100, **pins: Any
) -> None:
    """Assert that the baseline never approves anything that these list entries mean: names, globs, ids; one or several.

    Pins are those of :func:`patches`. Raises AssertionError with a patch that is approved some day, and BaselineError
    (PR1851) where there is no entry, and for an entry of which no patch is known that it could mean.

    >>> from patchrules import load_baseline
    >>> strict = load_baseline(b"{Name: strict, OperatingSystem: ROCKY_LINUX, RejectedPatches: ['telnet*', rsh]}")
    >>> assert_never_approved(strict, ["telnet*", "rsh"])
    """

    def check(patch: Patch, product: str | None) -> None:
        as_of = (patch.issued or T0) + _LATER
        if decision_of(asked(baseline, patch, product, as_of)).approves:
            why = _why(baseline, patch, product, as_of)
            raise AssertionError(f"`{baseline.name}` approves {_shown(patch)} some day\n{why}")

    system = as_baseline(baseline).operating_system
    named = [entries] if isinstance(entries, str) else list(entries)
    if not named:
        message = f"no list entry is given that `{baseline.name}` must never approve"
        raise BaselineError(message, code="PR1851", hint='say what, e.g. ["telnet*"]')
    meant = [fields for entry in named for fields in _meant(entry, family_of(system))]
    for fields in meant:
        _search(baseline, {**fields, **pins}, check, max(_FEW, examples // len(meant)))


def assert_approves_more(before: Baseline, after: Baseline, *, examples: int = 100) -> None:
    """Assert that a change approves strictly more: all that ``before`` approves, when it does, and something else.

    Patches on and beside every edge of both baselines are tried, then drawn ones. Raises AssertionError with a patch
    that is lost, or when nothing is gained, and BaselineError (PR1802) for two operating systems.

    >>> from patchrules import load_baseline
    >>> week = load_baseline(
    ...     b"{Name: week, OperatingSystem: ROCKY_LINUX, ApprovalRules: {PatchRules: ["
    ...     b"{PatchFilterGroup: {PatchFilters: [{Key: SEVERITY, Values: [Critical]}]}, ApproveAfterDays: 7}]}}"
    ... )
    >>> assert_approves_more(week, week.with_rule(1, approve_after_days=3))
    """
    if as_baseline(before, "before").operating_system is not as_baseline(after, "after").operating_system:
        message = f"`{before.name}` is for {before.operating_system}, `{after.name}` is for {after.operating_system}"
        raise BaselineError(message, code="PR1802", hint=f"choose a baseline for {before.operating_system}")
    gained = False

    def check(patch: Patch, product: str | None, as_of: datetime | None = None) -> None:
        nonlocal gained
        instant = as_of or T0 + timedelta(days=3)
        first = decision_of(asked(before, patch, product, instant)).approves
        then = decision_of(asked(after, patch, product, instant)).approves
        gained = gained or (then and not first)
        if first and not then:
            why = _why(after, patch, product, instant)
            raise AssertionError(f"`{after.name}` no longer approves {_shown(patch)}\n{why}")

    for probe in probes_of(before, after):
        check(probe.patch, probe.product, probe.as_of)
    _search(before, {}, check, examples)
    if not gained:
        raise AssertionError(f"`{after.name}` approves nothing that `{before.name}` does not")


def _search(baseline: Baseline, pins: dict[str, Any], check: Check, examples: int) -> None:
    """Ask about drawn patches, the same ones each time, and shrink what fails."""
    family = family_of(baseline.operating_system)
    on_hosts = family.documented.host_product
    own = {name: value for name, value in pins.items() if name != "product" or not on_hosts}
    drawn = pins["product"] if "product" in pins else _products(baseline, family)
    product = drawn if isinstance(drawn, st.SearchStrategy) else st.just(drawn)
    if not on_hosts:
        own.setdefault("product", product)

    @settings(SEARCH, max_examples=examples)
    @given(patches(family, **own), product)
    def found(patch: Patch, product: str | None) -> None:
        check(dataclasses.replace(patch, module=None), product if on_hosts else patch.product)

    found()


def _products(baseline: Baseline, family: Family) -> st.SearchStrategy[str]:
    """Draw a product that the baseline names, or if it names none, any of the family."""
    filters = [*baseline.global_filters, *(one for rule in baseline.rules for one in rule.filters)]
    named = {text for one in filters if one.key == FilterKey.PRODUCT for text in one.values if text != "*"}
    return st.sampled_from(sorted(named)) if named else products(family)


def _meant(entry: str, family: Family) -> list[dict[str, Any]]:
    """Return the fields of patches that an entry means; raises BaselineError where there are none."""
    found = meant_by(entry, family)
    if not found:
        message = f"no patch of {family.label} is known that `{entry}` would mean"
        raise BaselineError(message, code="PR1851", hint="write it as an entry of a baseline's lists")
    return found


def _shown(patch: Patch) -> str:
    """Return a patch as people say it."""
    said = [patch.advisory or "no notice", " / ".join(text for text in (patch.classification, patch.severity) if text)]
    return f"{patch.name} {patch.evr} ({', '.join(text for text in said if text)})"


def _why(baseline: Baseline, patch: Patch, product: str | None, as_of: datetime) -> str:
    """Return what the lists and rules of a baseline say of a patch."""
    report = by_reference(asked(baseline, patch, product, as_of)).report
    return because(report) if report else ""
