"""Columns of texts as other people's tables hold them, whatever Arrow keeps them as, and with blanks around them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.errors import InventoryError

SHARED = pa.dictionary(pa.int32(), pa.string())
"""Texts as a dictionary: what is asked of texts is asked once a distinct one."""

NO_ARCH = ("", "(none)")
"""What rpm and exports of it write where a package has no architecture."""

WRITE_AGAIN = "write or copy the file again: it is damaged or cut off, or is no table"
"""What to do about a file that cannot be read as a table."""

_BLANKS = (b" ", b"\t", b"\n", b"\r")
_AS_TEXT = "cast it where the table is made, e.g. to VARCHAR, pl.String or pa.string()"


def text_column(values: Any, column: str, file: str) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return a column as texts, or as the dictionary of texts it is; whole numbers become the texts they look like.

    Raises InventoryError PR2103 for any other type, and for bytes that are not UTF-8: a date or a fraction has many
    texts, and nobody can say which of them was meant.

    >>> text_column(pa.chunked_array([[7, 8]]), "host", "fleet.parquet").to_pylist()
    ['7', '8']
    """
    kind = values.type
    wanted = SHARED if pa.types.is_dictionary(kind) else pa.string()
    if kind == wanted:
        return values
    if not _holds_texts(kind.value_type if wanted == SHARED else kind):
        raise wrong_type(file, column, kind, "`string`")
    try:
        return values.cast(wanted)
    except pa.ArrowException as problem:
        raise wrong_type(file, column, kind, "`string`", str(problem)) from problem


def bare(values: Any, absent: tuple[str, ...] = ()) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return texts without the blanks around them; those in ``absent`` become null.

    Cost: O(distinct texts) for a dictionary, a search of bytes for plain texts; more only where there is such a text.

    >>> bare(pa.chunked_array([["x86_64 ", "(none)"]]), NO_ARCH).to_pylist()
    ['x86_64', None]
    """
    if all(is_bare(texts, absent) for texts in distinct(values)):
        return values
    values = pc.ascii_trim_whitespace(values.cast(pa.string()))
    return pc.if_else(pc.is_in(values, pa.array(absent, pa.string())), None, values) if absent else values


def distinct(values: Any) -> Iterator[Any]:  # noqa: ANN401  pyarrow is Any
    """Yield the texts of each chunk, each one once where the chunk is a dictionary."""
    for chunk in values.chunks:
        yield chunk.dictionary if pa.types.is_dictionary(chunk.type) else chunk


def is_bare(texts: Any, absent: tuple[str, ...] = ()) -> bool:  # noqa: ANN401  pyarrow is Any
    """Say whether no text may have blanks around it, and none is in ``absent``. False is a guess, True is not."""
    if any(pc.any(pc.equal(texts, one)).as_py() for one in absent):
        return False
    # Names and versions have no blanks at all: one search of all bytes takes a tenth of a question a text.
    characters = _characters(texts)
    return not any(blank in characters for blank in _BLANKS)


def _characters(texts: Any) -> bytes:  # noqa: ANN401  pyarrow is Any
    """Return the bytes of all texts, one after the other."""
    _, offsets, characters = texts.buffers()
    if not len(texts) or characters is None:
        return b""
    ends = memoryview(offsets).cast("i")
    found: bytes = characters[ends[texts.offset] : ends[texts.offset + len(texts)]].to_pybytes()
    return found


def _holds_texts(kind: Any) -> bool:  # noqa: ANN401  pyarrow.DataType
    """Say whether the values of a type are texts, bytes that may be, or whole numbers."""
    types = pa.types
    asked = (types.is_string, types.is_large_string, types.is_string_view, types.is_integer, types.is_null)
    stored = (types.is_binary, types.is_large_binary, types.is_binary_view, types.is_fixed_size_binary)
    return any(is_one(kind) for is_one in (*asked, *stored))


def wrong_type(file: str, column: str, found: object, wanted: str, why: str = "") -> InventoryError:
    """Return the error for a column whose type is not ours."""
    said = f": {' '.join(why.split())[:160]}" if why else ""
    message = f"`{file}`: column `{column}` is `{found}`, wanted {wanted}{said}"
    hint = _AS_TEXT if wanted == "`string`" else f"cast it to {wanted} where the table is made"
    return InventoryError(message, code="PR2103", hint=hint)
