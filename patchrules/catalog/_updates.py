"""Windows updates on their way to rows: what a feed says of one KB and one product, in many lines, is one row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from patchrules.catalog._microsoft import FAMILY, NO_VERSION, SEVERITIES, Target, severity_word, target_of
from patchrules.catalog._reader import Part
from patchrules.catalog._rows import PartRows
from patchrules.model.columns import CATALOG
from patchrules.model.names import SEVERITY_RANK
from patchrules.sources.arrow import table

__all__ = ["Update", "Updates"]

SECURITY_UPDATES = "SecurityUpdates"
"""What a feed of security updates is taken to say where it says no classification."""

_RANK = {None: -1} | {word: SEVERITY_RANK.get(word.lower(), 0) for word in SEVERITIES}
_COLUMNS = (
    "name",
    "arch",
    "evr",
    "advisory",
    "classification",
    "severity",
    "product",
    "product_family",
    "patch_set",
    "os_build",
    "title",
    "issued",
    "issued_text",
    "cves",
    "supersedes",
    "reboot",
    "line",
)


@dataclass(slots=True)
class Update:
    """One KB for one product, as the rows of a feed describe it together."""

    kb: str
    name: str
    line: int | None
    target: Target
    severity: str | None = None
    issued: datetime | None = None
    issued_text: str | None = None
    title: str | None = None
    advisory: str | None = None
    classification: str | None = None
    reboot: bool = False
    disagrees: bool = False
    cves: dict[str, None] = field(default_factory=dict)
    supersedes: dict[str, None] = field(default_factory=dict)
    builds: set[str] = field(default_factory=set)

    def add(
        self,
        severity: str | None,
        issued: datetime | None,
        issued_text: str | None,
        *,
        classification: str | None = None,
        advisory: str | None = None,
    ) -> None:
        """Take one more row: the highest severity and the earliest date hold, whatever their order (DECISIONS 23)."""
        self.classification = self._of_both(self.classification, classification)
        self.advisory = self._of_both(self.advisory, advisory)
        if severity != self.severity:
            self.disagrees = self.disagrees or None not in (severity, self.severity)
            if _RANK[severity] > _RANK[self.severity]:
                self.severity = severity
        if issued != self.issued and issued is not None:
            self.disagrees = self.disagrees or self.issued is not None
            if self.issued is None or issued < self.issued:
                self.issued, self.issued_text = issued, issued_text

    def _of_both(self, one: str | None, other: str | None) -> str | None:
        """Return what rows state: of two texts SecurityUpdates, else the first by name."""
        stated = {one, other} - {None}
        self.disagrees = self.disagrees or len(stated) > 1
        return min(filter(None, stated), key=lambda text: (text != SECURITY_UPDATES, text), default=None)


class Updates:
    """The updates of one feed by KB and product name."""

    def __init__(self, rows: PartRows) -> None:
        """Start without updates; doubts are counted in ``rows``."""
        self._rows = rows
        self._found: dict[tuple[str, str], Update] = {}
        self._severities: dict[str, str | None] = {"": None}

    def of(self, kb: str, name: str, line: int | None, target: Target | None = None) -> Update:
        """Return the update of a KB for a product, made when it is new; ``target`` is for feeds that tell more."""
        update = self._found.get((kb, name))
        if update is None:
            update = self._found[kb, name] = Update(kb, name, line, target or target_of(name))
        return update

    def severity(self, text: str) -> str | None:
        """Return the word of severity, and count texts that are none."""
        if text not in self._severities:
            self._severities[text] = severity_word(text)
        word = self._severities[text]
        if word is None and text:
            self._rows.counts["PR3223"] += 1
        return word

    def part(self, made_at: datetime | None = None) -> Part:
        """Return the rows: one a KB, product, build and architecture; names of one meaning are one row."""
        groups: dict[tuple[str, str, str | None, str], list[tuple[Target, Update]]] = {}
        for update in self._found.values():
            target = update.target
            self._rows.counts["PR3222"] += not target.known and not target.foreign
            if target.foreign:
                self._rows.counts["PR3227"] += 1
            else:
                key = (update.kb, target.product, target.os_build, target.arch)
                groups.setdefault(key, []).append((target, update))
        rows = [self._row(group) for group in groups.values()]
        columns = dict(zip(_COLUMNS, map(list, zip(*rows, strict=True)), strict=True)) if rows else {}
        patches = table(CATALOG, columns, len(rows))
        return self._rows.part(patches, FAMILY.scheme, family=FAMILY.name, products=FAMILY.products, made_at=made_at)

    def _row(self, group: list[tuple[Target, Update]]) -> tuple[Any, ...]:
        """Return the columns of one row; the plainest name of the product gives the texts."""
        target, first = min(group, key=lambda one: (one[0].component is not None, len(one[1].name), one[1].name))
        updates = [update for _, update in group]
        for update in updates:
            first.disagrees = first.disagrees or update.disagrees
            told = {"classification": update.classification, "advisory": update.advisory}
            first.add(update.severity, update.issued, update.issued_text, **told)
        counts = self._rows.counts
        counts["PR3221"] += first.classification is None
        counts["PR3202"] += first.severity is None
        counts["PR3204"] += first.issued is None
        counts["PR3224"] += first.disagrees
        counts["PR3226"] += target.component is not None
        return (
            first.kb,
            target.arch,
            NO_VERSION,
            first.advisory,
            first.classification or SECURITY_UPDATES,
            first.severity,
            target.product,
            target.product_family,
            target.patch_set,
            max((build for update in updates for build in update.builds), key=_numbers, default=target.os_build),
            first.title or f"Update for {' '.join(first.name.split())} ({first.kb})",
            first.issued,
            first.issued_text,
            _once(update.cves for update in updates),
            _once(update.supersedes for update in updates),
            any(update.reboot for update in updates),
            first.line,
        )


def _numbers(build: str) -> list[int]:
    """Return the numbers of a build: the highest is the one that surely holds the fix."""
    return [int(part) for part in build.split(".")]


def _once(texts: Iterable[Iterable[str]]) -> list[str]:
    """Return every text once, in order of the text: rows of a feed may come in any order."""
    return sorted({text for some in texts for text in some if text})
