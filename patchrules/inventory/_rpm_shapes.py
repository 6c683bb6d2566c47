"""The ways people print installed rpm packages: one text, or columns with a header or known by their shape."""

from __future__ import annotations

import re
import string
from dataclasses import dataclass

from patchrules.families._architectures import RPM_ARCHES
from patchrules.inventory._delimited import width

# What rpmbuild lets into a version or a release beside letters and digits; into a name these without `~^`, and hyphens:
# ALLOWED_CHARS_VERREL and ALLOWED_CHARS_NAME of rpm's build/rpmbuild_internal.hh. It asks for ASCII, old ones took
# letters of any kind. Nobody's table is told by a `~`, so one set does for both.
_MARKS = "._+%{}~^"
PLAIN = f"-{_MARKS}{string.ascii_letters}{string.digits}".encode()
"""The bytes of ``name-version-release.arch`` without an epoch."""

EL_TAG = re.compile(r"\.(?:el|fc|amzn|azl|cm|oe)[0-9]").search
"""Finds the tag of a distribution with rpm packages in a version."""

_NAMES = {
    "name": "name",
    "package": "name",
    "epoch": "epoch",
    "epochnum": "epoch",
    "version": "version",
    "release": "release",
    "arch": "arch",
    "architecture": "arch",
    "evr": "evr",
    "nevra": "nevra",
    "nvra": "nevra",
    "installtime": "installtime",
    "buildtime": "buildtime",
}
_SEPARATORS = ("\t", "|", ";", ",")
_WIDE = re.compile(r"\t+|\s{2,}").split
_IS_NAME = re.compile(rf"[\w{re.escape(_MARKS)}-]+").fullmatch
_IS_VERSION = re.compile(rf"[\w{re.escape(_MARKS)}]+").fullmatch
_BLANKS = re.compile(r"\s").search
_DIGIT = re.compile(r"[0-9]").search
_EPOCH = re.compile(r"[0-9]{1,10}|\(none\)").fullmatch
_SECONDS = re.compile(r"[0-9]{9,11}").fullmatch
_NAME = re.compile(r"[\w.+-]+").fullmatch
_BY_ARCH = {
    4: ("name", "epoch", "version", "release", "arch"),
    3: ("name", "version", "release", "arch"),
    2: ("name", "evr", "arch"),
}


@dataclass(frozen=True, slots=True)
class Layout:
    """Which column holds what; ``separator`` None means blanks; ``wide``: a package, then fields with blanks."""

    separator: str | None
    columns: tuple[str, ...]
    wide: bool = False
    header: str | None = None

    def fields(self, line: str) -> dict[str, str] | None:
        """Return the fields of a line, None when the line does not have this layout.

        >>> Layout("|", ("name", "evr", "arch")).fields("bash|5.1.8-6.el9|x86_64")
        {'name': 'bash', 'evr': '5.1.8-6.el9', 'arch': 'x86_64'}
        """
        parts = _parts(line, self)
        found = dict(zip(self.columns, parts, strict=False))
        if "nevra" in found:
            return found if nevra(found["nevra"]) else None
        complete = len(parts) >= 1 + max(
            i for i, name in enumerate(self.columns) if name in ("name", "arch", "evr", "version")
        )
        known = found.get("arch", "") in RPM_ARCHES or found.get("arch", "(none)") == "(none)"
        return found if complete and known and _EPOCH(found.get("epoch", "0") or "0") else None

    def width(self, line: str) -> int:
        """Return how many columns of a line there are, up to the last that states something."""
        known = max(place for place, name in enumerate(self.columns, 1) if name)
        return width(line, self.separator, 2 if self.wide else known)

    def __str__(self) -> str:
        """Return the columns as people read them."""
        return f"the columns {', '.join(name for name in self.columns if name)}"


def can_be(name: str, *parts: str) -> bool:
    """Say whether rpm can have a package of that name, and these versions or releases.

    >>> can_be("libstdc++", "1.0~rc1^git", "6.el9"), can_be("bash,0", "5.1", "6.el9"), can_be("bash", "5.1-6", "el9")
    (True, False, False)
    """
    return _IS_NAME(name) is not None and all(map(_IS_VERSION, parts))


