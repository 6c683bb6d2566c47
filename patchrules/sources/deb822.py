"""Stanzas of ``Field: value`` lines: Packages, Release, InRelease, dpkg status (deb822)."""

from __future__ import annotations

import codecs
import functools
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from patchrules.sources.files import Document

__all__ = ["STRAY", "stanzas"]

STRAY = ""
"""The key under which a stanza keeps lines that are no field; a reader that finds it has a damaged file."""

_CHUNK = 1 << 20
_LARGEST = 16 << 20
_GAP = re.compile(r"\n[ \t]+(?=\n)")
_COMMENT = re.compile(r"^#.*\n?", re.MULTILINE)
_ARMOUR = "-----BEGIN PGP SIGNED MESSAGE-----"
_SIGNATURE = "-----BEGIN PGP SIGNATURE-----"


def stanzas(document: Document, fields: tuple[str, ...] = ()) -> Iterator[tuple[int, dict[str, str]]]:
    r"""Yield the line a stanza begins at, and its fields.

    ``fields`` names the only ones wanted, matched without case and returned as written here: reading few fields is
    twice as fast, and damaged lines are not looked for. Without it every field is returned as the file spells it, and
    lines that are no field are under ``STRAY``. A folded value keeps its inner newlines, its lines lose the
    indentation; a repeated field keeps its last value. CRLF, comments, lines of blanks between stanzas, a missing final
    newline and the PGP armour of InRelease are understood. Raises the document's error (PR3911) for a stanza of more
    than 16 MiB. Cost: one regular expression a stanza, about 5 us.

    >>> from patchrules.sources.files import open_document
    >>> text = b"Package: bash\nDescription: shell\n more\n\nPackage: dash\n"
    >>> list(stanzas(open_document(text)))
    [(1, {'Package': 'bash', 'Description': 'shell\nmore'}), (5, {'Package': 'dash'})]
    >>> list(stanzas(open_document(text), fields=("Package",)))
    [(1, {'Package': 'bash'}), (5, {'Package': 'dash'})]
    """
    wanted = frozenset(fields)
    spelling = {name.lower(): name for name in fields}
    pattern = _wanted(fields) if fields else None
    for line, text in _texts(document):
        found = dict(pattern.findall("\n" + text)) if pattern else _every_field(text)
        if pattern and not found.keys() <= wanted:
            found = {spelling[name.lower()]: value for name, value in found.items()}
        if ("\n " in text or "\n\t" in text) and any("\n" in value for value in found.values()):
            found = {name: _unfolded(value) for name, value in found.items()}
        if found:
            yield line, found


def _texts(document: Document) -> Iterator[tuple[int, str]]:
    """Yield line number and text of each stanza: armour, comments, CRs and outer newlines are gone."""
    line, inside = 1, None
    for block in _blocks(document):
        for text in block.split("\n\n"):
            start = text.lstrip("\n") if text[:1] == "\n" else text
            first = line + len(text) - len(start)
            line += text.count("\n") + 2
            if inside is None:
                inside = start.startswith(_ARMOUR)
                if inside:
                    continue
            if inside:
                start, end, _ = start.partition(_SIGNATURE)
                start = start.removeprefix("- ").replace("\n- ", "\n")
                if end:
                    yield first, start
                    return
            if "#" in start and (start[0] == "#" or "\n#" in start):
                first += _leading_comments(start)
                start = _COMMENT.sub("", start)
            yield first, start
        line -= 2


def _blocks(document: Document) -> Iterator[str]:
    """Yield decoded text that ends where a stanza ends; only the last one may end without an empty line."""
    rest = ""
    decoder = codecs.getincrementaldecoder("utf-8-sig")(errors="replace")
    with document.stream() as stream:
        while True:
            chunk = stream.read(_CHUNK)
            text = rest + decoder.decode(chunk, final=not chunk)
            if "\r" in text:
                text = text.replace("\r\n", "\n")
            if "\n " in text or "\n\t" in text:
                text = _GAP.sub("\n", text)
            if not chunk:
                yield text
                return
            # A trailing \r or blanks may belong to a line end that the next chunk completes, so they wait in `rest`.
            cut = text.rfind("\n\n")
            rest = text[cut + 2 :] if cut >= 0 else text
            if len(rest) > _LARGEST:
                raise document.fail("PR3911", f"a stanza is longer than {_LARGEST:,} characters")
            if cut >= 0:
                yield text[: cut + 2]


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


def _leading_comments(text: str) -> int:
    """Return how many lines of comment stand before the first field."""
    lines = text.split("\n")
    return next((number for number, line in enumerate(lines) if not line.startswith("#")), len(lines))


@functools.lru_cache(maxsize=32)
def _wanted(fields: tuple[str, ...]) -> re.Pattern[str]:
    """Return the expression that finds the wanted fields of one stanza."""
    names = "|".join(re.escape(name) for name in fields)
    return re.compile(rf"\n({names}):[ \t]*([^\n]*(?:\n[ \t][^\n]*)*)", re.IGNORECASE)
