"""The header of an rpm package: an index of tags, and the data they point into."""

from __future__ import annotations

import struct

_TAGS = {
    1000: "name",
    1001: "version",
    1002: "release",
    1003: "epoch",
    1006: "buildtime",
    1008: "installtime",
    1022: "arch",
}
_INTRO = struct.Struct(">II")
_ENTRY = struct.Struct(">IIiI")
_NUMBER = struct.Struct(">I")
_INT32 = 4
_TEXTS = frozenset({6, 8, 9})  # a text, an array of them, a translated text
_MOST = 1 << 16


def tags_of(blob: bytes) -> dict[str, str]:
    """Return the tags we use as texts; what points outside of the header is left out.

    >>> index = struct.pack(">II", 1, 5) + struct.pack(">IIiI", 1000, 6, 0, 1)
    >>> tags_of(index + b"bash" + bytes(1))
    {'name': 'bash'}
    """
    if len(blob) < _INTRO.size:
        return {}
    entries, _ = _INTRO.unpack_from(blob)
    start = _INTRO.size + _ENTRY.size * entries
    found: dict[str, str] = {}
    if entries > _MOST or start > len(blob):
        return found
    for tag, kind, offset, _ in _ENTRY.iter_unpack(blob[_INTRO.size : start]):
        name = _TAGS.get(tag)
        if name is None or offset < 0:
            continue
        if kind in _TEXTS:
            end = blob.find(b"\x00", start + offset)
            if end >= 0:
                found[name] = blob[start + offset : end].decode("utf-8", "replace")
        elif kind == _INT32 and start + offset + _NUMBER.size <= len(blob):
            found[name] = str(_NUMBER.unpack_from(blob, start + offset)[0])
    return found
