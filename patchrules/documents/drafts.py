"""Baselines as they are written, right or wrong: what lint looks at."""

from __future__ import annotations

from patchrules.documents._load import Draft, drafts_of
from patchrules.documents.baseline import Source, opened
from patchrules.documents.predefined import is_name, predefined_document

__all__ = ["Draft", "load_drafts"]


def load_drafts(source: Source) -> tuple[Draft, ...]:
    """Return every baseline of a document with what is wrong and odd in it; takes what ``load_baseline`` takes.

    Raises BaselineError for what cannot be read at all, and UnknownNameError for a name of AWS's that does not exist.

    >>> [one.baseline for one in load_drafts(b"{Name: prod, ApprovedPatches: 7}")]
    [None]
    """
    named = isinstance(source, str) and is_name(source)
    return tuple(drafts_of(predefined_document(str(source)) if named else opened(source)))
