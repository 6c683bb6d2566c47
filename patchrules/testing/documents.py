"""Strategies for baseline documents: such that AWS takes, such that are odd, such that are refused."""

from __future__ import annotations

import copy
import dataclasses
import fnmatch
from collections.abc import Callable, Iterable
from typing import Any

from hypothesis import strategies as st

from patchrules.documents.aws_shape import as_document
from patchrules.errors import UnknownNameError
from patchrules.families import Family, family_of
from patchrules.model.baseline import Baseline, PatchFilter
from patchrules.model.names import FilterKey
from patchrules.testing.nouns import Named, baselines, rules

Document = dict[str, Any]
Change = Callable[[Document], None]


def documents(family: Named = None, *, kind: str = "valid", **pins: Any) -> st.SearchStrategy[Document]:
    """Draw a baseline as the JSON document that AWS's CreatePatchBaseline takes; pins are fields of ``Baseline``.

    ``kind`` is ``valid``; ``odd``, which :func:`patchrules.load_baseline` reads with a diagnostic; or ``invalid``,
    which it refuses with a BaselineError. Raises UnknownNameError for another kind, and for a pin that is none.

    >>> from hypothesis import given, settings
    >>> @settings(max_examples=5)
    ... @given(documents("debian", name="prod"))
    ... def test_a_document(document):
    ...     assert (document["Name"], document["OperatingSystem"]) == ("prod", "DEBIAN")
    >>> test_a_document()
    """
    if kind not in ("valid", *_CHANGES):
        raise UnknownNameError("kind of document", kind, ("valid", *_CHANGES))
    sources: dict[str, Any] = {"sources": ()}
    drawn = baselines(family, **(sources | pins))
    if kind == "valid":
        return drawn.map(_heard_of).map(as_document)
    with_rule = drawn.flatmap(lambda one: _with_rule(one) if not one.rules else st.just(one))
    return st.builds(_changed, with_rule.map(as_document), st.sampled_from(_CHANGES[kind]))


def _heard_of(baseline: Baseline) -> Baseline:
    """Return a baseline that asks only what its operating system knows, so that nothing in it is odd."""
    family = family_of(baseline.operating_system)
    return dataclasses.replace(
        baseline,
        global_filters=_known(baseline.global_filters, family),
        rules=tuple(dataclasses.replace(rule, filters=_known(rule.filters, family)) for rule in baseline.rules),
    )


def _known(filters: Iterable[PatchFilter], family: Family) -> tuple[PatchFilter, ...]:
    """Return filters with the keys and values that a family has; all values where none is left."""
    found = []
    for one in filters:
        if one.key in family.documented.filters:
            usual = family.products if one.key == FilterKey.PRODUCT else family.values.get(FilterKey(one.key), ())
            kept = [text for text in one.values if any(fnmatch.fnmatchcase(text, known) for known in usual)]
            found.append(dataclasses.replace(one, values=tuple(kept) or ("*",)))
    return tuple(found)


def _with_rule(baseline: Baseline) -> st.SearchStrategy[Baseline]:
    """Draw a rule for a baseline without any, so that there is something to spoil."""
    return rules(baseline.operating_system).map(lambda rule: dataclasses.replace(baseline, rules=(rule,)))


def _changed(document: Document, change: Change) -> Document:
    """Return a document with a change made to it."""
    found = copy.deepcopy(document)
    change(found)
    return found


def _rule(document: Document) -> Document:
    """Return the first rule."""
    found: Document = document["ApprovalRules"]["PatchRules"][0]
    return found


def _two_dates(document: Document) -> None:
    _rule(document).update(ApproveAfterDays=7, ApproveUntilDate="2024-01-31")


def _in_the_past(document: Document) -> None:
    _rule(document).pop("ApproveUntilDate", None)
    _rule(document)["ApproveAfterDays"] = -1


def _over_the_top(document: Document) -> None:
    _rule(document).pop("ApproveUntilDate", None)
    _rule(document)["ApproveAfterDays"] = 361


def _no_values(document: Document) -> None:
    _rule(document)["PatchFilterGroup"] = {"PatchFilters": [{"Key": "CLASSIFICATION", "Values": []}]}


def _group_unwrapped(document: Document) -> None:
    _rule(document)["Filters"] = _rule(document).pop("PatchFilterGroup")["PatchFilters"]


_INVALID: tuple[Change, ...] = (
    lambda document: document.pop("Name"),
    lambda document: document.update(Name="no"),
    lambda document: document.update(OperatingSystem="PLAN_9"),
    lambda document: document.update(RejectedPatchesAction="ALLOW"),
    lambda document: document.update(ApprovedPatches=["one"] * 51),
    lambda document: document["ApprovalRules"].update(PatchRules=[_rule(document)] * 11),
    lambda document: _rule(document).update(ComplianceLevel="SEVERE"),
    _two_dates,
    _in_the_past,
    _over_the_top,
    _no_values,
    _group_unwrapped,
)
_ODD: tuple[Change, ...] = (
    lambda document: document.update(Owner="me"),
    lambda document: document.update(ApprovedPatchesComplianceLevel="high"),
    lambda document: document.update(approvedPatches=[]),
    lambda document: _rule(document).update(ComplianceLevel="critical"),
    lambda document: _rule(document).update(EnableNonSecurity="true"),
    lambda document: _rule(document).update(Comment="why"),
)
_CHANGES = {"odd": _ODD, "invalid": _INVALID}
