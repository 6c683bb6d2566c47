"""How to get the files: the commands of a family as a script, or as a pack of osquery."""

from __future__ import annotations

import json

from patchrules.families import Family
from patchrules.families._collect import COMMANDS, QUERIES, Command

__all__ = ["FORMS", "collect", "own_form"]

_DAY = 24 * 60 * 60
_SHELL_HEAD = """#!/bin/sh
# {label}: writes down what this host has and what its mirrors offer. Nothing on the host is changed.
#   patchrules evaluate --inventory collected/fleet --hosts 'collected/hosts/*.csv' --catalog {catalog}
set -eu
OUT="${{OUT:-collected}}"
FAMILY={name}
HOST="$(uname -n)"
CATALOG="$OUT/catalog"
mkdir -p "$OUT/fleet/$HOST" "$OUT/hosts" "$CATALOG"
"""
_POWERSHELL_HEAD = """# {label}: writes down what this host has. Nothing on the host is changed.
#   patchrules evaluate --inventory collected/fleet --hosts 'collected/hosts/*.csv' --catalog {catalog}
$ErrorActionPreference = 'Stop'
$Out = if ($env:OUT) {{ $env:OUT }} else {{ 'collected' }}
$Family = '{name}'
$Host_ = $env:COMPUTERNAME
$Catalog = "$Out/catalog"
New-Item -ItemType Directory -Force "$Out/fleet/$Host_", "$Out/hosts", $Catalog | Out-Null
"""


def own_form(family: Family) -> str:
    """Return the form that the commands of a family are written in: ``shell`` or ``powershell``.

    >>> from patchrules.families import family_named
    >>> own_form(family_named("debian")), own_form(family_named("windows"))
    ('shell', 'powershell')
    """
    shells = {"sh": "shell"}
    first = COMMANDS[family.documented.manager][0].shell
    return shells.get(first, first)


def collect(family: Family, form: str) -> str:
    """Return a script of read-only commands, or a pack of osquery, in one of the ``FORMS`` of a family.

    >>> from patchrules.families import family_named
    >>> "dpkg-query -W" in collect(family_named("debian"), "shell")
    True
    """
    return FORMS[form](family)


def _shell(family: Family) -> str:
    """Return a script of ``sh``."""
    lines = [_SHELL_HEAD.format(label=family.label, name=family.name, catalog=_catalog(family))]
    for one in COMMANDS[family.documented.manager]:
        target = f' > "{_place(one, "$HOST", "$OUT")}"' if one.file else ""
        lines.append(f"# {one.why}\n{one.text}{target}\n")
    return "\n".join(lines).rstrip()


def _powershell(family: Family) -> str:
    """Return a script of PowerShell."""
    lines = [_POWERSHELL_HEAD.format(label=family.label, name=family.name, catalog=_catalog(family))]
    for one in COMMANDS[family.documented.manager]:
        target = f' |\n  Out-File -Encoding utf8 "{_place(one, "$Host_", "$Out")}"' if one.file else ""
        lines.append(f"# {one.why}\n{one.text}{target}\n")
    return "\n".join(lines).rstrip()


def _osquery(family: Family) -> str:
    """Return a pack: each query once a day, as a whole, so that no log lacks its beginning."""
    queries = {
        name: {"query": text, "interval": _DAY, "snapshot": True}
        for name, text in QUERIES[family.documented.manager].items()
    }
    return json.dumps({"queries": queries}, indent=2)


def _place(command: Command, host: str, out: str) -> str:
    """Return where the output of a command goes."""
    return f"{out}/hosts/{host}.csv" if command.file == "host.csv" else f"{out}/fleet/{host}/{command.file}"


def _catalog(family: Family) -> str:
    """Return how the collected catalog is named: archives say their product themselves, repositories do not."""
    told = bool(family.codenames)
    return "collected/catalog" if told else f"'{family.products[-1]}=collected/catalog'"


FORMS = {"shell": _shell, "powershell": _powershell, "osquery": _osquery}
