"""Rows of a bill of materials: packages of rpm and dpkg, told by their package URLs, and the system they are of."""

from __future__ import annotations

from collections import Counter

from patchrules.inventory._json import Place, members_of, texts_of, values_of
from patchrules.inventory._purl import Purl, distro_of, purl_of
from patchrules.inventory._reader import ReadOptions, Rows
from patchrules.inventory._rows import PackageRows
from patchrules.sources.dates import instant
from patchrules.sources.files import Document

_SOURCES = ("src", "nosrc", "source")


class SbomRows(PackageRows):
    """The packages of one bill of materials while it is read.

    Scanners write the system into the package URLs of what they found installed (``distro=rhel-9.6``). Where some have
    it, the others are what the image was built from, for other architectures too: they are counted (PR2227).
    """

    def __init__(self, document: Document, options: ReadOptions) -> None:
        """Start empty."""
        super().__init__(document, options, None, ("host", "name", "arch", "evr", "scheme"))
        self.distro: tuple[str, str] | None = None
        self._found: list[tuple[int, Purl, str]] = []
        self._distros: Counter[str] = Counter()
        self._host = options.host
        self.facts[self._host] = {}

    def add_purls(self, line: int, texts: list[str], version: str, shown: str) -> None:
        """Keep a package by its package URLs; ``version`` states the epoch where the URL does not."""
        purl = next(filter(None, map(purl_of, texts)), None)
        if purl is None or purl.name == "gpg-pubkey":
            self.counts["PR2215" if purl is None else "PR2201"] += 1
        else:
            stated = f"{version.partition(':')[0]}:{purl.version}" if version.endswith(f":{purl.version}") else ""
            self._found.append((line, purl, stated or purl.version))
            self._distros[purl.distro or ""] += 1
            if not purl.name or not purl.version:
                self.reject(line, "PR2003", "the package URL has no name or no version", shown, self._host)

    def captured(self, text: str) -> None:
        """Keep when the bill was made."""
        when = instant(text)
        if when:
            self.facts[self._host]["captured_at"] = when

    def finish(self) -> Rows:
        """Add what is installed, and return the tables."""
        stated = Counter({name: count for name, count in self._distros.items() if name})
        for line, purl, version in self._found:
            if purl.arch in _SOURCES or (stated and purl.distro is None):
                self.counts["PR2227"] += 1
            elif purl.name and purl.version:
                values = {"name": purl.name, "arch": purl.arch, "evr": version, "scheme": purl.scheme}
                self.add(host=self._host, line=line, **values)
        told = self.distro or (distro_of(stated.most_common(1)[0][0]) if stated else None)
        if told:
            self.facts[self._host]["distro"] = told
        return super().finish()


def bill_of(document: Document) -> dict[str, Place]:
    """Return the members of a bill, also of one that an in-toto statement wraps.

    Raises the document's error for a signed envelope: what it holds is text in base64, and who signed it is not ours
    to judge.
    """
    members = members_of(next(values_of(document), None))
    if "payload" in members and "signatures" in members:
        hint = "check the signature, then take the payload out: jq -r .payload FILE | base64 -d | jq .predicate"
        raise document.fail("PR2109", "the bill of materials is inside a signed envelope", hint=hint)
    members = members_of(members.get("predicate")) or members
    return members_of(members.get("Data")) or members


def text_in(members: dict[str, Place], name: str, key: str) -> str:
    """Return a text below a member of a bill, blank when there is none."""
    inner = members_of(members.get(name))
    return texts_of({key: inner[key].value()}, (key,))[0] if key in inner else ""
