"""Rows of tables as JSON texts: the bytes of ``json.dumps``, without a Python object for every row."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.reports._cells import coded
from patchrules.reports._hosts import text

_PIECE = 10_000
"""Lists that are texts at a time."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How JSON is laid out: on one line in ASCII, or ``indented`` with letters as they are."""

    indented: bool

    def dump(self, value: object, depth: int = 0) -> str:
        r"""Return a value as it stands at a depth.

        >>> Layout(indented=True).dump([1], 1), Layout(indented=False).dump({"a": "\u00e9"})
        ('[\n    1\n  ]', '{"a":"\\u00e9"}')
        """
        if not self.indented:
            return json.dumps(value, separators=(",", ":"))
        return json.dumps(value, indent=2, ensure_ascii=False).replace("\n", self.line(depth))

    def line(self, depth: int) -> str:
        """Return what stands before an item at a depth."""
        return f"\n{'  ' * depth}" if self.indented else ""

    def start(self, place: int, name: str, depth: int) -> str:
        """Return what stands before the value of the member of that name, the first or another."""
        colon = ": " if self.indented else ":"
        return f"{',' if place else '{'}{self.line(depth)}{self.dump(name)}{colon}"


def cells(column: Any, layout: Layout, depth: int) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return the values of a column as texts that stand at a depth, null for none. Cost: Python once a distinct value.

    A map is an object, one that is absent an empty one; an instant is ISO 8601 with ``Z``.
    """
    if pa.types.is_map(column.type):
        return coded(column, lambda value: layout.dump(dict(value or ()), depth))
    if pa.types.is_list(column.type):
        # INVARIANT: the texts of a piece are less than the two gigabytes that a column of texts holds.
        pieces = pa.table([column], names=["lists"]).to_batches(max_chunksize=_PIECE)
        lists = [_lists(piece.column(0), layout, depth) for piece in pieces]
        return coded(pa.chunked_array(lists, pa.string()), str)
    return coded(column, lambda value: layout.dump(text(value)))


def _lists(column: Any, layout: Layout, depth: int) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return lists as texts."""
    said = coded(pa.chunked_array([column.flatten()]), layout.dump).cast(pa.string())
    lengths = pc.list_value_length(column)
    ends = pc.cumulative_sum(pc.fill_null(lengths, 0))
    items = pa.ListArray.from_arrays(pa.concat_arrays([pa.array([0], ends.type), ends]), pc.fill_null(said, "null"))
    inner, outer = layout.line(depth + 1), layout.line(depth)
    joined = pc.binary_join(items, f",{inner}")
    return pc.if_else(pc.equal(lengths, 0), "[]", pc.binary_join_element_wise(f"[{inner}", joined, f"{outer}]", ""))


def rows(members: Mapping[str, Any], layout: Layout, depth: int, *, before: str = "", after: str = "") -> Any:  # noqa: ANN401
    """Return rows of texts as objects that stand at a depth, each between ``before`` and ``after``."""
    starts = [layout.start(place, name, depth + 1) for place, name in enumerate(members)]
    values = [one.cast(pa.string()) for one in members.values()]
    parts = itertools.chain.from_iterable(zip(starts, values, strict=True))
    return pc.binary_join_element_wise(before, *parts, f"{layout.line(depth)}}}{after}", "")
