"""Installed packages judged as AWS documents it, each distinct one once a policy."""

from __future__ import annotations

import functools
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from patchrules.batch.fresh import Fresh
from patchrules.batch.instants import LONG_AGO
from patchrules.batch.keys import Ints
from patchrules.batch.package_keys import Key, key_of
from patchrules.batch.packages import PackageNumbers
from patchrules.batch.policy import Policy
from patchrules.batch.render import rendered
from patchrules.batch.states import FAILS, Packages, Verdicts, at, installed_verdicts
from patchrules.batch.tally import Known
from patchrules.versions import SCHEMES


def documented(policy: Policy, numbers: PackageNumbers, some: Ints) -> Fresh:
    """Batch twin of ``reference.evaluate.documented``: judge packages, by their numbers, as AWS documents it."""
    packages = settled(policy, numbers, some)
    found, table = installed_verdicts(policy, packages), packages.table

    @functools.cache
    def values() -> list[tuple[Any, ...]]:
        return list(zip(*(table[name].to_pylist() for name in ("name", *OF_AGE)), strict=True))

    def key(position: int) -> Key:
        name, arch, *_ = values()[position]
        return key_of(name, arch, policy.host, policy.family)

    return Fresh(
        known=_countable(policy, found),
        rows=np.ones(table.num_rows, dtype=np.int64),
        rendered=lambda some: rendered(policy, packages.only(some), found.only(some)),
        key=key,
        age=lambda position: age(policy, *values()[position][1:]),
    )


OF_AGE = ("arch", "evr", "built", "priority", "section")
"""What :func:`age` is asked of, in this order."""


def age(
    policy: Policy, arch: str, evr: str, built: datetime | None, priority: str | None, section: str | None
) -> tuple[Any, ...]:
    """Return what says which of several installed versions counts: the highest, else what their texts say."""
    texts = SCHEMES[policy.family.scheme].sort_key(evr), evr, arch
    return *texts, built is not None, built or LONG_AGO, priority or "", section or ""


def settled(policy: Policy, numbers: PackageNumbers, some: Ints) -> Packages:
    """Batch twin of ``reference.installed.settled``: packages with an architecture, and where it was assumed."""
    installed = numbers.table(some)
    arch, unsaid, family = installed["arch"], pc.is_null(installed["arch"]), policy.family
    if not family.has_arch:
        arch = pa.array([""] * installed.num_rows, pa.string())
    elif arch.null_count:
        alike = pc.is_in(installed["name"], value_set=policy.independent)
        assumed = pc.if_else(alike, family.independent_arch, policy.host.arch or "")
        arch = pc.coalesce(arch, assumed)
    place = installed.column_names.index("arch")
    names, evrs = numbers.texts(some)
    return Packages(installed.set_column(place, "arch", arch), names, evrs, np.asarray(unsaid) & family.has_arch)


def _countable(policy: Policy, found: Verdicts) -> Known:
    """Return what counting needs of freshly judged packages."""
    return Known(
        state=found.state,
        level=found.level,
        notes=found.notes,
        failing=FAILS[found.state],
        security=(found.shown >= 0) & at(policy.secure, found.shown),
        absent=(found.key >= 0) & (policy.absent[found.key.clip(0)] if len(policy.absent) else False),
    )
