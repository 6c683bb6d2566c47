"""A file in a host's folder that no format knows: one meant as a list of what is installed, or notes and logs."""

from __future__ import annotations

import os
import re

from patchrules.errors import DocumentError
from patchrules.families._architectures import DPKG_ARCHES, RPM_ARCHES
from patchrules.inventory import _rpm_shapes as rpm
from patchrules.sources.files import Document

_IS_CALLED_LIST = re.compile(
    r"(?:(?:packages|hotfixes|systeminfo|rpmdb)\.(?:txt|tsv|csv|json|jsonl|ndjson|sqlite|parquet)"
    r"|status|.+\.(?:rpmqa|rpm-qa))(?:\.(?:gz|bz2|xz|zst))?",
    re.IGNORECASE,
).fullmatch
"""Tells what docs/how-to/collect.md calls the lists of a host and rpm its database, and endings that only lists have.

``Packages`` without an ending is an archive's."""
_ARCHES = (RPM_ARCHES | DPKG_ARCHES) - {"all", "any", "src"}
"""Architectures that are no words of a sentence."""
_SEPARATORS = ("\t", "|", ";", ",", None)
_IS_NO_VALUE = re.compile(r"\?+|\((?:none|null)\)").fullmatch
_BEGINS_A_VERSION = re.compile(r"(?:[0-9]+:)?[0-9]").match
_SELECTIONS = frozenset({"install", "hold", "deinstall", "purge"})
"""What ``dpkg --get-selections`` says of a package; it never says a version."""
_COLLECT = "collect it again with versions: docs/how-to/collect.md"
_SELECTED = "dpkg --get-selections prints none: run dpkg-query -W as in docs/how-to/collect.md"
_A_LIST = 2  # rows, at least: one may be a note
_AFTER_EPOCH = 4  # where the architecture stands behind name, epoch, version and release


def is_meant(document: Document) -> bool:
    r"""Say whether a file that no format knows is meant as a list of packages, by its name or by its first lines.

    >>> from patchrules.sources.files import open_document
    >>> texts = (b"bash\t??\nopenssl\t??\n", b"Web server of team A\n")
    >>> [is_meant(open_document(text, name="list.txt")) for text in texts]
    [True, False]
    """
    if _IS_CALLED_LIST(os.path.basename(document.name)):  # noqa: PTH119  a name, not a path: it may be `<bytes>`
        return True
    lines = [line for line in document.head_lines() if line.strip()]
    rows = sum(map(_lacks_version, lines))
    return rows >= _A_LIST and rows * 2 > len(lines)


def without_versions(document: Document) -> DocumentError | None:
    r"""Return the error about a list of packages that says no versions, PR2108; None for any other file.

    >>> from patchrules.sources.files import open_document
    >>> print(without_versions(open_document(b"bash\tinstall\nvim\tinstall\n", name="web-1.txt")))
    the list says no version of its packages [PR2108]
      at web-1.txt
      hint: dpkg --get-selections prints none: run dpkg-query -W as in docs/how-to/collect.md
    """
    lines = [line for line in document.head_lines() if line.strip()]
    selected = sum(_is_selection(line.split()) for line in lines)
    for rows, hint in ((sum(map(_lacks_version, lines)), _COLLECT), (selected, _SELECTED)):
        if rows >= _A_LIST and rows * 2 > len(lines):
            return document.fail("PR2108", "the list says no version of its packages", hint=hint)
    return None


def _is_selection(parts: list[str]) -> bool:
    """Say whether words are a package and what ``dpkg --get-selections`` says of it."""
    return len(parts) == 2 and parts[1] in _SELECTIONS and rpm.can_be(parts[0].partition(":")[0])  # noqa: PLR2004  name, word


def _lacks_version(line: str) -> bool:
    """Say whether a line is a row of a package that has no version where one belongs, with any separator."""
    return any(_is_row([part.strip() for part in line.split(separator)]) for separator in _SEPARATORS)


def _is_row(parts: list[str]) -> bool:
    """Say whether columns are a name, what is no version, and no value at all or an architecture.

    A number is that of a process, as ``ps`` lists them.
    """
    if not rpm.can_be(parts[0].partition(":")[0]) or parts[0].isdigit():
        return False
    at = next((place for place, part in enumerate(parts[:5]) if place > 1 and part in _ARCHES), None)
    version = parts[2] if at == _AFTER_EPOCH else "".join(parts[1:2])
    has_arch = at or {parts[0].rpartition(".")[2], parts[0].partition(":")[2]} & _ARCHES
    if version in _SELECTIONS:
        return False
    return bool(_IS_NO_VALUE(version) or (version and has_arch and not _BEGINS_A_VERSION(version)))
