"""Whether the catalogs speak of the hosts at all: what nobody can tell is no answer of 0."""

from __future__ import annotations

from collections.abc import Sequence

from patchrules.errors import CatalogError, Diagnostic, Level
from patchrules.evaluation.run import Run
from patchrules.model.names import Unknown
from patchrules.model.patch import Catalog

_ASKING_FOR_NONE = {Unknown.NO_PRODUCT, Unknown.NO_BASELINE, Unknown.NO_SOURCE}
_NO_LIST = {Unknown.NO_INVENTORY, Unknown.NO_ARCHITECTURE}
_HINT = "give one that does, e.g. --catalog 'PRODUCT_GLOB=PATH'"
_MOST_NAMED = 3


def check_covered(run: Run, catalogs: Sequence[Catalog]) -> list[Diagnostic]:
    """Return of which hosts of a run nothing can be told, so that each is told of once: for want of a catalog, or else.

    Raises CatalogError PR3802 where no host has a catalog that asks for one, or none is given. Hosts whose product or
    baseline nobody knows ask for none.
    """
    reasons = [set(why or ()) for why in run.hosts["unknown"].to_pylist()]
    asking = [why for why in reasons if not why & _ASKING_FOR_NONE] if catalogs else reasons
    lacking = sum(Unknown.NO_CATALOG in why for why in asking) if catalogs else len(asking)
    others = [why for why in reasons if why & _ASKING_FOR_NONE or (why & _NO_LIST and Unknown.NO_CATALOG not in why)]
    if lacking == len(asking) and (lacking or not catalogs):
        products = sorted({text for text in run.hosts["product"].unique().to_pylist() if text})
        named = f" ({', '.join(products[:_MOST_NAMED])})" if products else ""
        whom = "the host" if len(asking) == 1 else f"any of the {len(asking):,} hosts"
        raise CatalogError(f"no catalog speaks for {whom}{named}", code="PR3802", hint=_HINT)
    found = []
    if lacking:
        message = f"no catalog speaks for {lacking:,} of {len(reasons):,} hosts: nothing is told of them"
        found.append(Diagnostic("PR3802", Level.WARNING, message, hint=_HINT))
    if others:
        why = ", ".join(one for one in Unknown if one in {*_ASKING_FOR_NONE, *_NO_LIST} and one in set().union(*others))
        number = f"{len(others):,} of {len(reasons):,} hosts {'is' if len(others) == 1 else 'are'}"
        message = f"{number} UNKNOWN ({why}): nothing is told of them"
        found.append(Diagnostic("PR7020", Level.WARNING, message, hint="patchrules evaluate says what to do"))
    return found
