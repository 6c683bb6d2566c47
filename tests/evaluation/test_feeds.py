"""What is told of the catalogs of a product: no security archive, or nothing but another vendor's patches."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

import patchrules as pr
from patchrules.evaluation import feeds
from patchrules.evaluation.feeds import TOLD
from patchrules.evaluation.nouns import catalog_table, hosts_table, packages_table
from patchrules.evaluation.prepared import prepare
from patchrules.families import families
from patchrules.model.columns import REJECTS
from patchrules.model.host import Inventory
from patchrules.model.names import OperatingSystem
from patchrules.model.patch import Catalog, Patch, Scope
from patchrules.sources import arrow

AT = "2026-11-15T00:00Z"
MAIN = Patch("bash", "amd64", "5.2-1", repository="bookworm")
FIXED = Patch("curl", "amd64", "7.88-2", repository="bookworm-security", site="security.debian.org", security=True)
SECURE, ANY = pr.ApprovalRule(), pr.ApprovalRule(enable_non_security=True)
MESSAGE = (
    "no patch in the catalogs of Debian12 comes from a security archive: "
    "what `only-security` approves without EnableNonSecurity is nothing"
)


def host(name="web-1", product="Debian12", family="debian"):
    return pr.Host(name, family, product, "amd64", packages=(pr.Package("bash", "amd64", "5.1-1"),))


def fleet(*hosts):
    return Inventory(hosts_table(hosts), packages_table(hosts), arrow.table(REJECTS, {}, 0))


def catalog(*patches):
    return Catalog(OperatingSystem.DEBIAN, Scope("debian"), catalog_table(patches), arrow.table(REJECTS, {}, 0))


def baseline(*rules, **fields):
    return pr.Baseline("only-security", OperatingSystem.DEBIAN, rules=rules, **fields)


def told(found):
    return [(one.message, one.count) for one in found.diagnostics if one.code == "PR7017"]


@pytest.mark.parametrize("dialect", ["documented", "agent"])
@pytest.mark.parametrize(
    ("given", "patches", "is_told"),
    [
        (baseline(SECURE), [MAIN], True),
        (baseline(ANY, SECURE), [MAIN], True),
        (baseline(approved_patches=("bash",)), [MAIN], True),
        (baseline(SECURE), [], True),
        (baseline(SECURE), [MAIN, FIXED], False),
        (baseline(ANY), [MAIN], False),
        (baseline(ANY, approved_patches=("bash",), approved_patches_enable_non_security=True), [MAIN], False),
        (baseline(), [MAIN], False),
    ],
)
def test_a_catalog_without_a_security_archive_is_told_however_one_asks(dialect, given, patches, is_told):
    options = {"as_of": AT, "dialect": dialect}
    by_reference = pr.evaluate(given, host(), catalog(*patches), **options)
    by_batch = pr.evaluate_fleet(given, fleet(host()), catalog(*patches), **options)
    prepared = prepare(given, catalog(*patches), dialect=dialect).evaluate(host(), as_of=AT)
    assert by_batch.hosts["status"].to_pylist() == [by_reference.status]
    for found in (by_reference, by_batch, prepared):
        assert told(found) == ([(MESSAGE, 1)] if is_told else [])


def test_hosts_are_counted_by_product_and_unknown_ones_are_not_told_of():
    given = pr.Registry((baseline(SECURE),), {}, {OperatingSystem.DEBIAN: baseline(SECURE)})
    main = catalog(MAIN)
    scoped = [replace(main, scope=replace(main.scope, products=(name,))) for name in ("Debian11", "Debian12")]
    hosts = [host("a"), host("b", "Debian11"), host("c"), host("d", "Debian13")]
    run = pr.evaluate_fleet(given, fleet(*hosts), scoped, as_of=AT)
    assert told(run) == [(MESSAGE.replace("Debian12", "Debian11"), 1), (MESSAGE, 2)]
    assert told(pr.evaluate(baseline(SECURE), hosts[3], scoped, as_of=AT)) == []


def each_way(given, web, catalogs, dialect):
    """Ask the reference, the batch engine and what is prepared for single hosts."""
    return (
        pr.evaluate(given, web, catalogs, as_of=AT, dialect=dialect),
        pr.evaluate_fleet(given, fleet(web), catalogs, as_of=AT, dialect=dialect),
        prepare(given, catalogs, dialect=dialect).evaluate(web, as_of=AT),
    )


OF_12, OF_13 = replace(FIXED, product="Debian12"), replace(FIXED, product="Debian13", repository="trixie-security")


@pytest.mark.parametrize("dialect", ["documented", "agent"])
@pytest.mark.parametrize(
    ("security", "is_told"),
    [
        ([OF_13], True),
        ([replace(OF_12, arch="arm64")], True),
        ([OF_12], False),
        ([OF_12, OF_13], False),
        ([FIXED], False),
        ([replace(OF_12, arch="all")], False),
    ],
)
@pytest.mark.parametrize("together", [True, False])
def test_a_security_archive_of_another_system_is_none_of_the_host(dialect, security, is_told, together):
    main = replace(MAIN, product="Debian12")
    catalogs = [catalog(main, *security)] if together else [catalog(main), *map(catalog, security)]
    message = (
        "no patch in the catalogs of Debian12 comes from a security archive of its own: "
        "what `only-security` approves without EnableNonSecurity is for another system"
    )
    for found in each_way(baseline(SECURE), host(), catalogs, dialect):
        assert told(found) == ([(message, 1)] if is_told else [])


@pytest.mark.parametrize(
    ("patch", "dialects_told"),
    [
        (replace(MAIN, security=True), ["agent"]),
        (replace(FIXED, security=False), ["documented"]),
        (replace(FIXED, trusted=False), ["agent"]),
        (replace(FIXED, repository=None), []),
        (replace(FIXED, site=None), []),
    ],
)
def test_what_is_security_is_what_the_dialect_says(patch, dialects_told):
    for dialect in ("documented", "agent"):
        for found in each_way(baseline(SECURE), host(), catalog(patch), dialect):
            assert told(found) == ([(MESSAGE, 1)] if dialect in dialects_told else [])


@pytest.mark.parametrize("dialect", ["documented", "agent"])
def test_raspbian_has_no_security_archive_to_miss(dialect):
    web = host(family="raspbian", product="Raspbian12")
    main = replace(catalog(MAIN), operating_system=OperatingSystem.RASPBIAN, scope=Scope("raspbian"))
    given = pr.Baseline("only-security", OperatingSystem.RASPBIAN, rules=(SECURE,))
    for found in each_way(given, web, main, dialect):
        assert told(found) == []


def test_families_without_security_archives_are_not_told_of():
    web = pr.Host("web-1", "rhel", "RedhatEnterpriseLinux9.3", "x86_64", packages=(pr.Package("a", "noarch", "1-1"),))
    notices = replace(pr.read_catalog(b"<updates/>", family="rhel"), table=catalog_table([Patch("a", "noarch", "2-1")]))
    given = pr.Baseline("b", OperatingSystem.REDHAT_ENTERPRISE_LINUX, rules=(SECURE,))
    assert told(pr.evaluate(given, web, notices, as_of=AT)) == []
    assert told(pr.evaluate_fleet(given, fleet(web), notices, as_of=AT)) == []


def rpm_host(family, product, *, name="web-1"):
    return pr.Host(name, family, product, "x86_64", packages=(pr.Package("bash", "x86_64", "0:5.1-1"),))


def feed(family, *versions):
    system = families()[family].operating_system
    rows = [Patch("bash", "x86_64", evr, advisory=f"A-{evr}") for evr in versions]
    return Catalog(system, Scope(family), catalog_table(rows), arrow.table(REJECTS, {}, 0))


@pytest.mark.parametrize(
    ("family", "product", "versions", "status"),
    [
        ("amazon_linux_2", "AmazonLinux2", ["0:5.2-1.el7_9", "0:5.3-1"], "UNKNOWN"),
        ("amazon_linux_2", "AmazonLinux2", ["0:5.2-1.el7_9", "0:5.3-1.amzn2"], "NON_COMPLIANT"),
        ("amazon_linux_2", "AmazonLinux2", ["0:5.2-1.el7.amzn2"], "NON_COMPLIANT"),
        ("amazon_linux_2", "AmazonLinux2", ["0:5.3-1"], "NON_COMPLIANT"),
        ("amazon_linux_2", "AmazonLinux2", ["0:5.3-1.amzn2023"], "UNKNOWN"),
        ("amazon_linux_2023", "AmazonLinux2023", ["0:5.2-1.fc38"], "UNKNOWN"),
        ("rhel", "RedhatEnterpriseLinux9.3", ["0:5.2-1.amzn2023", "0:5.3-1"], "UNKNOWN"),
        ("rhel", "RedhatEnterpriseLinux9.3", ["0:5.2-1.fc38", "0:5.3-1.el9"], "NON_COMPLIANT"),
        ("rhel", "RedhatEnterpriseLinux9.3", ["0:5.2-1.el8", "0:5.3-1"], "NON_COMPLIANT"),
        ("rhel", "RedhatEnterpriseLinux9.3", ["0:5.2-1.el8"], "UNKNOWN"),
        ("rhel", "RedhatEnterpriseLinux9.3", ["0:5.2-1.el8", "0:5.1-1.el7", "0:5.3-1"], "UNKNOWN"),
        ("rhel", "RedhatEnterpriseLinux9.3", ["0:5.2-1.el8", "0:5.1-1.el7", "0:5.3-1.el9"], "NON_COMPLIANT"),
        ("suse", "Suse15.4", ["0:5.2-150400.1"], "NON_COMPLIANT"),
        ("suse", "Suse15.4", ["0:5.2-1.el8", "0:5.3-150400.1"], "NON_COMPLIANT"),
        ("suse", "Suse15.4", ["0:5.2-1.el8"], "UNKNOWN"),
    ],
)
def test_a_catalog_of_another_vendor_speaks_for_nobody(family, product, versions, status):
    web, given = rpm_host(family, product), feed(family, *versions)
    everything = pr.Baseline("all", given.operating_system, rules=(ANY,))
    by_reference = pr.evaluate(everything, web, given, as_of=AT)
    by_batch = pr.evaluate_fleet(everything, fleet(web), given, as_of=AT)
    prepared = prepare(everything, given).evaluate(web, as_of=AT)
    why = "there is none, they are for other systems, or most rows were refused"
    message = f"no patch in the catalogs of {product} is known to be for it: {why}"
    for found in (by_reference, by_batch, prepared):
        said = [(one.message, one.count) for one in found.diagnostics if one.code == "PR7018"]
        assert said == ([(message, 1)] if status == "UNKNOWN" else [])
    assert (by_reference.status, *by_batch.hosts["status"].to_pylist()) == (status, status)
    assert by_reference.unknown == (("NO_CATALOG",) if status == "UNKNOWN" else ())


def test_extra_packages_of_another_vendor_beside_the_own_ones_are_no_doubt():
    """EPEL on Amazon Linux 2, given as a catalog of its own; where no catalog is given at all, that says itself."""
    web, own = rpm_host("amazon_linux_2", "AmazonLinux2"), feed("amazon_linux_2", "0:5.3-1.amzn2")
    everything = pr.Baseline("all", own.operating_system, rules=(ANY,))
    for catalogs in ([own, feed("amazon_linux_2", "0:5.2-1.el7")], []):
        for found in (
            pr.evaluate(everything, web, catalogs, as_of=AT),
            pr.evaluate_fleet(everything, fleet(web), catalogs, as_of=AT),
        ):
            assert "PR7018" not in {one.code for one in found.diagnostics}


def test_hosts_of_a_foreign_catalog_are_counted_by_product():
    given = feed("amazon_linux_2", "0:5.2-1.el7")
    everything = pr.Baseline("all", given.operating_system, rules=(ANY,))
    hosts = [rpm_host("amazon_linux_2", "AmazonLinux2", name=name) for name in ("a", "b")]
    hosts.append(rpm_host("amazon_linux_2", None, name="c"))
    run = pr.evaluate_fleet(everything, fleet(*hosts), given, as_of=AT)
    assert [one.count for one in run.diagnostics if one.code == "PR7018"] == [2]


@pytest.mark.parametrize(
    ("family", "product", "arch", "arches", "status"),
    [
        ("debian", "Debian12", "arm64", ["amd64", "all"], "UNKNOWN"),
        ("debian", "Debian12", "arm64", ["amd64", "arm64"], "NON_COMPLIANT"),
        ("debian", "Debian12", "arm64", ["all"], "NON_COMPLIANT"),
        ("debian", "Debian12", None, ["amd64"], "UNKNOWN"),
        ("amazon_linux_2023", "AmazonLinux2023", "aarch64", ["x86_64", "noarch"], "UNKNOWN"),
        ("amazon_linux_2023", "AmazonLinux2023", "x86_64", ["i686", "noarch"], "NON_COMPLIANT"),
        ("centos", "CentOS6.10", "i386", ["i686", "noarch"], "NON_COMPLIANT"),
    ],
)
def test_a_catalog_of_another_architecture_speaks_for_nobody(family, product, arch, arches, status):
    system = families()[family].operating_system
    rows = [Patch(f"a{number}", one, "2-1", advisory=str(number)) for number, one in enumerate(arches)]
    own = tuple(pr.Package(one.name, one.arch if one.arch in ("all", "noarch") else arch, "1-1") for one in rows)
    if "i686" in arches:
        own = tuple(replace(one, arch="i686") if one.arch == arch else one for one in own)
    web = pr.Host("web-1", family, product, arch, packages=own)
    given = Catalog(system, Scope(family), catalog_table(rows), arrow.table(REJECTS, {}, 0))
    everything = pr.Baseline("all", system, rules=(ANY,))
    by_reference = pr.evaluate(everything, web, given, as_of=AT)
    by_batch = pr.evaluate_fleet(everything, fleet(web), given, as_of=AT)
    prepared = prepare(everything, given).evaluate(web, as_of=AT)
    for found in (by_reference, by_batch, prepared):
        foreign = "PR7018" in {one.code for one in found.diagnostics}
        assert foreign == (status == "UNKNOWN" and arch is not None)
    assert (by_reference.status, *by_batch.hosts["status"].to_pylist()) == (status, status)


def archived(family, *products):
    system = families()[family].operating_system
    rows = [Patch("bash", "amd64", f"5.{number}-1", product=name) for number, name in enumerate(products, 2)]
    return Catalog(system, Scope(family), catalog_table(rows), arrow.table(REJECTS, {}, 0))


@pytest.mark.parametrize("dialect", ["documented", "agent"])
@pytest.mark.parametrize(
    ("family", "product", "told_by_release", "is_foreign"),
    [
        ("debian", "Debian13", ["Debian12"], True),
        ("debian", "Debian12", ["Debian12"], False),
        ("debian", "debian12", ["Debian12"], False),
        ("debian", "Debian13", ["Debian12", "Debian13"], False),
        ("debian", "Debian13", ["Debian12", None], False),
        ("debian", "Debian13", ["Debian12", "Debian11", None], True),
        ("debian", "Debian13", [None], False),
        ("debian", "Debian12", ["Debian1"], True),
        ("debian", "Debian12.5", ["Debian12"], False),
        ("debian", "Debian12", ["Debian 11"], False),
        ("debian", "Debian12", ["Red Hat Enterprise Linux 10"], False),
        ("ubuntu", "Ubuntu22.04", ["Debian12"], True),
        ("ubuntu", "Ubuntu22.04", ["Ubuntu20.04"], True),
        ("ubuntu", "Ubuntu22.04", ["Ubuntu22.04"], False),
        ("raspbian", "Raspbian12", ["Debian12"], True),
    ],
)
def test_archives_of_another_release_or_vendor_speak_for_nobody(dialect, family, product, told_by_release, is_foreign):
    web, given = host(product=product, family=family), archived(family, *told_by_release)
    everything = pr.Baseline("all", given.operating_system, rules=(ANY,))
    by_reference = pr.evaluate(everything, web, given, as_of=AT, dialect=dialect)
    by_batch = pr.evaluate_fleet(everything, fleet(web), given, as_of=AT, dialect=dialect)
    prepared = prepare(everything, given, dialect=dialect).evaluate(web, as_of=AT)
    doubted = is_foreign and dialect == "documented"
    for found in (by_reference, by_batch, prepared):
        assert ("PR7018" in {one.code for one in found.diagnostics}) == doubted
    status = "UNKNOWN" if doubted else "NON_COMPLIANT"
    assert (by_reference.status, *by_batch.hosts["status"].to_pylist()) == (status, status)


@pytest.mark.parametrize(
    ("told", "status"),
    [
        (["Debian12", None], "UNKNOWN"),
        (["Debian12", None, "Debian13"], "NON_COMPLIANT"),
        ([None, None], "NON_COMPLIANT"),
    ],
)
def test_beside_a_foreign_archive_one_that_tells_nothing_does_not_speak(told, status):
    given = [archived("debian", product) for product in told]
    everything, web = pr.Baseline("all", OperatingSystem.DEBIAN, rules=(ANY,)), host(product="Debian13")
    by_reference = pr.evaluate(everything, web, given, as_of=AT)
    by_batch = pr.evaluate_fleet(everything, fleet(web), given, as_of=AT)
    assert (by_reference.status, *by_batch.hosts["status"].to_pylist()) == (status, status)


@pytest.mark.parametrize(
    ("products", "is_unknown"),
    [
        (["WindowsServer2016", "WindowsServer2019"], True),
        (["WindowsServer2016", "WindowsServer2025"], False),
        (["WindowsServer2016", None, None], False),
        ([], False),
    ],
)
def test_updates_of_applications_do_not_tell_what_windows_a_catalog_is_for(products, is_unknown):
    one = Patch("KB1", "", "0", patch_set="OS")
    rows = [replace(one, name=f"KB{number}", product=name) for number, name in enumerate(products, 2)]
    rows.append(replace(one, product="Office 2016", patch_set="APPLICATION"))
    given = Catalog(OperatingSystem.WINDOWS, Scope("windows"), catalog_table(rows), arrow.table(REJECTS, {}, 0))
    everything = pr.Baseline("all", OperatingSystem.WINDOWS, rules=(ANY,))
    web = pr.Host("web-1", "windows", "WindowsServer2025", packages=(pr.Package("KB9", "", "0"),))
    by_reference = pr.evaluate(everything, web, given, as_of=AT)
    by_batch = pr.evaluate_fleet(everything, fleet(web), given, as_of=AT)
    statuses = [by_reference.status, *by_batch.hosts["status"].to_pylist()]
    assert [one == "UNKNOWN" for one in statuses] == [is_unknown] * 2


def test_a_windows_whose_release_no_catalog_has_is_unknown():
    rows = [Patch("KB1", "", "0", product="Windows11", os_build="10.0.22631", patch_set="OS")]
    given = Catalog(OperatingSystem.WINDOWS, Scope("windows"), catalog_table(rows), arrow.table(REJECTS, {}, 0))
    everything = pr.Baseline("all", OperatingSystem.WINDOWS, rules=(ANY,))
    builds = {"10.0.22631.1": False, "10.0.22631": False, "10.0.26100.1": True, "10.0.26100": True, None: False}
    hosts = [
        pr.Host(f"web-{build}", "windows", "Windows11", os_build=build, packages=(pr.Package("KB9", "", "0"),))
        for build in builds
    ]
    run = pr.evaluate_fleet(everything, fleet(*hosts), given, as_of=AT)
    by_batch = {row["host"]: row["status"] == "UNKNOWN" for row in run.hosts.to_pylist()}
    by_reference = {one.id: pr.evaluate(everything, one, given, as_of=AT).status == "UNKNOWN" for one in hosts}
    assert by_batch == by_reference == {f"web-{build}": lost for build, lost in builds.items()}


@pytest.mark.parametrize("suite", ["main", "security"])
def test_a_release_file_tells_the_product_of_its_archive(data, suite):
    """Debian 12's archives, given for every Debian."""
    [given] = pr.read_catalogs([f"Debian*={data / 'catalogs/debian12' / suite}"])
    assert set(given.table["product"].to_pylist()) == {"Debian12"}
    for product, status in (("Debian12", "NON_COMPLIANT"), ("Debian13", "UNKNOWN")):
        old = pr.Host("web-1", "debian", product, "amd64", packages=(pr.Package("openssl", "amd64", "1-1"),))
        everything = pr.Baseline("all", OperatingSystem.DEBIAN, rules=(ANY,))
        assert pr.evaluate(everything, old, given, as_of="2027-01-01T00:00Z").status == status


