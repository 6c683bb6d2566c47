"""Batch twin of ``reference.patterns``: which list entry means each catalog row."""

from __future__ import annotations

import fnmatch
import functools
import itertools
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
import pyarrow as pa

from patchrules.batch.keys import Ints, distinct, fold
from patchrules.batch.orders import split
from patchrules.families import Facts

NOBODY = 1 << 30
"""The position of "no entry": larger than any, so that the smallest position is the first entry."""

_EPOCH = re.compile("[0-9]+:")
_WILDCARD = re.compile(r"[*?\[]")


class Meant:
    """Which entries of a list could mean a package, by its name; a name that was asked before is looked up.

    Threads may ask: what two of them find out about one name is the same.
    """

    def __init__(self, entries: Sequence[str]) -> None:
        """Start with no name asked."""
        self.wanted = [entry.lower() for entry in entries]
        self.match = [re.compile(fnmatch.translate(entry)).match for entry in self.wanted]
        self._known: dict[str, Sequence[int]] = {}

    def by(self, names: Sequence[str]) -> list[Sequence[int]]:
        """Return, for each name, the positions of the entries that could mean it, in order.

        Cost: a look-up a name; for new ones a sort, and for each entry what it could mean among them.
        """
        known = self._known
        if new := [name for name in names if name not in known]:
            self._ask(new)
        return [known[name] for name in names]

    def _ask(self, names: Sequence[str]) -> None:
        """Find out what could mean some names, whatever their case."""
        small = {name: name.lower() for name in names}
        lowered = sorted(set(small.values()))
        known, found = set(lowered), defaultdict(list)
        for position, entry in enumerate(self.wanted):
            for name in known.intersection(_plausible(entry, lowered)):
                found[name].append(position)
        self._known.update((name, found.get(lower, ())) for name, lower in small.items())


meant = functools.lru_cache(256)(Meant)
"""The same list is asked about the catalog, and again whenever hosts bring packages that were not met before."""


def names(entries: Sequence[str], catalog: pa.Table, facts: Facts) -> Ints:
    """Batch twin of ``reference.patterns.names``: the position of the first entry that names each row, else NOBODY.

    Texts are formed only for rows whose name an entry could mean: O(rows) in Arrow, O(distinct names) look-ups and
    O(rows of those names) in Python; texts without a name only once for each distinct version.
    """
    found = np.full(catalog.num_rows, NOBODY, dtype=np.int64)
    if not entries:
        return found
    codes, known = distinct(catalog["name"])
    asked = meant(tuple(entries))
    possible = asked.by(known)
    rows = np.flatnonzero(np.array([bool(one) for one in possible], dtype=np.bool_)[codes])
    for row, texts in zip(rows.tolist(), _forms(catalog, rows, facts), strict=True):
        for position in possible[codes[row]]:
            match = asked.match[position]
            if asked.wanted[position] in texts or (facts.wildcards and any(map(match, texts))):
                found[row] = position
                break
    return np.minimum(found, by_version(entries, catalog, facts))


def could_mean(entries: Sequence[str], facts: Facts) -> Callable[[Sequence[str]], Sequence[bool]]:
    """Return what says of names whether an entry could mean packages of them: all where it may be a version alone."""
    if any("{name}" not in template for template in facts.name_forms):
        return lambda names: [bool(entries)] * len(names)
    asked = meant(tuple(entries))
    return lambda names: [bool(one) for one in asked.by(names)]