def nevra(text: str) -> tuple[str, str | None, str] | None:
    """Return name, architecture and evr of ``[epoch:]name-[epoch:]version-release[.arch]``; None when it is not that.

    >>> nevra("openssl-libs-3.0.7-24.el9.x86_64"), nevra("1:bash-5.1-6.el9.noarch")
    (('openssl-libs', 'x86_64', '3.0.7-24.el9'), ('bash', 'noarch', '1:5.1-6.el9'))
    >>> nevra("yum-3.2.22-40.el5"), nevra("warning: not a package")
    (('yum', None, '3.2.22-40.el5'), None)
    >>> nevra("web-1,bash,5.1-6.el9.x86_64")
    """
    if _BLANKS(text) or not text.isprintable():
        return None
    head, _, last = text.rpartition(".")
    arch = last if last in RPM_ARCHES else None
    rest, _, release = (head if arch or last == "(none)" else text).rpartition("-")
    name, _, version = rest.rpartition("-")
    if not name or not version or not release or not _DIGIT(release if arch is None else version + release):
        return None
    stated, colon, bare_version = version.rpartition(":")
    if not can_be(name.partition(":")[2] or name, bare_version, release) or (colon and not stated.isdecimal()):
        return None
    epoch, colon, bare = name.partition(":")
    if not colon:
        return name, arch, f"{version}-{release}"
    return (bare, arch, f"{epoch}:{version}-{release}") if bare and epoch.isdecimal() and ":" not in bare else None


def listed(line: str) -> bool:
    """Say whether a line is a row of ``dnf list installed``: name.arch, version, repository.

    >>> listed("bash.x86_64  5.1.8-6.el9  @anaconda"), listed("bash-5.1.8-6.el9.x86_64 Tue 14 Jul 2015")
    (True, False)
    """
    words = line.split()
    if len(words) != 3 or line[:1].isspace() or words[0].rpartition(".")[2] not in RPM_ARCHES:  # noqa: PLR2004
        return False
    return "-" in words[1] and (words[2].startswith("@") or words[2] == "installed")


def layout_of_header(line: str) -> Layout | None:
    """Return the layout that a line of column names states.

    >>> layout_of_header("Name,Version,Release,Arch").columns
    ('name', 'version', 'release', 'arch')
    """
    for separator in (*_SEPARATORS, None):
        words = [word.strip(" %{}\"'").lower() for word in line.split(separator)]
        columns = tuple(_NAMES.get(word, "") for word in words)
        named = [column for column in columns if column]
        whole = "nevra" in named or {"name", "evr"} <= set(named) or {"name", "version", "release"} <= set(named)
        if whole and len(named) == len(set(named)):
            return Layout(separator, columns, header=line)
    return None


def layout_of(line: str) -> Layout | None:
    """Return the layout of a line of columns without a header, told by where the architecture stands.

    >>> layout_of("bash 0 5.1.8 6.el9 x86_64 1700000000").columns
    ('name', 'epoch', 'version', 'release', 'arch', 'installtime')
    """
    head, _, rest = line.partition(" ") if "\t" not in line else line.partition("\t")
    first = nevra(head) if rest else None
    if first and first[1]:
        return Layout(None, ("nevra", *_times(_WIDE(rest.strip()))), wide=True)
    for separator in (*_SEPARATORS, None):
        parts = [part.strip() for part in line.split(separator)]
        at = next((place for place in _BY_ARCH if len(parts) > place and parts[place] in RPM_ARCHES), None)
        if at is None or not _NAME(parts[0]):
            continue
        columns = _BY_ARCH[at]
        if "epoch" in columns and not _EPOCH(parts[1]):
            continue
        found = dict(zip(columns, parts, strict=False))
        # A release with a hyphen is none: host, name, version-release and architecture stand there.
        whole = "evr" in found or can_be(found["name"], found["version"].rpartition(":")[2], found["release"])
        if whole and _DIGIT(found.get("evr") or found.get("version", "")):
            return Layout(separator, (*columns, *_times(parts[at + 1 :])))
    return None


def _times(parts: list[str]) -> list[str]:
    """Return what the columns after the package are: the first time is the installation, the second the build."""
    if len(parts) == 2 and _SECONDS(parts[1]):  # noqa: PLR2004  INSTALLTIME:date and BUILDTIME, as insights prints them
        return ["installtime", "buildtime"]
    names = iter(("installtime", "buildtime"))
    return [next(names, "") if _SECONDS(part) else "" for part in parts]


def _parts(line: str, layout: Layout) -> list[str]:
    """Split a line by the layout's separator; a package is never wider than its column, so one blank may follow it."""
    if layout.wide:
        head, *rest = line.split(None, 1)
        return [head, *(_WIDE(rest[0]) if rest else ())]
    return [part.strip() for part in line.split(layout.separator)]