def test_a_patch_that_states_no_architecture_is_for_nobody_in_both_engines():
    """A catalog that was compiled from a table may hold such; the batch engine could not order them among the others."""
    rows = [Patch("bash", arch, "5.2-1", repository="bookworm") for arch in ("amd64", None)]  # type: ignore[arg-type]
    given = Catalog(OperatingSystem.DEBIAN, Scope("debian"), catalog_table(rows), arrow.table(REJECTS, {}, 0))
    for catalog_rows, missing in ((given, 1), (replace(given, table=given.table.slice(1)), 0)):
        by_reference = pr.evaluate(baseline(ANY), host(), catalog_rows, as_of=AT)
        run = pr.evaluate_fleet(baseline(ANY), fleet(host()), catalog_rows, as_of=AT)
        assert {name: run.hosts[name].to_pylist() for name in by_reference.counts} == {
            name: [count] for name, count in by_reference.counts.items()
        }
        assert by_reference.counts["missing"] == missing


def rule(key, *values, **fields):
    return pr.ApprovalRule((pr.PatchFilter(key, values),), **{"enable_non_security": True, **fields})


NONE = "no rule of `only-security` selects any patch in the catalogs of Debian12: they approve nothing there"
NEITHER = (
    "no rule of `only-security` selects any patch in the catalogs of Debian12, "
    "and no entry of its approved patches means any: it approves nothing there"
)
LISTS_NONE = (
    "no entry of the approved patches of `only-security` means any patch in the catalogs of Debian12: "
    "it approves nothing there"
)


