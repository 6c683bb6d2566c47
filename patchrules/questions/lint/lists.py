"""Entries of the two lists that contradict each other, mean everything, or mean what the system does not know."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from patchrules.errors import Diagnostic, Level, Where
from patchrules.families import Family
from patchrules.model.baseline import Baseline
from patchrules.questions.lint.places import Place

_ADVISORY = re.compile(r"(?:CVE-\d{4}-\d+|MS\d{2}-\d{3}|[A-Z]{2,}\d*-\d{4}[:-]\d+|\d{5,8})", re.ASCII | re.IGNORECASE)
_CVE = re.compile(r"CVE-\d{4}-\d+", re.ASCII | re.IGNORECASE)
_VERSION = re.compile(r"-(?:\d+:)?\d")
_NUMBER = re.compile(r"(?:KB[ _-])?([0-9]{5,8})", re.IGNORECASE)
_FIELDS = (("ApprovedPatches", "approved_patches"), ("RejectedPatches", "rejected_patches"))


def lists(baseline: Baseline, family: Family, place: Place) -> Iterator[Diagnostic]:
    """Yield what is odd in the two lists of a baseline."""
    yield from _overlaps(baseline, place)
    facts = family.documented
    for field, name in _FIELDS:
        entries: Sequence[str] = getattr(baseline, name)
        columns = facts.approved_ids if field == "ApprovedPatches" else facts.rejected_ids
        for number, entry in enumerate(entries):
            where = place((field, number))
            if entry == "*" and facts.wildcards:
                verb = "approves" if field == "ApprovedPatches" else "rejects"
                message = f"`*` {verb} every patch, whatever the rules and dates say"
                yield Diagnostic("PR8006", Level.WARNING, message, where)
            elif facts.states == "updates" and (kb := _NUMBER.fullmatch(entry)):
                message = f"`{entry}` means nothing: updates of {family.label} are named by their KB"
                yield Diagnostic("PR8032", Level.WARNING, message, where, hint=f"did you mean `KB{kb[1]}`?")
            elif _ADVISORY.fullmatch(entry):
                yield from _advisory(entry, columns, family, where)
            elif facts.wildcards and family.has_arch and _VERSION.search(entry):
                message = f"`{entry}` means some versions only: what is released later may have another"
                yield Diagnostic("PR8008", Level.INFO, message, where)
            yield from _covered(entries, number, field, place)


def _advisory(entry: str, columns: Sequence[str], family: Family, where: Where | None) -> Iterator[Diagnostic]:
    """Yield what an id in a list means: all patches that carry it, exactly, or nothing."""
    column = "cves" if _CVE.fullmatch(entry) else "advisory"
    if column not in columns:
        message = f"`{entry}` is an id, and lists for {family.label} take names only: it matches nothing"
        yield Diagnostic("PR8007", Level.WARNING, message, where, hint="name the packages")
    else:
        message = f"`{entry}` is an id: it means every patch that carries it, spelled exactly so"
        yield Diagnostic("PR8009", Level.INFO, message, where)


def _overlaps(baseline: Baseline, place: Place) -> Iterator[Diagnostic]:
    """Yield the approved entries that the rejected list means too, in whole or in part."""
    for number, entry in enumerate(baseline.approved_patches):
        for other in baseline.rejected_patches:
            if _inside(entry, other):
                message = f"`{entry}` of the approved patches is rejected by `{other}`, and rejection wins"
            elif overlap(entry.lower(), other.lower()):
                message = (
                    f"`{entry}` of the approved patches and `{other}` of the rejected ones overlap, and rejection wins"
                )
            else:
                continue
            where = place(("ApprovedPatches", number))
            yield Diagnostic("PR8004", Level.WARNING, message, where, hint="take one of them away")


def _covered(entries: Sequence[str], number: int, field: str, place: Place) -> Iterator[Diagnostic]:
    """Yield an entry that another of its list means already."""
    entry = entries[number]
    for position, other in enumerate(entries):
        same = entry.lower() == other.lower()
        if position != number and _inside(entry, other) and (not same or position < number):
            message = f"`{entry}` says nothing more than `{other}` of the same list"
            yield Diagnostic("PR8010", Level.INFO, message, place((field, number)))
            return


def _inside(entry: str, other: str) -> bool:
    """Say whether whatever ``entry`` means ``other`` means too, as far as their texts tell."""
    return entry.lower() == other.lower() or fnmatchcase(entry.lower(), other.lower())


def overlap(one: str, other: str) -> bool:
    """Say whether a text can match both of two shell globs; classes in brackets count as any one character.

    >>> overlap("kernel-4.*", "*-4.14.123"), overlap("kernel*", "bash*"), overlap("[bk]ash", "?ash")
    (True, False, True)
    """
    left, right = (re.sub(r"\[[^\]]*\]", "?", text) for text in (one, other))
    return _both(left, right)


def _both(left: str, right: str) -> bool:
    """Say whether two globs of ``*`` and ``?`` have a text in common: O(length x length)."""
    reached = {(0, 0)}
    waiting = [(0, 0)]
    while waiting:
        i, j = waiting.pop()
        if (i, j) == (len(left), len(right)):
            return True
        here, there = left[i : i + 1], right[j : j + 1]
        steps = [(i + 1, j)] if here == "*" else []
        steps += [(i, j + 1)] if there == "*" else []
        if here and there:
            if here == "*":
                steps.append((i, j + 1))
            if there == "*":
                steps.append((i + 1, j))
            if here == there or "?" in (here, there):
                steps.append((i + 1, j + 1))
        fresh = [step for step in steps if step not in reached]
        reached.update(fresh)
        waiting += fresh
    return False
