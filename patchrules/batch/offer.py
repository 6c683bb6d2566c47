"""What catalogs hold for hosts of one description, whatever baseline serves them: put in order once."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from patchrules.batch.approvals import is_enabled
from patchrules.batch.epochs import Versions
from patchrules.batch.keys import Bools, Ints, distinct, fold, lookup, ranks, spans
from patchrules.batch.merging import merged
from patchrules.batch.package_keys import PackageKeys, numbered
from patchrules.families import Facts, Family
from patchrules.model.host import Host
from patchrules.model.names import SECURITY_CLASSIFICATIONS, SEVERITY_RANK


@dataclass(frozen=True)
class Offer:
    """The patches that concern hosts like ``host``, sorted by what they replace.

    Key number ``k`` owns the rows from ``starts[k]`` up to ``starts[k + 1]``, in catalog order;
    those in ``disagree`` are of several that say different things of one patch.
    ``offered`` says which can be installed; ``precedence`` ranks rows of one level, the one to report first;
    ``secure`` says which a verdict shows as being of security; a package of ``independent`` whose architecture is not
    stated has that of every machine.
    """

    family: Family
    facts: Facts
    host: Host
    catalog: pa.Table
    keys: PackageKeys
    starts: Ints
    versions: Versions
    disagree: Bools
    offered: Bools
    precedence: Ints
    secure: Bools
    independent: pa.Array

    def of_one_version(self, some: Ints) -> tuple[Ints, Ints]:
        """Return all rows that could be of the version of some rows, and a number for the version of each (4.5).

        Cost: a sort key for each version of what these rows replace.
        """
        keys = np.unique(np.searchsorted(self.starts, some, side="right") - 1)
        _, rows = spans(self.starts[keys], self.starts[keys + 1] - self.starts[keys])
        stated, keys_of = self.versions.parted(self.versions.codes[rows])
        arch = distinct(self.catalog["arch"].take(pa.array(rows)))[0]
        epoch = ranks(one or 0 for one in stated)
        return rows, fold([np.searchsorted(self.starts, rows, side="right"), arch, epoch, ranks(keys_of)])[0]


def offer(catalog: pa.Table, host: Host, *, family: Family, facts: Facts) -> Offer:
    """Put a catalog in order for hosts like ``host`` (its product, architecture and modules count).

    Cost: a sort of the catalog by content, one by key, and a few passes over it.
    """
    enabled = is_enabled(catalog, host, facts)
    rows, disagree = merged(catalog if enabled.all() else catalog.filter(pa.array(enabled)), facts.identity)
    offered = functools.partial(is_offered, facts=facts)
    return by_key(rows, disagree, host, family=family, facts=facts, offered=offered, precede=precedence)


def by_key(
    rows: pa.Table,
    disagree: Bools,
    host: Host,
    *,
    family: Family,
    facts: Facts,
    offered: Callable[[pa.Table], Bools],
    precede: Callable[[pa.Table], Ints],
) -> Offer:
    """Sort the patches of a catalog by what they replace; the last two say which are offered, and their precedence."""
    keys, codes = numbered(rows, host, family)
    order = np.argsort(codes, kind="stable")
    rows = rows.take(pa.array(order))
    return Offer(
        family=family,
        facts=facts,
        host=host,
        catalog=rows,
        keys=keys,
        starts=np.searchsorted(codes[order], np.arange(len(keys) + 1)).astype(np.int64),
        versions=Versions(family, rows["evr"]),
        disagree=disagree[order],
        offered=offered(rows),
        precedence=precede(rows),
        secure=secures(rows),
        independent=independent_names(rows, host, family),
    )


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


def independent_names(catalog: pa.Table, host: Host, family: Family) -> pa.Array:
    """Return the names that the catalog has for every machine alike and not for the host's own (DECISIONS 30)."""
    names = catalog["name"].filter(pc.equal(catalog["arch"], family.independent_arch)).unique()
    own = catalog["name"].filter(pc.equal(catalog["arch"], pa.scalar(host.arch, pa.string()))).unique()
    return names.filter(pc.invert(pc.is_in(names, value_set=own)))


def precedence(catalog: pa.Table) -> Ints:
    """Batch twin of ``reference.states.precedence`` within one level: 0 is the row reported first.

    ``merging.content`` breaks ties.
    """
    codes, known = distinct(catalog["severity"])
    severity = np.array([SEVERITY_RANK.get((text or "").lower(), 0) for text in known], dtype=np.int64)[codes]
    security = lookup(catalog["security"], bool).astype(np.int64)
    texts = [text_ranks(catalog["repository"]), text_ranks(catalog["advisory"])]
    return placed(np.lexsort([*texts, -severity, -security]))


def placed(order: Ints) -> Ints:
    """Return the place of each row in an order of them.

    >>> placed(np.array([2, 0, 1])).tolist()
    [1, 2, 0]
    """
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    return place


def text_ranks(texts: pa.ChunkedArray) -> Ints:
    """Return the rank of every row's text, null as the empty one."""
    codes, known = distinct(texts)
    return ranks(text or "" for text in known)[codes]
