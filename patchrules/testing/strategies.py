"""Hypothesis strategies for the nouns of patchrules, made so that boundaries and clashes are common.

A :class:`World` is drawn first: two or three names and versions that catalog and hosts share, so that two draws often
speak of the same package. Dates, as-of instants and delays share one grid of few days, so that exact boundaries are
frequent. Every list entry has something to match, and many rules select everything.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Any, TypeVar

from hypothesis import strategies as st

from patchrules.families import families, family_of
from patchrules.model.baseline import ApprovalRule, Baseline, PatchFilter, PatchSource
from patchrules.model.host import Host
from patchrules.model.names import (
    ComplianceLevel,
    FilterKey,
    MissingDate,
    OperatingSystem,
    Operation,
    RebootOption,
    RejectedPatchesAction,
    State,
)
from patchrules.model.package import Package
from patchrules.model.patch import Patch
from patchrules.model.previous_run import PreviousRun, TrackedPatch
from patchrules.model.verdict import OverridePatch
from patchrules.reference.states import title
from patchrules.testing.weights import maybe, mostly, rarely, tuples

T = TypeVar("T")

T0 = datetime(2024, 1, 31, tzinfo=UTC)
"""The middle of the grid of dates."""

LINUX = (
    OperatingSystem.REDHAT_ENTERPRISE_LINUX,
    OperatingSystem.CENTOS,
    OperatingSystem.ROCKY_LINUX,
    OperatingSystem.ALMA_LINUX,
    OperatingSystem.ORACLE_LINUX,
    OperatingSystem.AMAZON_LINUX,
    OperatingSystem.AMAZON_LINUX_2,
    OperatingSystem.AMAZON_LINUX_2022,
    OperatingSystem.AMAZON_LINUX_2023,
    OperatingSystem.DEBIAN,
    OperatingSystem.UBUNTU,
    OperatingSystem.RASPBIAN,
    OperatingSystem.SUSE,
    OperatingSystem.MACOS,
)
"""The operating systems that are judged by versions of packages; Windows is in ``testing.updates``."""

NAMES = ("openssl", "openssl-libs", "bash", "kernel", "Foo+")
VERSIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "rpm": (
            "1.0-1.el8", "0:1.0-1.el8", "0:1.0-01.el8", "1:1.0-1.el8", "0:1.0~rc1-1.el8", "1.0^git1-1.el8",
            "0:1.1-1.el8_6", "1.1-1.el9", "0:1.10-1.el8", "2:0.9-1.el7", "0:1.1-1.amzn2", "0:1.2-1.amzn2023", "1.2",
            "0:1.2-1",
        ),
        "dpkg": ("1.0-1", "1.0-1+deb12u1", "1:0.9-1", "1.0~rc1-1", "1.1-1", "1.10-1", "1.0-0", "1.0", "0:1.1-1"),
        "dotted": ("1.0", "1.0.0", "1.1", "1.10", "1.9", "2", "13.6.1", "1.0rc1"),
    }
)  # fmt: skip
ARCHES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "rpm": ("x86_64", "noarch", "i686", "aarch64"),
        "dpkg": ("amd64", "all", "i386"),
        "dotted": ("", "arm64", "x86_64"),
    }
)
CLOSE: Mapping[str, tuple[tuple[str, ...], ...]] = MappingProxyType(
    {
        "rpm": (
            ("1.0-1.el8", "0:1.1-1.el8", "1:1.0-1.el8", "2:0.9-1.el8"),
            ("1.1-1", "0:1.2-1", "1:1.0-1", "1:1.1-1"),
            ("1.0-1.el8", "1:1.1-1.el8", "2:0.9-1.el8"),
            ("0:1.0~rc1-1", "0:1.0-1", "0:1.0-01", "0:1.0^git1-1"),
            ("0:1.0-1", "0:1.1-1", "0:1.10-1", "1.1-1"),
        ),
        "dpkg": (("1.0", "1.0-0", "1.0-1", "1:0.9-1"), ("1.0~rc1-1", "1.0-1", "1.1-1", "1.10-1")),
        "dotted": (("1.0", "1.0.0", "1.1", "1.10"), ("1.0rc1", "1.0", "1.9", "1.10")),
    }
)
"""Versions that are easily confused: equal in other words, apart by the epoch only, older though longer."""

PRODUCTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "rpm": ("RedhatEnterpriseLinux8.4", "CentOS8", "CentOS9", "AmazonLinux2"),
        "dpkg": ("Debian12", "Ubuntu20.04"),
        "dotted": ("Sonoma14.1", "macOS13.2"),
    }
)
TEXTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "classification": ("Security", "Bugfix", "Newpackage", "None", "installer"),
        "severity": ("Critical", "Important", "moderate", "Medium", "Low", "None", ""),
        "priority": ("required", "optional", "extra"),
        "section": ("libs", "utils"),
    }
)
ADVISORIES = ("RHSA-2024:1", "RHBA-2024:2")
CVES = ("CVE-2024-1", "CVE-2024-2")
MODULES = ("nodejs:18", "nodejs:20")
BUGZILLAS = ("1234567", "7654321")
PATTERNS = (
    "openssl", "OPENSSL", "openssl*", "*ssl*", "bash.*", "kernel-1.1*", "*:1.0-1*", "openssl-1.0", "?ash", "[bk]*", "*",
    "openssl-0:1.0-1.el8.x86_64", "1:openssl-1.0-1.el8.x86_64", "openssl.amd64", "openssl-1.0-1",
    "openssl.x86_64:0:1.1*", "1.0", "2", "foo+", "[", "0:*", "bash-1.?-*",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class World:
    """What catalog and hosts of one situation have in common; the first architecture is the common one."""

    names: tuple[str, ...]
    versions: tuple[str, ...]
    arches: tuple[str, ...]
    severities: tuple[str | None, ...]
    secure: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything an evaluation is made from; ``options`` are keywords of ``evaluate`` and ``evaluate_fleet``."""

    baseline: Baseline
    hosts: tuple[Host, ...]
    patches: tuple[Patch, ...]
    options: Mapping[str, Any]


