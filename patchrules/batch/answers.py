"""Distinct texts as codes, and what was found out about each of them: it is asked once and looked up ever after."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from patchrules.batch.keys import Ints, distinct

_UNASKED = -2


@dataclass(frozen=True, slots=True)
class Texts:
    """A column of texts as codes, and what they stand for: a list that may grow at its end, and never changes else."""

    codes: Ints
    values: Sequence[str]

    def only(self, some: Ints) -> Texts:
        """Return the texts at some positions."""
        return Texts(self.codes[some], self.values)


def texts_of(column: pa.ChunkedArray) -> Texts:
    """Return a column as texts.

    >>> texts_of(pa.array(["b", "a", "b"]))
    Texts(codes=array([0, 1, 0]), values=['b', 'a'])
    """
    return Texts(*distinct(column))


class Answers:
    """What the texts of one list were found to be: numbers from -1 on. One thread at a time may ask.

    >>> sizes = Answers()
    >>> some = Texts(np.array([1, 0, 1]), ["a", "bb"])
    >>> sizes.of(some, lambda new: [len(text) for text in new]).tolist(), sizes.of(some, None).tolist()
    ([2, 1, 2], [2, 1, 2])
    """

    def __init__(self) -> None:
        """Start with no answer."""
        self._values: Sequence[str] = ()
        self._known = np.zeros(0, dtype=np.int64)

    def of(self, texts: Texts, ask: Callable[[list[str]], Iterable[int]]) -> Ints:
        """Return the answer to each text; ``ask`` has those to texts that are new. Texts of another list start anew."""
        if texts.values is not self._values:
            self._values, self._known = texts.values, np.zeros(0, dtype=np.int64)
        if len(self._known) < len(texts.values):
            unasked = np.full(len(texts.values) - len(self._known), _UNASKED, dtype=np.int64)
            self._known = np.append(self._known, unasked)
        found = self._known[texts.codes]
        new = found == _UNASKED
        if new.any():
            codes = np.unique(texts.codes[new])
            self._known[codes] = list(ask([texts.values[code] for code in codes.tolist()]))
            found = self._known[texts.codes]
        return found
