"""Whether a Packages file is the one that its Release file lists, as far as sizes tell: a cut one hides fixes."""

from __future__ import annotations

import re
from dataclasses import replace

from patchrules.catalog._archives import remainder
from patchrules.catalog._reader import Part
from patchrules.codes import CODES
from patchrules.errors import CatalogError, Diagnostic, Level, Where

__all__ = ["as_listed"]

_ENDING = re.compile(r"\.[a-z0-9]+$")
_HINT = "fetch both again: apt-get update, or mirror the archive anew"


def as_listed(part: Part, release: Part) -> Part:
    """Return the part of a Packages file, with a doubt (PR3231) where its Release file lists another size.

    What is smaller than anything listed by its name is cut off, and is refused: CatalogError PR3019. The list without
    compression is compared, where its size is listed; else the file as it is, for apt may compress it anew. A name that
    is not listed says nothing.
    """
    name = remainder(part, release)
    size, wanted = part.size, _sizes(release, _ENDING.sub("", name))
    if not wanted:
        size, wanted = part.source.bytes, _sizes(release, name)
    if size is None or not wanted or size in wanted:
        return part
    said = f"{size:,} bytes, and `{release.source.name}` lists {' or '.join(f'{one:,}' for one in sorted(wanted))}"
    where = Where(file=part.source.name)
    if size < min(wanted):
        raise CatalogError(f"the list of packages is cut off: it has {said}", code="PR3019", where=where, hint=_HINT)
    told = Diagnostic("PR3231", Level.WARNING, f"{CODES['PR3231']}: it has {said}", where, hint=_HINT)
    return replace(part, diagnostics=(*part.diagnostics, told))


def _sizes(release: Part, name: str) -> set[int]:
    """Return the sizes that are listed for a name; for one without folders, those of all files of that name.

    apt writes the folders of a name with underscores.
    """
    alike = {path: path.replace("/", "_") for path in release.listed}
    exact = {release.listed[path] for path, flat in alike.items() if name in (path, flat)}
    return exact or {size for path, size in release.listed.items() if name and path.endswith(f"/{name}")}