def worlds(operating_system: OperatingSystem) -> st.SearchStrategy[World]:
    """Draw what the packages of one situation have in common: few names, close versions, one common architecture."""
    scheme = family_of(operating_system).scheme
    any_pair = st.lists(st.sampled_from(VERSIONS[scheme]), min_size=2, max_size=3, unique=True).map(tuple)
    close_pair = st.sampled_from([pair for group in CLOSE[scheme] for pair in itertools.combinations(group, 2)])
    common, *others = ARCHES[scheme]
    return st.builds(
        World,
        names=st.sampled_from([*((name,) for name in NAMES), *itertools.combinations(NAMES[:3], 2)]),
        versions=st.sampled_from(CLOSE[scheme]) | close_pair | any_pair,
        arches=st.sampled_from(((common,), (common, common, common, *others))),
        severities=st.sampled_from(((None,), ("Critical", "Low"), (None, *TEXTS["severity"]))),
        secure=st.sampled_from(((False,), (False, True))),
    )


def everything(operating_system: OperatingSystem) -> World:
    """Return the world of all names, versions and architectures."""
    scheme = family_of(operating_system).scheme
    return World(NAMES, VERSIONS[scheme], ARCHES[scheme], (None, *TEXTS["severity"]), (False, True))


def instants(first: int = -3, last: int = 2) -> st.SearchStrategy[datetime]:
    """Draw an instant of the grid: a whole day from T0, from ``first`` to ``last``, or a microsecond beside it."""
    whole = [T0 + timedelta(days=day) for day in range(first, last + 1)]
    beside = [instant + timedelta(microseconds=by) for instant in whole for by in (-1, 1)]
    return st.sampled_from((*whole, *whole, *whole, *beside))