@pytest.mark.parametrize("dialect", ["documented", "agent"])
@pytest.mark.parametrize(
    ("given", "patches", "told_of"),
    [
        (baseline(rule("PRODUCT", "Debian 12")), [MAIN], ["PR7019"]),
        (baseline(rule("PRODUCT", "Debian 12"), rule("PRIORITY", "Required")), [MAIN], ["PR7019"]),
        (baseline(rule("PRODUCT", "Debian 12"), rule("PRODUCT", "Debian12")), [MAIN], []),
        (baseline(ANY, global_filters=(pr.PatchFilter("PRODUCT", ("Debian 12",)),)), [MAIN], ["PR7019"]),
        (baseline(rule("PRODUCT", "Debian 12"), approved_patches=("cu*",)), [FIXED], ["PR7019"]),
        (baseline(rule("PRODUCT", "Debian 12"), approved_patches=("bash",)), [FIXED], ["PR7019", NEITHER]),
        (baseline(rule("PRODUCT", "Debian12"), approved_patches=("bash",)), [FIXED], []),
        (baseline(approved_patches=("bash", "bash-5.2-2")), [FIXED], ["PR7019", LISTS_NONE]),
        (baseline(approved_patches=("curl",)), [FIXED], []),
        (baseline(approved_patches=("bash",)), [], ["PR7017"]),
        (baseline(approved_patches=("bash",)), [MAIN], ["PR7017"]),
        (baseline(rejected_patches=("bash",)), [MAIN], []),
        (baseline(rule("PRODUCT", "Debian 12", enable_non_security=False)), [MAIN], ["PR7017", "PR7019"]),
        (baseline(rule("PRODUCT", "Debian12", enable_non_security=False)), [MAIN], ["PR7017"]),
        (baseline(rule("PRODUCT", "Debian 12")), [], []),
        (baseline(), [MAIN], []),
    ],
)
def test_a_baseline_whose_rules_select_nothing_is_told_however_one_asks(dialect, given, patches, told_of):
    options = {"as_of": AT, "dialect": dialect}
    by_reference = pr.evaluate(given, host(), catalog(*patches), **options)
    by_batch = pr.evaluate_fleet(given, fleet(host()), catalog(*patches), **options)
    prepared = prepare(given, catalog(*patches), dialect=dialect).evaluate(host(), as_of=AT)
    codes, messages = [one for one in told_of if one in TOLD], [one for one in told_of if one not in TOLD]
    for found in (by_reference, by_batch, prepared):
        assert [one.code for one in found.diagnostics if one.code in TOLD] == codes
        wanted = [*messages, NONE][:1] if "PR7019" in codes else []
        assert [one.message for one in found.diagnostics if one.code == "PR7019"] == wanted


