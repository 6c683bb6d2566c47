"""What attributes and texts of plain XML say: taken out of the bytes of start tags in Arrow."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.sources.arrow import counting

__all__ = ["attributes_of", "texts_of"]

_SHAPES = 64
_TEXT = rb"(?:>[^\">]*)?"
_ALONE = re.compile(rb"[^\s'\"=/>]+\s*/?" + _TEXT)
_FIRST = re.compile(rb"[^\s'\"=/>]+\s+([^\s'\"=/>]+)")
_NEXT = re.compile(rb"\"\s+([^\s'\"=/>]+)")
_LAST = re.compile(rb"\"\s*/?" + _TEXT)
_REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]+)|#([0-9]+)|([a-z]+));")
_ENTITIES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
_LINE_END = re.compile(r"\r\n?")
_BLANK = re.compile(r"\r\n|[\r\n\t]")


def attributes_of(tags: Any, wanted: Sequence[str]) -> dict[str, tuple[Any, Any]]:  # noqa: ANN401  pyarrow is Any
    """Return of each wanted attribute which of some start tags have it, and what it says.

    The tags are those of a well-formed document, without ``<``, and with or without ``>`` and the text after it. Raises
    ValueError for attributes in single quotes, blanks around ``=``, namespaces, quotes in texts, and for tags of more
    than 64 shapes, that is, sequences of attributes and texts behind. Cost: Arrow kernels a shape.

    >>> tags = pa.array([b'a n="1" m="2"', b'a m="&lt;"/', b'a n="4" m="5"'])
    >>> attributes_of(tags, ("m",))["m"][1].to_pylist()
    ['2', '5', '<']
    """
    places, shapes = counting(len(tags)), list[tuple[Any, dict[str, Any]]]()
    while len(places):
        if len(shapes) == _SHAPES:
            raise ValueError
        alike, said = _alike(tags, places, wanted)
        shapes.append((alike, said))
        is_all = len(alike) == len(places)
        places = places[:0] if is_all else places.filter(pc.invert(pc.is_in(places, alike)))
    found = {}
    for name in wanted:
        several = [(alike, said[name]) for alike, said in shapes if name in said] or [(counting(0), tags[:0])]
        owners, values = (pa.concat_arrays(one) for one in zip(*several, strict=True))
        found[name] = owners, _said(values, "&\r\n\t", lambda text: _BLANK.sub(" ", text))
    return found


def texts_of(texts: Any) -> Any:  # noqa: ANN401  pyarrow is Any
    r"""Return what texts say: with their references replaced, and newlines for all line ends.

    >>> texts_of(pa.array([b"a &lt;&#98;&gt;\r\n", b"&amp;lt;"])).to_pylist()
    ['a <b>\n', '&lt;']
    """
    return _said(texts, "&\r", lambda text: _LINE_END.sub("\n", text))


def _alike(tags: Any, places: Any, wanted: Sequence[str]) -> tuple[Any, dict[str, Any]]:  # noqa: ANN401  pyarrow is Any
    """Return which of some start tags have what the first has, but for the values, and the values of those wanted.

    INVARIANT: what stands before the first ``="`` has no quote, so a value begins there, and the next ``"`` ends it.
    What follows that is the name of the next attribute, up to the next ``="``, or the end of the tag and its text.
    """
    first, *others = tags[places[0].as_py()].as_py().split(b'="')
    ends = [one[one.index(b'"') :] for one in others]
    names = _names(first, ends)
    cut = pc.split_pattern(tags if len(places) == len(tags) else tags.take(places), b'="')
    is_alike = pc.equal(pc.list_value_length(cut), len(names) + 1)
    if not pc.all(is_alike).as_py():
        cut, places = cut.filter(is_alike), places.filter(is_alike)
    parts, starts = cut.flatten(), pc.multiply(counting(len(cut)), pa.scalar(len(names) + 1, pa.int32()))
    columns = [parts.take(pc.add(starts, pa.scalar(place, pa.int32()))) for place in range(len(names) + 1)]
    is_alike = pc.equal(columns[0], first)
    for column, end in zip(columns[1:], ends, strict=True):
        is_alike = pc.and_(is_alike, pc.ends_with(column, end))
        if _bytes(column).count(b'"') != len(column):
            is_alike = pc.and_(is_alike, pc.equal(pc.count_substring(column, b'"'), 1))
    if not pc.all(is_alike).as_py():
        columns, places = [column.filter(is_alike) for column in columns], places.filter(is_alike)
    of_names = zip(names, columns[1:], ends, strict=True)
    return places, {name: pc.binary_slice(column, 0, -len(end)) for name, column, end in of_names if name in wanted}


def _names(first: bytes, ends: list[bytes]) -> list[str]:
    """Return the names of attributes, from what stands before the first value and behind each."""
    patterns = [_FIRST, *[_NEXT] * (len(ends) - 1), _LAST] if ends else [_ALONE]
    found = [pattern.fullmatch(one) for pattern, one in zip(patterns, [first, *ends], strict=True)]
    names = [one[1] for one in found[:-1] if one]
    if not all(found) or any(name.startswith(b"xmlns") for name in names):
        raise ValueError
    return [name.decode() for name in names]


def _said(values: Any, doubtful: str, ended: Callable[[str], str]) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return bytes as text; where a doubtful character stands, line ends are ``ended`` and references replaced."""
    texts = values.cast(pa.string())
    held = _bytes(values)
    if not any(char in held for char in doubtful.encode()):
        return texts
    is_odd = pc.match_substring_regex(texts, f"[{doubtful}]")
    said = [_REFERENCE.sub(_referred, ended(text)) for text in texts.filter(is_odd).to_pylist()]
    return pc.replace_with_mask(texts, is_odd, pa.array(said, pa.string()))


def _referred(found: re.Match[str]) -> str:
    """Return the character that a reference stands for."""
    hexadecimal, decimal, name = found.groups()
    return _ENTITIES[name] if name else chr(int(decimal) if decimal else int(hexadecimal, 16))


def _bytes(values: Any) -> bytes:  # noqa: ANN401  pyarrow is Any
    """Return the bytes of all values, and perhaps of others: one search of them is faster than one a value."""
    return bytes(values.buffers()[2] or b"")
