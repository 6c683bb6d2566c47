"""Zip files: their members as documents, each under the limits, no path that leaves the archive."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, BinaryIO, cast

from patchrules.errors import DocumentError
from patchrules.sources.files import Document

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = ["Member", "first_member", "members"]

_MAGIC = b"PK\x03\x04"
_NAME_AT = 30  # where the name stands in the header of the first member; its length is the 16 bits at 26
_ESCAPES = re.compile(r"(?:^|[/\\])\.\.(?:[/\\]|$)|^[/\\]|^[A-Za-z]:|\x00")
_BROKEN = (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError, RuntimeError, OverflowError)


class Member(Document):
    """One file of a zip that is open; ``name`` is the archive's and its own, ``inner`` its own alone."""

    def __init__(self, archive: Document, container: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
        """Name the member."""
        self.name = f"{archive.name}/{info.filename}"
        self.inner = info.filename
        self.path = None
        self.limits = archive.limits
        self.error = archive.error
        self.undecodable = 0
        self._container = container
        self._info = info

    @property
    def size(self) -> int:
        """The number of bytes it takes in the archive."""
        return self._info.compress_size

    @cached_property
    def compression(self) -> str | None:
        """How the bytes are compressed."""
        return "zip"

    def _raw(self) -> BinaryIO:
        """Open the member anew."""
        with _said(self):
            return cast("BinaryIO", _Unpacked(cast("BinaryIO", self._container.open(self._info))))


class _Unpacked(io.RawIOBase):
    """The bytes of one member; damage is an OSError, which the document says in its own words."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        try:
            data = self._stream.read(len(view))
        except zipfile.BadZipFile as problem:
            raise OSError(str(problem)) from problem
        view[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._stream.close()
        super().close()


def first_member(document: Document) -> str:
    """Return the name of a zip's first member as its head tells it, for telling a format; empty when it is no zip.

    >>> from patchrules.sources.files import open_document
    >>> first_member(open_document(b"name,version"))
    ''
    """
    head = document.head
    if not head.startswith(_MAGIC):
        return ""
    length = int.from_bytes(head[26:28], "little")
    return head[_NAME_AT : _NAME_AT + length].decode("utf-8", "replace")


@contextmanager
def members(document: Document, wanted: Callable[[str], bool]) -> Iterator[list[Member]]:
    """Open a zip and give its files whose name is ``wanted``, in the zip's own order, to be read inside the block.

    Raises the document's error: PR2902 for an archive that is damaged, encrypted or packed in a way that we do not
    read, PR2903 for one with more members than ``limits.max_members`` or more bytes than ``limits.max_bytes``, PR2906
    for one with a member whose path leaves it.
    """
    with _seekable(document) as raw:
        with _said(document):
            container = zipfile.ZipFile(raw)
            infos = container.infolist()
        with container:
            _check(document, infos)
            yield [Member(document, container, one) for one in infos if not one.is_dir() and wanted(one.filename)]


def _check(document: Document, infos: list[zipfile.ZipInfo]) -> None:
    """Refuse archives that hold too much, or that name files outside."""
    limits = document.limits
    if len(infos) > limits.max_members:
        raise document.fail("PR2903", f"the archive has {len(infos):,} members, the limit is {limits.max_members:,}")
    if sum(info.file_size for info in infos) > limits.max_bytes:
        raise document.fail("PR2903", f"the archive holds more than the limit of {limits.max_bytes:,} bytes")
    for info in infos:
        if _ESCAPES.search(info.filename):
            raise document.fail("PR2906", f"the archive names a file outside of it: {info.filename[:80]!r}")


def _seekable(document: Document) -> BinaryIO:
    """Return the bytes of the zip itself, which may be compressed once more."""
    return document._raw() if document.compression is None else io.BytesIO(document.read())  # noqa: SLF001  one room


@contextmanager
def _said(document: Document) -> Iterator[None]:
    """Say what `zipfile` finds wrong in the door's words."""
    try:
        yield
    except DocumentError:
        raise
    except _BROKEN as problem:
        said = " ".join(str(problem).split()).lower()[:120]
        raise document.fail("PR2902", f"the zip archive cannot be read: {said}", hint="fetch it again") from problem
