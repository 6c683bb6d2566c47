"""The contract of the shelf of operating systems: what every file in ``patchrules/families`` promises."""

from __future__ import annotations

import fnmatch
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import botocore.session
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from patchrules.families import Facts, Family, families, family_named, family_of
from patchrules.model.columns import CATALOG
from patchrules.model.names import FilterKey, OperatingSystem
from patchrules.versions import SCHEMES

FAMILIES = list(families().values())
PARTS = {"name": "bash", "arch": "x86_64", "epoch": "0", "version": "5.1", "release": "2.el9", "evr": "5.1-2.el9"}
COLUMNS = {column.name: column.type for column in CATALOG}
GATES = {"notice", "archive", "none", "metadata", "agent-archive"}
CLOCKS = {"updated", "issued", "built"}
PREDEFINED = [(family, name) for family in FAMILIES for name in family.predefined]

each_family = pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
each_facts = pytest.mark.parametrize(
    "facts",
    [
        pytest.param(facts, id=f"{family.name}-{dialect}")
        for family in FAMILIES
        for dialect, facts in [("documented", family.documented), *family.agent]
    ],
)
each_predefined = pytest.mark.parametrize(
    ("family", "name"), PREDEFINED, ids=lambda value: str(getattr(value, "name", value))
)


def read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def enum(shape: str) -> set[str]:
    return set(botocore.session.get_session().get_service_model("ssm").shape_for(shape).enum)


def test_operating_systems_are_those_of_aws():
    assert {system.value for system in OperatingSystem} == enum("OperatingSystem")


def test_filter_keys_are_those_of_aws():
    assert {key.value for key in FilterKey} == enum("PatchFilterKey")


def test_patch_sets_are_those_of_aws():
    assert set(families()["windows"].values[FilterKey.PATCH_SET]) == enum("PatchSet")


def test_every_operating_system_has_exactly_one_family():
    assert Counter(family.operating_system for family in FAMILIES) == Counter(OperatingSystem)


@each_family
def test_the_file_name_is_the_name(family: Family):
    assert families()[family.name] is family
    assert family_named(family.operating_system.value) is family
    assert family_of(family.operating_system) is family


@each_family
def test_the_version_order_is_known(family: Family):
    assert family.scheme in SCHEMES


@each_family
def test_the_product_made_from_a_version_is_the_familys_own(family: Family):
    version = next((glob.rstrip(".*?") for glob in family.versions if glob != "*"), "9")
    version = {"amazon_linux": "2018.03"}.get(family.name, version)
    product = family.product_format.format(version=version)
    assert any(fnmatch.fnmatchcase(product, glob) for glob in family.products)


@each_family
def test_no_other_family_claims_the_product(family: Family):
    for glob in family.products:
        product = glob.replace("?", "8").replace("*", "1")
        owners = [other.name for other in FAMILIES if any(fnmatch.fnmatchcase(product, g) for g in other.products)]
        assert owners == [family.name]


@each_family
def test_the_architecture_that_runs_everywhere_runs_on_every_machine(family: Family):
    for machine, arches in family.compatible.items():
        assert machine == arches[0] or machine in arches
        assert family.independent_arch in arches


@each_family
def test_values_belong_to_filter_keys_the_family_uses(family: Family):
    assert set(family.values) <= set(family.documented.filters)
    for values in family.values.values():
        assert len({value.lower() for value in values}) == len(values)


@each_facts
def test_filter_keys_compare_text_columns_of_the_catalog(facts: Facts):
    assert {COLUMNS.get(column) for column in facts.filters.values()} == {"string"}
    assert COLUMNS[facts.severity] == "string"


@each_facts
def test_ids_are_columns_of_the_catalog(facts: Facts):
    assert {COLUMNS.get(column) for column in (*facts.approved_ids, *facts.rejected_ids)} <= {"string", "list<string>"}


@each_facts
def test_gate_and_clocks_are_known(facts: Facts):
    assert facts.security_gate in GATES
    assert set(facts.clocks) <= CLOCKS
    assert set(facts.clocks) <= set(COLUMNS)


