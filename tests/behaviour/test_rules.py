"""What rules approve: G-RULE, G-UNTIL, G-AFTER, G-DOC 1, SEMANTICS 3, DECISIONS 1 - 9, 15, 21, documented dialect.

The package is openssl-1:1.1.1k-2.el8, an older one is installed: MISSING says approved, INSTALLED_OTHER not approved.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from patchrules.batch.approvals import approved_since
from patchrules.batch.instants import NEVER, microseconds
from patchrules.families import facts_of, family_of
from patchrules.model.baseline import ApprovalRule, Baseline, PatchFilter
from patchrules.model.host import Host
from patchrules.model.names import ComplianceLevel, Dialect, OperatingSystem
from patchrules.model.package import Package
from patchrules.model.patch import Patch
from patchrules.reference.approvals import since

AS_OF = datetime(2024, 2, 1, 12, tzinfo=UTC)
RHEL = OperatingSystem.REDHAT_ENTERPRISE_LINUX
AL2023 = OperatingSystem.AMAZON_LINUX_2023
CRITICAL, HIGH, MEDIUM, LOW, UNSPECIFIED = (
    ComplianceLevel(word) for word in ("CRITICAL", "HIGH", "MEDIUM", "LOW", "UNSPECIFIED")
)

NOTICE = Patch(
    "openssl", "x86_64", "1:1.1.1k-2.el8", advisory="RHSA-2021:1", classification="Security", severity="Important",
    issued=AS_OF - timedelta(days=10), cves=("CVE-2021-1",), bugzillas=("1234567",),
)  # fmt: skip
BARE = replace(NOTICE, advisory=None, classification=None, severity=None, issued=None, cves=(), bugzillas=())
SECURITY = PatchFilter("CLASSIFICATION", ("Security",))
SEVERE = PatchFilter("SEVERITY", ("Critical", "Important"))
ANY = (PatchFilter("CLASSIFICATION", ("*",)), PatchFilter("SEVERITY", ("*",)))


def rule(*filters, level=HIGH, days=0, until=None, flag=False):
    return ApprovalRule(filters, level, None if until else days, until, flag)


def host_of(system, product="RedhatEnterpriseLinux8.4", evr="1:1.1.1g-1.el8"):
    return Host("node", family_of(system).name, product, "x86_64", packages=(Package("openssl", "x86_64", evr),))


def answer(engine, baseline, patch, *, product="RedhatEnterpriseLinux8.4", as_of=AS_OF, **options):
    """Whether the newer openssl is approved, and at which level."""
    row = engine(baseline, host_of(baseline.operating_system, product), [patch], as_of=as_of, **options)["rows"][0]
    assert row["state"] in ("MISSING", "INSTALLED_OTHER", "INSTALLED")
    return row["state"] == "MISSING", row["compliance_severity"] if row["state"] == "MISSING" else "UNSPECIFIED"


LISTED = {"approved_patches": ("openssl*",), "approved_patches_level": LOW}
G_RULE = [
    # case, patch, baseline, approved, level
    ("G-RULE Security & {Critical, Important}, 0 d", NOTICE, {"rules": (rule(SECURITY, SEVERE),)}, True, HIGH),
    ("G-RULE the same, 7 d", NOTICE, {"rules": (rule(SECURITY, SEVERE, days=7),)}, True, HIGH),
    ("G-RULE the same, 11 d", NOTICE, {"rules": (rule(SECURITY, SEVERE, days=11),)}, False, UNSPECIFIED),
    (
        "G-RULE values SECURITY, important",
        NOTICE,
        {"rules": (rule(PatchFilter("CLASSIFICATION", ("SECURITY",)), PatchFilter("SEVERITY", ("important",))),)},
        True,
        HIGH,
    ),
    (
        "G-RULE SEVERITY Medium, package Moderate (RHEL: DECISIONS 7 makes them alike on AL2022/2023 only)",
        replace(NOTICE, severity="Moderate"),
        {"rules": (rule(PatchFilter("SEVERITY", ("Medium",))),)},
        False,
        UNSPECIFIED,
    ),
    (
        "G-RULE two rules match, 3.6 the highest level wins",
        NOTICE,
        {"rules": (rule(level=MEDIUM), rule(level=CRITICAL))},
        True,
        CRITICAL,
    ),
    (
        "3.6 rule order is irrelevant",
        NOTICE,
        {"rules": (rule(level=CRITICAL), rule(level=MEDIUM))},
        True,
        CRITICAL,
    ),
    (
        "3.6 a rule that does not pass gives no level",
        NOTICE,
        {"rules": (rule(level=MEDIUM), rule(level=CRITICAL, days=11))},
        True,
        MEDIUM,
    ),
    ("G-RULE no notice, `*`, flag off", BARE, {"rules": (rule(*ANY),)}, False, UNSPECIFIED),
    ("G-RULE no notice, `*`, flag on", BARE, {"rules": (rule(*ANY, flag=True),)}, True, HIGH),
    ("G-RULE no notice, Security, flag on", BARE, {"rules": (rule(SECURITY, flag=True),)}, False, UNSPECIFIED),
    (
        'G-RULE type present, severity "", flag off: a notice names it (DECISIONS 6, Q4)',
        replace(NOTICE, severity=""),
        {"rules": (rule(SECURITY),)},
        True,
        HIGH,
    ),
    (
        "G-RULE type present, severity null, flag off: a notice names it (DECISIONS 6, Q4)",
        replace(NOTICE, severity=None),
        {"rules": (rule(SECURITY),)},
        True,
        HIGH,
    ),
    (
        "3.3 absent severity fails every SEVERITY filter",
        replace(NOTICE, severity=None),
        {"rules": (rule(SEVERE),)},
        False,
        UNSPECIFIED,
    ),
    (
        "3.2 `*` matches an absent severity",
        replace(NOTICE, severity=None),
        {"rules": (rule(PatchFilter("SEVERITY", ("*",))),)},
        True,
        HIGH,
    ),
    (
        "3.2 no glob inside a value",
        NOTICE,
        {"rules": (rule(PatchFilter("SEVERITY", ("Import*",))),)},
        False,
        UNSPECIFIED,
    ),
    (
        "3.1 two filters on one key: both must hold",
        NOTICE,
        {"rules": (rule(SEVERE, PatchFilter("SEVERITY", ("Low",))),)},
        False,
        UNSPECIFIED,
    ),
    (
        "DECISIONS 6 a Bugfix notice passes the gate",
        replace(NOTICE, classification="Bugfix"),
        {"rules": (rule(),)},
        True,
        HIGH,
    ),
    ("G-RULE empty filter list", NOTICE, {"rules": (rule(),)}, True, HIGH),
    ("1.9 no rule, no list", NOTICE, {}, False, UNSPECIFIED),
    (
        "G-RULE PRODUCT RedhatEnterpriseLinux7.4",
        NOTICE,
        {"rules": (rule(PatchFilter("PRODUCT", ("RedhatEnterpriseLinux7.4",))),)},
        False,
        UNSPECIFIED,
    ),
    (
        "G-RULE PRODUCT in another case: DECISIONS 7",
        NOTICE,
        {"rules": (rule(PatchFilter("PRODUCT", ("redhatenterpriselinux8.4",))),)},
        True,
        HIGH,
    ),
    ("G-RULE PRODUCT *", NOTICE, {"rules": (rule(PatchFilter("PRODUCT", ("*",))),)}, True, HIGH),
    (
        "DECISIONS 15 a key that the OS does not use",
        NOTICE,
        {"rules": (rule(PatchFilter("MSRC_SEVERITY", ("*",))),)},
        False,
        UNSPECIFIED,
    ),
    (
        "DECISIONS 15 a key that nobody knows",
        NOTICE,
        {"rules": (rule(PatchFilter.as_written("COLOUR", ("*",))),)},
        False,
        UNSPECIFIED,
    ),
    (
        "G-RULE global SEVERITY Critical blocks the rule",
        NOTICE,
        {"rules": (rule(),), "global_filters": (PatchFilter("SEVERITY", ("Critical",)),)},
        False,
        UNSPECIFIED,
    ),
    (
        "G-RULE ... and approved `openssl*` LOW bypasses it",
        NOTICE,
        {"rules": (rule(),), "global_filters": (PatchFilter("SEVERITY", ("Critical",)),), **LISTED},
        True,
        LOW,
    ),
    (
        "DECISIONS 9 ... by id too (Q2)",
        NOTICE,
        {
            "global_filters": (PatchFilter("SEVERITY", ("Critical",)),),
            "approved_patches": ("CVE-2021-1",),
            "approved_patches_level": LOW,
        },
        True,
        LOW,
    ),
    ("G-RULE approved CVE-2021-1", NOTICE, {"approved_patches": ("CVE-2021-1",)}, True, UNSPECIFIED),
    ("G-RULE approved cve-2021-1", NOTICE, {"approved_patches": ("cve-2021-1",)}, False, UNSPECIFIED),
    ("G-RULE approved RHSA-2021:1", NOTICE, {"approved_patches": ("RHSA-2021:1",)}, True, UNSPECIFIED),
    ("G-RULE approved 1234567", NOTICE, {"approved_patches": ("1234567",)}, True, UNSPECIFIED),
    ("G-RULE approved name, no notice, flag off", BARE, LISTED, False, UNSPECIFIED),
    (
        "G-RULE approved name, no notice, flag on",
        BARE,
        {**LISTED, "approved_patches_enable_non_security": True},
        True,
        LOW,
    ),
    (
        "DECISIONS 9 the flag of a rule does not help the list",
        BARE,
        {**LISTED, "rules": (rule(SECURITY, flag=True),)},
        False,
        UNSPECIFIED,
    ),
    (
        "DECISIONS 9 a list hit bypasses the delay",
        NOTICE,
        {**LISTED, "rules": (rule(days=360, level=CRITICAL),)},
        True,
        LOW,
    ),
    (
        "G-RULE approved and rejected",
        NOTICE,
        {**LISTED, "rules": (rule(),), "rejected_patches": ("openssl*",)},
        False,
        UNSPECIFIED,
    ),
    (
        "G-RULE rejected CVE id rejects: DECISIONS 8",
        NOTICE,
        {"rules": (rule(),), "rejected_patches": ("CVE-2021-1",)},
        False,
        UNSPECIFIED,
    ),
    (
        "G-RULE approved LOW + rule CRITICAL",
        NOTICE,
        {**LISTED, "rules": (rule(level=CRITICAL),)},
        True,
        CRITICAL,
    ),
]


@pytest.mark.parametrize(("case", "patch", "fields", "approved", "level"), G_RULE, ids=[row[0] for row in G_RULE])
def test_rules_and_lists(engine, case, patch, fields, approved, level):
    assert answer(engine, Baseline("b", RHEL, **fields), patch) == (approved, level)


ALIKE = [
    # system, filter value, severity of the patch, selected, source
    (AL2023, "Medium", "Moderate", True, "DECISIONS 7"),
    (AL2023, "medium", "MODERATE", True, "DECISIONS 7"),
    (AL2023, "Medium", "Medium", True, "DECISIONS 7"),
    (AL2023, "Moderate", "Medium", False, "DECISIONS 7 speaks of a filter Medium only"),
    (OperatingSystem.AMAZON_LINUX_2022, "Medium", "Moderate", True, "DECISIONS 7"),
    (OperatingSystem.AMAZON_LINUX_2, "Medium", "Moderate", False, "DECISIONS 7"),
    (AL2023, "None", "None", True, "DECISIONS 7"),
    (AL2023, "none", "None", True, "DECISIONS 7: without regard to case"),
    (AL2023, "None", None, False, "DECISIONS 7: the text None only"),
    (AL2023, "None", "", False, "DECISIONS 7: the text None only"),
]


@pytest.mark.parametrize(("system", "wanted", "severity", "selected", "source"), ALIKE)
def test_values_that_are_alike(engine, system, wanted, severity, selected, source):
    baseline = Baseline("b", system, rules=(rule(PatchFilter("SEVERITY", (wanted,))),))
    patch = replace(NOTICE, evr="1:1.1.1k-2", severity=severity)
    assert answer(engine, baseline, patch, product="AmazonLinux2023")[0] is selected


PRODUCTS = [("RedhatEnterpriseLinux8.4", False), ("*", True), ("None", False)]


@pytest.mark.parametrize(("value", "selected"), PRODUCTS)
def test_a_product_that_cannot_be_told_matches_only_the_star(engine, value, selected):
    """DECISIONS 21, 31."""
    baseline = Baseline("b", RHEL, rules=(rule(PatchFilter("PRODUCT", (value,))),))
    result = engine(baseline, host_of(RHEL, None), [NOTICE], as_of=AS_OF)
    assert (result["counts"]["missing"] == 1) is selected
    assert (result["status"], result["unknown"]) == ("UNKNOWN", ["NO_PRODUCT"])


def instant(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


G_AFTER = [
    # released, days, as of, approved, source
    ("2025-11-09T18:00:00", 7, "2025-11-16T17:59:59.999999", False, "G-AFTER"),
    ("2025-11-09T18:00:00", 7, "2025-11-16T18:00:00", False, "G-AFTER, 3.5: strictly after"),
    ("2025-11-09T18:00:00", 7, "2025-11-16T18:00:00.000001", True, "G-AFTER, DECISIONS 1: full clock resolution"),
    ("2023-07-07", 7, "2023-07-14", False, "G-AFTER, 3.5"),
    ("2023-07-07", 7, "2023-07-14T00:00:01", True, "G-AFTER, 3.5: July 7 + 7 is July 14"),
    ("2023-07-07", 7, "2023-07-13T23:59:59", False, "G-AFTER"),
    ("2023-07-07", 0, "2023-07-07T00:00:00", False, "DECISIONS 1: strictly before, at 0 days too"),
    ("2023-07-07", 0, "2023-07-07T00:00:01", True, "DECISIONS 1"),
    ("2023-03-25", 2, "2023-03-27T00:00:01", True, "DECISIONS 1: 24-hour days in UTC, whatever summer time does"),
    ("2023-07-07", 360, "2024-07-01T00:00:01", True, "1.3: 0..360, a leap day counts"),
    ("2023-07-07", None, "2023-07-07T00:00:01", True, "DECISIONS 2: neither field is 0 days"),
]


@pytest.mark.parametrize(("released", "days", "as_of", "approved", "source"), G_AFTER)
def test_approve_after_days(engine, released, days, as_of, approved, source):
    patch = replace(NOTICE, issued=instant(released))
    found = answer(engine, Baseline("b", RHEL, rules=(rule(days=days),)), patch, as_of=instant(as_of))
    assert found[0] is approved


G_UNTIL = [
    # until, released, as of, approved, source
    ("2023-07-07", "2023-07-07", "2024-01-01", True, "G-UNTIL"),
    ("2023-07-07", "2023-07-07T23:59:59", "2024-01-01", True, "G-UNTIL"),
    ("2023-07-07", "2023-07-07T23:59:59.999999", "2024-01-01", True, "G-UNTIL: all of that day"),
    ("2023-07-07", "2023-07-08", "2024-01-01", False, "G-UNTIL: the first instant of the next day"),
    ("2025-11-16", "2025-11-16", "2025-12-01", True, "G-UNTIL doc"),
    ("2025-11-16", "2025-11-16T23:59:59", "2025-12-01", True, "G-UNTIL doc"),
    ("2025-11-16", "2025-11-17", "2025-12-01", False, "G-UNTIL doc"),
    ("2030-01-01", "2023-07-08", "2024-01-01", True, "3.5: a date to come approves everything so far"),
    ("2023-07-07", "2023-07-07", "2023-07-07", True, "3.5: no waiting, whatever as-of is"),
    ("9999-12-31", "2023-07-08", "2024-01-01", True, "3.5: the last day of the calendar has no next one"),
]


@pytest.mark.parametrize(("until", "released", "as_of", "approved", "source"), G_UNTIL)
def test_approve_until(engine, until, released, as_of, approved, source):
    baseline = Baseline("b", RHEL, rules=(rule(until=date.fromisoformat(until)),))
    found = answer(engine, baseline, replace(NOTICE, issued=instant(released)), as_of=instant(as_of))
    assert found[0] is approved


FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("released", "ends"),
    [(LAST, None), (LAST - timedelta(7), LAST), (LAST - timedelta(6), None), (FIRST, FIRST + timedelta(7))],
)
def test_a_wait_that_ends_after_the_calendar_ends_at_no_instant(engine, released, ends):
    """3.5: neither engine stumbles over it, whatever a file says."""
    week, patch = Baseline("b", RHEL, rules=(rule(days=7),)), replace(NOTICE, issued=released)
    answer(engine, week, patch)
    facts = facts_of(family_of(RHEL), Dialect.DOCUMENTED, None)
    assert since(week.rules, released, facts) == ends
    found = approved_since(week.rules[0], np.array([microseconds(released)]), facts)[0]
    assert found == (NEVER if ends is None else microseconds(ends))


D = {day: datetime(2024, 1, day, tzinfo=UTC) for day in range(1, 32)}
CLOCKS = [
    # updated, issued, built, the day that counts, from which field, source
    (D[20], D[10], D[5], D[20], "updated", "DECISIONS 3, Q5: updated wins although later"),
    (D[5], D[10], D[20], D[5], "updated", "DECISIONS 3"),
    (None, D[10], D[20], D[10], "issued", "DECISIONS 3: no maximum with the build time"),
    (None, None, D[20], D[20], "built", "DECISIONS 3"),
]


@pytest.mark.parametrize(("updated", "issued", "built", "counts", "clock", "source"), CLOCKS)
def test_the_date_that_counts(engine, updated, issued, built, counts, clock, source):
    patch = replace(NOTICE, updated=updated, issued=issued, built=built)
    baseline = Baseline("b", RHEL, rules=(rule(days=3),))
    before, after = counts + timedelta(days=3), counts + timedelta(days=3, seconds=1)
    late = max(before, D[31])
    assert answer(engine, baseline, patch, as_of=after)[0] is True
    if before >= max(filter(None, (updated, issued, built))):
        assert answer(engine, baseline, patch, as_of=before)[0] is False
    row = engine(baseline, host_of(RHEL), [patch], as_of=late + timedelta(days=1))["rows"][0]
    assert (row["released_at"], row["clock"], row["since"]) == (counts, clock, counts + timedelta(days=3))


def test_g_doc_1_updated_is_the_date_not_issued(engine):
    """G-DOC 1: the agent reads `issued` on dnf and says MISSING."""
    patch = replace(NOTICE, issued=instant("2023-05-01"), updated=instant("2023-06-14"))
    baseline = Baseline("b", RHEL, rules=(rule(SECURITY, days=7),))
    row = engine(baseline, host_of(RHEL), [patch], as_of=instant("2023-06-15T12:00:00"))["rows"][0]
    assert row["state"] == "INSTALLED_OTHER"


NO_DATE = "PR7001"
DATELESS = [
    # rule, missing_date, state, is the doubt on the verdict, source
    (rule(days=360), "approve", "MISSING", True, "DECISIONS 4"),
    (rule(days=360), "hold", "INSTALLED_OTHER", False, "DECISIONS 4: held"),
    (rule(days=0), "hold", "INSTALLED_OTHER", False, "DECISIONS 4: held, the delay of 0 too"),
    (rule(until=date(2020, 1, 1)), "approve", "MISSING", True, "DECISIONS 4, 19"),
    (rule(until=date(2020, 1, 1)), "hold", "INSTALLED_OTHER", False, "DECISIONS 19"),
    (rule(SECURITY, SEVERE), "approve", "MISSING", True, "DECISIONS 4"),
]


@pytest.mark.parametrize(("approval_rule", "missing_date", "state", "doubt", "source"), DATELESS)
def test_a_patch_without_a_date(engine, approval_rule, missing_date, state, doubt, source):
    baseline = Baseline("b", RHEL, rules=(approval_rule,))
    row = engine(baseline, host_of(RHEL), [replace(NOTICE, issued=None)], as_of=AS_OF, missing_date=missing_date)[
        "rows"
    ][0]
    assert (row["state"], NO_DATE in row["notes"]) == (state, doubt)


def test_an_approved_list_needs_no_date(engine):
    """DECISIONS 4, 9: a list hit bypasses the date rules, so the missing date is no doubt."""
    baseline = Baseline("b", RHEL, approved_patches=("openssl",))
    row = engine(baseline, host_of(RHEL), [replace(NOTICE, issued=None)], as_of=AS_OF, missing_date="hold")["rows"][0]
    assert (row["state"], row["notes"]) == ("MISSING", [])


NOT_YET_RELEASED = "PR7002"
FUTURE = [
    # fields of the baseline, source
    ({"rules": (rule(),)}, "DECISIONS 29"),
    ({"rules": (rule(until=date(2030, 1, 1)),)}, "DECISIONS 29: an until-date does not reach into the future"),
    ({"approved_patches": ("openssl",)}, "DECISIONS 29: not even through the approved list"),
    ({"approved_patches": ("CVE-2021-1",)}, "DECISIONS 29"),
]


@pytest.mark.parametrize(("fields", "source"), FUTURE)
def test_a_patch_released_after_as_of_does_not_exist_yet(engine, fields, source):
    patch = replace(NOTICE, issued=AS_OF + timedelta(seconds=1))
    result = engine(Baseline("b", RHEL, **fields), host_of(RHEL), [patch], as_of=AS_OF)
    row = result["rows"][0]
    assert (row["state"], row["target"], row["notes"]) == ("INSTALLED_OTHER", None, [NOT_YET_RELEASED])
    assert result["doubts"] == {NOT_YET_RELEASED: 1}


def test_a_patch_released_at_as_of_exists(engine):
    """DECISIONS 29: released *after* as-of; the approved list takes it at that instant."""
    baseline = Baseline("b", RHEL, approved_patches=("openssl",))
    assert answer(engine, baseline, replace(NOTICE, issued=AS_OF))[0] is True


def test_each_notice_is_its_own_patch(engine):
    """DECISIONS 3: a version is approved if any of its patches is."""
    late = replace(NOTICE, advisory="RHSA-2021:2", issued=AS_OF - timedelta(days=1))
    baseline = Baseline("b", RHEL, rules=(rule(days=7),))
    for patches in ([NOTICE, late], [late, NOTICE]):
        row = engine(baseline, host_of(RHEL), patches, as_of=AS_OF)["rows"][0]
        assert (row["state"], row["advisory"]) == ("MISSING", "RHSA-2021:1")


def test_rows_that_disagree_about_one_patch(engine):
    """DECISIONS 23: the highest severity and the earliest date hold, and the verdict says so."""
    other = replace(NOTICE, severity="Low", issued=AS_OF - timedelta(days=30))
    baseline = Baseline("b", RHEL, rules=(rule(SEVERE, days=20),))
    for patches in ([NOTICE, other], [other, NOTICE]):
        row = engine(baseline, host_of(RHEL), patches, as_of=AS_OF)["rows"][0]
        assert (row["state"], row["severity"], row["released_at"], row["notes"]) == (
            "MISSING", "Important", AS_OF - timedelta(days=30), ["PR7006"],
        )  # fmt: skip


DAYS_AGO_30 = AS_OF - timedelta(days=30)
OF_ONE_PATCH: dict[str, tuple[list[dict[str, Any]], str, datetime]] = {
    # case: rows, classification and date that hold
    "security": ([{"classification": "Bugfix"}, {"classification": "Security"}], "Security", DAYS_AGO_30),
    "as it is spelled": ([{"classification": "bugfix"}, {"classification": "SECURITY"}], "SECURITY", DAYS_AGO_30),
    "one states none": ([{"classification": None}, {"classification": "Bugfix"}], "Bugfix", DAYS_AGO_30),
    "none is for security": ([{"classification": "Newpackage"}, {"classification": "Bugfix"}], "Bugfix", DAYS_AGO_30),
    "one was updated": ([{}, {"updated": AS_OF - timedelta(days=1)}], "Security", DAYS_AGO_30),
    "both were updated": (
        [{"updated": AS_OF - timedelta(days=1)}, {"updated": AS_OF - timedelta(days=2)}],
        "Security",
        AS_OF - timedelta(days=2),
    ),
}


@pytest.mark.parametrize("case", OF_ONE_PATCH)
def test_security_and_the_earliest_release_hold(engine, case):
    """DECISIONS 3, 23: a row without an update is as old as its issue."""
    rows, classification, date = OF_ONE_PATCH[case]
    patches = [replace(NOTICE, issued=DAYS_AGO_30, **row) for row in rows]
    for some in (patches, patches[::-1]):
        row = engine(Baseline("b", RHEL, rules=(rule(),)), host_of(RHEL), some, as_of=AS_OF)["rows"][0]
        assert (row["classification"], row["released_at"], row["notes"]) == (classification, date, ["PR7006"])


def test_equal_rows_do_not_disagree(engine):
    """DECISIONS 23: severity in another case is the same severity."""
    patches = [NOTICE, replace(NOTICE, severity="IMPORTANT", repository="updates")]
    row = engine(Baseline("b", RHEL, rules=(rule(),)), host_of(RHEL), patches, as_of=AS_OF)["rows"][0]
    assert (row["state"], row["notes"]) == ("MISSING", [])
