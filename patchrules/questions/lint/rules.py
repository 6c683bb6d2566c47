"""Rules that select nothing, contradict the global filters, or add nothing to another rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from patchrules.errors import Diagnostic, Level
from patchrules.families import Facts, Family
from patchrules.model.baseline import ApprovalRule, Baseline, PatchFilter
from patchrules.model.names import FilterKey
from patchrules.questions.lint.places import Place, filters, rule
from patchrules.questions.wording import counted


def rules(baseline: Baseline, family: Family, place: Place) -> Iterator[Diagnostic]:
    """Yield what is odd in the rules of a baseline."""
    facts = family.documented
    for number, one in enumerate(baseline.rules, 1):
        empty = _nothing(one.filters, family)
        if empty:
            message = f"rule {number} can never match: {empty}"
            yield Diagnostic("PR8001", Level.WARNING, message, place(rule(number)))
            continue
        clash = _clash((*baseline.global_filters, *one.filters), facts)
        if clash:
            message = f"rule {number} contradicts the global filters, which leave it nothing: {clash}"
            hint = "a patch has to pass both: widen one of them"
            yield Diagnostic("PR8002", Level.WARNING, message, place(rule(number)), hint=hint)
            continue
        yield from _shadowed(baseline, number, family, place)
    for where, held in [(None, baseline.global_filters), *((n, r.filters) for n, r in enumerate(baseline.rules, 1))]:
        yield from _repeats(held, where, facts, place)


def _nothing(held: Sequence[PatchFilter], family: Family) -> str | None:
    """Return why filters select no patch of an operating system, None where they may select one."""
    facts = family.documented
    for one in held:
        if one.key not in facts.filters:
            return f"{family.label} does not use {one.key}"
        known = family.values.get(FilterKey(one.key))
        if known and "*" not in one.values and not wanted(one, facts) & {name.lower() for name in known}:
            return f"{family.label} has none of the values of {one.key}"
    return _clash(held, facts)


def _clash(held: Sequence[PatchFilter], facts: Facts) -> str | None:
    """Return the key whose filters have no value in common, and their values."""
    for number, one in enumerate(held):
        for other in held[:number]:
            if one.key != other.key or "*" in (*one.values, *other.values):
                continue
            if not wanted(one, facts) & wanted(other, facts):
                return f"{one.key} cannot be {' or '.join(other.values)} and {' or '.join(one.values)}"
    return None


def wanted(one: PatchFilter, facts: Facts) -> set[str]:
    """Return what a filter selects, in lower case (SEMANTICS 3.2, DECISIONS 7)."""
    lowered = {value.lower() for value in one.values}
    return lowered | {facts.alike[value] for value in lowered if value in facts.alike}


def _shadowed(baseline: Baseline, number: int, family: Family, place: Place) -> Iterator[Diagnostic]:
    """Yield the rule that makes another one needless: it approves the same and more, no later, at no lower level."""
    one = baseline.rules[number - 1]
    for other_number, other in enumerate(baseline.rules, 1):
        if other_number == number or not _covers(other, one, family.documented):
            continue
        if _covers(one, other, family.documented) and number < other_number:
            continue  # Two that say the same: the later one is told.
        message = f"rule {number} adds nothing: rule {other_number} approves all that it does, no later"
        yield Diagnostic(
            "PR8003", Level.WARNING, message, place(rule(number)), hint="take it away, or narrow the other"
        )
        return


def _covers(wide: ApprovalRule, narrow: ApprovalRule, facts: Facts) -> bool:
    """Say whether ``wide`` approves whatever ``narrow`` does, at that time or before, at that level or higher."""
    selects = all(_narrows(narrow.filters, one, facts) for one in wide.filters if "*" not in one.values)
    implied = all(_speaks(wide, key) == _speaks(narrow, key) for key in facts.implied)
    gate = wide.enable_non_security or not narrow.enable_non_security or facts.security_gate == "none"
    return (
        selects
        and implied
        and gate
        and _sooner(wide, narrow, facts)
        and (wide.compliance_level.rank >= narrow.compliance_level.rank)
    )


def _narrows(held: Sequence[PatchFilter], wide: PatchFilter, facts: Facts) -> bool:
    """Say whether one of the filters is of the same key and selects no more than ``wide``."""
    more = wanted(wide, facts)
    return any(one.key == wide.key and "*" not in one.values and wanted(one, facts) <= more for one in held)


def _speaks(one: ApprovalRule, key: str) -> bool:
    """Say whether a rule has a filter of a key."""
    return any(held.key == key for held in one.filters)


def _sooner(wide: ApprovalRule, narrow: ApprovalRule, facts: Facts) -> bool:
    """Say whether a rule approves no later than another; where there are no dates, both approve at once."""
    if not facts.clocks:
        return True
    if wide.approve_until is not None and narrow.approve_until is not None:
        return wide.approve_until >= narrow.approve_until
    return wide.approve_until is narrow.approve_until is None and wide.delay <= narrow.delay


def _repeats(held: Sequence[PatchFilter], number: int | None, facts: Facts, place: Place) -> Iterator[Diagnostic]:
    """Yield values that say nothing more than others of their filter."""
    for position, one in enumerate(held):
        where = place((*filters(number), position, "Values"))
        if "*" in one.values and len(one.values) > 1:
            message = (
                f"`*` of {one.key} selects everything, so its other {counted(len(one.values) - 1, 'value')} say nothing"
            )
            yield Diagnostic("PR8005", Level.INFO, message, where)
        elif len({value.lower() for value in one.values}) < len(one.values):
            yield Diagnostic("PR8005", Level.INFO, f"a value of {one.key} is given twice", where)
        elif len({facts.alike.get(value.lower(), value.lower()) for value in one.values}) < len(one.values):
            message = f"values of {one.key} select the same: {', '.join(one.values)}"
            yield Diagnostic("PR8005", Level.INFO, message, where)
        elif len({value.lower().removesuffix(".0") for value in one.values}) < len(one.values):
            message = f"values of {one.key} are spellings of one another: {', '.join(one.values)}"
            yield Diagnostic("PR8005", Level.INFO, message, where)