@each_facts
def test_texts_of_a_package_can_be_written(facts: Facts):
    texts = [form.format(**PARTS) for form in (*facts.name_forms, *facts.override_forms)]
    assert len(set(texts)) == len(texts)
    if facts.states == "documented":
        assert all(form.format(**PARTS).startswith(("bash", "0:bash")) for form in facts.name_forms)
    assert facts.title in facts.name_forms or facts.manager == "softwareupdate"


@each_facts
def test_values_that_count_as_others_are_lower_case(facts: Facts):
    assert all(text == text.lower() for pair in facts.alike.items() for text in pair)


EL = ["rhel", "centos", "rocky", "alma", "oracle"]
AMAZON = ["amazon_linux", "amazon_linux_2", "amazon_linux_2022", "amazon_linux_2023"]
DIST_TAGS = [
    (EL, "0:9.0-2.17.el9", "9"),
    (EL, "1.1.1k-7.el8_6", "8"),
    (EL, "1.0.2k-19.el7.centos", "7"),
    (EL, "3.10.0-1160.el7_9.2", "7"),
    (EL, "4.14.0-115.el7a.0.1", "7"),
    (EL, "5.4.17-2136.300.7.el8uek", "8"),
    (EL, "1:10.19.0-1.module+el8.5.0+12345+0a1b2c3d", "8"),
    (EL, "1.0-4.module+el8+2764+7127e69e", "8"),
    (EL, "2.4.37-43.module_el8.5.0+2632+14ced695", "8"),
    (EL, "3.2.1-1.el8sat", "8"),
    (EL, "16.2-1PGDG.rhel9", "9"),
    (EL, "6.12.0-55.el10_0", "10"),
    (EL, "5.3.28-4.el9.rocky.0.1", "9"),
    (EL, "2.0-3.el8_4.alma", "8"),
    (EL, "1.0-1", None),
    (EL, "1.0-1.fc39", None),
    (EL, "2.model8-1", None),
    (AMAZON, "2.17-106.167.amzn1", "1"),
    (AMAZON, "7.61.1-12.amzn2.0.4", "2"),
    (AMAZON, "1:3.0.0-1.amzn2022.0.1", "2022"),
    (AMAZON, "8.5.0-1.amzn2023.0.2", "2023"),
    (AMAZON, "1.0-1.el7", None),
]


@pytest.mark.parametrize(
    ("name", "evr", "major"), [(name, evr, major) for names, evr, major in DIST_TAGS for name in names]
)
def test_the_dist_tag_tells_the_major_release_in_both_regex_dialects(name, evr, major):
    tag = families()[name].dist_tag
    assert tag is not None
    found = re.search(tag, evr)
    assert (found and found[1]) == major
    named = tag.replace("([0-9]", "(?P<major>[0-9]")
    assert pc.extract_regex(pa.array([evr]), named).to_pylist() == [major and {"major": major}]


@pytest.mark.parametrize("family", [family for family in FAMILIES if family.dist_tag], ids=lambda family: family.name)
def test_a_dist_tag_has_one_group_and_compiles_in_re2(family: Family):
    assert family.dist_tag is not None
    assert re.compile(family.dist_tag).groups == 1
    assert pc.match_substring_regex(pa.array(["1.0-1"]), family.dist_tag).to_pylist() == [False]


def test_amazon_majors_do_not_come_from_the_product():
    assert [families()[name].major for name in AMAZON] == ["1", "2", "2022", "2023"]


@pytest.mark.parametrize(
    ("version", "name"),
    [
        ("2017.09", AMAZON[0]),
        ("2018.03", AMAZON[0]),
        ("2", AMAZON[1]),
        ("2.0", AMAZON[1]),
        ("2022", AMAZON[2]),
        ("2023", AMAZON[3]),
        ("2023.3.20240304", AMAZON[3]),
    ],
)
def test_a_version_of_amazon_linux_has_one_family(version, name):
    owners = [
        other for other in AMAZON if any(fnmatch.fnmatchcase(version, glob) for glob in families()[other].versions)
    ]
    assert owners == [name]