DAYS = [datetime.fromisoformat(f"2026-10-0{day}T12:00Z") for day in (1, 2)]
UNTIL = (
    "all patches that the rules of `until` select in the catalogs of RockyLinux9.3 were released after their "
    "ApproveUntilDate"
)


@pytest.mark.parametrize("at", ["2026-09-01T00:00Z", AT])
@pytest.mark.parametrize(
    ("day", "dates", "fields", "told_of"),
    [
        ("2000-01-01", DAYS, {}, [f"{UNTIL}: they approve nothing there"]),
        ("2026-09-30", DAYS, {}, [f"{UNTIL}: they approve nothing there"]),
        ("2026-10-01", DAYS, {}, []),
        ("2000-01-01", [*DAYS, None], {}, []),
        ("2000-01-01", DAYS, {"approved_patches": ("bash",)}, [f"{UNTIL}: they approve nothing there"]),
        (
            "2000-01-01",
            DAYS,
            {"approved_patches": ("zsh",)},
            [f"{UNTIL}, and no entry of its approved patches means any: it approves nothing there"],
        ),
        ("2000-01-01", [], {}, []),
    ],
)
def test_rules_whose_date_lies_before_every_release_are_told_however_one_asks(at, day, dates, fields, told_of):
    patches = [Patch("bash", "x86_64", f"5.2-{n}.el9", advisory=f"A-{n}", issued=one) for n, one in enumerate(dates)]
    given = pr.Baseline(
        "until",
        OperatingSystem.ROCKY_LINUX,
        rules=(pr.ApprovalRule(approve_until=date.fromisoformat(day), enable_non_security=True),),
        **fields,
    )
    known = Catalog(OperatingSystem.ROCKY_LINUX, Scope("rocky"), catalog_table(patches), arrow.table(REJECTS, {}, 0))
    web = pr.Host("web", "rocky", "RockyLinux9.3", "x86_64", packages=(pr.Package("bash", "x86_64", "5.1-1.el9"),))
    found = (
        pr.evaluate(given, web, known, as_of=at),
        pr.evaluate_fleet(given, fleet(web), known, as_of=at),
        prepare(given, known).evaluate(web, as_of=at),
    )
    for one in found:
        assert [told.message for told in one.diagnostics if told.code == "PR7019"] == told_of


