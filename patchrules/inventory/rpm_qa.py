r"""What ``rpm -qa`` prints: plain lines, or the columns of a ``--qf``, or one JSON object a line.

The line we recommend, because it states everything the engine can use::

    rpm -qa --qf '%{NAME}\t%{EPOCHNUM}\t%{VERSION}\t%{RELEASE}\t%{ARCH}\t%{INSTALLTIME}\t%{BUILDTIME}\n'

Plain lines (``name-version-release.arch``) do not state the epoch, so their ``evr`` has none (DECISIONS 30); ``(none)``
in an epoch column states 0. Keys (``gpg-pubkey``) are not packages. Warnings between the lines are refused rows, and so
is what no package of rpm can be called (``_rpm_shapes.can_be``): commas and quotes are those of somebody's table. Where
rpm says among them that it could not read its database, packages are missing in the list, and it is refused (PR2117).
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from typing import Any

from patchrules.families._architectures import RPM_ARCHES
from patchrules.inventory._damaged import UNREAD
from patchrules.inventory._delimited import host_header
from patchrules.inventory._reader import Reader, ReadOptions, Rows
from patchrules.inventory._rows import PackageRows
from patchrules.inventory._rpm_shapes import PLAIN, Layout, can_be, layout_of, layout_of_header, listed, nevra
from patchrules.sources.files import Document

_USED = ("name", "arch", "evr")
_LOOK = 50  # lines before the first package that may be warnings
_UNREAD = re.compile(r"error: (?:rpmdb|db[0-9]* error|cannot open Packages)").match
_LATEST = 253_402_300_799  # 9999-12-31T23:59:59Z
_BASE = 10**6


def sniff(document: Document) -> bool:
    """Say whether any of the first lines is a package as rpm prints it."""
    lines = document.head_lines()
    first = next((line.strip() for line in lines if line.strip()), "")
    # A document of JSON may hold such objects, too; a line is one of rpm's only where it stands alone.
    if first[:1] == "[" or (first[:1] == "{" and first[-1:] != "}"):
        return False
    if any(line.startswith("Package: ") or listed(line) for line in lines) or host_header(lines):
        return False
    return any(map(_shape, lines))


def read(document: Document, options: ReadOptions) -> Rows:
    """Read every line; the first line that looks like a package decides which of the shapes the file has."""
    first = itertools.islice(document.lines(), _LOOK)
    shape = next(filter(None, (_shape(line) for _, line in first)), None)
    used = _USED if shape in ("plain", None) else (*_USED, "installed_at", "built")
    rows = PackageRows(document, options, "rpm", used)
    if shape == "json":
        rows.self_ending = True
        _read_json(document.lines(), rows)
    elif isinstance(shape, Layout):
        _read_columns(document.lines(), rows, shape)
    else:
        _read_plain(document, rows)
    return rows.finish()


def _shape(line: str) -> Layout | str | None:
    """Return how a line writes a package, None when it does not."""
    line = line.strip()
    if line.startswith("{"):
        found = _object(line)
        return "json" if found and _json_fields(found) else None
    return ("plain" if _is_plain(line) else None) or layout_of_header(line) or layout_of(line)


def _is_plain(line: str) -> bool:
    """Say whether a line is one package and nothing else, with an architecture or as a key."""
    found = nevra(line)
    return found is not None and (found[1] is not None or found[0] == "gpg-pubkey")


def _read_plain(document: Document, rows: PackageRows) -> None:
    """Read ``name-version-release.arch`` lines; the loop is flat because it runs once a package of a fleet."""
    names, arches, evrs, numbers = (rows.columns[name] for name in (*_USED, "line"))
    add_name, add_arch, add_evr = names.append, arches.append, evrs.append
    rows.checked = True
    for first, block in document.blocks():
        text = "".join(block)
        if not text.isascii() or text.encode().translate(None, PLAIN):
            # Of what a name and a version can have, and without epochs, rpm refuses nothing; here somebody has to look.
            rows.checked = False
            for number, line in enumerate(block, first):
                _add_plain(rows, number, line, document.open_line)
            continue
        before, others = len(names), 0
        for line in block:
            head, _, arch = line.rpartition(".")
            rest, _, release = head.rpartition("-")
            name, _, version = rest.rpartition("-")
            if name and release and arch in RPM_ARCHES and version[:1].isdigit():
                add_name(name)
                add_arch(arch)
                add_evr(f"{version}-{release}")
            else:
                numbers.extend(range(first + others, first + others + len(names) - before))
                others += len(names) - before + 1
                _add_plain(rows, first + others - 1, line, document.open_line)
                before = len(names)
        numbers.extend(range(first + others, first + others + len(names) - before))


def _add_plain(rows: PackageRows, number: int, line: str, open_line: int | None) -> None:
    """Add one line that needs a closer look."""
    text = line.strip()
    found = nevra(text)
    if found is None:
        if text:
            _refuse(rows, number, "the line is not name-version-release.arch", line)
    elif found[0] == "gpg-pubkey":
        rows.counts["PR2201"] += 1
    elif found[1] is None and number == open_line and rows.columns["arch"] and None not in rows.columns["arch"]:
        rows.reject(number, "PR2001", "the line has no architecture, and every other has one", line)
    else:
        for name, value in zip((*_USED, "line"), (*found, number), strict=True):
            rows.columns[name].append(value)


def _read_columns(lines: Iterator[tuple[int, str]], rows: PackageRows, layout: Layout) -> None:
    """Read lines of a ``--qf`` with columns."""
    for number, line in lines:
        text = line.strip()
        if not text or (layout.header and text == layout.header):
            continue
        fields = layout.fields(text)
        if fields is None:
            _refuse(rows, number, f"the line does not have {layout}", line)
        elif rows.is_stump(number, layout.width(text)):
            rows.reject(number, "PR2001", "the line has fewer columns than every other", line)
        else:
            _add(rows, number, fields, line)


def _read_json(lines: Iterator[tuple[int, str]], rows: PackageRows) -> None:
    """Read lines that are JSON objects."""
    for number, line in lines:
        text = line.strip()
        if not text:
            continue
        found = _object(text)
        fields = _json_fields(found) if found else None
        if fields is None:
            _refuse(rows, number, "the line is not a JSON object with name, version, release and arch", line)
        else:
            _add(rows, number, fields, line)


def _refuse(rows: PackageRows, number: int, message: str, line: str) -> None:
    """Refuse a line that is no package; one of rpm's own may say that others are missing."""
    if _UNREAD(line.strip()):
        rows.reject(number, UNREAD, "rpm could not read its database", line)
    else:
        rows.reject(number, "PR2001", message, line)


