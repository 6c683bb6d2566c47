"""One baseline compiled against one catalog for the hosts of one profile: what every decision on them needs."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from patchrules.batch.approvals import BIT, LEFT_OUT, Decisions, decisions, is_enabled
from patchrules.batch.epochs import NO_VERSIONS, Ranked, ranked
from patchrules.batch.keys import Bools, Ints, distinct, fold, lookup, ranks
from patchrules.batch.kinds import Kinds
from patchrules.batch.merging import merged
from patchrules.families import Facts, Family
from patchrules.model.baseline import Baseline
from patchrules.model.host import Host
from patchrules.model.names import SECURITY_CLASSIFICATIONS, SEVERITY_RANK, Note
from patchrules.model.verdict import Settings

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Policy:
    """Batch twin of the first half of ``reference.evaluate``: decisions on every patch, by what they would replace.

    ``catalog`` and ``decisions`` are sorted by key, in catalog order within a key: key number ``k`` owns the rows from
    ``starts[k]`` up to ``starts[k + 1]``. ``precedence`` ranks the rows of one version, the one to report first;
    ``absent`` says for which keys a host that lacks them gets NOT_APPLICABLE; updates are judged one by one instead.
    ``secure`` says which rows a verdict shows as being of security; a package of ``independent`` whose architecture is
    not stated has that of every machine; ``versions`` ranks those of the rows; ``kinds`` remembers decisions on what
    no row is of.
    """

    baseline: Baseline
    family: Family
    facts: Facts
    host: Host
    settings: Settings
    catalog: pa.Table
    decisions: Decisions
    keys: dict[Key, int]
    starts: Ints
    precedence: Ints
    offered: Bools
    absent: Bools
    secure: Bools
    independent: pa.Array
    versions: Ranked = field(default=NO_VERSIONS, compare=False, repr=False)
    kinds: Kinds = field(default_factory=Kinds, compare=False, repr=False)


def compiled(
    baseline: Baseline, catalog: pa.Table, host: Host, *, family: Family, facts: Facts, settings: Settings
) -> Policy:
    """Compile ``baseline`` for hosts like ``host`` (its product and arch count, its packages do not).

    Cost: a few passes over the catalog per rule and list entry, one sort; nothing per host.
    """
    enabled = is_enabled(catalog, host, facts)
    rows, disagree = merged(catalog if enabled.all() else catalog.filter(pa.array(enabled)), facts.identity)
    keys, codes = numbered(rows, host, family)
    by_key = np.argsort(codes, kind="stable")
    rows, codes, disagree = rows.take(by_key), codes[by_key], disagree[by_key]
    ordered = ranked(family, rows["evr"])
    epochs = epoch_ranks(ordered)
    versions = fold([distinct(rows["name"])[0], distinct(rows["arch"])[0], epochs, ordered.rank])[0]
    found = decisions(baseline, rows, versions, host, family=family, facts=facts, settings=settings)
    found.notes[disagree] |= BIT[Note.ROWS_DISAGREE]
    offered = is_offered(rows, facts)
    candidate = offered & found.approves & (found.notes & LEFT_OUT == 0)
    counted = facts.states == "documented"
    fits = {arch: counted and runs(arch, host, family) for arch in {arch for _, arch in keys}}
    runnable = np.array([fits[arch] for _, arch in keys], dtype=np.bool_)
    return Policy(
        baseline=baseline,
        family=family,
        facts=facts,
        host=host,
        settings=settings,
        catalog=rows,
        decisions=found,
        keys=keys,
        starts=np.searchsorted(codes, np.arange(len(keys) + 1)).astype(np.int64),
        precedence=precedence(rows, found),
        offered=offered,
        absent=runnable & (np.bincount(codes[candidate], minlength=len(keys)) > 0),
        secure=secures(rows),
        independent=independent_names(rows, host, family),
        versions=ordered,
    )


def numbered(catalog: pa.Table, host: Host, family: Family) -> tuple[dict[Key, int], Ints]:
    """Return a number for each (name, architecture) that replaces one another, and that number for every row."""
    arches, known = distinct(catalog["arch"])
    native = [key_of("", arch, host, family)[1] for arch in known]
    codes, first = fold([distinct(catalog["name"])[0], ranks((one is not None, one or "") for one in native)[arches]])
    names = catalog["name"].take(first).to_pylist()
    keys = [(name, native[arches[row]]) for name, row in zip(names, first, strict=True)]
    return {key: number for number, key in enumerate(keys)}, codes


def key_of(name: str, arch: str, host: Host, family: Family) -> Key:
    """Batch twin of ``reference.evaluate.key_of``."""
    if not family.has_arch:
        return name, ""
    if family.independent_is_native and arch == family.independent_arch and host.arch:
        return name, host.arch
    return name, arch


def is_offered(catalog: pa.Table, facts: Facts) -> Bools:
    """Batch twin of ``reference.evaluate.as_offered``."""
    return lookup(catalog["offered"], bool) & ~lookup(
        catalog["classification"], lambda text: text.lower() in facts.never_offered
    )


def secures(catalog: pa.Table) -> Bools:
    """Say which rows have a classification of security, or none and lie in a security archive (2.3.4)."""
    stated = lookup(catalog["classification"], bool)
    named = lookup(catalog["classification"], lambda text: text.lower() in SECURITY_CLASSIFICATIONS)
    secure: Bools = np.where(stated, named, lookup(catalog["security"], bool))
    return secure


def runs(arch: str, host: Host, family: Family) -> bool:
    """Batch twin of ``reference.evaluate.runs``."""
    return host.arch is None or arch in family.compatible.get(host.arch, (host.arch, family.independent_arch))


def independent_names(catalog: pa.Table, host: Host, family: Family) -> pa.Array:
    """Return the names that the catalog has for every machine alike and not for the host's own (DECISIONS 30)."""
    names = catalog["name"].filter(pc.equal(catalog["arch"], family.independent_arch)).unique()
    own = catalog["name"].filter(pc.equal(catalog["arch"], pa.scalar(host.arch, pa.string()))).unique()
    return names.filter(pc.invert(pc.is_in(names, value_set=own)))


def epoch_ranks(versions: Ranked) -> Ints:
    """Return a number for every row's epoch, the same for one that is not stated and 0."""
    numbers = np.array([*(0 if epoch == 0 else 1 + position for position, epoch in enumerate(versions.epochs)), 0])
    found: Ints = numbers.astype(np.int64)[versions.epoch]
    return found


def precedence(catalog: pa.Table, found: Decisions) -> Ints:
    """Batch twin of ``reference.states.precedence``: 0 is the row reported first; ``merging.content`` breaks ties."""
    codes, known = distinct(catalog["severity"])
    severity = np.array([SEVERITY_RANK.get((text or "").lower(), 0) for text in known], dtype=np.int64)[codes]
    security = lookup(catalog["security"], bool).astype(np.int64)
    texts = [text_ranks(catalog["repository"]), text_ranks(catalog["advisory"])]
    order = np.lexsort([*texts, -severity, -security, -found.level])
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    return place


def text_ranks(texts: pa.ChunkedArray) -> Ints:
    """Return the rank of every row's text, null as the empty one."""
    codes, known = distinct(texts)
    return ranks(text or "" for text in known)[codes]
