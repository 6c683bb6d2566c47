"""What a user pins of a noun: fields that are given, as values or as strategies, while the rest is drawn."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from hypothesis import strategies as st

from patchrules.errors import UnknownNameError
from patchrules.families import Family, families, family_named
from patchrules.model.baseline import ApprovalRule

T = TypeVar("T")

Pins = Mapping[str, Any]


@st.composite
def pinned(draw: st.DrawFn, drawn: st.SearchStrategy[T], pins: Pins) -> T:
    """Draw a noun with some fields as given; a strategy given for a field is drawn from.

    The noun is a copy, so that hypothesis shows it by its fields, and not by the calls that made it.
    """
    noun: Any = draw(drawn)
    given = {name: draw(value) if isinstance(value, st.SearchStrategy) else value for name, value in pins.items()}
    fields = {name: _as_field(noun, name, value) for name, value in given.items()}
    change: Any = noun.changed if isinstance(noun, ApprovalRule) else functools.partial(dataclasses.replace, noun)
    found: T = change(**fields)
    return found


def _as_field(noun: object, name: str, value: object) -> object:
    """Return what is given for a field; of one that holds several a text is the only one, never its letters."""
    if not isinstance(getattr(noun, name), tuple):
        return value
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) else value


def checked(noun: type, pins: Pins, more: Iterable[str] = ()) -> None:
    """Refuse a pin that is no field; raises UnknownNameError with the closest one."""
    known = (*(field.name for field in dataclasses.fields(noun)), *more)
    for name in pins:
        if name not in known:
            raise UnknownNameError(f"field of a {noun.__name__.lower()}", name, known)


def in_family(family: str | Family | None, drawn: Callable[[Family], st.SearchStrategy[T]]) -> st.SearchStrategy[T]:
    """Draw of one family, by our name or AWS's, or of any; raises UnknownNameError for none of them."""
    if family is None:
        return st.sampled_from(list(families().values())).flatmap(drawn)
    return drawn(family_named(family) if isinstance(family, str) else family)


def by_updates(family: Family) -> bool:
    """Say whether hosts of a family are judged by updates, not by versions of packages."""
    return family.documented.states == "updates"