@pytest.mark.parametrize(("deb_dates", "is_told"), [("ignore", False), ("advisory", True)])
def test_dates_of_advisories_count_for_what_is_told_where_they_count_for_verdicts(deb_dates, is_told):
    until = baseline(pr.ApprovalRule(approve_until=date(2000, 1, 1), enable_non_security=True))
    known = catalog(replace(MAIN, advisory="DSA-1", issued=DAYS[0]))
    for found in (
        pr.evaluate(until, host(), known, as_of=AT, deb_dates=deb_dates),
        pr.evaluate_fleet(until, fleet(host()), known, as_of=AT, deb_dates=deb_dates),
        prepare(until, known, deb_dates=deb_dates).evaluate(host(), as_of=AT),
    ):
        assert [one.code for one in found.diagnostics if one.code == "PR7019"] == ["PR7019"] * is_told


def test_what_is_told_of_catalogs_is_found_once_for_what_is_prepared(monkeypatch):
    asked = []
    found = feeds.doubts

    def counted(*given, **more):
        asked.append(given)
        return found(*given, **more)

    monkeypatch.setattr(feeds, "doubts", counted)
    ready = prepare(baseline(rule("PRODUCT", "Debian 12")), catalog(MAIN))
    for name, day in (("a", 1), ("b", 1), ("a", 9)):
        run = ready.evaluate(host(name), as_of=f"2026-11-0{day}T00:00Z")
        assert [(one.code, one.count) for one in run.diagnostics if one.code in TOLD] == [("PR7019", 1)]
    assert len(asked) == 1


