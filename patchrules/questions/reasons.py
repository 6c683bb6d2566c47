"""The stable codes of an explanation: one a sentence; ``docs/reference/reasons.md`` is made from this file."""

from __future__ import annotations

from enum import StrEnum

from patchrules.model.names import Reason


class Why(StrEnum):
    """What a sentence of an explanation says, apart from the state, whose codes are ``model.names.Reason``."""

    PATCH = "patch"
    APPROVED_BY_RULE = "approved-by-rule"
    APPROVED_BY_LIST = "approved-by-list"
    ALSO_APPROVED = "also-approved"
    LEVEL = "level"
    REJECTED = "rejected"
    UNLESS_REJECTED = "unless-rejected"
    WAITS_FOR_RULE = "waits-for-rule"
    WAITS_FOR_RELEASE = "waits-for-release"
    NO_RULE = "no-rule"
    LIST_UNHEARD = "list-unheard"
    RULE_OBJECTS = "rule-objects"
    FILTER = "filter"
    GLOBAL_FILTER = "global-filter"
    KEY_UNUSED = "key-unused"
    NOT_SECURITY = "not-security"
    TOO_YOUNG = "too-young"
    TOO_LATE = "too-late"
    UNRELEASED = "unreleased"
    NO_DATE = "no-date"
    NOT_YET = "not-yet"
    NOT_WANTED = "not-wanted"
    MORE_ABOVE = "more-above"
    DOUBT = "doubt"
    NEAREST = "nearest-rule"
    CHANGE = "smallest-change"
    NO_CHANGE = "no-change"
    FLIPS = "flips-by-waiting"
    NEVER = "never-by-waiting"
    DATA = "data"


REASONS: dict[str, str] = {
    Why.PATCH: "which patch decided, its kind, the date used and the clock it came from",
    Why.APPROVED_BY_RULE: "a rule selects the patch and its delay or date has passed",
    Why.APPROVED_BY_LIST: "an entry of the approved list means the patch",
    Why.ALSO_APPROVED: "another rule approves it, too",
    Why.LEVEL: "the compliance level, and what set it: the highest of all that approve holds",
    Why.REJECTED: "an entry of the rejected list means the version",
    Why.UNLESS_REJECTED: "a rule would approve it if the rejected list did not mean it",
    Why.WAITS_FOR_RULE: "a rule selects the patch, and its delay or date does not let it through yet",
    Why.WAITS_FOR_RELEASE: "the approved list means the patch, and it is not released at the as-of instant",
    Why.NO_RULE: "no rule selects the patch and no entry of the approved list means it",
    Why.LIST_UNHEARD: "an entry of the approved list means the patch, and a gate or global filter holds it back",
    Why.RULE_OBJECTS: "a rule does not approve the patch; its clauses have codes of their own",
    Why.FILTER: "clause: a filter of the rule wants another value than the patch has",
    Why.GLOBAL_FILTER: "clause: a global filter wants another value than the patch has",
    Why.KEY_UNUSED: "clause: the operating system does not use the filter's key",
    Why.NOT_SECURITY: "clause: the patch is no security fix, and EnableNonSecurity is not set",
    Why.TOO_YOUNG: "clause: the delay has not passed",
    Why.TOO_LATE: "clause: released after ApproveUntilDate",
    Why.UNRELEASED: "clause: released after the as-of instant",
    Why.NO_DATE: "clause: there is no usable date, and missing dates are held",
    Why.NOT_YET: "a newer version is not approved yet; waiting helps",
    Why.NOT_WANTED: "a newer version is not approved",
    Why.MORE_ABOVE: "how many more newer versions are not approved",
    Why.DOUBT: "a diagnostic that the verdict carries",
    Why.NEAREST: "the rule with the fewest failing clauses",
    Why.CHANGE: "the fewest edits of the baseline that approve the version",
    Why.NO_CHANGE: "no edit of the baseline approves the version",
    Why.FLIPS: "the instant from which the version is approved if nothing changes",
    Why.NEVER: "waiting never approves the version",
    Why.DATA: "the files that the patch, package or baseline was read from: name, sha256, line",
    Reason.NEWER_APPROVED: "state: a newer version is approved and not installed",
    Reason.UP_TO_DATE: "state: nothing newer is approved, and what is installed is",
    Reason.NOTHING_APPROVED: "state: installed, and nothing of it is approved",
    Reason.REJECTED_BLOCKED: "state: installed, and the rejected list blocks it",
    Reason.REJECTED_ALLOWED: "state: installed, and the rejected list allows it as a dependency",
    Reason.NOT_INSTALLED: "state: approved for a package that is not installed",
    Reason.LISTED_NEWER: "state: an InstallOverrideList wants a newer version",
    Reason.AWAITS_REBOOT: "state: installed, and the host has not booted since",
    Reason.SUPERSEDED: "state: a later update has replaced it",
    Reason.NOT_APPROVED: "state: a security update that is not installed and not approved",
}
"""Every code, with what it says."""