def patch_filters(operating_system: OperatingSystem) -> st.SearchStrategy[PatchFilter]:
    """Draw a filter: mostly of keys the operating system uses, with values that patches have, in any case."""
    family = family_of(operating_system)
    pools = {FilterKey.PRODUCT: PRODUCTS[family.scheme]}
    pools |= {key: TEXTS[column] for key, column in family.documented.filters.items() if column in TEXTS}
    keys = st.sampled_from([*pools, *pools, FilterKey.MSRC_SEVERITY])

    def of_key(key: FilterKey) -> st.SearchStrategy[PatchFilter]:
        known = [text for text in pools.get(key, ("Critical",)) if text]
        values = st.sampled_from([*known, *(text.upper() for text in known), "*", "Unheard"])
        return st.lists(values, min_size=1, max_size=3).map(lambda found: PatchFilter(key, tuple(found)))

    return keys.flatmap(of_key)


def approval_rules(operating_system: OperatingSystem, days: Sequence[date] = ()) -> st.SearchStrategy[ApprovalRule]:
    """Draw an approval rule with a delay, an until-date (often of ``days``), or neither; half select everything."""
    delays = [(delay, None) for delay in (1, 3, 0, 2, 7, None)]
    until = [(None, day) for day in (*days, *(T0.date() + timedelta(days=by) for by in (0, -4, -3, -1, 1)), date.max)]
    narrow = st.tuples(tuples(patch_filters(operating_system), (1, 1, 2)), st.booleans())
    return st.builds(
        lambda width, level, when: ApprovalRule(width[0], level, when[0], when[1], enable_non_security=width[1]),
        rarely(narrow, ((), True), 1),
        st.sampled_from(list(ComplianceLevel)),
        st.sampled_from([*delays, *until]),
    )


def list_entries() -> st.SearchStrategy[tuple[str, ...]]:
    """Draw an approved or rejected list: names, globs and ids, some of which mean nothing."""
    entry = st.sampled_from((*ADVISORIES, *CVES, *BUGZILLAS)) | st.sampled_from((*PATTERNS, CVES[0].lower()))
    return tuples(entry, (0, 0, 0, 1, 2, 3))


def baselines(operating_system: OperatingSystem, days: Sequence[date] = ()) -> st.SearchStrategy[Baseline]:
    """Draw a valid baseline for an operating system; ``days`` are those on which its patches were released."""
    return st.builds(
        Baseline,
        name=st.just("drawn"),
        operating_system=st.just(operating_system),
        global_filters=tuples(patch_filters(operating_system), (0, 0, 0, 1)),
        rules=tuples(approval_rules(operating_system, days), (1, 2, 2, 3, 0)),
        approved_patches=list_entries(),
        approved_patches_level=st.sampled_from(list(ComplianceLevel)),
        approved_patches_enable_non_security=st.booleans(),
        rejected_patches=list_entries(),
        rejected_patches_action=st.sampled_from(list(RejectedPatchesAction)),
        sources=rarely(tuples(patch_sources(operating_system), (1, 2)), ()),
    )


def patch_sources(operating_system: OperatingSystem) -> st.SearchStrategy[PatchSource]:
    """Draw a source: of a repository that rows may be of, for a product that hosts may have."""
    products = st.sampled_from((*PRODUCTS[family_of(operating_system).scheme], "*", "*"))
    configuration = st.sampled_from(("[main]", "[main]\n[updates]\nbaseurl=https://example.com/"))
    return st.builds(PatchSource, st.sampled_from(("Base", "other")), products.map(lambda one: (one,)), configuration)


