"""Whether the catalogs speak of the hosts at all: what nobody can tell is no answer of 0."""

from __future__ import annotations

from collections.abc import Sequence

from patchrules.errors import CatalogError, Diagnostic, Level
from patchrules.evaluation.run import Run
from patchrules.model.names import Unknown
from patchrules.model.patch import Catalog

_ASKING_FOR_NONE = {Unknown.NO_PRODUCT, Unknown.NO_BASELINE, Unknown.NO_SOURCE}
_HINT = "give one that does, e.g. --catalog 'PRODUCT_GLOB=PATH'"
_MOST_NAMED = 3


def check_covered(run: Run, catalogs: Sequence[Catalog]) -> list[Diagnostic]:
    """Return that some hosts of a run have no catalog; raises CatalogError PR3802 where none has, or none is given.

    Hosts whose product or baseline nobody knows ask for no catalog, and do not count.
    """
    reasons = [set(why or ()) for why in run.hosts["unknown"].to_pylist()]
    asking = [why for why in reasons if not why & _ASKING_FOR_NONE] if catalogs else reasons
    lacking = sum(Unknown.NO_CATALOG in why for why in asking) if catalogs else len(asking)
    if catalogs and not lacking:
        return []
    if lacking == len(asking):
        products = sorted({text for text in run.hosts["product"].unique().to_pylist() if text})
        named = f" ({', '.join(products[:_MOST_NAMED])})" if products else ""
        whom = "the host" if len(asking) == 1 else f"any of the {len(asking):,} hosts"
        raise CatalogError(f"no catalog speaks for {whom}{named}", code="PR3802", hint=_HINT)
    message = f"no catalog speaks for {lacking:,} of {len(asking):,} hosts: nothing is told of them"
    return [Diagnostic("PR3802", Level.WARNING, message, hint=_HINT)]
