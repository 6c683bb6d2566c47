"""Why a package or update stands where it stands, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from patchrules.families import Facts, Family
from patchrules.model.names import Reason, State
from patchrules.questions.wording import compared

_LABELS = {
    State.MISSING: "missing",
    State.FAILED: "failed",
    State.NOT_APPLICABLE: "absent",
    State.AVAILABLE_SECURITY_UPDATE: "available",
}

_WORDS = {
    Reason.REJECTED_BLOCKED: ("it is installed, and the rejected list blocks it", ("4.7", "5.3")),
    Reason.REJECTED_ALLOWED: (
        "it is installed, and the rejected list allows it as a dependency",
        ("4.7", "5.3"),
    ),
    Reason.NOTHING_APPROVED: ("no version of it that this host could have is approved", ("5.3",)),
    Reason.NOT_INSTALLED: (
        "it is not installed; Patch Manager updates what is installed and counts the rest",
        ("5.3",),
    ),
    Reason.NOT_APPROVED: ("it is a security update that is not installed and not approved", ("5.18",)),
    Reason.SUPERSEDED: ("something newer has replaced it", ("5.18",)),
}

_COMPARED = {
    Reason.NEWER_APPROVED: "",
    Reason.UP_TO_DATE: "",
    Reason.LISTED_NEWER: "the override list wants it: ",
}
"""What goes before a comparison of versions."""

_WAITS = {
    "history": "it was installed after the last boot, and a boot is what it waits for",
    "tracking": "AWS's tool installed it or remembers that it waited, and a boot is what it waits for",
}

_UPDATES = {
    Reason.UP_TO_DATE: "it is installed and approved",
    Reason.NOTHING_APPROVED: "it is installed, and nothing approves it",
    Reason.NEWER_APPROVED: "it is approved and not installed",
    Reason.LISTED_NEWER: "the override list wants it, and it is not installed",
    Reason.NOT_INSTALLED: "the application that it is for is not there",
}


def standing(row: Mapping[str, Any], family: Family, facts: Facts) -> tuple[str, str, tuple[str, ...]]:
    """Return a label, the sentence and the paragraphs of ``docs/semantics.md`` for a row of ``model.columns.VERDICTS``.

    >>> from patchrules.families import family_named
    >>> row = {"state": "NOT_APPLICABLE", "reason": "superseded", "installed": None, "target": "0", "chain": ["KB2"]}
    >>> windows = family_named("windows")
    >>> standing(row, windows, windows.documented)
    ('absent', 'KB2 has replaced it', ('5.18',))
    """
    label, reason = _LABELS.get(row["state"], "installed"), row["reason"]
    chain = ", ".join(row["chain"] or ())
    if reason == Reason.AWAITS_REBOOT:
        return "waits", _WAITS[facts.waiting], ("5.9",)
    if reason == Reason.SUPERSEDED and chain:
        return label, f"{chain} has replaced it", ("5.18",)
    if facts.states == "updates" and reason in _UPDATES:
        replaces = f"; it replaces {chain}" if chain else ""
        return label, f"{_UPDATES[reason]}{replaces}", ("5.18",)
    if reason in _WORDS:
        return label, *_WORDS[reason]
    order_rule = {"rpm": ("6.2",), "dpkg": ("6.3",)}.get(family.scheme, ())
    listed = _COMPARED.get(reason, "")
    rules = ("4.8", "5.3") if listed else ("5.3",)
    if row["installed"] is None or row["target"] is None:
        return label, f"{listed}{_UPDATES.get(reason, reason)}", rules
    found = compared(family, row["installed"], row["target"], order=facts.order)
    return label, listed + found, (*rules, *order_rule)
