from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patchrules.families._linux import AMAZON_DIST_TAG, EL_DIST_TAG
from patchrules.inventory import identify, read_inventory

# How a host names itself, and the family and product it is. SEMANTICS 7.7 for the platform names.
FACTS = [
    ({"os_release": 'ID="rhel"\nVERSION_ID="8.10"'}, "rhel", "RedhatEnterpriseLinux8.10"),
    ({"os_release": "ID=amzn\nVERSION_ID=2"}, "amazon_linux_2", "AmazonLinux2"),
    ({"os_release": "ID=amzn\nVERSION_ID=2023"}, "amazon_linux_2023", "AmazonLinux2023"),
    ({"os_release": "ID=amzn\nVERSION_ID=2018.03"}, "amazon_linux", "AmazonLinux2018.03"),
    ({"os_release": "ID=ubuntu\nVERSION_ID='22.04'"}, "ubuntu", "Ubuntu22.04"),
    ({"os_release": "ID=debian\nVERSION_CODENAME=bookworm"}, "debian", "Debian12"),
    ({"os_release": "ID=linuxmint\nID_LIKE=ubuntu\nVERSION_ID=21"}, None, None),
    ({"os_release": "ID=debian"}, "debian", None),
    ({"platform": "Amazon Linux AMI", "platform_version": "2018.03"}, "amazon_linux", "AmazonLinux2018.03"),
    ({"platform": "Amazon Linux", "platform_version": "2"}, "amazon_linux_2", "AmazonLinux2"),
    ({"platform": "CentOS Linux", "platform_version": "7.9.2009"}, "centos", "CentOS7.9"),
    ({"platform": "Red Hat Enterprise Linux Server", "platform_version": "7.9"}, "rhel", "RedhatEnterpriseLinux7.9"),
    ({"platform": "SLES", "platform_version": "15.5"}, "suse", "Suse15.5"),
    ({"platform": "Microsoft Windows Server 2019 Datacenter"}, "windows", "WindowsServer2019"),
    ({"platform": "Microsoft Windows Server 2012 R2 Standard"}, "windows", "WindowsServer2012R2"),
    ({"platform": "Microsoft Windows 10 Pro", "platform_version": "10.0.19045"}, "windows", "Windows10"),
    ({"platform": "Microsoft Windows XP Professional", "platform_version": "5.1.2600"}, "windows", None),
    ({"platform": "Bottlerocket OS", "platform_version": "1.19"}, None, None),
    ({"os_version": {"platform": "rhel", "version": "9.3 (Plow)"}}, "rhel", "RedhatEnterpriseLinux9.3"),
    ({"os_version": {"platform": "debian", "major": "12", "minor": "0"}}, "debian", "Debian12"),
    ({"distro": ("amzn", "2023")}, "amazon_linux_2023", "AmazonLinux2023"),
    ({"release_packages": [("redhat-release", "9.3")]}, "rhel", "RedhatEnterpriseLinux9.3"),
    ({"release_packages": [("system-release", "2023.4.20240401")]}, "amazon_linux_2023", "AmazonLinux2023"),
    ({"family": "rhel", "release_packages": [("system-release", "2")]}, "rhel", None),
    ({"release_packages": [("base-files", "12.4+deb12u11")]}, "debian", "Debian12"),
    ({"release_packages": [("base-files", "12ubuntu4.6")]}, None, None),
    ({"release_packages": [("base-files", "12.4+rpi1+deb12u5")]}, None, None),
    ({"dist_tag": (AMAZON_DIST_TAG, "2023")}, "amazon_linux_2023", "AmazonLinux2023"),
    ({"dist_tag": (AMAZON_DIST_TAG, "1")}, "amazon_linux", None),
    ({"dist_tag": (EL_DIST_TAG, "9")}, None, None),
    ({"dist_tag": (EL_DIST_TAG, "9"), "family": "rhel"}, "rhel", "RedhatEnterpriseLinux9"),
    ({"dist_tag": (EL_DIST_TAG, "9"), "os_release": "ID=rhel\nVERSION_ID=8.4"}, "rhel", "RedhatEnterpriseLinux8.4"),
    ({"product": "Ubuntu22.04"}, "ubuntu", "Ubuntu22.04"),
    ({}, None, None),
]


