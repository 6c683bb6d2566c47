"""The world of a generated fleet: systems, packages with their versions, catalogs and baselines; all from one seed.

:mod:`benchmarks.large_fleet` writes hosts of this world by the million. Five operating systems share the package names;
versions, dates and severities are each system's own. A package's versions ascend, the first came with the system and
needs no notice, the others are each fixed by an advisory.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

AS_OF = datetime(2026, 11, 1, tzinfo=UTC)
NAMES = 1009
"""Packages of each system; a prime, so that every stride below it walks through all of them."""

FIXES = 7
"""Versions of each package that an advisory fixes."""

WORDS = """
openssl curl bash glibc kernel-core systemd python3 perl zlib libxml2 sqlite gnutls nss krb5 openldap bind samba httpd
nginx postgresql mariadb php ruby nodejs java git vim-minimal sudo polkit dbus cups freetype libtiff libjpeg poppler
expat rsync libarchive tar
""".split()  # noqa: SIM905 - thirty-nine lines say no more
SEVERITIES = ("Critical", "Important", "Moderate", "Low")
CLASSIFICATIONS = ("Security", "Bugfix", "Enhancement")
PRIORITIES = ("required", "important", "standard", "optional")
SECTIONS = ("libs", "net", "utils", "python", "admin")
LEVELS = ("CRITICAL", "HIGH", "MEDIUM", "LOW")


@dataclass(frozen=True, slots=True)
class System:
    """One operating system of the fleet."""

    family: str
    operating_system: str
    product: str
    arch: str
    scheme: str
    tag: str


SYSTEMS = (
    System("rhel", "REDHAT_ENTERPRISE_LINUX", "RedhatEnterpriseLinux9.4", "x86_64", "rpm", "el9_4"),
    System("amazon_linux_2023", "AMAZON_LINUX_2023", "AmazonLinux2023", "x86_64", "rpm", "amzn2023"),
    System("alma", "ALMA_LINUX", "AlmaLinux9.4", "x86_64", "rpm", "el9"),
    System("ubuntu", "UBUNTU", "Ubuntu22.04", "amd64", "dpkg", "0ubuntu0.22.04"),
    System("debian", "DEBIAN", "Debian12", "amd64", "dpkg", "deb12u"),
)


@dataclass(frozen=True, slots=True)
class Shape:
    """The knobs. The defaults are the fleet of ``docs/explanation/performance.md``.

    ``images`` 0 gives every host an image of its own; ``drift`` is the share of packages that are not at their image's
    version; ``versions`` is how many versions each package has been seen in, of which FIXES have an advisory;
    ``siblings`` packages are built from one source and share its version texts. ``baselines`` serve the five systems in
    turn, with ``rules`` rules and ``globs`` entries in each of their two lists.
    """

    hosts: int
    packages: int = 600
    images: int = 40
    drift: float = 0.02
    versions: int = 8
    siblings: int = 3
    baselines: int = 10
    rules: int = 3
    globs: int = 4
    seed: int = 0


WORST = {
    "own_images": {"images": 0},
    "million_versions": {"versions": 200, "siblings": 1},
    "many_rules": {"baselines": 50, "rules": 10},
    "many_globs": {"globs": 50},
}
"""The knobs that hurt, by the name ``--worst`` takes."""


def names() -> list[str]:
    """Return the package names; 26 in a row begin with the same word, so that a glob means several.

    >>> names()[0], names()[-1], len(set(names()))
    ('openssl-0000', 'tar-1008', 1009)
    """
    return [f"{WORDS[number // 26]}-{number:04}" for number in range(NAMES)]


def arches(system: System) -> list[str]:
    """Return the architecture of each package; every fifth rpm has none of its own."""
    free = "noarch" if system.scheme == "rpm" else system.arch
    return [free if number % 5 == 4 else system.arch for number in range(NAMES)]


def version(system: System, shape: Shape, number: int, at: int) -> str:
    """Return version ``at`` of package ``number``.

    >>> version(SYSTEMS[0], Shape(1), 7, 3), version(SYSTEMS[4], Shape(1), 7, 3)
    ('0:3.2.3-1.el9_4', '3.2.3-1deb12u')
    """
    source = number // shape.siblings
    release = 1 + (source + at) % 5
    if system.scheme == "rpm":
        return f"0:{1 + source % 9}.{source}.{at}-{release}.{system.tag}"
    return f"{1 + source % 9}.{source}.{at}-{release}{system.tag}"


def fixes(shape: Shape) -> list[int]:
    """Return which versions have an advisory, the newest last.

    >>> fixes(Shape(1)), fixes(Shape(1, versions=200))[-2:]
    ([1, 2, 3, 4, 5, 6, 7], [171, 199])
    """
    return [round(step * (shape.versions - 1) / FIXES) for step in range(1, FIXES + 1)]


def dimension(shape: Shape) -> pa.Table:
    """Return every package that any host can have: row ``(system * NAMES + name) * versions + version``.

    O(systems x names x versions) in Python.
    """
    evrs = [
        version(system, shape, number, at)
        for system in SYSTEMS
        for number in range(NAMES)
        for at in range(shape.versions)
    ]
    each = np.repeat(np.arange(NAMES), shape.versions)
    columns = {
        "name": np.tile(each, len(SYSTEMS)),
        "arch": np.concatenate([each + place * NAMES for place in range(len(SYSTEMS))]),
    }
    words = {"name": names(), "arch": [arch for system in SYSTEMS for arch in arches(system)]}
    taken = {name: pa.array(words[name]).take(pa.array(rows)) for name, rows in columns.items()}
    return pa.table({**taken, "evr": pa.array(evrs)})


def catalog(system: System, shape: Shape) -> pa.Table:
    """Return the patches of a system in the columns of ``model.columns.CATALOG``; about seven share an advisory."""
    source = np.random.default_rng([shape.seed, SYSTEMS.index(system)])
    rows: list[dict[str, Any]] = []
    text = dict(zip(("name", "arch"), (names(), arches(system)), strict=True))
    for step, at in enumerate(fixes(shape)):
        ages = _ages(source, step)
        chosen = source.integers(0, 12, NAMES)
        for number in range(NAMES):
            advisory = number // 7 * FIXES + step
            row = {
                "name": text["name"][number],
                "arch": text["arch"][number],
                "evr": version(system, shape, number, at),
                "offered": system.scheme == "rpm" or step >= FIXES - 2,
            }
            kind = int(chosen[number // 7])
            rows.append(
                row | (_notice(system, advisory, kind, ages[number // 7]) if system.scheme == "rpm" else _deb(kind))
            )
    return pa.Table.from_pylist(rows, _SCHEMA)


_INSTANT = pa.timestamp("us", tz="UTC")
_SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("name", "arch", "evr", "advisory", "classification", "severity")]
    + [("priority", pa.string()), ("section", pa.string()), ("issued", _INSTANT), ("repository", pa.string())]
    + [("security", pa.bool_()), ("offered", pa.bool_())]
)


def _ages(source: np.random.Generator, step: int) -> npt.NDArray[np.int64]:
    """Return how many days before AS_OF each advisory came out; later steps are younger, the last can be days old."""
    youngest = (FIXES - 1 - step) * 120
    return source.integers(youngest, youngest + 120, NAMES)


def _notice(system: System, advisory: int, kind: int, age: int) -> dict[str, Any]:
    """Return what an update notice says."""
    return {
        "advisory": f"{system.tag.upper()}SA-2026:{advisory:05}",
        "classification": CLASSIFICATIONS[0 if kind < 7 else 1 + kind % 2],
        "severity": SEVERITIES[kind % 4],
        "issued": AS_OF - timedelta(days=int(age), hours=1),
        "repository": "baseos",
        "security": False,
    }


def _deb(kind: int) -> dict[str, Any]:
    """Return what an archive says."""
    return {
        "priority": PRIORITIES[kind % 4],
        "section": SECTIONS[kind % 5],
        "repository": "security" if kind < 8 else "updates",
        "security": kind < 8,
    }


def baselines(shape: Shape) -> list[dict[str, Any]]:
    """Return the baseline documents; number ``n`` serves system ``n % 5`` in the patch group ``ring-<n // 5>``."""
    return [_baseline(number, shape) for number in range(shape.baselines)]


