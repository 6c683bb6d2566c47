"""What AWS says is available: Windows and Linux, and answers that cannot be read."""

from __future__ import annotations

import json

import pytest

from patchrules.catalog import read_catalog
from patchrules.errors import CatalogError

UPDATE = {
    "Title": "Update for Windows Server 2022 (KB5090001)",
    "Product": "WindowsServer2022",
    "KbNumber": "KB5090001",
}
PACKAGE = {"Name": "bash", "Version": "5", "Arch": "x86_64", "Product": "AmazonLinux2", "AdvisoryIds": ["A-1", "A-2"]}


def read(answer):
    return read_catalog(json.dumps(answer).encode())


def test_products_tell_the_family_and_the_scope(data):
    catalog = read_catalog(data / "catalogs/samples/available_patches.linux.json")
    assert str(catalog.scope) == "amazon_linux_2, products AmazonLinux2, AmazonLinux2.0"
    assert catalog.table.select(["name", "evr", "advisory", "severity", "priority"]).to_pylist() == [
        {"name": "openssl", "evr": "1:1.0.2k-24.amzn2.0.11", "advisory": "ALAS2-2024-9001", "severity": "Important", "priority": None}
    ]  # fmt: skip


def test_a_package_of_two_advisories_is_two_patches():
    assert read({"Patches": [PACKAGE]}).table["advisory"].to_pylist() == ["A-1", "A-2"]


def test_what_a_baseline_says_of_a_patch_is_not_read():
    answer = {
        "EffectivePatches": [
            {"Patch": UPDATE | {"MsrcSeverity": "Low"}, "PatchStatus": {"DeploymentStatus": "APPROVED"}}
        ]
    }
    assert read(answer).table["severity"].to_pylist() == ["Low"]


def test_debian_has_priorities_for_severities():
    row = {
        "Name": "bash",
        "Version": "5.1-2",
        "Arch": "amd64",
        "Product": "Debian12",
        "Severity": "required",
        "CVEIds": [],
    }
    assert read([row]).table["priority"].to_pylist() == ["required"]


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize(("token", "told"), [("AAEabc", True), ("", False), (None, False)])
def test_one_page_of_several_is_told(place, token, told):
    answer = [("Patches", [PACKAGE])]
    answer.insert(place, ("NextToken", token))
    if token is not None or place:  # AWS leaves an absent token out, or writes it at the end
        assert ("PR2221" in {one.code for one in read(dict(answer)).diagnostics}) == told


def test_an_answer_of_one_product_says_for_which_its_packages_are():
    rows = [PACKAGE | {"Product": "Ubuntu22.04", "Arch": "amd64"}] * 2
    assert set(read(rows).table["product"].to_pylist()) == {"Ubuntu22.04"}


def test_deb_packages_of_several_products_are_refused():
    rows = [PACKAGE | {"Product": product, "Arch": "amd64"} for product in ("Ubuntu24.04", "Ubuntu22.04")]
    with pytest.raises(CatalogError, match=r"nothing tells which is for which: Ubuntu22\.04, Ubuntu24\.04") as no:
        read(rows)
    assert (no.value.code, no.value.hint) == (
        "PR3030",
        "save an answer for each: --filters Key=PRODUCT,Values=Ubuntu22.04",
    )


def test_one_file_is_one_system():
    with pytest.raises(CatalogError, match=r"updates of Windows and packages of Linux \[PR3005\]"):
        read([UPDATE, PACKAGE])


def test_an_answer_with_an_elision_is_refused_at_its_line():
    text = '{"Patches": [\n {"KbNumber": "KB5090001", "Product": "x"},\n ...\n]}'
    with pytest.raises(CatalogError) as caught:
        read_catalog(text.encode())
    assert str(caught.value.where).startswith("<bytes>:3:2")
