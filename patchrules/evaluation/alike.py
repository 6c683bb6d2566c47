"""Hosts that may be one: ids that are equal but for case, or one of which is another with a domain (SEMANTICS 5.e)."""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.errors import Diagnostic, Level

_SHOWN = 3
_ADDRESS = re.compile(r"[0-9.]+").fullmatch
_HINT = "give each host one id where the inventories are made: two lists of one host are judged as two hosts"


def alike(hosts: pa.ChunkedArray) -> list[Diagnostic]:
    """Return what to say of hosts that may be the same under several ids: PR2234, or nothing.

    Counted are the ids beyond the first of each host. Cost: some passes over the ids in Arrow; Python once a host where
    some may be.

    >>> ids = ["WEB-2", "web-2", "web-2.corp.example.com", "10", "10.0.0.1", "db.a.example", "db.b.example"]
    >>> print(*alike(pa.chunked_array([ids])))
    warning PR2234: hosts may be the same under several ids: `WEB-2` = `web-2` = `web-2.corp.example.com` (2 times)
      hint: give each host one id where the inventories are made: two lists of one host are judged as two hosts
    """
    if len(hosts) < 2 or not _may_be_alike(hosts):  # noqa: PLR2004 - of one host there is no other
        return []
    folded = {host: host.lower() for host in hosts.to_pylist()}
    known = set(folded.values())
    groups: dict[str, list[str]] = {}
    for host, name in folded.items():
        first, dot, _ = name.partition(".")
        groups.setdefault(first if dot and first in known and not _ADDRESS(name) else name, []).append(host)
    several = sorted(sorted(one) for one in groups.values() if len(one) > 1)
    if not several:
        return []
    names = [" = ".join(f"`{host}`" for host in one[:_SHOWN]) for one in several]
    shown = ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else "")
    count = sum(len(one) - 1 for one in several)
    message = f"hosts may be the same under several ids: {shown}"
    return [Diagnostic("PR2234", Level.WARNING, message, count=count, hint=_HINT)]


def _may_be_alike(hosts: pa.ChunkedArray) -> bool:
    """Say whether two ids are equal but for case, or one is what stands before a dot in another."""
    names = pc.utf8_lower(hosts)
    if pc.count_distinct(names).as_py() < len(names):
        return True
    dotted = names.filter(pc.match_substring(names, "."))
    first = pc.replace_substring_regex(dotted, r"\..*", "")
    return bool(pc.any(pc.is_in(first, names.combine_chunks())).as_py())
