"""Tables as text: the line of column names that tells a table of many hosts from what one host's tool prints."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass

HOSTS = ("host", "hostname", "resourceid")
"""What a column of host ids is called, in any case, where nobody says so."""

_ASKED = frozenset({"host_name", "instanceid", "instance_id", "resource_id", "node", "server", "fqdn", "machine"})
_HOSTS = frozenset({*HOSTS, *_ASKED, "computer", "computername", "computer_name", "hostid", "host_id", "instance"})
_NAMES = frozenset({"name", "package", "pkg", "packagename", "package_name", "pkgname", "nevra", "nvra"})
_VERSIONS = frozenset({"evr", "version", "ver", "packageversion", "package_version", "nevra", "nvra"})
_SEPARATORS = ("\t", "|", ";", ",")
LOOK = 50
"""Lines among which a header is looked for: warnings may stand before it."""
_FEW = 3


@dataclass(frozen=True, slots=True)
class Header:
    """The column names of a table, what stands between them, and the line they are on."""

    names: tuple[str, ...]
    separator: str | None
    line: int

    def cells(self, line: str) -> list[str]:
        """Return the texts of a line, a quoted one without its quotes; a separator of None is blanks.

        >>> Header(("host", "name"), ",", 1).cells('web-1,"a,b"')
        ['web-1', 'a,b']
        """
        return _cells(line, self.separator)


def host_header(lines: Iterable[str], host: str | None = None) -> Header | None:
    """Return the first line that names columns of host, package and version; ``host`` is one more name of the first.

    Names that only a person can place (``server``, ``pkg``) count, too: such a table is no list of one host.

    >>> host_header(["Hostname;Name;Version;Arch"]).names
    ('Hostname', 'Name', 'Version', 'Arch')
    >>> host_header(["name,version,release,arch"])
    """
    wanted = _HOSTS | {host.strip().lower()} if host else _HOSTS
    for number, line in enumerate(lines, 1):
        if number > LOOK:
            break
        lower = line.lower()
        if not any(one in lower for one in wanted):
            continue
        for separator in (*_SEPARATORS, None):
            names = tuple(cell.strip() for cell in _cells(line, separator))
            words = {name.lower() for name in names}
            # Words with blanks between may be a sentence: a header names nothing else then.
            plain = separator is not None or words <= wanted | _NAMES | _VERSIONS | {"epoch", "release", "arch"}
            if len(names) >= _FEW and plain and words & wanted and words & _NAMES and words & _VERSIONS:
                return Header(names, separator, number)
    return None


def first_header(lines: Iterable[str]) -> Header | None:
    """Return the first line with a text as column names, by the separator it has most of."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            separator = max(_SEPARATORS, key=line.count)
            return Header(tuple(cell.strip() for cell in _cells(line, separator)), separator, number)
    return None


def width(line: str, separator: str | None, known: int = 0) -> int:
    r"""Return how many columns of a line there are, up to the last that states something.

    A separator of None is blanks; then no more than the ``known`` ones count, for behind them may be free text.

    >>> width("bash\t5.2\tamd64\t", "\t"), width("bash 5.2 amd64 a shell", None, 4)
    (3, 4)
    """
    if separator is None:
        return min(len(line.split()), known)
    return line.rstrip(f"{separator} \t\r").count(separator) + 1


def _cells(line: str, separator: str | None) -> list[str]:
    """Split a line; what the csv module cannot read has no cells."""
    if separator is None or '"' not in line:
        return line.split(separator)
    try:
        return next(csv.reader([line], delimiter=separator, strict=True), [])
    except csv.Error:
        return []
