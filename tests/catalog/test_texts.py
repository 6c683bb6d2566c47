"""Names and architectures of catalogs are read as those of inventories are (SEMANTICS 5.e)."""

from __future__ import annotations

import pyarrow as pa
import pytest

from patchrules.catalog import read_catalog
from patchrules.errors import ColumnError

UPDATEINFO = (
    '<updates><update type="security"><id>A-1</id><pkglist><collection>'
    '<package name="{name}" version="5" release="2.el9" arch="{arch}"/>'
    "</collection></pkglist></update></updates>"
)
READ = [
    # family, name, arch; name and arch as read, what is told
    ("rhel", " bash ", "x86_64 ", "bash", "x86_64", None),
    ("rhel", "bash.x86_64", "x86_64", "bash", "x86_64", "PR2233"),
    ("rhel", "bash", "X86_64", "bash", "x86_64", "PR2217"),
    ("rhel", "bash", "amd64", "bash", "x86_64", "PR2217"),
    ("rhel", "bash", "all", "bash", "noarch", "PR2217"),
    ("debian", "bash:amd64", "amd64", "bash", "amd64", "PR2233"),
    ("debian", "bash:amd64", None, "bash", "amd64", "PR2233"),
    ("debian", "bash", "x86_64", "bash", "amd64", "PR2217"),
    ("debian", "bash", "AMD64", "bash", "amd64", "PR2217"),
    ("windows", "kb5000001", "AMD64", "KB5000001", "x64", "PR2217"),
    ("windows", "5000001", "x86_64", "KB5000001", "x64", "PR2217"),
    ("windows", "KB5000001", "sparc", "KB5000001", None, "PR2231"),
    ("windows", "KB5000001", "", "KB5000001", "", None),
    ("macos", "Safari", "x86_64", "Safari", "x86_64", None),
]
REFUSED = [
    ("rhel", "bash", "", "PR3003"),
    ("rhel", "bash", "(none)", "PR3003"),
    ("rhel", "bash", "sparc128", "PR3003"),
    ("debian", "bash", None, "PR3003"),
    ("debian", "bash", " ", "PR3003"),
    ("debian", "Bash", "amd64", "PR2004"),
    ("rhel", "bash-5-2.el9", "x86_64", "PR2004"),
]


def rows(family="rhel", **columns):
    evr = "0" if family in ("windows", "macos") else "5-2.el9"
    return pa.table({name: pa.array([value], pa.string()) for name, value in {"evr": evr, **columns}.items()})


@pytest.mark.parametrize(("family", "name", "arch", "named", "machine", "code"), READ)
def test_names_and_architectures_are_written_one_way(family, name, arch, named, machine, code):
    catalog = read_catalog(rows(family, name=name, arch=arch), family=family)
    assert (catalog.table["name"].to_pylist(), catalog.table["arch"].to_pylist()) == ([named], [machine])
    assert [one.code for one in catalog.diagnostics] == ([code] if code else [])
    assert not catalog.rejects.num_rows


@pytest.mark.parametrize(("family", "name", "arch", "code"), REFUSED)
def test_a_package_that_its_world_cannot_have_is_refused(family, name, arch, code):
    catalog = read_catalog(rows(family, name=name, arch=arch), family=family)
    assert (catalog.table.num_rows, catalog.rejects["code"].to_pylist()) == (0, [code])


@pytest.mark.parametrize(("family", "name", "arch", "named", "machine", "code"), [one for one in READ if "rhel" in one])
def test_notices_go_through_the_same_door(family, name, arch, named, machine, code):
    catalog = read_catalog(UPDATEINFO.format(name=name, arch=arch).encode(), family=family)
    assert (catalog.table["name"].to_pylist(), catalog.table["arch"].to_pylist()) == ([named], [machine])
    assert code in (None, *(one.code for one in catalog.diagnostics))


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("Security Updates", "SecurityUpdates"),
        ("critical updates", "CriticalUpdates"),
        ("Updates", "Updates"),
        ("Odd Ones", "Odd Ones"),
    ],
)
def test_a_classification_of_windows_is_written_as_aws_writes_it(given, read):
    """WSUS shows it with blanks, and no rule has those."""
    table = rows("windows", name="KB5000002", arch="x64").append_column("classification", pa.array([given]))
    assert read_catalog(table, family="windows").table["classification"].to_pylist() == [read]


def test_what_an_update_replaces_is_named_by_kb():
    table = rows("windows", name="KB5000002", arch="x64").append_column(
        "supersedes", pa.array([["kb5000001", "4999999", "x"]])
    )
    assert read_catalog(table, family="windows").table["supersedes"].to_pylist() == [["KB5000001", "KB4999999", "x"]]


def test_a_column_that_is_there_twice_is_refused():
    table = rows(name="bash", arch="x86_64")
    with pytest.raises(ColumnError, match="the catalog table has the column `arch` more than once") as no:
        read_catalog(table.append_column("arch", table["arch"]), family="rhel")
    assert no.value.code == "PR2005"
