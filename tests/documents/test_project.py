"""patchrules.toml: every key read as what it is, and everything else refused with the closest key."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import patchrules as pr
from patchrules.documents.project import KEYS, load_project
from patchrules.errors import ProjectError

# The file of issue C, as it stands there.
ISSUE = """
evaluate = { dialect = "documented", missing_date = "approve", deb_dates = "ignore", max_catalog_age = "7d", max_inventory_age = "48h", fail_on = ["noncompliant", "unknown"] }
policy = { baselines = ["baselines/*.json", "tf.json"], registry = ["groups.json"] }
inventory = { path = ["s3://acme-sync/"], columns = { host = "ResourceId" } }
hosts = { path = ["hosts.csv"] }             # host, family, product, arch, patch_group, tags, boot_time, captured_at
product_alias = { "Rocky Linux 9*" = "RockyLinux9.3" }
catalog = [ { path = "repos/rhel9", products = ["RedhatEnterpriseLinux9*"], arch = "x86_64" }, { path = "lists/*" } ]
output = [ { format = "parquet", path = "runs/{as_of}/" }, { format = "html", path = "report.html" } ]
"""


def load(tmp_path: Path, text: str) -> pr.Project:
    path = tmp_path / "patchrules.toml"
    path.write_text(text, "utf-8")
    return load_project(path)


def test_the_shape_that_was_asked_for_loads_as_it_stands(tmp_path):
    assert load(tmp_path, ISSUE).settings == {
        "evaluate.dialect": "documented",
        "evaluate.missing_date": "approve",
        "evaluate.deb_dates": "ignore",
        "evaluate.max_catalog_age": timedelta(days=7),
        "evaluate.max_inventory_age": timedelta(hours=48),
        "evaluate.fail_on": ("noncompliant", "unknown"),
        "policy.baselines": (f"{tmp_path}/baselines/*.json", f"{tmp_path}/tf.json"),
        "policy.registry": (f"{tmp_path}/groups.json",),
        "inventory.path": ("s3://acme-sync/",),
        "inventory.columns": {"host": "ResourceId"},
        "hosts.path": (f"{tmp_path}/hosts.csv",),
        "product_alias": {"Rocky Linux 9*": "RockyLinux9.3"},
        "catalog": (
            pr.CatalogPlace((f"{tmp_path}/repos/rhel9",), products=("RedhatEnterpriseLinux9*",), arch="x86_64"),
            pr.CatalogPlace((f"{tmp_path}/lists/*",)),
        ),
        "output": (
            pr.OutputPlace(f"{tmp_path}/runs/{{as_of}}/", "parquet"),
            pr.OutputPlace(f"{tmp_path}/report.html", "html"),
        ),
    }


FAULTS = [
    (
        "[evaluate]\ndialekt = 'agent'",
        "there is no setting `evaluate.dialekt`",
        "PR0012",
        "/evaluate/dialekt",
        "did you mean `evaluate.dialect`?",
    ),
    ("dialect = 'agent'", "there is no setting `dialect`", "PR0012", "/dialect", "did you mean `evaluate.dialect`?"),
    ("polices = {}", "there is no setting `polices`", "PR0012", "/polices", "did you mean `policy`?"),
    (
        "[evaluate]\ndialect = 'agents'",
        "`dialect` is `agents`, wanted one of documented, agent",
        "PR0015",
        "/evaluate/dialect",
        "did you mean `agent`?",
    ),
    ("[evaluate]\nstrict = 'yes'", "`strict` is `yes`, wanted true or false", "PR0013", "/evaluate/strict", None),
    (
        "[evaluate]\nmax_catalog_age = '7 days'",
        "`max_catalog_age` is `7 days`, wanted a number of hours, days or weeks: `36h`, `30d`, `2w`",
        "PR0013",
        "/evaluate/max_catalog_age",
        None,
    ),
    (
        "[evaluate]\nas_of = 'today'",
        "`as_of` is `today`, wanted an instant: `2026-11-01T00:00Z`",
        "PR0013",
        "/evaluate/as_of",
        None,
    ),
    (
        "[evaluate]\nfail_on = ['nonkompliant']",
        "`fail_on` is `nonkompliant`, wanted one of never, noncompliant, unknown, unspecified, informational, low, medium, high, critical, or the code of a diagnostic",
        "PR0015",
        "/evaluate/fail_on",
        "did you mean `noncompliant`?",
    ),
    (
        "[evaluate]\nfail_on = ['PR7003', 'never']",
        "`never` stands alone: with it nothing fails, whatever else is named",
        "PR0015",
        "/evaluate/fail_on",
        None,
    ),
    (
        "[evaluate]\nfail_on = ['PR7019', 'pr8030']",
        "`evaluate` never tells PR8030: `patchrules lint` does",
        "PR0015",
        "/evaluate/fail_on",
        None,
    ),
    ("[inventory]\npath = 3", "`path` is `3`, wanted text", "PR0013", "/inventory/path", None),
    (
        "[inventory]\nfamily = 'rehl'",
        "there is no family `rehl`: did you mean `rhel`?",
        "PR0015",
        "/inventory/family",
        None,
    ),
    (
        "inventory = 'dumps'",
        "`inventory` is `dumps`, wanted a table",
        "PR0013",
        "/inventory",
        "write [inventory] and its keys below",
    ),
    ("catalog = [{ products = ['Debian12*'] }]", "`path` is missing", "PR0011", "/catalog/0", None),
    (
        "catalog = [{ path = 'x', product = 'y' }]",
        "there is no setting `product`",
        "PR0012",
        "/catalog/0/product",
        "did you mean `products`?",
    ),
    (
        "output = [{ path = 'runs/{now}' }]",
        "`path` is `runs/{now}`, wanted no other field than `{as_of}` in braces",
        "PR0013",
        "/output/0/path",
        None,
    ),
    (
        "[limits]\nmax_byte = 1",
        "there is no setting `max_byte`",
        "PR0012",
        "/limits/max_byte",
        "did you mean `max_bytes`?",
    ),
    (
        "[limits]\nmax_bytes = 0",
        "`max_bytes` is `0`, wanted a whole number above 0",
        "PR0013",
        "/limits/max_bytes",
        None,
    ),
    ("command = 1", "`command` is `1`, wanted a table", "PR0013", "/command", "write [command.VERB]"),
]


@pytest.mark.parametrize(("text", "message", "code", "pointer", "hint"), FAULTS, ids=[text for text, *_ in FAULTS])
def test_a_fault_is_told_with_its_key(text, message, code, pointer, hint, tmp_path):
    with pytest.raises(ProjectError) as caught:
        load(tmp_path, text)
    fault = caught.value
    assert (fault.message, fault.code) == (message, code)
    assert fault.where is not None
    assert (fault.where.file, fault.where.pointer) == (str(tmp_path / "patchrules.toml"), pointer)
    if hint is not None:
        assert fault.hint == hint


def test_several_faults_come_together(tmp_path):
    with pytest.raises(ExceptionGroup) as caught:
        load(tmp_path, "[evaluate]\ndialekt = 'agent'\nstrict = 1")
    assert [fault.code for fault in caught.value.exceptions if isinstance(fault, ProjectError)] == ["PR0012", "PR0013"]


def test_what_is_no_toml_is_told_with_its_line(tmp_path):
    with pytest.raises(ProjectError) as caught:
        load(tmp_path, "[evaluate]\ndialect = agent\n")
    assert str(caught.value) == (
        f"the project file is not TOML: invalid value [PR0004]\n  at {tmp_path}/patchrules.toml:2:11"
    )


def test_a_number_that_python_does_not_read_is_refused(tmp_path):
    with pytest.raises(ProjectError, match=r"a number of the project file has thousands of digits \[PR0004\]"):
        load(tmp_path, f"limits = {{ max_bytes = {'9' * 5000} }}")


def test_an_instant_of_toml_without_an_offset_is_utc(tmp_path):
    wanted = datetime(2026, 11, 1, 2, tzinfo=UTC)
    for text in ("2026-11-01T02:00:00", "2026-11-01T03:00:00+01:00", '"2026-11-01T02:00Z"'):
        assert load(tmp_path, f"[evaluate]\nas_of = {text}").settings["evaluate.as_of"] == wanted


def test_a_text_stands_for_a_list_of_one_and_aws_names_and_addresses_are_no_paths(tmp_path):
    project = load(tmp_path, "policy = { baselines = 'AWS-DebianDefaultPatchBaseline' }\ncatalog = 's3://x/y'")
    assert project.settings == {
        "policy.baselines": ("AWS-DebianDefaultPatchBaseline",),
        "catalog": (pr.CatalogPlace(("s3://x/y",)),),
    }


@given(st.sampled_from(sorted(KEYS)), st.one_of(st.integers(), st.booleans(), st.lists(st.integers(), max_size=2)))
def test_a_value_of_the_wrong_kind_is_refused_and_never_raises_anything_else(key, value):
    import tempfile

    section, _, name = key.rpartition(".")
    shown = str(value).lower()
    with tempfile.TemporaryDirectory() as folder:
        try:
            load(Path(folder), f"[{section}]\n{name} = {shown}" if section else f"{name} = {shown}")
        except (ProjectError, ExceptionGroup):
            return
        # A flag takes a truth, and a list may be empty.
        assert value in (True, False, []) or isinstance(value, bool)
