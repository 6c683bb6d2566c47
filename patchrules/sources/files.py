"""Opening what people name: a path, bytes or a file object, compressed or not, never more than the limits allow.

Compression is told by its first bytes, never by the file's name. Whatever goes wrong is raised as the error class the
door asked for, with a code PR29xx; the codes are the same for every door.
"""

from __future__ import annotations

import codecs
import glob
import hashlib
import io
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import BinaryIO, TypeAlias, TypeVar, cast

from patchrules.errors import DocumentError, InventoryError, Where
from patchrules.model.source import Source
from patchrules.sources._compression import Guarded, compression_of
from patchrules.sources.remote import S3Path, located

__all__ = ["Document", "Input", "Limits", "expand", "open_document"]

Input: TypeAlias = "str | os.PathLike[str] | bytes | bytearray | memoryview | BinaryIO"
"""What can be opened."""

_T = TypeVar("_T")

_HEAD = 8 << 10
_CHUNK = 256 << 10
_LINE_END = re.compile(r"\r\n|\r|\n")
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one input may grow: ``max_bytes`` and ``max_line`` in bytes after decompression.

    ``max_ratio`` is output per stored byte and counts above 64 MiB of output only; ``max_depth`` is the nesting of XML
    and JSON; ``max_members`` the number of files in an archive.

    >>> Limits().max_line
    1048576
    """

    max_bytes: int = 4 << 30
    max_ratio: int = 2000
    max_line: int = 1 << 20
    max_depth: int = 64
    max_members: int = 4096


class Document:
    r"""One input: its name, its first bytes, and as many fresh streams of it as a reader wants.

    ``name`` is what the user wrote; ``path`` is None for bytes and file objects; ``undecodable`` is the number of
    replaced characters that the last :meth:`lines` met so far. ``open_line`` is the line at which the last row begins
    where nothing ends it, as far as a reader of lines or stanzas has seen; ``ending`` says of stanzas how they end:
    ``whole``, with a ``line`` but no empty one behind it, in the ``middle`` of a line, or as a ``stump``, which has no
    field yet, ``unpacked`` how many bytes they were after decompression, and ``unpacked_sha256`` the SHA256 of those.

    >>> import gzip
    >>> document = open_document(gzip.compress(b"one\ntwo"), name="two-lines")
    >>> list(document.lines()), document.source("text", rows=2).bytes
    ([(1, 'one'), (2, 'two')], 27)
    """

    def __init__(self, name: str, path: Path | None, stored: bytes, limits: Limits, error: type[DocumentError]) -> None:
        """Open nothing yet: whatever asks for bytes raises ``error`` where there are none to be had."""
        self.name = name
        self.path = path
        self.limits = limits
        self.error = error
        self.undecodable = 0
        self.open_line: int | None = None
        self.ending = "whole"
        self.unpacked = 0
        self.unpacked_sha256: str | None = None
        self._stored = stored

    @cached_property
    def _start(self) -> tuple[int, bytes]:
        """How many bytes are stored, and the first of them."""
        with self._raw() as raw:
            size = self._seen(raw.seek, 0, os.SEEK_END)
            self._seen(raw.seek, 0)
            return size, self._seen(raw.read, 16)

    @property
    def size(self) -> int:
        """The number of stored bytes."""
        return self._start[0]

    @cached_property
    def compression(self) -> str | None:
        """How the bytes are compressed, None where they are not."""
        return compression_of(self._start[1])

    @cached_property
    def head(self) -> bytes:
        """The first 8 KiB after decompression."""
        with self.stream() as stream:
            return stream.read(_HEAD)

    def stream(self) -> BinaryIO:
        """Return a fresh stream of the decompressed bytes; reading it raises only the door's error."""
        compression = self.compression  # asked first: when that fails, no file is left open
        return cast("BinaryIO", io.BufferedReader(Guarded(self, compression, self._raw()), _CHUNK))

    def read(self) -> bytes:
        """Return all decompressed bytes."""
        with self.stream() as stream:
            return stream.read()

    def lines(self, encoding: str | None = None) -> Iterator[tuple[int, str]]:
        """Yield line number (1 is the first) and line without its end (LF, CRLF or CR).

        The encoding is the one of the BOM, else ``encoding``, else UTF-8; what cannot be decoded is replaced by U+FFFD
        and counted in ``undecodable``. Raises the door's error for a line longer than ``limits.max_line``.
        """
        for first, block in self.blocks(encoding):
            yield from enumerate(block, first)

    def blocks(self, encoding: str | None = None) -> Iterator[tuple[int, list[str]]]:
        """Yield the number of the first line and the lines of each block.

        For readers that cannot afford a step of a generator a line; everything else is as in :meth:`lines`.
        """
        self.undecodable = 0
        self.open_line = None
        first = 1
        for block, is_whole in self._whole_lines(encoding):
            if not is_whole and block[0].strip():
                self.open_line = first
            yield first, block
            first += len(block)

    def source(self, format: str, *, rows: int = 0, rejects: int = 0) -> Source:  # noqa: A002  the noun's own word
        """Return where rows came from: sha256 and size are those of the stored bytes."""
        return Source(self.name, format, self.sha256, self.size, rows, rejects)

    def head_lines(self) -> list[str]:
        r"""Return the whole lines among the first 8 KiB, for telling a format by its look.

        >>> open_document(b"Package: bash\nVersion: 5.2-1").head_lines()
        ['Package: bash', 'Version: 5.2-1']
        """
        bom, encoding = self.bom(None)
        lines = _LINE_END.split(self.head[len(bom) :].decode(encoding, "replace"))
        if len(self.head) >= _HEAD and len(lines) > 1:
            lines.pop()
        return lines

    @property
    def mapped(self) -> Path | None:
        """The file on this disk whose bytes are read as they are, so that they may be mapped; else None."""
        return None if self.compression is not None or isinstance(self.path, S3Path) else self.path

    @cached_property
    def sha256(self) -> str:
        """The sha256 of the stored bytes, in hexadecimal."""
        with self._raw() as raw:
            return self._seen(lambda: hashlib.file_digest(cast("io.BufferedReader", raw), "sha256").hexdigest())

    @property
    def stem(self) -> str:
        """The last part of the name without its suffix and that of a compression.

        >>> open_document(b"", name="dumps/web-1.example.org.rpmqa.gz").stem
        'web-1.example.org'
        """
        base = os.path.basename(self.name)  # noqa: PTH119  a name, not a path: it may be `<bytes>`
        for suffix in (".gz", ".bz2", ".xz", ".zst"):
            base = base.removesuffix(suffix)
        return base.rpartition(".")[0] or base

    def fail(self, code: str, message: str, *, line: int | None = None, hint: str | None = None) -> DocumentError:
        """Return the door's error about this file."""
        return self.error(message, code=code, where=Where(file=self.name, line=line), hint=hint)

    def _raw(self) -> BinaryIO:
        """Open the stored bytes."""
        if self.path is None:
            return io.BytesIO(self._stored)
        try:
            return self.path.open("rb")
        except (OSError, ValueError) as problem:
            raise _unreadable(self.name, problem, self.error) from problem

    def _seen(self, act: Callable[..., _T], *arguments: object) -> _T:
        """Do ``act`` on the stored bytes, and say it in our words when the disk fails."""
        try:
            return act(*arguments)
        except (OSError, ValueError) as problem:
            raise _unreadable(self.name, problem, self.error) from problem

    def bom(self, encoding: str | None) -> tuple[bytes, str]:
        """Return the byte order mark, and the encoding it tells; without one ``encoding``, or UTF-8."""
        return next(((bom, name) for bom, name in _BOMS if self.head.startswith(bom)), (b"", encoding or "utf-8"))

    def _whole_lines(self, encoding: str | None) -> Iterator[tuple[list[str], bool]]:
        """Yield lists of whole lines, decoded a block at a time: that is what makes reading lines cheap.

        The last list may be one line that has no end; with each list stands whether its lines have one.
        """
        bom, named = self.bom(encoding)
        decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(named)(errors="replace"), translate=True)
        rest: list[str] = []
        waiting = 0
        with self.stream() as stream:
            stream.read(len(bom))
            while True:
                chunk = stream.read(_CHUNK)
                text = decoder.decode(chunk, final=not chunk)
                self.undecodable += text.count("\ufffd")
                lines = text.split("\n")
                rest.append(lines[0])
                waiting += len(lines[0])
                longest = waiting if waiting + len(text) <= self.limits.max_line else len(max(lines, key=len))
                if max(waiting, longest) > self.limits.max_line:
                    raise self.fail("PR2904", f"a line is longer than {self.limits.max_line:,} bytes")
                if len(lines) > 1:
                    lines[0] = "".join(rest)
                    rest = [lines.pop()]
                    waiting = len(rest[0])
                    yield lines, True
                if not chunk:
                    break
        if waiting:
            yield ["".join(rest)], False