def patches(operating_system: OperatingSystem, world: World | None = None) -> st.SearchStrategy[Patch]:
    """Draw a catalog row: of a notice or of none, offered or not, with or without dates."""
    world = world or everything(operating_system)
    return st.builds(
        Patch,
        name=st.sampled_from(world.names),
        arch=st.sampled_from(world.arches),
        # Hypothesis favours the first of several: with the last first here, most of what is installed is older.
        evr=st.sampled_from(world.versions[::-1]),
        advisory=st.sampled_from((*ADVISORIES, *ADVISORIES, None)),
        classification=maybe(st.sampled_from(TEXTS["classification"])),
        severity=st.sampled_from(world.severities),
        priority=maybe(st.sampled_from(TEXTS["priority"])),
        section=maybe(st.sampled_from(TEXTS["section"])),
        issued=mostly(instants(), None),
        updated=maybe(instants()),
        built=maybe(instants()),
        cves=st.lists(st.sampled_from(CVES), max_size=2, unique=True).map(tuple),
        bugzillas=st.lists(st.sampled_from(BUGZILLAS), max_size=1).map(tuple),
        repository=st.sampled_from(("base", "updates", None)),
        security=st.sampled_from(world.secure),
        offered=st.sampled_from((True, True, True, False)),
        module=rarely(st.sampled_from((*MODULES, " ".join(MODULES))), None),
    )


def packages(operating_system: OperatingSystem, world: World | None = None) -> st.SearchStrategy[Package]:
    """Draw an installed package, sometimes half installed or without its architecture."""
    world = world or everything(operating_system)
    half = family_of(operating_system).scheme == "dpkg"
    return st.builds(
        Package,
        name=st.sampled_from(world.names),
        arch=st.sampled_from((*world.arches, *world.arches, world.arches[0], None)),
        evr=st.sampled_from(world.versions),
        built=maybe(instants()),
        installed_at=mostly(instants(-2, 2), None),
        held=st.booleans(),
        status=st.sampled_from((None, "installed", "installed", "config-files")) if half else st.none(),
        priority=maybe(st.sampled_from(TEXTS["priority"])),
        section=maybe(st.sampled_from(TEXTS["section"])),
    )


def hosts(
    operating_system: OperatingSystem, identity: str = "host", world: World | None = None
) -> st.SearchStrategy[Host]:
    """Draw a host with some packages; its product or architecture may not be known."""
    family = family_of(operating_system)
    products = PRODUCTS[family.scheme]
    common, *others = ARCHES[family.scheme]
    return st.builds(
        Host,
        id=st.just(identity),
        family=st.just(family.name),
        product=st.sampled_from((products[0], products[0], *products, None)),
        arch=st.sampled_from((common, common, common, *others, None)),
        boot_time=mostly(instants(-2, 2), None),
        enabled_modules=maybe(st.frozensets(st.sampled_from(MODULES))),
        packages=tuples(packages(operating_system, world), (1, 2, 1, 3, 4, 0)).flatmap(repeating),
    ).flatmap(remembering)


def repeating(drawn: tuple[Package, ...]) -> st.SearchStrategy[tuple[Package, ...]]:
    """Draw packages among which, rarely, one stands again, and the two rows say different things of it."""
    if not drawn:
        return st.just(drawn)
    fields: dict[str, st.SearchStrategy[Any]] = {
        "priority": maybe(st.sampled_from(TEXTS["priority"])),
        "section": maybe(st.sampled_from(TEXTS["section"])),
        "held": st.booleans(),
    }
    again = st.builds(dataclasses.replace, st.sampled_from(drawn), **fields)
    return rarely(again, None).map(lambda found: drawn if found is None else (*drawn, found))


def remembering(host: Host) -> st.SearchStrategy[Host]:
    """Draw what the tracking file of a host remembers: often of what is installed now, sometimes impossible."""
    family = families()[host.family or ""]
    at_home = [title(one.name, one.arch or host.arch or "", one.evr, family.documented) for one in host.packages]
    tracked = st.builds(
        TrackedPatch,
        title=st.sampled_from([*at_home, *at_home, "gone.x86_64:0:1-1"]),
        state=st.sampled_from((State.INSTALLED_PENDING_REBOOT, State.INSTALLED_PENDING_REBOOT, State.INSTALLED)),
        installed_at=mostly(instants(-3, 1), None),
    )
    run = st.builds(
        PreviousRun,
        patches=tuples(tracked, (1, 2, 0)),
        last_no_reboot_install=maybe(instants(-2, 2)),
        installed=tuples(st.sampled_from([*at_home, "gone.x86_64:0:1-1"]), (0, 1)),
        exit_code=st.sampled_from((0, 0, 194)),
    )
    return rarely(run, None, 1).map(lambda found: dataclasses.replace(host, previous_run=found))


