"""Enabled module streams as tools write them: a stream's version, context and profile say nothing of it (2.2.7)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow.compute as pc

from patchrules.codes import CODES
from patchrules.errors import Diagnostic, Level

_PLAIN = r"^[\w.+-]+:[\w.+-]+$"
# dnf's module specification: name:stream:version:context:arch/profile.
_SPECIFIED = re.compile(r"\s*([\w.+-]+:[\w.+-]+)(?:[:/][^,|\s]*)?\s*").fullmatch
_HINT = "write name:stream, as `dnf module list --enabled` has them in its first two columns: nodejs:18"


def are_plain(column: Any) -> bool:  # noqa: ANN401  pyarrow.ChunkedArray
    """Say whether every entry of a column of lists is a ``name:stream``."""
    entries = pc.list_flatten(column)
    return not entries.null_count and pc.all(pc.match_substring_regex(entries, _PLAIN), min_count=0).as_py() is True


def with_streams(facts: Mapping[str, Mapping[str, Any]]) -> tuple[dict[str, dict[str, Any]], tuple[Diagnostic, ...]]:
    """Return the facts of hosts with modules as ``name:stream``, and what to say of them: PR2240 or nothing.

    Where one states no stream, nobody knows what is enabled, and the packages of every stream count.
    """
    found, odd = {host: dict(stated) for host, stated in facts.items()}, 0
    for stated in found.values():
        modules = stated.get("enabled_modules")
        if modules:
            stated["enabled_modules"] = _streams(modules)
            odd += stated["enabled_modules"] is None
    return found, (Diagnostic("PR2240", Level.WARNING, CODES["PR2240"], count=odd, hint=_HINT),) if odd else ()


def _streams(modules: Iterable[str | None]) -> list[str] | None:
    """Return each module as ``name:stream``, None where one states no stream.

    >>> _streams([" perl:5.26 ", "nodejs:18:8030020:rhel8:x86_64/common"]), _streams(["perl"])
    (['perl:5.26', 'nodejs:18'], None)
    """
    found = [_SPECIFIED(one or "") for one in modules]
    return [one[1] for one in found if one] if all(found) else None
