"""JSON that tools printed, on whatever system: the values of a file, their members, and fields as texts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from patchrules.inventory._texts import text_of
from patchrules.sources.files import Document
from patchrules.sources.json import Place, values

__all__ = ["Place", "members_of", "rows_of", "texts_of", "values_of"]


def values_of(document: Document) -> Iterator[Place]:
    """Yield the values of a file one after another; PowerShell writes them as UTF-16, too.

    Raises the document's error PR2907 when the text is no JSON, is cut off, or is nested too deeply.
    """
    return values(document, text_of(document)[0])


def rows_of(document: Document) -> Iterator[Place]:
    """Yield the elements of the arrays in a file, and what else stands there for itself."""
    for top in values_of(document):
        if top.is_array:
            yield from top.elements()
        else:
            yield top


def members_of(place: Place | None) -> dict[str, Place]:
    """Return the members of an object by key, none of anything else."""
    return dict(place.members()) if place else {}


def texts_of(fields: Mapping[str, object], names: Iterable[str]) -> list[str]:
    """Return some fields as texts, blank where they are absent or no scalar.

    >>> texts_of({"name": "bash", "epoch": 1, "arch": None}, ("name", "epoch", "arch"))
    ['bash', '1', '']
    """
    # Asked of every row of every inventory: texts and absent fields are told apart without a call.
    values = map(fields.get, names)
    return [
        "" if value is None else value.strip() if type(value) is str and value.isascii() else _text(value)
        for value in values
    ]


def _text(value: object) -> str:
    """Return a scalar as text that Arrow can hold."""
    text = str(value).strip() if isinstance(value, str | int | float) else ""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
