"""What is odd in a baseline that AWS would still take: told, and decided as SEMANTICS and DECISIONS say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from patchrules.documents.faults import Findings, Loc, closest
from patchrules.documents.schema import VALID_ON, BaselineDocument, PatchFilter, PatchRule
from patchrules.documents.text import quoted
from patchrules.errors import Level
from patchrules.families import Family, family_of, spelled
from patchrules.model.names import SEVERITY_RANK, FilterKey, OperatingSystem

_KB = re.compile(r"KB[0-9]+", re.IGNORECASE)
_DEB_DETAIL = re.compile(r"[:=_~]|\.(?:amd64|arm64|armhf|i386|all)$")
_GAP = re.compile(r"[\s,]+")
_OF_RANGES = frozenset("[](){}|?<>=!\\")
_SCHEMES_WITHOUT_KB = frozenset({"rpm", "dpkg"})


def look(document: BaselineDocument, findings: Findings) -> None:
    """Tell ``findings`` what is odd in a valid document."""
    family = family_of(document.operating_system)
    stated = ("OperatingSystem",) in findings.places
    if not stated:
        message = "there is no `OperatingSystem`, which means WINDOWS"
        findings.doubt("PR1210", Level.INFO, message, findings.pointer(()), 'write "OperatingSystem": "WINDOWS"')
    groups: list[tuple[Loc, Sequence[PatchFilter]]] = []
    if document.global_filters:
        groups.append((("GlobalFilters", "PatchFilters"), document.global_filters.patch_filters))
    rules = document.approval_rules.patch_rules if document.approval_rules else []
    for number, rule in enumerate(rules):
        loc: Loc = ("ApprovalRules", "PatchRules", number)
        _rule(rule, loc, family, findings)
        if rule.patch_filter_group:
            groups.append(((*loc, "PatchFilterGroup", "PatchFilters"), rule.patch_filter_group.patch_filters))
    for loc, filters in groups:
        for number, one in enumerate(filters):
            _filter(one, (*loc, number), family, findings)
    for field, patches in (
        ("ApprovedPatches", document.approved_patches),
        ("RejectedPatches", document.rejected_patches),
    ):
        for number, patch in enumerate(patches):
            _patch(patch, (field, number), family, findings)
    _groups(document.patch_groups, findings)
    _validity(document, findings)
    if not rules and not document.approved_patches:
        message = "the baseline has no rule and no approved patch, it approves nothing"
        findings.doubt("PR1221", Level.WARNING, message, findings.pointer(()))


def _groups(groups: Sequence[str], findings: Findings) -> None:
    """Look at the patch groups: one that stands there again says nothing more."""
    seen: set[str] = set()
    for number, group in enumerate(groups):
        if group in seen:
            message = f"the patch group {quoted(group)} is given twice"
            findings.doubt("PR1052", Level.INFO, message, findings.pointer(("PatchGroups", number)), "take it away")
        seen.add(group)


def _rule(rule: PatchRule, loc: Loc, family: Family, findings: Findings) -> None:
    """Look at the dates of one rule (DECISIONS 2, 5)."""
    given = [name for name in ("ApproveAfterDays", "ApproveUntilDate") if (*loc, name) in findings.places]
    if not family.documented.clocks:
        if rule.approve_after_days or rule.approve_until_date:
            message = f"`{given[0]}` has no effect on {family.label}, whose patches have no release date"
            findings.doubt("PR1201", Level.INFO, message, findings.pointer((*loc, given[0])), "take it away")
    elif rule.approve_after_days is None and rule.approve_until_date is None:
        message = "the rule has neither `ApproveAfterDays` nor `ApproveUntilDate`, so patches are approved at once"
        findings.doubt("PR1208", Level.ERROR, message, findings.pointer(loc), "write `ApproveAfterDays: 0` to say so")


def _filter(one: PatchFilter, loc: Loc, family: Family, findings: Findings) -> None:
    """Look at one filter: does this operating system use the key, and know the values (DECISIONS 7, 15)."""
    used = [key.value for key in family.documented.filters]
    if one.key not in used:
        is_key = one.key in set(FilterKey)
        what = f"{family.label} does not use the filter key" if is_key else "there is no filter key"
        near = closest(one.key, used)
        hint = f"did you mean `{near}`?" if near else f"{family.label} uses {', '.join(used)}"
        message = f"{what} {quoted(one.key)}, the filter matches nothing"
        findings.doubt("PR1211", Level.ERROR, message, findings.pointer((*loc, "Key")), hint)
        return
    key = FilterKey(one.key)
    is_open = key is FilterKey.PRODUCT and family.documented.host_product and key not in family.values
    known = family.products if is_open else family.values.get(key, ())
    for number, value in enumerate(one.values):
        usual = spelled(family, value) if key is FilterKey.PRODUCT else None
        if usual is not None:
            _case(value, usual, findings.pointer((*loc, "Values", number)), findings)
        elif known and value != "*":
            _value(value, key, known, family, (*loc, "Values", number), findings)


def _case(value: str, usual: str, pointer: str, findings: Findings) -> None:
    """Tell of a value in another case than the vendor's."""
    if value != usual:
        findings.doubt("PR1213", Level.WARNING, f"{quoted(value)} is usually written `{usual}`", pointer)