def test_a_patch_far_down_a_catalog_is_found():
    many = [replace(MAIN, name=f"one-{number}", priority="optional") for number in range(5000)]
    for patches, count in ((many, 2), ([*many, replace(MAIN, priority="required")], 0)):
        run = pr.evaluate_fleet(
            baseline(rule("PRIORITY", "Required")), fleet(host("a"), host("b")), catalog(*patches), as_of=AT
        )
        assert [one.count for one in run.diagnostics if one.code == "PR7019"] == [count] * (count > 0)


@pytest.mark.parametrize(
    ("product", "is_told"), [("WindowsServer2019", True), ("Windows Server 2022", True), ("WindowsServer2022", False)]
)
def test_a_windows_rule_is_asked_of_the_updates_of_the_host(product, is_told):
    updates = [
        pr.Patch("KB1", "", "", product=name, classification="Updates")
        for name in ("WindowsServer2019", "WindowsServer2022")
    ]
    given = pr.Baseline("only-security", OperatingSystem.WINDOWS, rules=(rule("PRODUCT", product),))
    known = Catalog(OperatingSystem.WINDOWS, Scope("windows"), catalog_table(updates), arrow.table(REJECTS, {}, 0))
    kb = pr.Package("KB9", "", "")
    one = pr.Host("web-1", "windows", "WindowsServer2022", "x64", os_build="10.0.20348", packages=(kb,))
    run = pr.evaluate_fleet(given, fleet(one), known, as_of=AT)
    assert run.hosts["status"].to_pylist() == ["COMPLIANT" if is_told else "NON_COMPLIANT"]
    assert [one.code for one in run.diagnostics if one.code == "PR7019"] == ["PR7019"] * is_told