@pytest.mark.parametrize(("facts", "family", "product"), FACTS, ids=lambda value: str(value)[:60])
def test_identity(facts, family, product):
    found = identify(**facts)
    assert (found.family, found.product) == (family, product)
    assert ("PR2206" in [one.code for one in found.diagnostics]) == (product is None)


def test_what_is_stated_wins_and_disagreement_is_said():
    found = identify(family="oracle", os_release="ID=rhel\nVERSION_ID=9.3")
    assert (found.family, found.product) == ("oracle", None)
    assert [one.code for one in found.diagnostics] == ["PR2208", "PR2206"]
    assert (
        found.diagnostics[0].message
        == "the host is `oracle` (stated) and `rhel` (os-release: rhel 9.3): the first was taken"
    )


def test_the_majority_of_dist_tags_tells_the_major_release():
    text = b"bash-5.1-6.el9.x86_64\nzlib-1.2-40.el9.x86_64\nold-1.0-1.el7.noarch\nnone-1.0-1.noarch\n"
    assert read_inventory(text, family="rocky").hosts["product"].to_pylist() == ["RockyLinux9"]
    assert read_inventory(text).hosts["product"].to_pylist() == [None]
    amazon = b"bash-4.2.46-34.amzn2.x86_64\n"
    assert read_inventory(amazon).hosts["product"].to_pylist() == ["AmazonLinux2"]


@given(st.text(), st.text(), st.text())
def test_identify_is_total(os_release, platform, version):
    identify(os_release=f"ID=rhel\n{os_release}", platform=platform, platform_version=version)
    identify(os_release=f"ID=debian\nVERSION_ID={version}", os_version={"name": platform, "version": version})


@pytest.mark.parametrize(
    ("product", "said"),
    [
        ("Debain12", "`Debain12` is no product that AWS names: did you mean `Debian12`?"),
        ("centos6.5", "`centos6.5` is no product that AWS names: did you mean `CentOS6.5`?"),
        ("RedHatEnterpriseLinux9.3", "did you mean `RedhatEnterpriseLinux9.3`?"),
        ("Plan9", "`Plan9` is no product that AWS names"),
        ("Debian 12", "`Debian 12` is no product that AWS names: did you mean `Debian12`?"),
        ("debian 12", "did you mean `Debian12`?"),
        ("Windows Server 2019", "did you mean `WindowsServer2019`?"),
        ("Debian ", "did you mean `Debian`?"),
        ("Debian12.5", "`Debian12.5` is no product that AWS names: did you mean `Debian12`?"),
        ("Ubuntu2204", "did you mean `Ubuntu22.04`?"),
        ("Ubuntu22", "did you mean `Ubuntu22.04` or `Ubuntu22.10`?"),
        ("WindowsServer2020", "`WindowsServer2020` is no product that AWS names"),
    ],
)
def test_a_product_that_nobody_names_is_told(product, said):
    [doubt] = identify(product=product).diagnostics
    assert (doubt.code, said in doubt.message) == ("PR2230", True)


def test_a_version_alone_is_of_the_platform_beside_it():
    found = identify(os_version="9.3", platform="Red Hat Enterprise Linux")
    assert (found.family, found.product) == ("rhel", "RedhatEnterpriseLinux9.3")
    assert identify(os_version="9.3").product is None


@pytest.mark.parametrize(
    ("said", "alias", "product", "evidence"),
    [
        (
            {"os_release": 'ID="rocky"\nNAME="Rocky Linux"\nVERSION_ID="9.5"'},
            "Rocky Linux 9*",
            "RockyLinux9.3",
            "alias: Rocky Linux 9.5",
        ),
        (
            {"platform": "Rocky Linux", "platform_version": "9.5"},
            "rocky linux 9*",
            "RockyLinux9.3",
            "alias: Rocky Linux 9.5",
        ),
        (
            {"os_version": {"name": "Rocky Linux", "version": "9.5"}},
            "Rocky Linux 9*",
            "RockyLinux9.3",
            "alias: Rocky Linux 9.5",
        ),
        (
            {"os_release": 'ID=almost\nPRETTY_NAME="Almost Linux 9"'},
            "Almost Linux 9",
            "AlmaLinux9.3",
            "alias: Almost Linux 9",
        ),
        (
            {"dist_tag": (r"[._+](?:el|rhel)([0-9]+)", "9"), "family": "rocky"},
            "RockyLinux9",
            "RockyLinux9.3",
            "dist tags: 9",
        ),
        (
            {"os_release": 'ID="rocky"\nNAME="Rocky Linux"\nVERSION_ID="8.9"'},
            "Rocky Linux 9*",
            "RockyLinux8.9",
            "os-release: rocky 8.9",
        ),
    ],
)
def test_an_alias_says_the_product_of_what_a_system_calls_itself(said, alias, product, evidence):
    found = identify(**said, aliases={alias: "AlmaLinux9.3" if "Almost" in alias else "RockyLinux9.3"})
    assert (found.product, found.evidence) == (product, evidence)


