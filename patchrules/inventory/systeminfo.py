"""What Windows' ``systeminfo`` prints, in any language: the system, its build, and the installed hotfixes.

Labels are translated, so fields are told by their values: the name of the system has ``Windows`` in it, its version
ends with its own build number, the type of the machine names the processor, and the section of hotfixes is the one with
KBs. Dates of installation are not printed. Long lists are cut off by Windows itself, which is told (PR2224).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from patchrules.families._windows_releases import ARCHITECTURES
from patchrules.inventory._reader import Reader, ReadOptions, Rows
from patchrules.inventory._texts import head_of, lines_of, text_of
from patchrules.inventory._windows import UpdateRows, kb_of
from patchrules.sources.files import Document

_VERSION = re.compile(r"\s*([0-9]+\.[0-9]+\.([0-9]{4,5}))\b.*\b\2\s*").fullmatch
_LOOKS = re.compile(r'[:"] *[0-9]+\.[0-9]+\.([0-9]{4,5})\b[^"\n]*\b\1 *\r*(?:"|\n|$)').search
_ENTRY = re.compile(r"\s+\[([0-9]{2,4})\] ?: ?(.*)").fullmatch
_FRAGMENT = re.compile(r"\s+\[[0-9]{0,4}\]? ?:?\s*").fullmatch
_IN_CELL = re.compile(r"\[[0-9]{2,4}\] ?: ?([^,\[]+)").findall
_MACHINE = re.compile(r"\b(x64|x86|arm64|itanium)-?", re.IGNORECASE).search
_NUMBER = re.compile(r"[0-9]+").search
_MARKS = re.compile(r"\b(Microsoft|Windows|Server|Vista)(?:\(R\)|\(TM\)|[®™]|r|T)(?=[\s,]|$)")
_ENTRIES = re.compile(
    r"hotfix|correcti|revis|rapidi|patch|исправл|修补|修補|ホットフィックス|핫픽스", re.IGNORECASE
).search


@dataclass(slots=True)
class _System:
    """What is known of one machine: its own words for system, version and type, and its hotfixes by line."""

    name: str = ""
    version: str = ""
    arch: str | None = None
    host: str = ""
    claimed: int = 0
    cut: bool = False
    hotfixes: list[tuple[int, str]] = field(default_factory=list)

    def look_at(self, value: str) -> None:
        """Take what a value tells; the system's name stands right before its version, a host's name before that."""
        version, machine = _VERSION(value), _MACHINE(value)
        if not self.version and "Windows" in value:
            # Microsoft translates its own name, too.
            self.name = "Microsoft " + _MARKS.sub(r"\1", value[value.index("Windows") :].strip())
        elif version and not self.version:
            self.version = version[1]
        elif machine and self.version and not self.arch:
            self.arch = ARCHITECTURES.get(machine[1].lower(), ARCHITECTURES.get(f"{machine[1].lower()}-based"))


def sniff(document: Document) -> bool:
    """Say whether the start names Windows and a version that ends with its build."""
    head = head_of(document).replace("\xa0", " ")
    return "Windows" in head and head.lstrip()[:1] not in ("{", "[") and bool(_LOOKS(head))


def read(document: Document, options: ReadOptions) -> Rows:
    """Read the list that systeminfo prints, or the rows of ``systeminfo /fo csv``."""
    text, page = text_of(document)
    lines = list(lines_of(text))
    is_csv = any(line.startswith('"') for _, line in lines)
    systems = list(_from_csv(lines)) if is_csv else [_from_list(lines)]
    rows = UpdateRows(document, options, named=len(systems) > 1)
    rows.counts["PR2203"] += text.count("\ufffd")
    rows.counts["PR2214"] += page is not None
    for system in systems:
        host = system.host if len(systems) > 1 else ""
        listed = len(system.hotfixes)
        rows.counts["PR2224"] += max(system.claimed - listed, 0)
        for place, (line, hotfix) in enumerate(system.hotfixes, 1):
            if place == listed < system.claimed and not system.cut:
                rows.reject(line, "PR2001", "the list of hotfixes ends here, perhaps within this one", hotfix)
            elif hotfix.strip():
                rows.add_update(line, (hotfix,), host=host)
            else:
                rows.reject(line, "PR2003", "the entry is empty", f"[{place:02}]:")
        known = {"platform": system.name, "platform_version": system.version, "arch": system.arch}
        known["os_build"] = system.version
        rows.facts[host or options.host] = {name: value for name, value in known.items() if value}
    return rows.finish()


def _from_list(lines: Sequence[tuple[int, str]]) -> _System:
    """Return the system that a list of labels and values describes."""
    system = _System()
    section, claimed = "", 0
    for number, line in lines:
        entry = _ENTRY(line)
        if line[:1].strip():
            section, value = _labelled(line)
            count = _NUMBER(value)
            claimed = int(count[0][:6]) if count else 0
            system.look_at(value)
        elif entry and (_ENTRIES(section) or kb_of(entry[2])):
            system.claimed = system.claimed or claimed
            system.hotfixes.append((number, entry[2]))
        elif system.hotfixes and len(system.hotfixes) < system.claimed and _FRAGMENT(line):
            system.cut = True
    return system


def _labelled(line: str) -> tuple[str, str]:
    """Return label and value: the value is behind a colon and blanks, or behind the only colon."""
    label, found, value = line.partition(":  ")
    if not found:
        label, _, value = line.partition(": ")
    return label, value


def _from_csv(lines: Sequence[tuple[int, str]]) -> Iterator[_System]:
    """Yield the system of each row; the first row has the labels."""
    for number, line in [pair for pair in lines if pair[1].strip()][1:]:
        try:
            values = next(csv.reader([line]), [])
        except csv.Error:
            continue
        system = _System(host=values[0] if values else "")
        for value in values:
            system.look_at(value)
            found = _IN_CELL(value)
            if any(map(kb_of, found)):
                count = _NUMBER(value)
                system.claimed = int(count[0][:6]) if count else 0
                system.hotfixes = [(number, one) for one in found]
        yield system


READER = Reader(
    "systeminfo",
    "Windows systeminfo",
    (".txt", ".csv"),
    sniff,
    read,
    "dotted",
    lost="installation times; the end of a long list; updates of applications",
)
