"""Rows that disagree about one patch (DECISIONS 23)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

from patchrules.model.columns import CONTENT
from patchrules.model.names import SECURITY_CLASSIFICATIONS, SEVERITY_RANK
from patchrules.model.patch import Patch


def merged(patches: Iterable[Patch], identity: Sequence[str]) -> list[tuple[Patch, bool]]:
    """Return each patch once, in the order of ``content``, and whether its rows disagreed on what rules look at.

    Rows are one patch when the columns ``identity`` are the same; what states nothing in the first of them, such as a
    package that no notice names, is never merged. The highest severity, the earliest dates and the classification for
    security hold, ids are united, the first row gives the rest: first by what the rows say, never by where they stood.
    """
    groups: dict[object, list[Patch]] = {}
    for position, patch in enumerate(sorted(patches, key=content)):
        key = tuple(getattr(patch, column) for column in identity)
        groups.setdefault(position if key[0] is None else key, []).append(patch)
    return [_one(rows) for rows in groups.values()]


def content(patch: Patch) -> list[tuple[bool, object]]:
    """Sort rows by what they say, column by column; nothing comes before something."""
    values = [getattr(patch, column) for column in CONTENT]
    return [(value is not None, value) for value in values]


def _one(rows: Sequence[Patch]) -> tuple[Patch, bool]:
    """Return the patch that several rows describe."""
    first = rows[0]
    if len(rows) == 1:
        return first, False
    stated = {
        ((row.severity or "").lower(), (row.classification or "").lower(), row.issued, row.updated) for row in rows
    }
    severest = max(rows, key=lambda row: SEVERITY_RANK.get((row.severity or "").lower(), 0))
    # A row without an update is as old as its issue (DECISIONS 3).
    updates = [at for row in rows if (at := row.updated or row.issued)]
    patch = dataclasses.replace(
        first,
        severity=severest.severity,
        classification=_classification([row.classification for row in rows if row.classification]),
        issued=min((row.issued for row in rows if row.issued), default=None),
        updated=min(updates) if any(row.updated for row in rows) else None,
        built=min((row.built for row in rows if row.built), default=None),
        cves=tuple(sorted({cve for row in rows for cve in row.cves})),
        bugzillas=tuple(sorted({bugzilla for row in rows for bugzilla in row.bugzillas})),
        supersedes=tuple(sorted({name for row in rows for name in row.supersedes})),
        offered=any(row.offered for row in rows),
        security=any(row.security for row in rows),
    )
    return patch, len(stated) > 1


def _classification(stated: Sequence[str]) -> str | None:
    """Return the first one for security, else the first."""
    secure = [text for text in stated if text.lower() in SECURITY_CLASSIFICATIONS]
    return next(iter(secure or stated), None)