NOTICE = '<update type="security"><id>A-{0}</id><issued date="2026-01-01"/><pkglist><collection>{1}</collection></pkglist></update>'
PACKAGE = '<package name="bash" epoch="0" version="5.{}" release="1.el9" arch="x86_64"/>'
NO_PACKAGE = '<package name="bash" epoch="0" version="5.{}" release="1.el9"/>'


@pytest.mark.parametrize(
    ("packages", "status"),
    [
        ([], "UNKNOWN"),
        ([NO_PACKAGE], "UNKNOWN"),
        ([PACKAGE, NO_PACKAGE, NO_PACKAGE], "UNKNOWN"),
        ([PACKAGE, NO_PACKAGE], "NON_COMPLIANT"),
        ([PACKAGE], "NON_COMPLIANT"),
    ],
)
def test_a_catalog_that_holds_no_patch_or_mostly_refused_rows_speaks_for_nobody(packages, status):
    notices = "".join(NOTICE.format(number, one.format(number + 2)) for number, one in enumerate(packages))
    given = pr.read_catalog(
        f"<updates>{notices}</updates>".encode(), family="rhel", products=["RedhatEnterpriseLinux9*"]
    )
    web = rpm_host("rhel", "RedhatEnterpriseLinux9.3")
    everything = pr.Baseline("all", given.operating_system, rules=(ANY,))
    by_reference = pr.evaluate(everything, web, given, as_of=AT)
    by_batch = pr.evaluate_fleet(everything, fleet(web), given, as_of=AT)
    prepared = prepare(everything, given).evaluate(web, as_of=AT)
    statuses = [by_reference.status, *by_batch.hosts["status"].to_pylist(), *prepared.hosts["status"].to_pylist()]
    assert statuses == [status] * 3
    assert by_reference.unknown == (("NO_CATALOG",) if status == "UNKNOWN" else ())
    for found in (by_reference, by_batch, prepared):
        assert ("PR7018" in {one.code for one in found.diagnostics}) == (status == "UNKNOWN")


