"""Text to order, and nothing else: how each packaging world sorts its versions.

:data:`SCHEMES` is for who has the name of a scheme (a family's ``scheme``); who knows the world imports its file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from patchrules.versions import aws_dpkg, aws_rpm, dotted, dpkg, rpm

__all__ = ["SCHEMES", "Scheme"]


@dataclass(frozen=True, slots=True)
class Scheme:
    """One version order, twice: ``compare`` is the upstream algorithm, ``sort_key`` the same order as bytes.

    Both raise VersionError for a text that is not a version of the scheme; AWS's own orders take any.

    >>> SCHEMES["rpm"].compare("1.0~rc1-1", "1.0-1")
    -1
    """

    name: str
    compare: Callable[[str, str], int]
    sort_key: Callable[[str], bytes]


SCHEMES: Mapping[str, Scheme] = MappingProxyType(
    {
        "rpm": Scheme("rpm", rpm.compare, rpm.sort_key),
        "rpm-aws": Scheme("rpm-aws", aws_rpm.compare, aws_rpm.sort_key),
        "dpkg-aws": Scheme("dpkg-aws", aws_dpkg.compare, aws_dpkg.sort_key),
        "dpkg": Scheme("dpkg", dpkg.compare, dpkg.sort_key),
        "dotted": Scheme("dotted", dotted.compare, dotted.sort_key),
    }
)