@pytest.mark.parametrize(
    ("platform", "name"),
    [
        ("Amazon Linux AMI", "amazon_linux"),
        ("Amazon Linux Bare Metal", "amazon_linux"),
        ("CentOS Linux", "centos"),
        ("Debian GNU/Linux", "debian"),
        ("Raspbian GNU/Linux", "raspbian"),
        ("Ubuntu", "ubuntu"),
        ("Oracle Linux Server", "oracle"),
        ("Red Hat Enterprise Linux Server", "rhel"),
        ("SLES_SAP", "suse"),
        ("Microsoft Windows Server 2019 Datacenter", "windows"),
    ],
)
def test_the_longest_platform_name_decides(platform, name):
    known = {text: family.name for family in FAMILIES for text in family.platform_names if text in platform}
    assert known[max(known, key=len)] == name


@pytest.mark.parametrize(
    ("name", "codename", "version"),
    [
        ("debian", "bookworm", "12"),
        ("debian", "trixie", "13"),
        ("ubuntu", "focal", "20.04"),
        ("ubuntu", "noble", "24.04"),
        ("raspbian", "buster", "10"),
    ],
)
def test_codenames(name, codename, version):
    assert families()[name].codenames[codename] == version


def test_medium_also_selects_moderate_only_on_the_modern_amazon_linux():
    alike = {family.name: dict(family.documented.alike) for family in FAMILIES if family.documented.alike}
    assert alike == {name: {"medium": "moderate"} for name in ("amazon_linux_2022", "amazon_linux_2023")}


def test_only_windows_lists_what_is_not_applicable():
    assert [family.name for family in FAMILIES if family.documented.lists_not_applicable] == ["windows"]


@each_predefined
def test_predefined_baselines_are_files(family: Family, name: str, data: Path):
    document = read(data / "baselines" / "aws" / f"{name}.json")
    assert (document["Name"], document["OperatingSystem"]) == (name, family.operating_system.value)


@each_predefined
def test_predefined_baselines_use_keys_and_values_the_family_knows(family: Family, name: str, data: Path):
    document = read(data / "baselines" / "aws" / f"{name}.json")
    groups = [rule["PatchFilterGroup"] for rule in document["ApprovalRules"]["PatchRules"]]
    for patch_filter in (each for group in (document["GlobalFilters"], *groups) for each in group["PatchFilters"]):
        assert patch_filter["Key"] in family.documented.filters
        known = family.values.get(FilterKey(patch_filter["Key"]), ())
        assert patch_filter["Values"] == ["*"] or set(patch_filter["Values"]) <= set(known)


def test_no_predefined_baseline_is_without_a_family(data: Path):
    files = {path.stem for path in (data / "baselines" / "aws").glob("*.json")}
    assert files == {name for _, name in PREDEFINED}


# What belongs to a region or an account, and the text that we word ourselves.
NOT_RULES = {"BaselineId", "CreatedDate", "ModifiedDate", "PatchGroups", "Description"}


@each_predefined
def test_predefined_baselines_say_what_aws_says(family: Family, name: str, data: Path, shared: Path):
    newest = max((shared / "data" / "baselines" / "aws-public").glob(f"{name}.????-??-??.json"))
    theirs = {key: value for key, value in read(newest).items() if key not in NOT_RULES}
    ours = read(data / "baselines" / "aws" / f"{name}.json")
    assert {key: value for key, value in ours.items() if key != "Description"} == theirs


def test_predefined_names_are_those_of_aws(shared: Path):
    listed = read(max((shared / "data" / "baselines" / "aws-public").glob("describe-patch-baselines.*.json")))
    official = {(each["OperatingSystem"], each["BaselineName"]) for each in listed["BaselineIdentities"]}
    assert {(family.operating_system.value, name) for family, name in PREDEFINED} == official
