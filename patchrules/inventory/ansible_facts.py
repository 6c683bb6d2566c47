"""Ansible's ``package_facts``: a fact cache, an answer of the module, or what ``ansible all -m package_facts`` prints.

Distribution facts beside the packages (of ``setup``, with or without ``ansible_`` before their names) name the system.
Installation times are lost. An epoch of null is rpm's way to have none, which counts as 0.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from patchrules.inventory._json import Place, members_of, texts_of, values_of
from patchrules.inventory._reader import Reader, ReadOptions, Rows
from patchrules.inventory._rows import PackageRows
from patchrules.inventory._texts import head_of, text_of
from patchrules.sources.files import Document
from patchrules.sources.json import values_at

_PACKAGES = re.compile(r'"(?:ansible_facts\.)?packages"\s*:\s*\{').search
_ROWS = re.compile(r'"source"\s*:\s*"(?:rpm|apt|dnf|yum|zypper|pkg|pacman|portage|apk)"').search
_ANSWER = re.compile(r"^(\S+) \| [A-Z]+!? => (?=\{)", re.MULTILINE).finditer
_SCHEMES = {"rpm": "rpm", "dnf": "rpm", "dnf5": "rpm", "yum": "rpm", "zypper": "rpm", "apt": "dpkg"}
# Ansible's names of distributions, and the ID of their os-release.
_IDS = {
    "RedHat": "rhel",
    "CentOS": "centos",
    "Rocky": "rocky",
    "AlmaLinux": "almalinux",
    "OracleLinux": "ol",
    "Amazon": "amzn",
    "SLES": "sles",
    "SLES_SAP": "sles_sap",
    "Debian": "debian",
    "Ubuntu": "ubuntu",
    "Raspbian": "raspbian",
}
_FACTS = ("distribution", "distribution_version", "architecture", "hostname", "date_time")


def sniff(document: Document) -> bool:
    """Say whether the start has packages that say which package manager they are of."""
    head = head_of(document)
    return bool(_PACKAGES(head) and _ROWS(head))


def read(document: Document, options: ReadOptions) -> Rows:
    """Read the packages of every host."""
    rows = PackageRows(document, options, None, ("host", "name", "arch", "evr", "scheme"))
    for host, node in _hosts(document):
        _read_host(node, host or options.host, rows)
    return rows.finish()


def _hosts(document: Document) -> Iterator[tuple[str, Place]]:
    """Yield the facts of each host: behind ``host | SUCCESS =>``, under the host's name, or alone."""
    text, _ = text_of(document)
    answers = list(_ANSWER(text))
    if answers:
        starts = [found.end() for found in answers]
        yield from zip((found[1] for found in answers), values_at(document, text, starts), strict=True)
        return
    for top in values_of(document):
        members = members_of(top)
        if members.keys() & {"ansible_facts", "packages", "ansible_facts.packages"}:
            yield "", top
        else:
            yield from ((name.strip(), node) for name, node in members.items())


def _read_host(node: Place, host: str, rows: PackageRows) -> None:
    """Read the facts of one host."""
    members = members_of(node)
    for name, facts in members_of(members.get("ansible_facts")).items():
        members.setdefault(name, facts)
    packages = members.get("packages") or members.get("ansible_facts.packages") or members.get("ansible_packages")
    told = {}
    for name in _FACTS:
        found = members.get(name) or members.get(f"ansible_{name}")
        if found and not (found.is_object or found.is_array):
            told[name] = found.value()
    distribution, version = texts_of(told, ("distribution", "distribution_version"))
    rows.facts.setdefault(host, {})
    if distribution:
        rows.facts[host]["os_release"] = f'ID="{_IDS.get(distribution, distribution)}"\nVERSION_ID="{version}"'
    for name, versions in members_of(packages).items():
        for one in versions.elements() if versions.is_array else (versions,):
            _add(rows, host, name, one)


def _add(rows: PackageRows, host: str, key: str, node: Place) -> None:
    """Add one version of one package."""
    value = node.value()
    fields: Mapping[str, Any] = value if isinstance(value, dict) else {}
    names = ("name", "version", "release", "arch", "source", "epoch")
    name, version, release, arch, source, epoch = texts_of(dict(fields), names)
    scheme = _SCHEMES.get(source)
    if (name or key) == "gpg-pubkey":
        rows.counts["PR2201"] += 1
    elif fields and scheme is None:
        rows.counts["PR2215"] += 1
    elif scheme is None or not version or (scheme == "rpm" and not release):
        rows.reject(node.line, "PR2003", "the package has no version or no source", node.shown, host)
    else:
        evr = version
        if scheme == "rpm":
            evr = f"{epoch or 0}:{version}-{release}" if "epoch" in fields else f"{version}-{release}"
        arch = "" if arch == "(none)" else arch
        rows.add(host=host, name=name or key, arch=arch or None, evr=evr, scheme=scheme, line=node.line)


READER = Reader(
    "ansible_facts",
    "Ansible package_facts",
    (".json",),
    sniff,
    read,
    lost="installation times; half-installed and held packages of dpkg",
)