def open_document(
    source: Input, *, name: str | None = None, limits: Limits | None = None, error: type[DocumentError] = InventoryError
) -> Document:
    r"""Open a path, bytes or a binary file object; ``name`` is what messages call it.

    A file object is read to its end, and so is a path that can be read only once (a pipe, ``/dev/stdin``). Raises
    ``error`` with code PR2901 when there is no such file; reading raises it with PR2902 when the compression is broken
    and PR2903 when the file grows beyond ``limits``, and nothing else.

    >>> print(open_document("no/such.file"))
    Traceback (most recent call last):
    patchrules.errors.InventoryError: cannot read `no/such.file`: there is no such file [PR2901]
    >>> open_document(b"\xef\xbb\xbfa\r\nb").read()
    b'\xef\xbb\xbfa\r\nb'
    """
    limits = limits or Limits()
    if isinstance(source, bytes | bytearray | memoryview):
        return Document(name or "<bytes>", None, bytes(source), limits, error)
    if isinstance(source, str | os.PathLike):
        name = name or os.fspath(source)
        try:
            path = located(source)
        except OSError as problem:
            raise _unreadable(name, problem, error) from problem
        return _open_path(path, name, limits, error)
    if not hasattr(source, "read"):
        raise error(f"cannot read a `{type(source).__name__}`: give a path, bytes or a binary file", code="PR2901")
    given = getattr(source, "name", None)
    name = name or (given if isinstance(given, str) else "<stream>")
    return Document(name, None, _drained(source, name, limits, error), limits, error)


