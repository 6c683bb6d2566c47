"""Stanzas of ``Field: value`` lines: Packages, Release, InRelease, dpkg status (deb822)."""

from __future__ import annotations

import functools
import hashlib
import io
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO, cast

if TYPE_CHECKING:
    from patchrules.sources.files import Document

__all__ = ["STRAY", "Block", "blocks", "is_signed", "stanzas", "stanzas_of_block"]

STRAY = ""
"""The key under which a stanza keeps lines that are no field; a reader that finds it has a damaged file."""

Block = bytes | bytearray
"""Bytes of whole stanzas."""

_FOLDED = b"\n"  # no value of one line holds it
_NAME = "Package"
"""The field of which a stanza has one: where two stand, an empty line between two packages is missing."""
_CHUNK = 4 << 20
_LARGEST = 16 << 20
_GAP = re.compile(rb"\n[ \t]+(?=\n)")
_CR = re.compile(rb"\r(?!\Z)")
_COMMENT = re.compile(rb"^#.*\n?", re.MULTILINE)
_ARMOUR = b"-----BEGIN PGP SIGNED MESSAGE-----"
_SIGNATURE = b"-----BEGIN PGP SIGNATURE-----"


def stanzas(document: Document, fields: tuple[str, ...] = ()) -> Iterator[tuple[int, dict[str, str]]]:
    r"""Yield the line a stanza begins at, and its fields.

    ``fields`` names the only ones wanted, matched without case and returned as written here: reading few fields is
    three times as fast, and damaged lines are not looked for. Without it every field is returned as the file spells it,
    and lines that are no field are under ``STRAY``. A folded value keeps its inner newlines, its lines lose the
    indentation; a repeated field keeps its last value. CRLF, CR, UTF-16 with its mark, comments, lines of blanks
    between stanzas, a missing final newline and the PGP armour of InRelease are understood. Raises the document's error
    for a stanza of more than 16 MiB (PR3911), and for one with two fields ``Package``, where that is wanted (PR2001).
    Cost: about 4 us a stanza with few fields, 10 us with all.

    >>> from patchrules.sources.files import open_document
    >>> text = b"Package: bash\nDescription: shell\n more\n\nPackage: dash\n"
    >>> list(stanzas(open_document(text)))
    [(1, {'Package': 'bash', 'Description': 'shell\nmore'}), (5, {'Package': 'dash'})]
    >>> list(stanzas(open_document(text), fields=("Package",)))
    [(1, {'Package': 'bash'}), (5, {'Package': 'dash'})]
    """
    if fields:
        yield from _few(_texts(blocks(document)), fields, document)
        return
    for line, data in _texts(blocks(document)):
        text = data.decode("utf-8", "replace")
        found = _every_field(text)
        if ("\n " in text or "\n\t" in text) and any("\n" in value for value in found.values()):
            found = {name: _unfolded(value) for name, value in found.items()}
        if found:
            yield line, found


def is_signed(document: Document) -> bool:
    """Say whether a file may begin with PGP armour."""
    return _ARMOUR in document.head


