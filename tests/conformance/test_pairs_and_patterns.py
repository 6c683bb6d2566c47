"""The dialect `agent` orders versions and reads list entries as AWS's engine did, row by row."""

from __future__ import annotations

import pytest

from patchrules.families import facts_of, family_named
from patchrules.model.names import Dialect
from patchrules.reference.patterns import names
from patchrules.versions import SCHEMES
from patchrules.versions.rpm import Evr, compare_evr

pytestmark = pytest.mark.shared

PRODUCTS = {
    "apt": ("ubuntu", "Ubuntu20.04"),
    "dnf": ("rhel", "RedhatEnterpriseLinux8.4"),
    "yum": ("amazon_linux_2", "AmazonLinux2"),
    "zypper": ("suse", "Suse15.3"),
}


def sign(one, two):
    return (one > two) - (one < two)


def facts(manager):
    name, product = PRODUCTS[manager]
    found = facts_of(family_named(name), Dialect.AGENT, product)
    assert found.manager == manager
    return found


def order_of(manager):
    return SCHEMES[facts(manager).order or family_named(PRODUCTS[manager][0]).scheme]


@pytest.mark.parametrize(("file", "manager"), [("rpm", "dnf"), ("rpm", "zypper"), ("deb", "apt")])
def test_pairs_of_versions(answers, file, manager):
    rows = answers(f"version_pairs_{file}")
    compare = order_of(manager).compare
    assert len(rows) >= 1000
    assert [row for row in rows if compare(row["left"], row["right"]) != row["aws"]] == []


def test_keys_of_apt_versions(answers):
    sort_key = order_of("apt").sort_key
    rows = answers("version_pairs_deb")
    assert [row for row in rows if sign(sort_key(row["left"]), sort_key(row["right"])) != row["aws"]] == []


def test_apt_ranks_candidates_by_text(answers):
    rows = answers("version_pairs_deb")
    assert [row for row in rows if sign(row["left"], row["right"]) != row["aws_sort_order"]] == []


def test_pairs_of_yum(answers):
    rows = answers("version_pairs_evr_yum")
    assert len(rows) >= 1000
    assert [row for row in rows if compare_evr(evr(row["left"]), evr(row["right"])) != row["aws"]] == []


def evr(side):
    return Evr(None if side["epoch"] is None else int(side["epoch"]), side["version"], side["release"])


@pytest.mark.parametrize(
    ("file", "manager"),
    [
        ("package_patterns_rpm", "dnf"),
        ("package_patterns_rpm", "yum"),
        ("package_patterns_deb", "apt"),
        ("package_ranges_zypper", "zypper"),
    ],
)
def test_list_entries(answers, file, manager):
    """An entry that AWS's code cannot read (``aws_error``) means nothing here."""
    rows, known = answers(file), facts(manager)
    assert len(rows) >= 660
    assert [row for row in rows if means(row, known) is not bool(row["match"])] == []


def means(row, known):
    package = row["package"]
    whole = package["version"] if "release" not in package else "{epoch}:{version}-{release}".format(**package)
    return names([row["pattern"]], package["name"], package["arch"], whole, known) is not None
