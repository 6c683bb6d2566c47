"""What advisories of Microsoft say in all their formats: vulnerabilities, and the KBs that fix them by product."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from patchrules.catalog._microsoft import kb_id, kb_ids, target_of
from patchrules.catalog._rows import PartRows
from patchrules.catalog._updates import Updates
from patchrules.sources.dates import instant

__all__ = ["EVERY", "Fix", "Vulnerability", "add"]

EVERY = ""
"""The product id of a severity that holds for every product."""

_BUILD = re.compile(r"[0-9]+(?:\.[0-9]+){3}")
_NO_RESTART = frozenset({"", "no", "none"})


@dataclass(slots=True)
class Fix:
    """One remedy of one vulnerability: the KB's text, the ids of its products, what it replaces, the build it makes."""

    kb: str
    products: tuple[str, ...]
    line: int | None = None
    replaces: str = ""
    build: str = ""
    restart: str = ""


@dataclass(slots=True)
class Vulnerability:
    """One vulnerability: its id, the first day it was known, its severity by product id, its remedies."""

    cve: str
    dates: tuple[str, ...] = ()
    severities: Mapping[str, str] = field(default_factory=dict)
    fixes: tuple[Fix, ...] = ()


def add(
    vulnerabilities: Iterable[Vulnerability],
    names: Mapping[str, str],
    released: str | None,
    rows: PartRows,
    updates: Updates,
) -> None:
    """Add the KBs that fix some vulnerabilities; ``names`` are the products by id, ``released`` is the document's day.

    A KB is not older than the document it stands in, though a vulnerability may be known for years.
    """
    day = instant(released)
    rows.counts["PR3205"] += day is None and bool(released)
    read = functools.cache(instant)
    no_kb = odd = 0
    for one in vulnerabilities:
        known = [(date, text) for text in one.dates if (date := read(text))]
        rows.counts["PR3205"] += len(one.dates) - len(known)
        first = min(known, default=(None, None))
        issued, text = (day, released) if day and (first[0] is None or first[0] < day) else first
        for fix in one.fixes:
            kb = kb_id(fix.kb)
            no_kb += kb is None
            replaced = dict.fromkeys(kb_ids(fix.replaces))
            builds = _BUILD.findall(fix.build)
            restarts = fix.restart.strip().lower() not in _NO_RESTART
            odd += kb is not None and not replaced and fix.replaces.strip() not in ("", "None")
            for product in fix.products if kb else ():
                name = names.get(product)
                if name is None:
                    rows.reject(fix.line, "PR3003", f"the document does not say what product `{product}` is", fix.kb)
                    continue
                update = updates.of(str(kb), name, fix.line)
                update.add(updates.severity(one.severities.get(product) or one.severities.get(EVERY, "")), issued, text)
                update.cves[one.cve] = None
                update.supersedes.update(replaced)
                update.reboot = update.reboot or restarts
                if builds:
                    update.builds.update(_of_release(name, builds))
    rows.counts["PR3220"] += no_kb
    rows.counts["PR3225"] += odd


def _of_release(name: str, builds: list[str]) -> list[str]:
    """Return the builds that are of the release which a product's name tells."""
    release = target_of(name).os_build
    return [build for build in builds if release and build.startswith(f"{release}.")]
