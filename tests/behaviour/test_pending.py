"""What waits for a reboot: G-DOC 14, SEMANTICS 5.9, 5.10, DECISIONS 26; and what is held."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest

from patchrules.model.baseline import ApprovalRule, Baseline
from patchrules.model.host import Host
from patchrules.model.names import OperatingSystem, RejectedPatchesAction, State
from patchrules.model.package import Package
from patchrules.model.patch import Patch
from patchrules.model.previous_run import PreviousRun, TrackedPatch

BOOT = datetime(2024, 1, 20, tzinfo=UTC)
AS_OF = datetime(2024, 2, 1, tzinfo=UTC)
BEFORE, AFTER = BOOT - timedelta(seconds=1), BOOT + timedelta(seconds=1)
RHEL = OperatingSystem.REDHAT_ENTERPRISE_LINUX
RULE = Baseline("b", RHEL, rules=(ApprovalRule(approve_after_days=0, enable_non_security=True),))
TITLE = "a.x86_64:0:1-1"
WAITED = TrackedPatch(TITLE, State.INSTALLED_PENDING_REBOOT)


def host(installed_at=None, boot_time=BOOT, previous=None, **more):
    package = Package("a", "x86_64", "0:1-1", installed_at=installed_at, **more)
    product = "RedhatEnterpriseLinux8.4"
    return Host("h", "rhel", product, "x86_64", boot_time=boot_time, packages=(package,), previous_run=previous)


def remembered(*patches, since=AFTER, **more):
    return PreviousRun(patches=patches, last_no_reboot_install=since, **more)


HERE = Patch("a", "x86_64", "0:1-1", advisory="RHSA-1", classification="Security", issued=BEFORE)
NEWER = dataclasses.replace(HERE, evr="0:2-1", advisory="RHSA-2")
REJECTING = dataclasses.replace(RULE, rejected_patches=("a",), rejected_patches_action=RejectedPatchesAction.BLOCK)
PENDING, INSTALLED = "INSTALLED_PENDING_REBOOT", "INSTALLED"
STATES = [
    # case, host, baseline, catalog, options, state
    ("G-DOC 14: installed by hand after the last boot", host(AFTER), RULE, [HERE], {}, PENDING),
    ("G-DOC 14: booted after it was installed", host(BEFORE), RULE, [HERE], {}, INSTALLED),
    ("installed at the instant of the boot", host(BOOT), RULE, [HERE], {}, INSTALLED),
    ("nothing approved for it: it waits too", host(AFTER), RULE, [], {}, PENDING),
    ("before INSTALLED_REJECTED, DECISIONS 26", host(AFTER), REJECTING, [HERE], {}, PENDING),
    ("MISSING comes first, 5.3", host(AFTER), RULE, [NEWER], {}, "MISSING"),
    ("nobody knows the boot time", host(AFTER, None), RULE, [HERE], {}, INSTALLED),
    ("nobody knows when it was installed", host(), RULE, [HERE], {}, INSTALLED),
    ("the tracking file knows when", host(previous=remembered(dataclasses.replace(WAITED, installed_at=AFTER))), RULE, [HERE], {}, PENDING),
    ("the tracking file knows it was before", host(previous=remembered(dataclasses.replace(WAITED, installed_at=BEFORE))), RULE, [HERE], {}, INSTALLED),
    ("it waited before and no boot since", host(previous=remembered(WAITED)), RULE, [HERE], {}, PENDING),
    ("it waited before and a boot since", host(previous=remembered(WAITED, since=BEFORE)), RULE, [HERE], {}, INSTALLED),
    ("it waited, never a NoReboot install", host(previous=remembered(WAITED, since=None)), RULE, [HERE], {}, INSTALLED),
    ("it waited as another version", host(previous=remembered(dataclasses.replace(WAITED, title="a.x86_64:0:0-1"))), RULE, [HERE], {}, INSTALLED),
    ("the file speaks of tomorrow: left out", host(previous=remembered(WAITED, since=AS_OF + timedelta(1))), RULE, [HERE], {}, INSTALLED),
    ("the inventory is right, not the file", host(BEFORE, previous=remembered(WAITED)), RULE, [HERE], {}, INSTALLED),
    ("an Install reboots what waits", host(AFTER), RULE, [HERE], {"operation": "install"}, INSTALLED),
    ("one that must not leaves it waiting", host(AFTER), RULE, [HERE], {"operation": "install", "reboot_option": "NoReboot"}, PENDING),
    ("agent: only what the tool installed", host(AFTER), RULE, [HERE], {"dialect": "agent"}, INSTALLED),
    ("agent: what it remembers", host(previous=remembered(WAITED)), RULE, [HERE], {"dialect": "agent"}, PENDING),
    ("agent: as another version", host(previous=remembered(dataclasses.replace(WAITED, title="a.x86_64:0:0-1"))), RULE, [HERE], {"dialect": "agent"}, INSTALLED),
]  # fmt: skip


@pytest.mark.parametrize(
    ("case", "node", "given", "catalog", "options", "state"), STATES, ids=[row[0] for row in STATES]
)
def test_what_waits_for_a_reboot(engine, case, node, given, catalog, options, state):
    result = engine(given, node, catalog, as_of=AS_OF, **options)
    assert [row["state"] for row in result["rows"]] == [state]
    assert result["counts"][state.lower()] == 1
    assert result["status"] == ("COMPLIANT" if state == INSTALLED else "NON_COMPLIANT")


def test_what_waits_keeps_its_level_and_gives_the_host_its_severity(engine):
    """5.11, 5.13: the level stays that of the approval; the agent gives the host none (Q20)."""
    documented = engine(RULE, host(AFTER), [HERE], as_of=AS_OF)
    agent = engine(RULE, host(previous=remembered(WAITED)), [HERE], as_of=AS_OF, dialect="agent")
    assert (documented["rows"][0]["reason"], documented["rows"][0]["advisory"]) == ("awaits-reboot", "RHSA-1")
    assert (documented["non_compliant_severity"], agent["non_compliant_severity"]) == ("INFORMATIONAL", None)
    assert documented["counts"]["security_non_compliant"] == 1


@pytest.mark.parametrize(("node", "doubts"), [(host(AFTER, None), {"PR7008": 1}), (host(), {}), (host(None, None), {})])
def test_a_boot_time_that_is_not_known_is_a_doubt_where_it_would_decide(engine, node, doubts):
    assert engine(RULE, node, [HERE], as_of=AS_OF)["doubts"] == doubts


def test_a_tracking_file_that_cannot_be_true_is_a_doubt(engine):
    node = host(BEFORE, previous=remembered(WAITED, since=AS_OF + timedelta(1)))
    assert engine(RULE, node, [HERE], as_of=AS_OF)["doubts"] == {"PR7009": 1}


def test_of_one_version_listed_twice_the_last_installed_counts(engine):
    node = host(AFTER)
    earlier = dataclasses.replace(node.packages[0], installed_at=BEFORE)
    for packages in ((earlier, *node.packages), (*node.packages, earlier)):
        both = dataclasses.replace(node, packages=packages)
        assert [row["state"] for row in engine(RULE, both, [HERE], as_of=AS_OF)["rows"]] == [PENDING]


@pytest.mark.parametrize("held", [True, False])
def test_being_held_is_a_fact_beside_the_state(engine, held):
    result = engine(RULE, host(BEFORE, held=held), [NEWER], as_of=AS_OF)
    assert [(row["state"], row["held"]) for row in result["rows"]] == [("MISSING", held)]


@pytest.mark.parametrize("dialect", ["documented", "agent"])
def test_when_it_was_installed_and_what_it_would_mend_stand_beside_the_state(engine, dialect):
    """SEMANTICS 5.11: CVE ids are those of what is not there."""
    mends = dataclasses.replace(NEWER, cves=("CVE-2024-2", "CVE-2024-1"))
    for catalog, cves in (
        ([mends], ["CVE-2024-2", "CVE-2024-1"]),
        ([dataclasses.replace(HERE, cves=("CVE-2024-3",))], []),
    ):
        result = engine(RULE, host(BEFORE), catalog, as_of=AS_OF, dialect=dialect)
        assert [(row["installed_at"], row["cves"]) for row in result["rows"]] == [
            (BEFORE, cves if dialect == "documented" else sorted(cves))
        ]


def test_of_several_kernels_the_newest_counts(engine):
    """DECISIONS 14: an old kernel beside the new one is neither MISSING nor a second verdict."""
    node = host()
    kernels = tuple(Package("kernel", "x86_64", evr, installed_at=BEFORE) for evr in ("0:5-1", "0:5-3", "0:5-2"))
    catalog = [dataclasses.replace(HERE, name="kernel", evr="0:5-3")]
    result = engine(RULE, dataclasses.replace(node, packages=kernels), catalog, as_of=AS_OF)
    assert [(row["installed"], row["state"]) for row in result["rows"]] == [("0:5-3", INSTALLED)]