def expand(
    sources: Input | Iterable[Input], *, error: type[DocumentError] = InventoryError
) -> tuple[Path | bytes | BinaryIO, ...]:
    """Return the single inputs that ``sources`` name: files as they are, folders and globs as their files, sorted.

    Folders are walked to the bottom, hidden files and folders are skipped. Raises ``error`` with code PR2901 for a path
    that does not exist and PR2905 when a folder or glob holds nothing.

    >>> expand([b"one", b"two"])
    (b'one', b'two')
    """
    if isinstance(sources, str | os.PathLike):
        return tuple(_expanded_path(sources, error))
    if isinstance(sources, bytes | bytearray | memoryview):
        return (bytes(sources),)
    if hasattr(sources, "read"):
        return (cast("BinaryIO", sources),)
    if not isinstance(sources, Iterable):
        raise error(f"cannot read a `{type(sources).__name__}`: give a path, bytes or a binary file", code="PR2901")
    found = tuple(one for source in sources for one in expand(source, error=error))
    if not found:
        raise error("there is nothing to read: the list of inputs is empty", code="PR2905")
    return found


def _open_path(path: Path, name: str, limits: Limits, error: type[DocumentError]) -> Document:
    """Open a path; what is no regular file is read once and kept."""
    try:
        regular = stat.S_ISREG(path.stat().st_mode)
        if regular:
            return Document(name, path, b"", limits, error)
        with path.open("rb") as stream:
            return Document(name, None, _drained(stream, name, limits, error), limits, error)
    except (OSError, ValueError) as problem:
        if isinstance(problem, DocumentError):
            raise
        raise _unreadable(name, problem, error) from problem


def _drained(stream: BinaryIO, name: str, limits: Limits, error: type[DocumentError]) -> bytes:
    """Return all bytes of a file object, at most the limit."""
    try:
        data = stream.read(limits.max_bytes + 1)
    except Exception as problem:  # a foreign object's read() may raise anything
        raise error(f"cannot read `{name}`: {_said(problem)}", code="PR2901") from problem
    if not isinstance(data, bytes):
        raise error(f"cannot read `{name}`: it was opened as text", code="PR2901", hint='open it with mode "rb"')
    if len(data) > limits.max_bytes:
        raise error(f"`{name}` is larger than the limit of {limits.max_bytes:,} bytes", code="PR2903")
    return data


def _expanded_path(source: str | os.PathLike[str], error: type[DocumentError]) -> list[Path]:
    """Return the files one path, folder or glob names."""
    text = os.fspath(source)
    try:
        path = located(source)
        if path.is_dir():
            return _files_under(path, text, error)
        if path.exists() or not glob.has_magic(str(path)):
            path.stat()
            return [path]
        if isinstance(path, S3Path):
            return list(path.matching()) or _nothing(text, error)
        matches = sorted(Path(match) for match in glob.glob(text, recursive=True))  # noqa: PTH207  keeps `./` and `~` as written
    except (OSError, ValueError) as problem:
        if isinstance(problem, DocumentError):
            raise
        raise _unreadable(text, problem, error) from problem
    files = [match for match in matches if match.is_file()]
    files += [file for match in matches if match.is_dir() and "**" not in text for file in _walked(match)]
    return sorted(files) or _nothing(text, error)


def _nothing(text: str, error: type[DocumentError]) -> list[Path]:
    """Raise for a glob that matches nothing."""
    raise error(f"nothing matches `{text}`", code="PR2905")


def _files_under(folder: Path, text: str, error: type[DocumentError]) -> list[Path]:
    """Return the files of a folder, or raise when there are none."""
    files = _walked(folder)
    if not files:
        raise error(f"the folder `{text}` holds no files", code="PR2905", hint="hidden files are not read")
    return files


def _walked(folder: Path) -> list[Path]:
    """Return every file under ``folder`` that is not hidden, in order of path."""
    if isinstance(folder, S3Path):
        return list(folder.walked())
    found = []
    for base, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [Path(base, name) for name in files if not name.startswith(".")]
    return sorted(found)


def _unreadable(name: str, problem: Exception, error: type[DocumentError]) -> DocumentError:
    """Return the error for a path that the system does not let us read."""
    return error(f"cannot read `{name}`: {_said(problem)}", code="PR2901")


def _said(problem: Exception) -> str:
    """Return what the system said, in lower case and on one line."""
    if isinstance(problem, FileNotFoundError):
        return "there is no such file"
    if isinstance(problem, IsADirectoryError):
        return "it is a folder, not a file"
    if isinstance(problem, PermissionError):
        return "permission denied"
    text = (isinstance(problem, OSError) and problem.strerror) or str(problem) or type(problem).__name__
    return " ".join(text.split()).lower()