def groups(shape: Shape, place: int) -> int:
    """Return how many patch groups the system at ``place`` has."""
    return len(range(place, shape.baselines, len(SYSTEMS)))


def _baseline(number: int, shape: Shape) -> dict[str, Any]:
    """Return one baseline: a few rules that differ in filters, delay and level, and two lists of globs."""
    source = np.random.default_rng([shape.seed, 1, number])
    system = SYSTEMS[number % len(SYSTEMS)]
    rules = [_rule(system, place, source) for place in range(shape.rules)]
    starts = sorted({f"{name[:-1]}*" for name in names()})
    picked = [starts[place] for place in source.choice(len(starts), min(2 * shape.globs, len(starts)), replace=False)]
    return {
        "Name": f"{system.family}-{number:02}",
        "OperatingSystem": system.operating_system,
        "ApprovalRules": {"PatchRules": rules},
        "ApprovedPatches": picked[: shape.globs],
        "ApprovedPatchesComplianceLevel": LEVELS[number % 4],
        "RejectedPatches": picked[shape.globs :],
        "RejectedPatchesAction": "BLOCK",
        "PatchGroups": [f"ring-{number // len(SYSTEMS)}"],
    }


def _rule(system: System, place: int, source: np.random.Generator) -> dict[str, Any]:
    """Return one approval rule: the first takes what matters most, the others one corner each."""
    first, second = (
        (("CLASSIFICATION", CLASSIFICATIONS), ("SEVERITY", SEVERITIES))
        if system.scheme == "rpm"
        else (("PRIORITY", tuple(word.capitalize() for word in PRIORITIES)), ("SECTION", SECTIONS))
    )
    chosen = {
        first[0]: [first[1][place % len(first[1])]],
        second[0]: list(second[1][:2]) if place == 0 else [second[1][int(source.integers(len(second[1])))]],
    }
    filters = [{"Key": key, "Values": values} for key, values in chosen.items()]
    rule = {"PatchFilterGroup": {"PatchFilters": filters}, "ComplianceLevel": LEVELS[place % 4]}
    return rule | ({"ApproveAfterDays": 7 + 7 * (place % 3)} if system.scheme == "rpm" else {})
