"""Parts to one catalog: each repository speaks for itself (SEMANTICS 5.a, decision 0042), and order says nothing."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

import pytest

import patchrules as pr

REPOMD = '<repomd xmlns="http://linux.duke.edu/metadata/repo"><revision>{}</revision>{}</repomd>'
BUILT = 1700000000


def notices(advisory, *packages, epoch="0", repository=""):
    """A feed of one security notice, on packages that are written name=version."""
    rows = "".join(
        '<package name="{}" version="{}" release="1.el9" epoch="{}" arch="x86_64"/>'.format(*one.split("="), epoch)
        for one in packages
    )
    short = f' short="{repository}"' if repository else ""
    return (
        f'<updates><update type="security"><id>{advisory}</id><issued date="2026-01-01"/><pkglist>'
        f"<collection{short}>{rows}</collection></pkglist></update></updates>"
    ).encode()


def listed(*packages, epoch=0, built=BUILT):
    """A package list, of packages that are written name=version."""
    rows = "".join(
        '<package type="rpm"><name>{0}</name><arch>x86_64</arch><version epoch="{2}" ver="{1}" rel="1.el9"/>'
        '<time build="{3}"/></package>'.format(*one.split("="), epoch, built)
        for one in packages
    )
    return f'<metadata xmlns="http://linux.duke.edu/metadata/common">{rows}</metadata>'.encode()


@pytest.fixture
def repository(tmp_path):
    """Write a repository: what lies in it by its kind; return its folder."""

    def written(name, revision=1793764800, **files):
        folder = tmp_path / name / "repodata"
        folder.mkdir(parents=True)
        for kind, content in files.items():
            (folder / f"{kind}.xml").write_bytes(content)
        named = "".join(f'<data type="{kind}"><location href="repodata/{kind}.xml"/></data>' for kind in files)
        (folder / "repomd.xml").write_text(REPOMD.format(revision, named))
        return folder.parent

    return written


def read(*sources):
    return pr.read_catalog(*sources, products=["RedhatEnterpriseLinux9*"])


def codes(catalog):
    return {one.code: one.count for one in catalog.diagnostics}


def offered(catalog):
    return {
        f"{row['name']}={row['evr'].split(':')[-1].split('-')[0]}"
        for row in catalog.table.to_pylist()
        if row["offered"]
    }


BASE = {"updateinfo": notices("RHSA-1", "bash=2", "zsh=1"), "primary": listed("bash=2", "zsh=1")}
EXTRA = notices("EPEL-1", "zsh=9", "fish=2")


def test_a_list_of_one_repository_says_nothing_of_the_notices_of_another(repository):
    extra, base = repository("extra", updateinfo=EXTRA), repository("base", **BASE)
    alone, both = read(extra), read(extra, base)
    assert offered(alone) == {"zsh=9", "fish=2"} <= offered(both) == {"zsh=9", "fish=2", "zsh=1", "bash=2"}
    assert codes(alone)["PR3203"] == codes(both)["PR3203"] == 2
    assert "PR3213" not in codes(both)


def test_a_version_that_another_repository_lists_is_offered(repository):
    """An advisory names packages of several repositories."""
    base = repository("base", updateinfo=notices("RHSA-1", "bash=2", "perl=3"), primary=listed("bash=2"))
    apps = repository("apps", updateinfo=notices("RHSA-2", "ruby=1"), primary=listed("perl=3"))
    catalog = read(base, apps)
    assert offered(catalog) == {"bash=2", "perl=3"}
    assert codes(catalog)["PR3213"] == 1


LOOSE = [
    # case, notices, what is offered
    ("of these packages", notices("A", "bash=2", "zsh=9"), {"bash=2"}),
    ("of another version", notices("A", "bash=1"), set()),
    ("half of them are not listed", notices("A", "bash=2", "fish=2"), {"bash=2"}),
    ("most of them are not", notices("A", "bash=1", "fish=2", "dash=1"), {"bash=1", "fish=2", "dash=1"}),
    ("of other packages", notices("A", "fish=2"), {"fish=2"}),
]


@pytest.mark.parametrize(("case", "given", "expected"), LOOSE, ids=[row[0] for row in LOOSE])
def test_files_without_a_repomd_go_together_where_they_have_the_same_packages(case, given, expected):
    catalog = read(given, listed("bash=2", "zsh=1"))
    assert offered(catalog) - {"bash=2", "zsh=1"} == expected - {"bash=2"}
    assert codes(catalog).get("PR3203", 0) == len(expected - {"bash=2"})


def test_a_file_is_of_its_repository_also_where_it_was_named_before(repository):
    base = repository("base", updateinfo=notices("A", "bash=1"), primary=listed("bash=2"))
    for sources in ([base], [base / "repodata/primary.xml", base], [base / "repodata/updateinfo.xml", base]):
        assert offered(read(*sources)) == {"bash=2"}


def test_each_repository_without_notices_is_told(repository):
    base, more = repository("base", primary=listed("bash=2")), repository("more", primary=listed("zsh=1"))
    apps = repository("apps", updateinfo=notices("A", "perl=1"), primary=listed("perl=1"))
    assert codes(read(base, more, apps))["PR3219"] == 2
    assert "PR3219" not in codes(read(apps))


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_of_several_epochs_none_is_taken(order):
    """DECISIONS 30: the other side's epoch only if it is unique."""
    files = [notices("A", "bash=2", epoch=""), listed("bash=2"), listed("bash=2", epoch=1)]
    table = read(*(files[place] for place in order)).table.to_pylist()
    rows = sorted((row["evr"], row["advisory"], row["offered"]) for row in table)
    assert rows == [("0:2-1.el9", None, True), ("1:2-1.el9", None, True), ("2-1.el9", "A", True)]


def test_a_unique_epoch_is_taken():
    [row] = read(notices("A", "bash=2", epoch=""), listed("bash=2", epoch=3)).table.to_pylist()
    assert row["evr"] == "3:2-1.el9"


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
@pytest.mark.parametrize("named", ["bash=2", "zsh=1"])
def test_of_several_lists_the_earliest_build_counts(order, named):
    files = [notices("A", named), listed("bash=2", "zsh=1", built=BUILT + 9), listed("bash=2", "zsh=1")]
    table = read(*(files[place] for place in order)).table
    assert set(table["built"].to_pylist()) == {datetime.fromtimestamp(BUILT, UTC)}
    assert table.num_rows == 2


def test_packages_are_of_the_repository_that_the_notices_beside_their_list_name(repository):
    mine = repository("mine", updateinfo=notices("A", "bash=2", repository="mine"), primary=listed("bash=2", "zsh=1"))
    other = repository(
        "other", updateinfo=notices("B", "perl=1", repository="other"), primary=listed("perl=1", "zsh=1")
    )
    for sources in ((mine, other), (other, mine)):
        table = read(*sources).table.to_pylist()
        assert {(row["name"], row["repository"]) for row in table} == {
            ("bash", "mine"), ("zsh", "mine"), ("zsh", "other"), ("perl", "other"),
        }  # fmt: skip
