"""Which architectures the systems of a packaging world have: packages under another name match no patch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from patchrules.errors import Diagnostic, Level
from patchrules.families import families
from patchrules.inventory import _dpkg_rows, _rpm_shapes

# rpm takes amd64 and ia32e for x86_64, but no vendor builds packages of that name: whoever says so means dpkg's word.
ARCHES = MappingProxyType({"rpm": _rpm_shapes.ARCHES - {"amd64", "ia32e"}, "dpkg": _dpkg_rows.ARCHES})
"""The architectures of each scheme that has some."""
_SHOWN = 3


def has_all(family_names: Iterable[str], arches: Iterable[str]) -> bool:
    """Say whether each architecture is one of some family of these.

    >>> has_all(["rhel"], ["x86_64", "noarch"]), has_all(["rhel"], ["amd64"]), has_all(["rhel", "debian"], ["amd64"])
    (True, False, True)
    """
    known = [ARCHES.get(families()[name].scheme) for name in family_names]
    return None in known or set(arches) <= set().union(*(one for one in known if one))


def strange(found: Mapping[tuple[str, str], int]) -> tuple[Diagnostic, ...]:
    """Return what to say of families and architectures that do not go together, counted: PR2231 or nothing.

    >>> print(*strange({("rhel", "x86_64"): 400, ("rhel", "X86_64"): 2}))
    warning PR2231: no system of its family has the architecture `X86_64` (rhel): no patch is for it (2 times)
      hint: write architectures as the system's package manager does, e.g. x86_64 with rpm and amd64 with dpkg
    """
    odd: Counter[tuple[str, str]] = Counter()
    for (family, arch), count in found.items():
        if not has_all([family], [arch]):
            odd[family, arch] += count
    if not odd:
        return ()
    names = [f"`{arch}` ({family})" for family, arch in sorted(odd)]
    shown = ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else "")
    message = f"no system of its family has the architecture {shown}: no patch is for it"
    hint = "write architectures as the system's package manager does, e.g. x86_64 with rpm and amd64 with dpkg"
    return (Diagnostic("PR2231", Level.WARNING, message, count=odd.total(), hint=hint),)
