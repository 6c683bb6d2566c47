"""Whether an entry of the approved or rejected list means a patch (SEMANTICS 4.1, 4.2, 4.4, DECISIONS 8)."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Sequence

from patchrules.families import Facts
from patchrules.model.patch import Patch
from patchrules.reference.ranges import in_range
from patchrules.versions import rpm


def forms(name: str, arch: str, evr: str, templates: Iterable[str]) -> tuple[str, ...]:
    """Return the texts by which a list entry may name this package (4.1).

    >>> forms("apt", "amd64", "1.2.27", ("{name}", "{name}.{arch}:{evr}"))
    ('apt', 'apt.amd64:1.2.27')
    """
    texts = tuple(templates)
    if not any("{version}" in template for template in texts):
        return tuple(template.format(name=name, arch=arch, evr=evr) for template in texts)
    parts = rpm.split(evr)
    version = {"epoch": parts.epoch or 0, "version": parts.version, "release": parts.release or ""}
    return tuple(template.format(name=name, arch=arch, **version) for template in texts)


def matches(entry: str, texts: Sequence[str], *, wildcards: bool = True) -> bool:
    """Say whether ``entry`` equals one of ``texts`` or is a shell glob of one, without regard to case (4.2).

    >>> matches("BIND*", ["bind-libs"]), matches("bind", ["bind-libs"]), matches("*", ["kb1"], wildcards=False)
    (True, False, False)
    """
    wanted = entry.lower()
    found = [text.lower() for text in texts]
    return wanted in found or (wildcards and any(fnmatch.fnmatchcase(text, wanted) for text in found))


def names(entries: Iterable[str], name: str, arch: str, evr: str, facts: Facts) -> str | None:
    """Return the first entry that names this package version, or None."""
    if facts.list_syntax == "ranges":
        return next((entry for entry in entries if in_range(entry, name, arch, evr)), None)
    texts = forms(name, arch, evr, facts.name_forms)
    return next((entry for entry in entries if matches(entry, texts, wildcards=facts.wildcards)), None)


def identifies(entries: Iterable[str], patch: Patch, columns: Iterable[str]) -> str | None:
    """Return the first entry that is one of the patch's advisory, CVE or Bugzilla ids, exactly (4.4), or None."""
    ids: set[str] = set()
    for column in columns:
        found = getattr(patch, column)
        ids.update([found] if isinstance(found, str) else found or ())
    return next((entry for entry in entries if entry in ids), None)