def by_version(entries: Sequence[str], catalog: pa.Table, facts: Facts) -> Ints:
    """Return the position of the first entry that is a text of each row without its name, else NOBODY (Q19).

    Cost: O(distinct versions) texts; an entry is looked up, a glob tried on the texts that start as it does.
    """
    templates = tuple(template for template in facts.name_forms if "{name}" not in template)
    if not entries or not templates or not catalog.num_rows:
        return np.full(catalog.num_rows, NOBODY, dtype=np.int64)
    ids, first = fold([distinct(catalog[column])[0] for column in ("evr", "arch")])
    rows = catalog.select(["evr", "arch"]).take(first).to_pylist()
    owners: dict[str, list[int]] = {}
    for number, row in enumerate(rows):
        for text in _texts("", row["arch"], row["evr"], templates):
            owners.setdefault(text, []).append(number)
    texts = sorted(owners)
    found = np.full(len(rows), NOBODY, dtype=np.int64)
    for position, entry in enumerate(entries):
        wanted = entry.lower()
        glob = _WILDCARD.search(wanted) if facts.wildcards else None
        hits = owners.get(wanted, [])
        if glob:
            match, literal = re.compile(fnmatch.translate(wanted)).match, wanted[: glob.start()]
            alike = itertools.takewhile(functools.partial(_starts, literal), texts[bisect_left(texts, literal) :])
            hits = [*hits, *(number for text in alike if match(text) for number in owners[text])]
        found[hits] = np.minimum(found[hits], position)
    return found[ids]


def identifies(entries: Sequence[str], catalog: pa.Table, columns: Iterable[str]) -> Ints:
    """Batch twin of ``reference.patterns.identifies``: the position of the first entry that is an id of each row."""
    found = np.full(catalog.num_rows, NOBODY, dtype=np.int64)
    positions = {entry: position for position, entry in reversed(list(enumerate(entries)))}
    if not positions:
        return found
    for column in columns:
        values = catalog[column].combine_chunks()
        lists = hasattr(values, "flatten") and hasattr(values, "value_parent_indices")
        rows = values.value_parent_indices().to_numpy() if lists else np.arange(len(values))
        codes, known = distinct(values.flatten() if lists else values)
        first = np.array([positions.get(text, NOBODY) for text in known], dtype=np.int64)
        np.minimum.at(found, rows, first[codes])
    return found


def matches(entries: Sequence[str]) -> Callable[[str], bool]:
    """Batch twin of ``reference.patterns.matches``: say whether an entry equals a text or is a glob of it.

    >>> list(map(matches(["BIND*", "bash"]), ["bind-libs", "Bash", "bash-doc"]))
    [True, True, False]
    """
    wanted = {entry.lower() for entry in entries}
    globs = [re.compile(fnmatch.translate(entry)).match for entry in sorted(wanted) if _WILDCARD.search(entry)]
    return lambda text: text.lower() in wanted or any(match(text.lower()) for match in globs)


def _plausible(wanted: str, names: Sequence[str]) -> Iterable[str]:
    """Return the names, of sorted ones, that an entry could mean: every form starts with the name, or with an epoch.

    What an entry begins with may be no name at all. O(length of the entry, and names found).
    """
    start = _WILDCARD.search(wanted)
    literal = wanted if start is None else wanted[: start.start()]
    if start is not None and literal.isdigit():
        return names
    found: list[str] = []
    for text in {literal, _EPOCH.sub("", literal, count=1)}:
        found += [text[:end] for end in range(len(text) + 1)]
        if start is not None:
            found += itertools.takewhile(functools.partial(_starts, text), names[bisect_left(names, text) :])
    return found


def _forms(catalog: pa.Table, rows: Ints, facts: Facts) -> Iterator[Sequence[str]]:
    """Yield the texts by which an entry may name each of some rows, in lower case (4.1)."""
    given = catalog.select(["name", "arch", "evr"]).take(pa.array(rows))
    for name, arch, evr in zip(*(given[column].to_pylist() for column in given.column_names), strict=True):
        yield _texts(name, arch, evr, facts.name_forms)


@functools.lru_cache(1 << 16)
def _texts(name: str, arch: str, evr: str, templates: tuple[str, ...]) -> Sequence[str]:
    """Return the templates filled in, in lower case: batch twin of ``reference.patterns.forms``."""
    if not any("{version}" in template for template in templates):
        return [template.format(name=name, arch=arch, evr=evr).lower() for template in templates]
    parts = split[evr]
    version = {"epoch": parts.epoch or 0, "version": parts.version, "release": parts.release or ""}
    return [template.format(name=name, arch=arch, **version).lower() for template in templates]


def _starts(literal: str, text: str) -> bool:
    """Say whether a text starts as a glob does."""
    return text.startswith(literal)
