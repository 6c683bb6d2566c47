"""An archive whose lists of packages are not there says nothing of what they offer (SEMANTICS 2.3)."""

from __future__ import annotations

import pytest

import patchrules as pr
from patchrules.errors import CatalogError

RELEASE = "Origin: Debian\nLabel: Debian\nSuite: stable\nCodename: bookworm\nVersion: 12\nDate: Sat, 31 Oct 2026 18:04:45 UTC\n"
PACKAGES = "Package: {0}\nVersion: 1-1\nArchitecture: amd64\nFilename: pool/{0}.deb\n\n"
LISTED = [
    *(f"{one}/binary-{arch}/Packages" for one in ("main", "contrib") for arch in ("amd64", "arm64")),
    *(f"contrib/binary-amd64/Packages.{end}" for end in ("gz", "xz")),
    "main/debian-installer/binary-amd64/Packages",
]
EMPTY = "non-free/binary-amd64/Packages"


@pytest.fixture(params=["mirror", "apt"])
def archive(request, tmp_path):
    def written(suite, components, ending=""):
        said = RELEASE.replace("Codename: bookworm", f"Codename: {suite}")
        names = {"Release": said, "InRelease": said} if suite == "both" else {"Release": said}
        sizes = {f"{one}/binary-amd64/Packages": len(PACKAGES.format(one)) for one in components}
        rows = [f" {'0' * 64} {sizes.get(path, 90)} {path}" for path in LISTED] + [f" {'0' * 64} 0 {EMPTY}"]
        rows += [f" {'0' * 64} 20 {EMPTY}.gz"]
        files = {name: "\n".join([text + "MD5Sum:", *rows, ""]) for name, text in names.items()}
        files |= {f"{one}/binary-amd64/Packages{ending}": PACKAGES.format(one) for one in components}
        for name, text in files.items():
            flat = f"deb.debian.org_debian_dists_{suite}_{name.replace('/', '_')}"
            path = tmp_path / (flat if request.param == "apt" else f"dists/{suite}/{name}")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path

    return written


def test_a_security_archive_without_any_of_its_lists_is_refused(archive):
    archive("bookworm", ["main", "contrib"])
    with pytest.raises(CatalogError, match="a security archive says nothing: none of the 4 lists") as raised:
        pr.read_catalogs([str(archive("bookworm-security", []))])
    assert raised.value.code == "PR3019"
    assert "bookworm-security" in str(raised.value)


@pytest.mark.parametrize(
    ("suite", "components"), [("bookworm-security", ["main"]), ("bookworm", []), ("both", ["main"])]
)
def test_another_archive_may_have_sources_alone_and_a_system_not_every_component(archive, suite, components):
    archive("bookworm-updates", ["main"])
    found = pr.read_catalogs([str(archive(suite, components))])
    assert sum(one.table.num_rows for one in found) == 1 + len(components)


@pytest.mark.parametrize("ending", ["", ".xz"])
def test_a_security_archive_without_a_list_that_other_archives_have_is_refused(archive, ending):
    """Debian's `non-free-firmware` alone, without the `main` that nearly all fixes are in."""
    archive("bookworm", ["main", "contrib"])
    archive("bookworm-updates", ["main"])
    folder = archive("bookworm-security", ["contrib"], ending)
    with pytest.raises(CatalogError) as raised:
        pr.read_catalogs([str(folder)])
    assert raised.value.code == "PR3019"
    assert str(raised.value).startswith(
        "a security archive is not whole: `main/binary-amd64/Packages` is not there, and is of others of Debian12 [PR3019]\n"
        "  at "
    )


@pytest.mark.parametrize(
    "archives",
    [
        {"bookworm": ["main"], "bookworm-security": ["main"]},
        {"bookworm-security": ["contrib"]},
        {"trixie": ["main", "contrib"], "bookworm-security": ["contrib"]},
        {"bookworm": ["main", "non-free"], "bookworm-security": ["main"]},
        {"bookworm": ["main"], "bookworm-security": ["contrib"], "bookworm-lts-security": ["main"]},
    ],
    ids=["one component", "nothing tells", "another product", "not listed", "another security archive has it"],
)
def test_a_list_that_no_other_archive_of_the_product_has_is_not_missed(archive, archives):
    for suite, components in archives.items():
        folder = archive(suite, components)
    assert sum(one.table.num_rows for one in pr.read_catalogs([str(folder)])) == sum(map(len, archives.values()))


def test_a_component_that_other_archives_have_is_told(archive):
    """A system may well have `contrib` of one and not of the other."""
    archive("bookworm", ["main", "contrib"])
    found = pr.read_catalogs([str(archive("bookworm-security", ["main"]))])
    assert [one.count for catalog in found for one in catalog.diagnostics if one.code == "PR3234"] == [1]
