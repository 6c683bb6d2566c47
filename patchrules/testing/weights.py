"""How often something is drawn: hypothesis does not count repetitions in ``|``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from hypothesis import strategies as st

T = TypeVar("T")


def maybe(strategy: st.SearchStrategy[T]) -> st.SearchStrategy[T | None]:
    """Draw from ``strategy`` or None."""
    return strategy | st.none()


def mostly(strategy: st.SearchStrategy[T], value: T, weight: int = 3) -> st.SearchStrategy[T]:
    """Draw from ``strategy`` ``weight`` times of ``weight + 1``, else ``value``; ``|`` does not count repetitions."""
    return st.sampled_from((*[False] * weight, True)).flatmap(lambda plain: st.just(value) if plain else strategy)


def rarely(strategy: st.SearchStrategy[T], value: T, weight: int = 3) -> st.SearchStrategy[T]:
    """Draw ``value`` ``weight`` times of ``weight + 1``, else from ``strategy``."""
    return st.sampled_from((*[True] * weight, False)).flatmap(lambda plain: st.just(value) if plain else strategy)


def tuples(strategy: st.SearchStrategy[T], sizes: Sequence[int]) -> st.SearchStrategy[tuple[T, ...]]:
    """Draw so many as one of ``sizes``; hypothesis favours the first."""
    return st.sampled_from(sizes).flatmap(lambda size: st.tuples(*[strategy] * size))
