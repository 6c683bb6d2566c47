"""Which architectures the systems of a packaging world have: one under another name counts as not stated (5.e)."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.errors import Diagnostic, Level
from patchrules.families import families
from patchrules.families._architectures import ARCHES

_SHOWN = 3


def has_all(family_names: Iterable[str], arches: Iterable[str]) -> bool:
    """Say whether each architecture is one of some family of these.

    >>> has_all(["rhel"], ["x86_64", "noarch"]), has_all(["rhel"], ["amd64"]), has_all(["rhel", "debian"], ["amd64"])
    (True, False, True)
    """
    known = [ARCHES.get(families()[name].scheme) for name in family_names]
    return None in known or set(arches) <= set().union(*(one for one in known if one))


@functools.cache
def has(family: str | None, arch: str) -> bool:
    """Say whether an architecture is one of the family's; of a family that nobody knows, any may be.

    >>> has("rhel", "x86_64"), has("rhel", "amd64"), has("rhel", "X86_64"), has(None, "amd64")
    (True, False, False, True)
    """
    return family is None or has_all([family], [arch])


def machine(family: str | None, arch: str) -> str | None:
    """Return a host's architecture as catalogs of its family spell it, None where no system of the family has it.

    >>> machine("windows", "AMD64"), machine("windows", "sparc"), machine("rhel", "amd64"), machine(None, "amd64")
    ('x64', None, None, 'amd64')
    """
    names = families()[family].arch_names if family else {}
    return names.get(arch.lower()) if names else arch if has(family, arch) else None


def without_strange(packages: Any, families_of: Mapping[str, str]) -> Any:  # noqa: ANN401  pyarrow.Table
    """Return packages whose architectures their hosts' families have; others are not stated.

    ``families_of`` has the families of the hosts with such packages. Cost: a search of hosts and one of architectures
    for each packaging world of these.
    """
    shelf, place = families(), packages.column_names.index("arch")
    for scheme in sorted({shelf[name].scheme for name in families_of.values()}):
        mine = [host for host, name in families_of.items() if shelf[name].scheme == scheme]
        odd = pc.invert(pc.is_in(packages["arch"], pa.array([*sorted(ARCHES[scheme]), None], pa.string())))
        wrong = pc.and_(odd, pc.is_in(packages["host"], pa.array(mine, pa.string())))
        packages = packages.set_column(place, "arch", pc.if_else(wrong, None, packages["arch"]))
    return packages


def strange(found: Mapping[tuple[str, str], int]) -> tuple[Diagnostic, ...]:
    """Return what to say of families and architectures that do not go together, counted: PR2231 or nothing.

    >>> print(*strange({("rhel", "x86_64"): 400, ("rhel", "X86_64"): 2}))
    warning PR2231: no system of its family has the architecture `X86_64` (rhel): it counts as not stated (2 times)
      hint: write architectures as the system does, e.g. x86_64 with rpm, amd64 with dpkg, x64 on Windows
    """
    odd: Counter[tuple[str, str]] = Counter()
    for (family, arch), count in found.items():
        if machine(family, arch) is None:
            odd[family, arch] += count
    if not odd:
        return ()
    names = [f"`{arch}` ({family})" for family, arch in sorted(odd)]
    shown = ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else "")
    message = f"no system of its family has the architecture {shown}: it counts as not stated"
    hint = "write architectures as the system does, e.g. x86_64 with rpm, amd64 with dpkg, x64 on Windows"
    return (Diagnostic("PR2231", Level.WARNING, message, count=odd.total(), hint=hint),)
