"""Which major release most packages of a host were built for, as the tags in their versions say (``.el9``)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.families import families

_GROUP = re.compile(r"\((?!\?)")


def majors(packages: Any, hosts: Iterable[str]) -> dict[str, tuple[str, str]]:  # noqa: ANN401  pyarrow is Any
    """Return by host the pattern of tags (``Family.dist_tag``) and the major release that most of its packages have.

    A host where no tag is on more than half of the packages that have one is left out. Cost: Arrow over the packages
    of ``hosts``, Python once a host and release.
    """
    names = pa.array(sorted(set(hosts)), pa.string())
    if not len(names):
        return {}
    mine = packages.select(["host", "evr"]).filter(pc.is_in(packages["host"], names))
    counts: dict[str, Counter[tuple[str, str]]] = {}
    for pattern in sorted({family.dist_tag for family in families().values() if family.dist_tag}):
        found = pc.extract_regex(mine["evr"], _GROUP.sub("(?P<major>", pattern, count=1))
        tagged = pa.table({"host": mine["host"], "major": pc.struct_field(found, "major")})
        grouped = tagged.filter(pc.is_valid(tagged["major"])).group_by(["host", "major"]).aggregate([([], "count_all")])
        for row in grouped.to_pylist():
            counts.setdefault(row["host"], Counter())[pattern, row["major"]] += row["count_all"]
    most = {host: found.most_common(1)[0] for host, found in counts.items()}
    return {host: tag for host, (tag, count) in most.items() if count * 2 > counts[host].total()}