@pytest.mark.parametrize(
    ("arch", "of_patches", "status"),
    [
        ("arm64", ["x64", "x64"], "UNKNOWN"),
        ("x64", ["arm64"], "UNKNOWN"),
        ("x64", ["arm64", "arm64", "x64"], "NON_COMPLIANT"),
        ("arm64", ["x64", None], "NON_COMPLIANT"),
        (None, ["x64"], "NON_COMPLIANT"),
    ],
)
def test_updates_for_another_architecture_of_windows_speak_for_nobody(arch, of_patches, status):
    shape: dict[str, Any] = {"classification": "SecurityUpdates", "product": "Windows11"}
    rows = [Patch(f"KB{number}", one or "", "0", **shape) for number, one in enumerate(of_patches, 1)]
    given = Catalog(OperatingSystem.WINDOWS, Scope("windows"), catalog_table(rows), arrow.table(REJECTS, {}, 0))
    pc = pr.Host("pc-1", "windows", "Windows11", arch, packages=(pr.Package("KB9", None, "0"),))
    everything = pr.Baseline("all", OperatingSystem.WINDOWS, rules=(ANY,))
    by_batch = pr.evaluate_fleet(everything, fleet(pc), given, as_of=AT)
    assert [pr.evaluate(everything, pc, given, as_of=AT).status, *by_batch.hosts["status"].to_pylist()] == [status] * 2
    assert ("PR7018" in {one.code for one in by_batch.diagnostics}) == (status == "UNKNOWN")
