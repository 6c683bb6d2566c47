"""A catalog is as old as the oldest of its parts that fixes come from (SEMANTICS 5.16, decision 0042)."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import pytest

import patchrules as pr
from patchrules.evaluation.nouns import hosts_table, packages_table
from patchrules.model.columns import REJECTS
from patchrules.model.host import Host, Inventory
from patchrules.model.package import Package
from patchrules.sources import arrow

AS_OF = datetime(2026, 11, 10, tzinfo=UTC)
NEW, OLD, AGES_AGO = (AS_OF - timedelta(days=days) for days in (1, 60, 900))
LIMIT = pr.AgeLimits(catalog=timedelta(days=30))
NOTICES = '<updates><update type="security"><id>A</id><pkglist><collection><package name="zsh" version="6" release="1" arch="x86_64"/></collection></pkglist></update></updates>'
LIST = (
    '<metadata xmlns="http://linux.duke.edu/metadata/common"><package type="rpm"><name>zsh</name><arch>x86_64</arch>'
    '<version epoch="0" ver="5" rel="1"/></package></metadata>'
)
RELEASE = "Origin: Debian\nSuite: {0}\nCodename: {0}\nVersion: 12\nDate: {1:%a, %d %b %Y %H:%M:%S} UTC\n"
PACKAGES = "Package: zsh\nVersion: 5-1\nArchitecture: amd64\nFilename: pool/zsh.deb\n\n"


@pytest.fixture
def repository(tmp_path):
    """Write an rpm repository made at an instant, with notices or a list alone; return its folder."""

    def written(name, made, *, has_notices=True):
        folder = tmp_path / name / "repodata"
        folder.mkdir(parents=True)
        files = {"updateinfo": NOTICES, "primary": LIST} if has_notices else {"primary": LIST}
        for kind, text in files.items():
            (folder / f"{kind}.xml").write_text(text)
        rows = "".join(f'<data type="{kind}"><location href="repodata/{kind}.xml"/></data>' for kind in files)
        revision = f"{made.timestamp():.0f}" if made else "9.4"
        (folder / "repomd.xml").write_text(f"<repomd><revision>{revision}</revision>{rows}</repomd>")
        return str(folder.parent)

    return written


@pytest.fixture
def archive(tmp_path):
    """Write a deb archive of a suite, made at an instant; without one it has no Release file."""

    def written(suite, made):
        folder = tmp_path / "dists" / suite
        (folder / "main/binary-amd64").mkdir(parents=True)
        (folder / "main/binary-amd64/Packages").write_text(PACKAGES)
        if made:
            (folder / "Release").write_text(RELEASE.format(suite, made))
        return str(folder)

    return written


def judged(family, product, catalogs, limits):
    """What both engines say of a host: why it is UNKNOWN, and which doubts about ages there are."""
    arch, evr = ("amd64", "5-1") if family == "debian" else ("x86_64", "0:5-1")
    host = Host("h", family, product, arch, packages=(Package("zsh", arch, evr),))
    baseline = pr.predefined(f"AWS-{'Debian' if family == 'debian' else 'RedHat'}DefaultPatchBaseline")
    fleet = Inventory(hosts_table([host]), packages_table([host]), arrow.table(REJECTS, {}, 0))
    run = pr.evaluate_fleet(baseline, fleet, catalogs, as_of=AS_OF, limits=limits)
    report = pr.evaluate(baseline, host, catalogs, as_of=AS_OF, limits=limits)
    found = [
        (sorted(reasons), sorted(one.code for one in told if one.code in {"PR7016", "PR7026"}))
        for reasons, told in (
            (run.hosts["unknown"][0].as_py() or [], run.diagnostics),
            (report.unknown, report.diagnostics),
        )
    ]
    assert found[0] == found[1]
    return found[0]


RPM = [
    # case, (made, has notices) of each repository, reasons and doubts under a limit, doubts without
    ("all are new", [(NEW, True), (NEW, True)], [], [], []),
    ("one is old", [(NEW, True), (OLD, True)], ["STALE_CATALOG"], [], ["PR7026"]),
    ("an old one has no notices, as SUSE's pools", [(NEW, True), (AGES_AGO, False)], [], [], []),
    ("none has notices: the newest counts", [(NEW, False), (OLD, False)], [], [], []),
    ("none has notices, and all are old", [(OLD, False), (AGES_AGO, False)], ["STALE_CATALOG"], [], ["PR7026"]),
    ("one does not say", [(NEW, True), (None, True)], [], ["PR7016"], []),
    ("one does not say and has no notices", [(NEW, True), (None, False)], [], [], []),
    ("none says", [(None, True), (None, True)], [], ["PR7016"], []),
]  # fmt: skip


@pytest.mark.parametrize(("case", "given", "reasons", "limited", "unlimited"), RPM, ids=[row[0] for row in RPM])
@pytest.mark.parametrize("is_compiled", [False, True])
def test_the_oldest_rpm_repository_with_notices_counts(
    repository, case, given, reasons, limited, unlimited, is_compiled
):
    folders = [repository(str(place), made, has_notices=notices) for place, (made, notices) in enumerate(given)]
    for order in (folders, folders[::-1]):
        catalog = pr.read_catalog(*order, products=["RedhatEnterpriseLinux9*"])
        if is_compiled:
            file = io.BytesIO()
            pr.build_catalog(file, *order, products=["RedhatEnterpriseLinux9*"])
            catalog = pr.read_catalog(file.getvalue())
        assert judged("rhel", "RedhatEnterpriseLinux9.4", [catalog], LIMIT) == (reasons, limited)
        assert judged("rhel", "RedhatEnterpriseLinux9.4", [catalog], pr.AgeLimits())[1] == unlimited
        known = [made for made, _ in given if made]
        assert catalog.as_of == max(known, default=None)


DEB = [
    # case, when each archive was made, reasons and doubts under a limit
    ("all are new", {"bookworm": NEW, "bookworm-security": NEW}, [], []),
    ("security is old", {"bookworm": NEW, "bookworm-updates": NEW, "bookworm-security": OLD}, ["STALE_CATALOG"], []),
    ("main is of the last point release", {"bookworm": OLD, "bookworm-security": NEW}, [], []),
    ("no security archive: the newest counts", {"bookworm": AGES_AGO, "bookworm-updates": NEW}, [], []),
    ("one has no Release file", {"bookworm-security": NEW, "bookworm": None}, [], ["PR7016"]),
]  # fmt: skip


@pytest.mark.parametrize(("case", "given", "reasons", "limited"), DEB, ids=[row[0] for row in DEB])
def test_the_oldest_security_archive_counts(archive, case, given, reasons, limited):
    folders = [archive(suite, made) for suite, made in given.items()]
    for order in (folders, folders[::-1]):
        catalog = pr.read_catalog(*order, products=["Debian12*"])
        assert judged("debian", "Debian12", [catalog], LIMIT) == (reasons, limited)


def test_what_does_not_say_is_named(repository):
    folders = [repository("new", NEW), repository("unsaid", None)]
    catalog = pr.read_catalog(*folders, products=["RedhatEnterpriseLinux9*"])
    host = Host("h", "rhel", "RedhatEnterpriseLinux9.4", "x86_64", packages=(Package("zsh", "x86_64", "0:5-1"),))
    report = pr.evaluate(pr.predefined("AWS-RedHatDefaultPatchBaseline"), host, catalog, as_of=AS_OF, limits=LIMIT)
    [told] = [one.message for one in report.diagnostics if one.code == "PR7016"]
    assert told == (
        f"`{folders[1]}/repodata/repomd.xml` in the catalog of rhel, products RedhatEnterpriseLinux9* does not say when "
        "it was made: the limit on its age is not checked"
    )


def test_an_observation_says_when_what_does_not_say_was_there(repository, tmp_path):
    catalog = pr.read_catalog(repository("new", NEW), repository("unsaid", None), family="rhel")
    pr.observe_catalog(tmp_path / "store", catalog, observed_at=AS_OF)
    [known] = pr.read_catalogs([str(tmp_path / "store")])
    assert (catalog.undated != (), known.undated, known.as_of) == (True, (), NEW)