def siblings(patch: Patch, world: World) -> st.SearchStrategy[Patch]:
    """Draw another row about the same version: of another notice, repository, date or severity."""
    fields: dict[str, st.SearchStrategy[Any]] = {
        "advisory": st.sampled_from(ADVISORIES),
        "severity": st.sampled_from(world.severities),
        "security": st.booleans(),
        "repository": st.sampled_from(("base", "updates", None)),
        "updated": maybe(instants()),
        "offered": st.booleans(),
        "classification": st.sampled_from(TEXTS["classification"]),
        "cves": st.sampled_from(((), CVES[:1], CVES[1:])),
    }
    changed = st.lists(st.sampled_from(sorted(fields)), min_size=2, max_size=4, unique=True)
    drawn: st.SearchStrategy[dict[str, Any]] = changed.flatmap(
        lambda names: st.fixed_dictionaries({name: fields[name] for name in names})
    )
    return drawn.map(lambda values: dataclasses.replace(patch, **values))


def overrides(world: World) -> st.SearchStrategy[tuple[OverridePatch, ...]]:
    """Draw an InstallOverrideList: ids with and without a title, some of which mean nothing."""
    ids = rarely(st.sampled_from(PATTERNS), world.names[0]) | st.sampled_from((*world.names, "*"))
    versions = [version.rpartition(":")[2] for version in world.versions]
    titles = st.sampled_from((*world.versions, *versions, *(text.partition("-")[0] for text in versions), "*-1*"))
    return tuples(st.builds(OverridePatch, ids, mostly(titles, None, 1)), (1, 1, 2, 2, 0))


def runs(listed: st.SearchStrategy[tuple[OverridePatch, ...]]) -> st.SearchStrategy[dict[str, Any]]:
    """Draw what the run did: a Scan or an Install, which was perhaps told what to bring; a Scan rarely is."""
    lists = {True: listed, False: st.none()}
    told = [(Operation.INSTALL, True)] * 4
    kinds = [
        (Operation.SCAN, False),
        *told,
        (Operation.SCAN, False),
        (Operation.INSTALL, False),
        (Operation.SCAN, True),
    ]
    return st.sampled_from(kinds).flatmap(
        lambda kind: st.fixed_dictionaries(
            {
                "operation": st.just(kind[0]),
                "install_override": lists[kind[1]],
                "missing_date": st.sampled_from(list(MissingDate)),
                "reboot_option": st.sampled_from(list(RebootOption)),
            }
        )
    )


@st.composite
def situations(draw: st.DrawFn, systems: Sequence[OperatingSystem] = LINUX) -> Situation:
    """Draw everything an evaluation is made from: a baseline, a catalog, one to three hosts, the options."""
    system = draw(st.sampled_from(systems))
    world = draw(worlds(system))
    count = draw(st.sampled_from((1, 1, 2, 3)))
    rows = list(draw(tuples(patches(system, world), (2, 3, 1, 4, 5))))
    rows += [draw(siblings(patch, world)) for patch in draw(tuples(st.sampled_from(rows), (1, 2, 3, 0)))]
    options = {"as_of": draw(instants(0, 3)), **draw(runs(overrides(world)))}
    days = [one.date() for row in rows for one in (row.issued, row.updated, row.built) if one]
    return Situation(
        baseline=draw(baselines(system, days)),
        hosts=tuple(draw(hosts(system, f"host-{number}", world)) for number in range(count)),
        patches=tuple(rows),
        options=options,
    )
