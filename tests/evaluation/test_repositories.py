"""What counts as available, and whose baseline is in force: SEMANTICS 1.7, 2.2.7, 4.9, DECISIONS 27."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

import pytest

from patchrules.errors import BaselineError
from patchrules.evaluation.fleet import evaluate_fleet
from patchrules.evaluation.host import evaluate
from patchrules.evaluation.nouns import catalog_table, hosts_table, packages_table
from patchrules.evaluation.prepared import prepare
from patchrules.model.baseline import ApprovalRule, Baseline, PatchSource
from patchrules.model.columns import REJECTS
from patchrules.model.host import Host, Inventory
from patchrules.model.names import OperatingSystem
from patchrules.model.package import Package
from patchrules.model.patch import Catalog, Patch, Scope
from patchrules.model.verdict import OverridePatch
from patchrules.sources import arrow
from patchrules.testing.twins import ENGINES

AS_OF = datetime(2024, 2, 1, tzinfo=UTC)
RHEL, DEBIAN = OperatingSystem.REDHAT_ENTERPRISE_LINUX, OperatingSystem.DEBIAN
ALL = ApprovalRule(approve_after_days=0, enable_non_security=True)
BASELINE = Baseline("b", RHEL, rules=(ALL,))
HOST = Host("h", "rhel", "RedhatEnterpriseLinux8.4", "x86_64", packages=(Package("a", "x86_64", "0:1-1"),))
NONE = arrow.table(REJECTS, {}, 0)


def patch(evr, repository=None, **more):
    return Patch(
        "a", "x86_64", evr, "RHSA-1", "Security", issued=datetime(2023, 1, 1, tzinfo=UTC), repository=repository, **more
    )


def sourced(*sources):
    return dataclasses.replace(BASELINE, sources=tuple(PatchSource(*one) for one in sources))


def catalog(*patches, repository=None):
    return Catalog(RHEL, Scope("rhel", repository=repository), catalog_table(patches), NONE)


@pytest.fixture(params=list(ENGINES))
def judge(request):
    """Return ``judge(baseline, host, catalogs, **options)``: status, reasons, and the targets of what is installed."""

    def by_reference(baseline, host, catalogs, **options):
        report = evaluate(baseline, host, catalogs, as_of=AS_OF, **options)
        return report.status, list(report.unknown), [one.target for one in report.verdicts if one.installed]

    def by_batch(baseline, host, catalogs, **options):
        fleet = Inventory(hosts_table([host]), packages_table([host]), NONE)
        run = evaluate_fleet(baseline, fleet, catalogs, as_of=AS_OF, rows="all", **options)
        return (run.hosts["status"][0].as_py(), run.hosts["unknown"][0].as_py(), run.verdicts["target"].to_pylist())

    return {"reference": by_reference, "batch": by_batch}[request.param]


ROWS = [catalog(patch("0:2-1", "Mine"), patch("0:3-1", "updates"), patch("0:4-1", None))]
SOURCES = [
    # case, baseline, catalogs, status, reasons, target
    ("no sources", BASELINE, ROWS, "NON_COMPLIANT", [], "0:4-1"),
    ("by its name", sourced(("mine", ("*",), "[main]")), ROWS, "NON_COMPLIANT", [], "0:2-1"),
    ("by a section", sourced(("own", (HOST.product,), "[main]\n[updates]\nbaseurl=u")), ROWS, "NON_COMPLIANT", [], "0:3-1"),
    ("two apply", sourced(("mine", ("*",), "[main]"), ("updates", ("*",), "[main]")), ROWS, "NON_COMPLIANT", [], "0:3-1"),
    ("only one applies", sourced(("mine", ("*",), "[main]"), ("updates", ("Other",), "[main]")), ROWS, "NON_COMPLIANT", [], "0:2-1"),
    ("none applies: AWS's run fails", sourced(("mine", ("Other",), "[main]")), ROWS, "UNKNOWN", ["NO_SOURCE"], "0:1-1"),
    ("nothing at hand is of it", sourced(("elsewhere", ("*",), "[main]")), ROWS, "UNKNOWN", ["NO_CATALOG"], "0:1-1"),
    ("by the scope of a catalog", sourced(("mine", ("*",), "[main]")), [catalog(patch("0:5-1"), repository="MINE"), catalog(patch("0:6-1"), repository="o")], "NON_COMPLIANT", [], "0:5-1"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("case", "given", "catalogs", "status", "reasons", "target"), SOURCES, ids=[r[0] for r in SOURCES]
)
def test_sources_replace_the_repositories(judge, case, given, catalogs, status, reasons, target):
    assert judge(given, HOST, catalogs) == (status, reasons, [target])


STATED = [
    # case, baseline, catalogs, how many rows are told of
    ("no sources", BASELINE, ROWS, None),
    ("one row states none", sourced(("mine", ("*",), "[main]")), ROWS, 1),
    ("the scope of a catalog states it", sourced(("mine", ("*",), "[main]")), [catalog(patch("0:5-1"), repository="mine")], None),
    ("a catalog of none, beside another", sourced(("mine", ("*",), "[main]")), [catalog(patch("0:5-1")), *ROWS], 2),
]  # fmt: skip


@pytest.mark.parametrize(("case", "given", "catalogs", "rows"), STATED, ids=[row[0] for row in STATED])
def test_rows_that_state_no_repository_are_told_where_sources_leave_them_out(case, given, catalogs, rows):
    fleet = Inventory(hosts_table([HOST]), packages_table([HOST]), NONE)
    for found in (
        evaluate(given, HOST, catalogs, as_of=AS_OF),
        evaluate_fleet(given, fleet, catalogs, as_of=AS_OF),
        prepare(given, catalogs).evaluate(HOST, as_of=AS_OF),
    ):
        told = [one.message for one in found.diagnostics if one.code == "PR3233"]
        assert told == [f"{rows} patches in the catalogs of {HOST.product} do not say of which repository they are: the Sources of `b` leave them out"] * bool(rows)  # fmt: skip


MODULES = [
    ("its stream is enabled", frozenset({"nodejs:18"}), "0:3-1"),
    ("another is", frozenset({"nodejs:20"}), "0:2-1"),
    ("none is", frozenset(), "0:2-1"),
    ("nobody knows", None, "0:3-1"),
]


@pytest.mark.parametrize(("case", "enabled", "target"), MODULES, ids=[row[0] for row in MODULES])
def test_packages_of_other_module_streams_are_not_for_a_host(judge, case, enabled, target):
    node = dataclasses.replace(HOST, enabled_modules=enabled)
    for module in ("nodejs:18", "nodejs:16 nodejs:18"):
        catalogs = [catalog(patch("0:2-1"), patch("0:3-1", module=module))]
        assert judge(BASELINE, node, catalogs) == ("NON_COMPLIANT", [], [target])


def test_that_nobody_knows_the_streams_is_a_doubt():
    report = evaluate(BASELINE, HOST, [catalog(patch("0:3-1", module="nodejs:18"))], as_of=AS_OF)
    assert report.doubts == {"PR7013": 1}


def test_a_baseline_override_is_in_force_for_its_operating_system(judge):
    nothing, other = Baseline("nothing", RHEL), Baseline("other", DEBIAN, rules=(ALL,))
    assert judge(BASELINE, HOST, ROWS, baseline_override=(nothing, other)) == ("COMPLIANT", [], [None])


FAULTS = [
    ("163: none for the host", {"baseline_override": (Baseline("other", DEBIAN),)}, "PR1811"),
    ("165: several for the host", {"baseline_override": (BASELINE, BASELINE)}, "PR1812"),
    ("167: both overrides", {"baseline_override": (BASELINE,), "install_override": (OverridePatch("a"),)}, "PR1813"),
]


@pytest.mark.parametrize(("case", "options", "code"), FAULTS, ids=[row[0] for row in FAULTS])
def test_an_override_that_aws_refuses_is_refused(case, options, code):
    with pytest.raises(BaselineError) as caught:
        evaluate(BASELINE, HOST, ROWS, as_of=AS_OF, **options)
    assert caught.value.code == code


def test_a_fleet_tells_hosts_that_an_override_leaves_out():
    """DECISIONS 27: never a fall back to group or default; the other hosts are judged."""
    fleet = Inventory(hosts_table([HOST]), packages_table([HOST]), NONE)
    run = evaluate_fleet(BASELINE, fleet, ROWS, as_of=AS_OF, baseline_override=(Baseline("other", DEBIAN),))
    assert run.hosts["unknown"].to_pylist() == [["NO_BASELINE"]]
    assert [one.code for one in run.diagnostics] == ["PR1811"]
    with pytest.raises(BaselineError, match="given together"):
        evaluate_fleet(BASELINE, fleet, ROWS, as_of=AS_OF, baseline_override=(), install_override=())