def test_a_stated_product_wins_over_an_alias():
    text = 'ID="rocky"\nNAME="Rocky Linux"\nVERSION_ID="9.5"'
    found = identify(product="RockyLinux9.4", os_release=text, aliases={"Rocky*": "RockyLinux9.3"})
    assert found.product == "RockyLinux9.4"


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (
            {"os_release": 'ID="rhel"\nVERSION_ID="9.5"', "platform": "Rocky Linux", "platform_version": "9.5"},
            "the host is `rhel` (os-release: rhel 9.5) and `rocky` (platform: Rocky Linux 9.5): the first was taken",
        ),
        (
            {
                "os_release": 'ID="rhel"\nVERSION_ID="9.5"',
                "platform": "Red Hat Enterprise Linux",
                "platform_version": "9.3",
            },
            "the host is `RedhatEnterpriseLinux9.5` (os-release: rhel 9.5) and `RedhatEnterpriseLinux9.3` (platform: Red Hat Enterprise Linux 9.3): the first was taken",
        ),
        (
            {"product": "RedhatEnterpriseLinux9.3", "os_release": 'ID="rhel"\nVERSION_ID="9.5"'},
            "the host is `RedhatEnterpriseLinux9.3` (stated) and `RedhatEnterpriseLinux9.5` (os-release: rhel 9.5): the first was taken",
        ),
        (
            {"family": "centos", "product": "CentOS9.1", "os_release": 'ID="rhel"\nVERSION_ID="9.5"'},
            "the host is `centos` (stated) and `rhel` (os-release: rhel 9.5): the first was taken",
        ),
        ({"product": "RockyLinux9", "os_release": 'ID="rocky"\nVERSION_ID="9.5"'}, None),
        ({"os_release": 'ID="rhel"\nVERSION_ID="9.5"', "release_packages": [("redhat-release", "9.5")]}, None),
    ],
)
def test_sources_that_disagree_are_told_with_what_each_says(said, message):
    found = [one.message for one in identify(**said).diagnostics if one.code == "PR2208"]
    assert found == ([message] if message else [])


@pytest.mark.parametrize(
    ("version", "family"),
    [(None, None), ("2", "amazon_linux_2"), ("2022", "amazon_linux_2022"), ("2023", "amazon_linux_2023"), ("3", None)],
)
def test_a_name_that_several_systems_share_needs_its_version(version, family):
    assert identify(platform="Amazon Linux", platform_version=version).family == family


# What is nearer to the host wins: each source alone, and all that come after it at once.
SOURCES: list[tuple[dict[str, Any], str]] = [
    ({"product": "RedhatEnterpriseLinux9.1"}, "stated"),
    ({"os_release": 'ID="rhel"\nVERSION_ID="9.2"'}, "os-release: rhel 9.2"),
    ({"platform": "Red Hat Enterprise Linux", "platform_version": "9.3"}, "platform: Red Hat Enterprise Linux 9.3"),
    ({"os_version": {"platform": "rhel", "version": "9.4"}}, "osquery: rhel 9.4"),
    ({"distro": ("rhel", "9.5")}, "SBOM: rhel 9.5"),
    ({"release_packages": [("redhat-release", "9.6")]}, "package: redhat-release 9.6"),
    ({"family": "rhel", "dist_tag": (r"[._+](?:el|rhel)([0-9]+)", "9")}, "dist tags: 9"),
]


@pytest.mark.parametrize("place", range(len(SOURCES)))
def test_the_order_of_sources(place):
    said: dict[str, Any] = {}
    for one, _ in SOURCES[place:]:
        said |= one
    assert identify(**said).evidence == SOURCES[place][1]