def stanzas_of_block(
    document: Document, block: Block, line: int, fields: tuple[str, ...]
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the stanzas of one of the ``blocks`` of a file that is not signed; ``line`` is the block's first."""
    return _few(_texts(iter([block]), line, inside=False), fields, document)


def _few(
    texts: Iterator[tuple[int, bytes]], fields: tuple[str, ...], document: Document
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield line and wanted fields of each stanza; by pattern where one is folded, repeated or in another case."""
    names = {name.encode(): name for name in fields}
    # What begins with the letter of no name is left at once: without case, the expression alone is a fifth slower.
    firsts = "".join(name[0].lower() + name[0].upper() for name in fields).encode()
    anyhow = b"|".join(map(re.escape, names))
    look = re.compile(rb"\n(?=[%b])((?i:%b)):[ \t]*([^\n]*)(\n[ \t])?" % (re.escape(firsts), anyhow)).findall
    for line, text in texts:
        said = look(b"\n%b\n" % text)
        found = {key: value if not folded else _FOLDED for key, value, folded in said}
        if len(found) < len(said) or not found.keys() <= names.keys() or _FOLDED in found.values():
            yield line, _by_pattern(text, line, fields, document)
        elif found:
            yield line, {names[key]: value.decode("utf-8", "replace").strip() for key, value in found.items()}


def _by_pattern(text: bytes, line: int, fields: tuple[str, ...], document: Document) -> dict[str, str]:
    """Return the wanted fields of a stanza, in whatever case and however folded."""
    spelling = {name.lower(): name for name in fields}
    found = _wanted(fields).findall("\n" + text.decode("utf-8", "replace"))
    if sum(spelling[name.lower()] == _NAME for name, _ in found) > 1:
        message = f"a stanza has the field `{_NAME}` twice: the empty line between two packages is missing"
        raise document.fail("PR2001", message, line=line, hint="copy the file again as it is, with its empty lines")
    return {spelling[name.lower()]: _unfolded(value) for name, value in found}


def _texts(pieces: Iterator[Block], line: int = 1, *, inside: bool | None = None) -> Iterator[tuple[int, bytes]]:
    """Yield line number and text of each stanza: armour, comments, CRs and outer newlines are gone.

    ``inside`` says whether the first of them stands in PGP armour; None looks.
    """
    for block in pieces:
        for text in without_gaps(block).split(b"\n\n"):
            start = text.lstrip(b"\n") if text[:1] == b"\n" else text
            first = line + len(text) - len(start)
            line += text.count(b"\n") + 2
            if inside is None:
                inside = start.startswith(_ARMOUR)
                if inside:
                    continue
            if inside:
                start, end, _ = start.partition(_SIGNATURE)
                start = start.removeprefix(b"- ").replace(b"\n- ", b"\n")
                if end:
                    yield first, start
                    return
            if b"#" in start and (start[:1] == b"#" or b"\n#" in start):
                first += _leading_comments(start)
                start = _COMMENT.sub(b"", start)
            yield first, start
        line -= 2


def blocks(document: Document) -> Iterator[Block]:
    """Yield bytes that end where a stanza ends; only the last ones may end without an empty line.

    Bytes are cut and searched faster than text, and UTF-8 has no newline inside of a character. Lines of blanks, which
    end a stanza too, are as the file has them. ``document.ending`` says afterwards how the last stanza ends,
    ``document.unpacked`` how many bytes there were, and ``document.unpacked_sha256`` their SHA256, where the stored
    ones have another.
    """
    rest = b""
    seen = hashlib.sha256(document.bom(None)[0]) if document.compression else None
    with cast("io.BufferedReader", _behind_the_mark(document)) as stream:
        while True:
            # Read behind what is left, where it stays, and always ask for as much memory: joining the two, or memory
            # that the allocator gave back and has to fetch again, takes three times as long.
            block = bytearray(_CHUNK if 2 * len(rest) < _CHUNK else len(rest) + _CHUNK)
            block[: len(rest)] = rest
            with memoryview(block)[len(rest) :] as free:
                size = stream.readinto(free)
            if not size:
                break
            document.unpacked += size
            if seen:
                seen.update(memoryview(block)[len(rest) : len(rest) + size])
            del block[len(rest) + size :]
            cut = _end(block)
            if not cut or b"\r" in block:
                # A stanza's end may be hidden by a \r or by blanks.
                block = bytearray(without_gaps(_with_newlines(block)))
                cut = _end(block)
            rest = bytes(memoryview(block)[cut:])
            if len(rest) > _LARGEST:
                raise document.fail("PR3911", f"a stanza is longer than {_LARGEST:,} bytes")
            del block[cut:]
            if block:
                yield block
        document.ending = _ending(rest)
        document.unpacked_sha256 = seen.hexdigest() if seen else None
        yield rest


def _behind_the_mark(document: Document) -> BinaryIO:
    """Return a stream of UTF-8 behind a byte order mark, which is counted; a file of UTF-16 is held in memory."""
    bom, encoding = document.bom(None)
    document.unpacked = len(bom)
    if encoding != "utf-8":
        return io.BytesIO(document.read()[len(bom) :].decode(encoding, "replace").encode())
    stream = document.stream()
    stream.read(len(bom))
    return stream


def _ending(rest: bytes) -> str:
    """Return how a file ends whose last whole stanza has ``rest`` behind it."""
    text = without_gaps(rest.replace(b"\r\n", b"\n").replace(b"\r", b"\n")).rstrip(b" \t")
    if not text.strip() or text.endswith(b"\n\n"):
        return "whole"
    if text.endswith(b"\n"):
        return "line"
    return "middle" if b":" in rest else "stump"


def _with_newlines(text: Block) -> Block:
    """Return text with a newline for CRLF and for CR; one at its very end may be half of a CRLF, and stays."""
    return _CR.sub(b"\n", text.replace(b"\r\n", b"\n"))


def _end(text: bytearray) -> int:
    """Return where the last whole stanza ends with its empty line, 0 where there is none."""
    return text.rfind(b"\n\n") + 2 if b"\n\n" in text else 0


def without_gaps(text: Block) -> bytes:
    """Return whole lines, those of blanks empty."""
    return _GAP.sub(b"\n", b"\n" + text)[1:]


def _every_field(text: str) -> dict[str, str]:
    """Return all fields of one stanza; folded lines are still indented, stray lines are under ``STRAY``."""
    found: dict[str, str] = {}
    name: str | None = None
    for line in text.split("\n"):
        if line[:1] in {" ", "\t"} and name is not None:
            found[name] += "\n" + line
            continue
        key, colon, value = line.partition(":")
        if not colon or not key or key[0].isspace() or " " in key:
            if line.strip():
                found[STRAY] = f"{found[STRAY]}\n{line}" if STRAY in found else line
            name = None
            continue
        name = key
        found[name] = value.strip()
    return found


def _unfolded(value: str) -> str:
    """Return a folded value without the indentation of its lines."""
    return "\n".join(line.strip() for line in value.split("\n"))


def _leading_comments(text: bytes) -> int:
    """Return how many lines of comment stand before the first field."""
    lines = text.split(b"\n")
    return next((number for number, line in enumerate(lines) if not line.startswith(b"#")), len(lines))


@functools.lru_cache(maxsize=32)
def _wanted(fields: tuple[str, ...]) -> re.Pattern[str]:
    """Return the expression that finds the wanted fields of one stanza."""
    names = "|".join(re.escape(name) for name in fields)
    return re.compile(rf"\n({names}):[ \t]*([^\n]*(?:\n[ \t][^\n]*)*)", re.IGNORECASE | re.ASCII)
