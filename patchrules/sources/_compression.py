"""Decompression that counts what comes out: gzip, bzip2, xz and zstd, told by their first bytes."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import zlib
from typing import TYPE_CHECKING, BinaryIO, cast

from patchrules.errors import DocumentError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

    from patchrules.sources.files import Document

CHUNK = 256 << 10
_RATIO_FROM = 64 << 20  # small files compress extremely well without any harm in it
_MAGIC = (
    (re.compile(rb"\x1f\x8b\x08").match, "gzip"),
    (re.compile(rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)").match, "bzip2"),
    (re.compile(rb"\xfd7zXZ\x00").match, "xz"),
    (re.compile(rb"\x28\xb5\x2f\xfd").match, "zstd"),
)
_BROKEN = (OSError, EOFError, ValueError, MemoryError, zlib.error, lzma.LZMAError)


def compression_of(start: bytes) -> str | None:
    r"""Return what the first 16 bytes of a file say about its compression.

    >>> compression_of(b"\x1f\x8b\x08\x00"), compression_of(b"BZhello")
    ('gzip', None)
    """
    return next((kind for starts, kind in _MAGIC if starts(start)), None)


class Guarded(io.RawIOBase):
    """Decompressed bytes of a document: counts them against the limits and says every failure in the door's words."""

    def __init__(self, document: Document, compression: str | None, raw: BinaryIO) -> None:
        self._document = document
        self._raw = raw
        self._out = 0
        self._inner = _decompressed(compression, raw)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        try:
            data = self._inner.read(min(len(view), CHUNK))
        except _BROKEN as problem:
            raise self._broken() from problem
        self._out += len(data)
        self._measure()
        view[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._raw.close()
        super().close()

    def _broken(self) -> DocumentError:
        """Return the error for a stream that does not end well."""
        document = self._document
        if document.compression is None:
            return document.fail("PR2901", f"cannot read on after {self._out:,} bytes")
        came = f"{self._out:,} bytes" if self._out else "nothing"
        message = (
            f"the {document.compression} data is cut off or damaged: {came} came out of {document.size:,} bytes stored"
        )
        return document.fail("PR2902", message, hint="fetch or copy the file again")

    def _measure(self) -> None:
        """Refuse what grows beyond the limits."""
        limits, document = self._document.limits, self._document
        if self._out > limits.max_bytes:
            raise document.fail("PR2903", f"the data is larger than the limit of {limits.max_bytes:,} bytes")
        if document.compression and self._out > _RATIO_FROM and self._out > limits.max_ratio * document.size:
            message = f"{document.size:,} stored bytes grow by more than {limits.max_ratio:,} times"
            raise document.fail("PR2903", message)


def _decompressed(compression: str | None, raw: BinaryIO) -> BinaryIO:
    """Return the decompressing stream over ``raw``."""
    if compression == "gzip":
        return cast("BinaryIO", gzip.GzipFile(fileobj=raw))
    if compression == "bzip2":
        return cast("BinaryIO", bz2.BZ2File(raw))
    if compression == "xz":
        return cast("BinaryIO", lzma.LZMAFile(raw))
    if compression == "zstd":
        import pyarrow as pa

        return cast("BinaryIO", pa.CompressedInputStream(pa.PythonFile(raw, mode="r"), "zstd"))
    return raw
