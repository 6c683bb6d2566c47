"""Distinct packages as numbers: what lets sixty million rows be judged by looking up a small table."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from patchrules.batch.answers import Texts
from patchrules.batch.keys import Codes, Ints, Vocabulary, encoded, fold, indices
from patchrules.errors import InvariantError

Numbers = npt.NDArray[np.int32]
"""One number a row. Half as wide as Ints, because a row is read and written many times."""

IDENTITY = ("name", "arch", "evr", "built", "priority", "section")
"""What the verdict on an installed package depends on, beside its policy."""

_REST = tuple(name for name in IDENTITY if name not in ("name", "evr"))
BLOCK = 1 << 16
"""Rows that are taken at a time: half a megabyte as wide integers."""

_BITS = 63
_FEW = 8
"""Arrow makes a table of all that is known whenever it looks up: that pays from an eighth of it on."""

_OTHERS = pa.struct([(name, pa.timestamp("us", tz="UTC") if name == "built" else pa.string()) for name in _REST])
_MULTIPLIER = 0x9E3779B97F4A7C15
"""2**64 over the golden ratio: multiplied by it, neighbouring keys fall far apart in the high bits."""


class Slots:
    """Distinct keys by their hashes: a table that is at most half full, and a smaller one for what lost its place.

    The level of a table chooses its hash, so that keys that meet in one table part in the next.
    """

    def __init__(self, keys: Ints, numbers: Numbers, level: int = 0) -> None:
        """Give every key a place. Cost: O(keys)."""
        bits = max(2 * len(keys), 2).bit_length()
        self._multiplier = np.uint64(_MULTIPLIER * (2 * level + 1) % (1 << 64))
        self._shift = np.uint64(64 - bits)
        self._key = np.zeros(1 << bits, dtype=np.int64)
        self._number = np.full(1 << bits, -1, dtype=np.int32)
        slot = self._slot(keys)
        self._key[slot], self._number[slot] = keys, numbers
        lost = self._number[slot] != numbers
        self._others = Slots(keys[lost], numbers[lost], level + 1) if lost.any() else None

    def find(self, keys: Ints) -> Numbers:
        """Return the number of each key, -1 for one that is not here. Cost: a look or two for most keys, no search."""
        slot = self._slot(keys)
        found = self._number.take(slot)
        other = np.flatnonzero(self._key.take(slot) != keys)
        if len(other):
            found[other] = -1 if self._others is None else self._others.find(keys[other])
        return found

    def _slot(self, keys: Ints) -> Ints:
        """Return the place of each key: the high bits of a product."""
        return ((keys.view(np.uint64) * self._multiplier) >> self._shift).view(np.int64)


class Known:
    """Distinct packages by their codes of name, version and the rest; made once and never changed.

    Threads may ask it while a larger one is made. ``widths`` are the bits each code has in a key.

    >>> known = Known(np.array([[0, 3, 0], [0, 1, 0]]), (21, 21, 21))
    >>> known.find([np.array([0, 0, 0]), np.array([1, 2, 3]), np.array([0, 0, 0])]).tolist()
    [1, -1, 0]
    """

    def __init__(self, codes: Ints, widths: tuple[int, int, int]) -> None:
        """Give numbers to the rows of ``codes``, which are distinct, by their position."""
        self.widths = widths
        self._slots = Slots(self._keys(list(codes.T)), np.arange(len(codes), dtype=np.int32))

    def find(self, codes: Sequence[Ints]) -> Numbers:
        """Return the number of each package, -1 for one that is not known."""
        return self._slots.find(self._keys(codes))

    def find_rows(self, columns: Sequence[tuple[Codes, Ints]]) -> Numbers:
        """Return the number of each row's package; a column is codes of its own, and our code for each of them.

        Numbers are shifted to their place in the key before they are gathered: that saves two passes over the rows.
        Rows are taken in blocks, whose keys fit a core's cache.
        """
        shifts = (self.widths[1] + self.widths[2], self.widths[2], 0)
        shifted = [(codes, numbers << shift) for (codes, numbers), shift in zip(columns, shifts, strict=True)]
        found = np.empty(len(columns[0][0]), dtype=np.int32)
        for start in range(0, len(found), BLOCK):
            some = slice(start, start + BLOCK)
            key, *parts = (numbers.take(codes[some]) for codes, numbers in shifted)
            for part in parts:
                key |= part
            found[some] = self._slots.find(key)
        return found

    def _keys(self, codes: Sequence[Ints]) -> Ints:
        """Return one integer that stands for the three codes."""
        _, evr, rest = self.widths
        key: Ints = (codes[0] << (evr + rest)) | (codes[1] << rest) | codes[2]
        return key


class PackageNumbers:
    """The distinct packages of a fleet, by the columns of IDENTITY, each with a number that never changes.

    Threads may number rows at the same time: what is known is found without a lock, what is new is added under it.
    """

    def __init__(self) -> None:
        """Start with no package."""
        self._lock = threading.RLock()
        self._vocabularies = (Vocabulary(), Vocabulary(), Vocabulary())
        self._texts = [pa.array([], pa.string()), pa.array([], pa.string()), pa.array([], _OTHERS)]
        self._codes: list[Ints] = [np.zeros((0, 3), dtype=np.int64)]
        self._known = Known(self._codes[0], (21, 21, 21))

    def __len__(self) -> int:
        """Return how many distinct packages there are."""
        return len(self.codes())

    def numbers(self, packages: pa.Table) -> Numbers:
        """Return the number of every row's package; a column of IDENTITY that is not there counts as null.

        Cost: O(rows) in numpy, a gather a column and one look-up; O(distinct values of the table) in Python.
        """
        columns, known = self._encoded({name: packages[name] for name in IDENTITY if name in packages.column_names})
        found = known.find_rows(columns)
        new = np.flatnonzero(found < 0)
        if len(new):
            chosen = [numbers[codes[new]] for codes, numbers in columns]
            ids, first = fold(chosen)
            found[new] = self._added(np.stack([column[first] for column in chosen], axis=1))[ids]
        return found

    def identities(self, numbers: Ints) -> list[tuple[Any, ...]]:
        """Return the values of IDENTITY of some packages."""
        names, evrs, rests = (one.values for one in self._vocabularies)
        chosen = ((names[name], evrs[evr], *rests[rest]) for name, evr, rest in self.codes()[numbers].tolist())
        return [(name, arch, evr, *others) for name, evr, arch, *others in chosen]

    def table(self, numbers: Ints) -> pa.Table:
        """Return the columns of IDENTITY of some packages. Cost: gathers in Arrow; a text is made for it once."""
        codes = self.codes()[numbers].T
        with self._lock:
            texts = [self._values(place) for place in range(len(self._texts))]
        name, evr, rest = (one.take(pa.array(mine)) for one, mine in zip(texts, codes, strict=True))
        columns = {"name": name, "evr": evr, **dict(zip(_REST, rest.flatten(), strict=True))}
        return pa.table({one: columns[one] for one in IDENTITY})

    def texts(self, numbers: Ints) -> tuple[Texts, Texts]:
        """Return the names and the versions of some packages as codes."""
        name, evr, _ = self.codes()[numbers].T
        return Texts(name, self._vocabularies[0].values), Texts(evr, self._vocabularies[1].values)

    def names(self) -> Ints:
        """Return a code for the name of each package, equal where the names are."""
        return np.ascontiguousarray(self.codes()[:, 0])

    def name_texts(self) -> Sequence[str]:
        """Return the texts that the codes of :meth:`names` stand for."""
        return self._vocabularies[0].values

    def codes(self) -> Ints:
        """Return the codes of name, version and the rest, a row a package."""
        with self._lock:
            if len(self._codes) > 1:
                self._codes = [np.concatenate(self._codes)]
            return self._codes[0]

    def _encoded(self, columns: Mapping[str, Any]) -> tuple[list[tuple[Codes, Ints]], Known]:
        """Return, for name, version and the rest, the table's own codes and our numbers for them; and what is known."""
        name, evr = encoded(columns["name"]), encoded(columns["evr"])
        rest, rests = _combined(
            {column: indices(columns[column]) for column in _REST if column in columns}, len(name[0])
        )
        with self._lock:
            found = [(codes, self._numbered(place, values)) for place, (codes, values) in enumerate((name, evr))]
            found.append((rest, self._vocabularies[-1].numbers(rests)))
            self._widen()
            return found, self._known

    def _numbered(self, place: int, values: pa.Array) -> Ints:
        """Return our codes for names or versions. Cost: a look-up in Arrow, or in Python for few beside those known."""
        vocabulary = self._vocabularies[place]
        if len(values) < len(vocabulary) // _FEW:
            return vocabulary.numbers(values.to_pylist())
        found = pc.index_in(values.cast(pa.string()), value_set=self._values(place))
        numbers: Ints = found.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        if found.null_count:
            numbers[numbers < 0] = vocabulary.numbers(values.filter(found.is_null()).to_pylist())
        return numbers

    def _values(self, place: int) -> pa.Array:
        """Return what the codes of names, versions or the rest stand for; only what is new is made."""
        known, values = self._texts[place], self._vocabularies[place].values
        if len(known) < len(values):
            known = pa.concat_arrays([known, pa.array(values[len(known) :], known.type)])
            self._texts[place] = known
        return known

    def _added(self, codes: Ints) -> Numbers:
        """Give numbers to packages that were not known when looked for; another thread may have added some."""
        with self._lock:
            found = self._known.find(list(codes.T))
            new = found < 0
            found[new] = np.arange(len(self), len(self) + int(new.sum()), dtype=np.int32)
            self._codes.append(codes[new])
            self._known = Known(self.codes(), self._known.widths)
            return found

    def _widen(self) -> None:
        """Give each code the bits it needs. INVARIANT: no code of a key overflows into its neighbour."""
        sizes = [len(vocabulary) for vocabulary in self._vocabularies]
        if all(size < 1 << width for size, width in zip(sizes, self._known.widths, strict=True)):
            return
        name, evr = (size.bit_length() + 1 for size in sizes[:2])
        if sizes[2].bit_length() + name + evr > _BITS:
            message = f"{sizes[0]:,} names, {sizes[1]:,} versions and {sizes[2]:,} architectures do not fit one number"
            raise InvariantError(message)
        self._known = Known(self.codes(), (name, evr, _BITS - name - evr))


def _combined(columns: Mapping[str, tuple[Codes, list[Any]]], rows: int) -> tuple[Codes, list[tuple[Any, ...]]]:
    """Return a code for every row's combination of the columns of _REST, and what the codes stand for.

    Cost: nothing for columns that are not there, no sort where there is only one.
    """
    if len(columns) > 1:
        ids: Codes
        ids, first = fold([codes.astype(np.int64) for codes, _ in columns.values()])
        chosen = [[values[code] for code in codes[first].tolist()] for codes, values in columns.values()]
    else:
        ids = next((codes for codes, _ in columns.values()), np.zeros(rows, dtype=np.int64))
        chosen = [values for _, values in columns.values()]
    found = zip(*chosen, strict=True) if chosen else [()]
    given = [dict(zip(columns, one, strict=True)) for one in found]
    return ids, [tuple(one.get(column) for column in _REST) for one in given]
