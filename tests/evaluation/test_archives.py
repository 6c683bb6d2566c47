"""Hosts whose catalogs have no security archive are told of, where their baseline approves by that alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

import patchrules as pr
from patchrules.evaluation.nouns import catalog_table, hosts_table, packages_table
from patchrules.evaluation.prepared import prepare
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


def test_families_without_security_archives_are_not_told_of():
    web = pr.Host("web-1", "rhel", "RedhatEnterpriseLinux9.3", "x86_64", packages=(pr.Package("a", "noarch", "1-1"),))
    notices = replace(pr.read_catalog(b"<updates/>", family="rhel"), table=catalog_table([Patch("a", "noarch", "2-1")]))
    given = pr.Baseline("b", OperatingSystem.REDHAT_ENTERPRISE_LINUX, rules=(SECURE,))
    assert told(pr.evaluate(given, web, notices, as_of=AT)) == []
    assert told(pr.evaluate_fleet(given, fleet(web), notices, as_of=AT)) == []
