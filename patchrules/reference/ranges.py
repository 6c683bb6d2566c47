"""List entries of SLES in AWS's engine: a name as regular expression, then version bounds (SEMANTICS 4.3)."""

from __future__ import annotations

import re

from patchrules.versions import aws_rpm, rpm

_OPERATOR = re.compile("(!=|=|<|>)")
# Before Python 3.11 a quantifier after a quantifier was an error, since then `++` is possessive (Q45).
_REPEATED = re.compile(r"(?<!\\)[*+?}]\+")
_CLASS = re.compile(r"\[[^\]]*\]")


def in_range(entry: str, name: str, arch: str, evr: str) -> bool:
    """Say whether a zypper list entry means this version; an entry AWS's code cannot read means nothing.

    >>> in_range("kernel > 4.12", "kernel-default", "x86_64", "0:4.12.14-95.24.1")
    True
    >>> in_range("kernel-default-4.12.14", "kernel-default", "x86_64", "0:4.12.14-95.24.1")
    False
    """
    pattern, *bounds = _OPERATOR.split(entry)
    expression = _compiled(pattern.strip().replace("*", "(.)+"))
    if expression is None or not (expression.match(name) or expression.match(f"{name}.{arch}")):
        return False
    parts = rpm.split(evr)
    here = f"{parts.version}-{parts.release}"
    return all(_holds(operator, here, bound.strip()) for operator, bound in zip(bounds[::2], bounds[1::2], strict=True))


def _holds(operator: str, here: str, bound: str) -> bool:
    """Say whether ``here operator bound``; a ``*`` in the bound cuts both sides at its place."""
    if "*" in bound:
        here, bound = here[: bound.index("*")], bound[: bound.index("*")]
    order = aws_rpm.compare(here, bound)
    return {"=": order == 0, "!=": order != 0, "<": order < 0, ">": order > 0}[operator]


def _compiled(pattern: str) -> re.Pattern[str] | None:
    """Return the expression, None for what Python's ``re`` refused when AWS's code was written."""
    if _REPEATED.search(_CLASS.sub("x", pattern)):
        return None
    try:
        return re.compile(pattern)
    except (re.error, RecursionError, OverflowError):
        return None