def _value(value: str, key: FilterKey, known: Sequence[str], family: Family, loc: Loc, findings: Findings) -> None:
    """Look at one filter value against the values this operating system has."""
    if _matches(value, known):
        return
    pointer = findings.pointer(loc)
    if _matches(value.casefold(), [name.casefold() for name in known]):
        # Of a product that only a glob means nothing tells how the rest of it is written.
        usual = next((name for name in known if name.casefold() == value.casefold()), value)
        _case(value, usual, pointer, findings)
        return
    plain = [name for name in known if "*" not in name]
    near = closest(value, plain) or next((name for name in plain if _ranks_as(name, value)), None)
    hint = f"did you mean `{near}`?" if near else f"{family.label} has {', '.join(known)}"
    if "*" in value:
        hint = "only `*` alone is a wildcard in filters"
    message = f"{quoted(value)} is no {key} known for {family.label}, it may match nothing"
    findings.doubt("PR1212", Level.ERROR, message, pointer, hint)


def _ranks_as(name: str, value: str) -> bool:
    """Say whether two words of severity mean the same: `High` is another vendor's Important."""
    ranks = [SEVERITY_RANK.get(text.lower()) for text in (name, value)]
    return ranks[0] is not None and ranks[0] == ranks[1]


def _matches(value: str, known: Iterable[str]) -> bool:
    """Say whether ``value`` is one of ``known``, some of which may be globs; a value with a glob is never one."""
    return "*" not in value and any(fnmatchcase(value, name) for name in known)


def _patch(patch: str, loc: Loc, family: Family, findings: Findings) -> None:
    """Look at one member of the approved or rejected patches (DECISIONS 8)."""
    pointer = findings.pointer(loc)
    wildcards = patch.count("*")
    if (apart := _apart(patch, family)) is not None:
        message = f"{quoted(patch)} has a blank or a comma, as no name has: it names nothing"
        hint = "write each name as one of the list" if len(apart) > 1 else "take it away"
        hint = f"did you mean `{apart[0]}`?" if len(apart) == 1 else hint
        findings.doubt("PR1260", Level.WARNING, message, pointer, hint)
    elif family.scheme in _SCHEMES_WITHOUT_KB and _KB.fullmatch(patch):
        message = f"{quoted(patch)} is a Windows update, {family.label} has no such patch"
        findings.doubt("PR1215", Level.WARNING, message, pointer)
    elif wildcards and not family.documented.wildcards:
        message = f"{quoted(patch)} has a wildcard, and lists for {family.label} take none: it matches nothing"
        findings.doubt("PR1222", Level.WARNING, message, pointer)
    elif wildcards > 1:
        message = f"{quoted(patch)} has {wildcards} wildcards, where AWS documents one"
        findings.doubt("PR1218", Level.INFO, message, pointer)
    elif family.scheme == "dpkg" and _DEB_DETAIL.search(patch):
        message = f"{quoted(patch)} is more than a package name, where AWS documents bare names for {family.label}"
        findings.doubt("PR1219", Level.WARNING, message, pointer)


def _apart(patch: str, family: Family) -> list[str] | None:
    """Return what blanks and commas hold apart in an entry that therefore names nothing, None where it may name.

    Inside ``[...]`` they are characters of a glob. AWS reads an entry for zypper as a range, whose version stands after
    a blank, or as a regular expression. A Windows update may be called by other texts than its KB, one of macOS by any.
    """
    start = patch.partition("[")[0]
    if any(facts.list_syntax == "ranges" for _, facts in family.agent):
        start = "" if _OF_RANGES & {*patch} else patch.strip()
    parts = [part for part in _GAP.split(patch) if part]
    windows = family.documented.states == "updates"
    known = all(_KB.fullmatch(part) for part in parts) if windows else family.scheme in _SCHEMES_WITHOUT_KB
    return parts if known and _GAP.search(start) else None


def _validity(document: BaselineDocument, findings: Findings) -> None:
    """Look at fields that AWS has for other operating systems only (SEMANTICS 1.1, 1.3)."""
    rules = document.approval_rules.patch_rules if document.approval_rules else []
    values: list[tuple[Loc, object]] = [
        (("Sources",), document.sources),
        (("AvailableSecurityUpdatesComplianceStatus",), document.available_security_updates_compliance_status),
        (("ApprovedPatchesEnableNonSecurity",), document.approved_patches_enable_non_security),
    ]
    values += [
        (("ApprovalRules", "PatchRules", number, "EnableNonSecurity"), rule.enable_non_security)
        for number, rule in enumerate(rules)
    ]
    for loc, value in values:
        field = str(loc[-1])
        # AWS's own documents state defaults, which say nothing: `false`, an empty list.
        if document.operating_system in VALID_ON[field] or loc not in findings.places or not value:
            continue
        level = Level.ERROR if isinstance(value, str | list) else Level.WARNING
        where = _several(VALID_ON[field])
        message = f"`{field}` has no effect on {document.operating_system}: AWS has it for {where}"
        findings.doubt(f"PR12{_VALIDITY_CODES[field]}", level, message, findings.pointer(loc), "take it away")


_VALIDITY_CODES = {
    "EnableNonSecurity": "14",
    "ApprovedPatchesEnableNonSecurity": "14",
    "AvailableSecurityUpdatesComplianceStatus": "16",
    "Sources": "17",
}


def _several(systems: frozenset[OperatingSystem]) -> str:
    """Return the operating systems a field is for, in few words."""
    if len(systems) == 1:
        return next(iter(systems)).value
    return "Linux only" if OperatingSystem.MACOS not in systems else "Linux and macOS only"
