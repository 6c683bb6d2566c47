"""Hosts that may be one: ids that are equal but for case, or one of which is another with a domain (SEMANTICS 5.e)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from patchrules.errors import Diagnostic, Level

_SHOWN = 3
_ADDRESS = re.compile(r"[0-9.]+").fullmatch
_HINT = "give each host one id where the inventories are made: two lists of one host are judged as two hosts"


def alike(hosts: Iterable[str]) -> list[Diagnostic]:
    """Return what to say of hosts that may be the same under several ids: PR2234, or nothing.

    Counted are the ids beyond the first of each host. Cost: Python once a host.

    >>> print(*alike(["WEB-2", "web-2", "web-2.corp.example.com", "10", "10.0.0.1", "db.a.example", "db.b.example"]))
    warning PR2234: hosts may be the same under several ids: `WEB-2` = `web-2` = `web-2.corp.example.com` (2 times)
      hint: give each host one id where the inventories are made: two lists of one host are judged as two hosts
    """
    folded = {host: host.casefold() for host in hosts}
    known = set(folded.values())
    with_domain = len(known) < len(folded)
    own = {}
    for host, name in folded.items():
        first, dot, _ = name.partition(".")
        own[host] = first if dot and first in known and not _ADDRESS(name) else name
        with_domain = with_domain or own[host] != name
    if not with_domain:
        return []
    groups: dict[str, list[str]] = {}
    for host, name in own.items():
        groups.setdefault(name, []).append(host)
    several = sorted(sorted(one) for one in groups.values() if len(one) > 1)
    names = [" = ".join(f"`{host}`" for host in one[:_SHOWN]) for one in several]
    shown = ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else "")
    count = sum(len(one) - 1 for one in several)
    message = f"hosts may be the same under several ids: {shown}"
    return [Diagnostic("PR2234", Level.WARNING, message, count=count, hint=_HINT)]
