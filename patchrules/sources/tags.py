"""Elements of XML as Arrow columns, a row each, and how to ask them for their children."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.sources.arrow import stripped
from patchrules.sources.xml import TagLines, elements

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from patchrules.sources.files import Document

__all__ = ["Tags", "Wanted", "tags_of_tree"]

_ENOUGH = 1 << 12


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader asks for: every element ``row``, and what is in it.

    ``texts`` are the elements whose text is wanted, ``attributes`` those, ``row`` too, that must be known, and what of
    them; ``counted`` is one of these, whose lines are told.
    """

    row: str
    texts: tuple[str, ...]
    attributes: Mapping[str, tuple[str, ...]]
    counted: str

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all elements that are asked for."""
        return tuple(dict.fromkeys((*self.texts, *self.attributes)))


@dataclass(frozen=True, slots=True)
class Tags:
    """The wanted elements of a stretch of XML, in order of their start tags, a row each.

    ``rows`` has those of each name; ``parents`` the row of the element around each, null where that is not a wanted
    one; ``values``, of each name and attribute, or name and ``""`` for the text before the first child, the rows that
    have it and what it says.
    """

    rows: Mapping[str, Any]
    parents: Any
    values: Mapping[tuple[str, str], tuple[Any, Any]]

    def named(self, name: str) -> Any:  # noqa: ANN401  pyarrow is Any
        """Return the rows of the elements of one name."""
        return self.rows[name]

    def children(self, name: str, parents: Any) -> tuple[Any, Any]:  # noqa: ANN401  pyarrow is Any
        """Return the rows of the children of that name that some elements have, and the place of each one's parent."""
        rows = self.rows[name]
        places = pc.index_in(self.parents.take(rows), parents)
        return (rows.filter(pc.is_valid(places)), places.drop_null()) if places.null_count else (rows, places)

    def first(self, name: str, parents: Any) -> Any:  # noqa: ANN401  pyarrow is Any
        """Return for each of some elements the row of its first child of that name, null where it has none."""
        rows = self.named(name)
        return rows.take(pc.index_in(parents, self.parents.take(rows)))

    def text(self, name: str, rows: Any) -> Any:  # noqa: ANN401  pyarrow is Any
        """Return the text of each element, all of one name, without the blanks around it; null for no element."""
        return stripped(self.attribute(name, "", rows))

    def attribute(self, name: str, key: str, rows: Any) -> Any:  # noqa: ANN401  pyarrow is Any
        """Return an attribute of each element, all of one name, null where it has none."""
        owners, values = self.values[name, key]
        return values if owners.equals(rows) else values.take(pc.index_in(rows, owners))


class _Rows:
    """Elements of a tree on their way to :class:`Tags`: a list a column."""

    def __init__(self, wanted: Wanted) -> None:
        """Start with nothing."""
        keys = [(name, "") for name in wanted.texts]
        keys += [(name, key) for name, several in wanted.attributes.items() for key in several]
        self._rows: dict[str, list[int]] = {name: [] for name in wanted.names}
        self._values: dict[tuple[str, str], tuple[list[int], list[str]]] = {key: ([], []) for key in keys}
        self._parents: list[int | None] = []

    def __len__(self) -> int:
        """Return how many elements there are."""
        return len(self._parents)

    def add(self, whole: Element, named: Mapping[str, str]) -> None:
        """Append an element and all that is in it; ``named`` has the name of each wanted tag."""
        waiting: list[tuple[Element, int | None]] = [(whole, None)]
        while waiting:
            element, parent = waiting.pop()
            name = named.get(element.tag)
            row = None if name is None else self._added(element, name, parent)
            waiting.extend((child, row) for child in reversed(element))

    def _added(self, element: Element, name: str, parent: int | None) -> int:
        """Append one element and return its row."""
        row = len(self._parents)
        self._rows[name].append(row)
        self._parents.append(parent)
        for key, value in (("", element.text or ""), *element.items()):
            if (name, key) in self._values:
                rows, values = self._values[name, key]
                rows.append(row)
                values.append(value)
        return row

    def tags(self) -> Tags:
        """Return the columns."""
        said = {
            key: (pa.array(rows, pa.int32()), pa.array(values, pa.string()))
            for key, (rows, values) in self._values.items()
        }
        rows = {name: pa.array(rows, pa.int32()) for name, rows in self._rows.items()}
        return Tags(rows, pa.array(self._parents, pa.int32()), said)


def tags_of_tree(document: Document, wanted: Wanted, lines: TagLines) -> Iterator[Tags]:
    """Yield the elements of some whole rows at a time, whatever XML the document is; what is wrong is raised.

    Elements have the namespace of their row, attributes none.
    """
    rows = _Rows(wanted)
    for element in elements(document, (wanted.row,), lines=lines):
        space = element.tag[: -len(wanted.row)]
        rows.add(element, {space + name: name for name in wanted.names})
        if len(rows) >= _ENOUGH:
            yield rows.tags()
            rows = _Rows(wanted)
    yield rows.tags()
