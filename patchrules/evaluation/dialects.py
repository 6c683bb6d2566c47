"""Hosts whose family the dialect of a run does not have: refused by name."""

from __future__ import annotations

from collections.abc import Mapping

from patchrules.errors import InventoryError
from patchrules.families import Family
from patchrules.model.names import Dialect

UNSPOKEN = "PR2803"
_MOST_NAMED = 3
_HINT = 'judge such hosts apart from others, with --dialect documented (dialect="documented")'


def unspoken(dialect: Dialect, hosts: Mapping[str, Family], read: int = 1) -> InventoryError:
    """Return the error on ``hosts``, by id, of which ``dialect`` does not have the family; ``read`` were looked at.

    >>> from patchrules.families import family_named
    >>> print(unspoken(Dialect.AGENT, {"web-1": family_named("rocky"), "web-2": family_named("macos")}, 10))
    there is no dialect `agent` for 2 of the 10 hosts that were read: `web-1` (Rocky Linux), `web-2` (macOS) [PR2803]
      hint: judge such hosts apart from others, with --dialect documented (dialect="documented")
    """
    shown = [f"`{host}` ({family.label})" for host, family in list(hosts.items())[:_MOST_NAMED]]
    more = f" and {len(hosts) - _MOST_NAMED:,} more" if len(hosts) > _MOST_NAMED else ""
    counted = "host" if read == 1 else f"{len(hosts):,} of the {read:,} hosts that were read:"
    return InventoryError(
        f"there is no dialect `{dialect}` for {counted} {', '.join(shown)}{more}", code=UNSPOKEN, hint=_HINT
    )
