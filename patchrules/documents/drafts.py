"""Baselines as they are written, right or wrong: what lint looks at."""

from __future__ import annotations

from patchrules.documents._load import Draft, drafts_of
from patchrules.documents.baseline import Source, opened
from patchrules.documents.predefined import predefined_document

__all__ = ["Draft", "load_drafts"]


def load_drafts(source: Source) -> tuple[Draft, ...]:
    """Return every baseline of a document with what is wrong and odd in it; takes what ``load_baseline`` takes.

    Raises BaselineError for what cannot be read at all, and UnknownNameError for a name of AWS's that does not exist.

    >>> [one.baseline for one in load_drafts(b"{Name: prod, ApprovedPatches: 7}")]
    [None]
    """
    named = predefined_document(source) if isinstance(source, str) else None
    return tuple(drafts_of(named or opened(source)))
