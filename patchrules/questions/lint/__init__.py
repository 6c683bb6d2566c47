"""Is this baseline sane: everything wrong or odd in a document, with its place and a hint.

What stops a baseline from loading and what its door finds odd come first (PR1xxx); what only the whole baseline shows
is found here (PR8xxx), and with a catalog what matches nothing in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from patchrules.documents.baseline import Source
from patchrules.documents.drafts import Draft, load_drafts
from patchrules.errors import Diagnostic, DocumentError, Level
from patchrules.families import family_of
from patchrules.model.baseline import Baseline
from patchrules.model.patch import Catalog
from patchrules.questions.lint.against import against
from patchrules.questions.lint.lists import lists
from patchrules.questions.lint.places import Place, no_place
from patchrules.questions.lint.products import products
from patchrules.questions.lint.rules import rules


def lint(source: Source | Baseline, *, catalogs: Catalog | Sequence[Catalog] = ()) -> tuple[Diagnostic, ...]:
    """Return what is wrong and odd in the baselines of ``source``, in the order of the document.

    ``source`` is what :func:`patchrules.load_baseline` takes, or a baseline, which has no places but those it was read
    from. What stops a baseline from loading is of level ``error``; it raises nothing for that. ``catalogs`` add what no
    patch of theirs has; those of other operating systems are passed over. Codes: ``docs/reference/diagnostics.md``.

    Raises BaselineError for a file that cannot be read at all, UnknownNameError for an unknown name of AWS's.

    >>> [found] = lint(b"{Name: prod, OperatingSystem: SUSE, ApprovedPatches: [bash], RejectedPatches: [ba*]}")
    >>> print(found)
    warning PR8004: `bash` of the approved patches is rejected by `ba*`, and rejection wins
      at 1:55 at /ApprovedPatches/0
      hint: take one of them away
    """
    known = [catalogs] if isinstance(catalogs, Catalog) else list(catalogs)
    if isinstance(source, Baseline):
        return (*source.diagnostics, *_whole(source, no_place, known))
    found: list[Diagnostic] = []
    for draft in load_drafts(source):
        found += [_fault(one) for one in draft.faults]
        found += draft.doubts
        found += _spelling(draft)
        if draft.baseline is not None:
            found += _whole(draft.baseline, draft.where, known)
        elif draft.findings is not None:
            message = "the baseline cannot be read, so that it was not looked at as a whole"
            hint = "mend what is wrong: more may be found then"
            found.append(Diagnostic("PR8033", Level.INFO, message, draft.faults[-1].where, hint=hint))
    return tuple(sorted(found, key=_position))


def _whole(baseline: Baseline, place: Place, catalogs: Sequence[Catalog]) -> Iterator[Diagnostic]:
    """Yield what only the whole baseline shows."""
    family = family_of(baseline.operating_system)
    yield from rules(baseline, family, place)
    yield from products(baseline, family, place)
    yield from lists(baseline, family, place)
    mine = [one for one in catalogs if one.operating_system is baseline.operating_system]
    if mine:
        yield from against(baseline, family, mine, place)


def _spelling(draft: Draft) -> Iterator[Diagnostic]:
    """Yield that a document is spelled as only some readers take it."""
    places = [where for field in ("OperatingSystem", "ApprovalRules") if (where := draft.where((field,)))]
    small = [where for where in places if (where.pointer or "").endswith(_CAMEL)]
    if small:
        message = "names begin with a small letter, as in CDK and on the node: `aws ssm` takes capitals only"
        yield Diagnostic("PR8011", Level.INFO, message, small[0])
    if draft.baseline is not None and draft.baseline.name.startswith("BaselineOverride."):
        message = "a baseline without a name is read as a BaselineOverride, which one run of a command brings along"
        yield Diagnostic("PR8012", Level.INFO, message, draft.where(()))


_CAMEL = ("/operatingSystem", "/approvalRules")


def _fault(error: DocumentError) -> Diagnostic:
    """Return what stops a baseline as a finding."""
    return Diagnostic(error.code, Level.ERROR, error.message, error.where, hint=error.hint)


def _position(found: Diagnostic) -> tuple[int, int]:
    """Return where in the document a finding is; what has no place comes first."""
    where = found.where
    return (where.line or 0, where.column or 0) if where else (0, 0)