def _add(rows: PackageRows, number: int, fields: dict[str, str], line: str) -> None:
    """Add one package given by its fields."""
    found = nevra(fields["nevra"]) if "nevra" in fields else None
    name, arch, evr = found or (fields.get("name", ""), fields.get("arch"), _evr(fields))
    if name == "gpg-pubkey":
        rows.counts["PR2201"] += 1
        return
    if not name or not evr or not f"{name}{arch or ''}".isprintable() or " " in name:
        rows.reject(number, "PR2003", "the line has no package name or no version", line)
        return
    if not _is_package(name, arch, evr, fields):
        rows.reject(number, "PR2001", "no rpm package has such a name, version or architecture", line)
        return
    columns = rows.columns
    columns["name"].append(name)
    columns["arch"].append(None if arch in ("", "(none)", None) else arch)
    columns["evr"].append(evr)
    columns["line"].append(number)
    columns["installed_at"].append(_instant(rows, fields.get("installtime")))
    columns["built"].append(_instant(rows, fields.get("buildtime")))


def _is_package(name: str, arch: str | None, evr: str, fields: dict[str, str]) -> bool:
    """Say whether rpm can have a package of these fields; of an epoch nothing is said."""
    version, hyphen, release = evr.rpartition(":")[2].partition("-")
    if "version" in fields and "evr" not in fields:
        version, release = fields["version"].rpartition(":")[2], fields.get("release", "")
        hyphen = release
    known = arch in ("", "(none)", None) or can_be(arch)
    return known and can_be(name, *((version, release) if hyphen else (version,)))


def _evr(fields: dict[str, str]) -> str:
    """Return the version text; ``(none)`` as epoch is rpm's way to state 0, an absent epoch states nothing."""
    if "evr" in fields:
        return fields["evr"].replace("(none):", "0:", 1)
    version, release, epoch = fields.get("version", ""), fields.get("release"), fields.get("epoch")
    if not version:
        return ""
    stated = "" if epoch is None else "0:" if epoch in ("(none)", "") else f"{epoch}:"
    return f"{stated}{version}" if not release else f"{stated}{version}-{release}"


def _instant(rows: PackageRows, text: str | None) -> int | None:
    """Return microseconds since 1970; other texts, such as a date in the host's locale, are counted and left out."""
    if text in (None, "", "(none)"):
        return None
    if text.isdecimal() and text.isascii() and len(text) <= len(str(_LATEST)) and int(text) <= _LATEST:
        return int(text) * _BASE
    rows.counts["PR2204"] += 1
    return None


def _object(text: str) -> dict[str, Any] | None:
    """Return the JSON object of a line, None when it is none."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _json_fields(found: dict[str, Any]) -> dict[str, str] | None:
    """Return the fields of a JSON object that is an rpm package: insights' spelling, or osconfig's."""
    fields = {key.lower(): str(value) for key, value in found.items() if isinstance(value, str | int)}
    if {"name", "version", "release", "arch"} <= fields.keys() and "host" not in fields:
        return fields
    # osconfig names rpm and dpkg rows alike, but only dpkg's have a status, and only rpm's have `-release` for sure.
    if {"package", "version", "architecture"} <= fields.keys() and "status" not in fields and "-" in fields["version"]:
        return {"name": fields["package"], "evr": fields["version"], "arch": fields["architecture"]}
    return None


READER = Reader(
    "rpm_qa",
    "output of rpm -qa",
    (".rpmqa", ".rpm-qa"),
    sniff,
    read,
    "rpm",
    lost="from plain lines, epochs and times; from a `--qf`, what it does not print",
)
