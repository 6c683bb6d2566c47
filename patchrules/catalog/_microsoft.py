"""What Microsoft's names mean: the product of an update in AWS's words, its build, its architecture; KB ids."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from patchrules.families import families
from patchrules.families._windows_applications import APPLICATIONS, COMPONENTS, OTHER_SYSTEMS, PRODUCT_TITLES
from patchrules.families._windows_releases import ARCHITECTURES, RELEASES

__all__ = [
    "FAMILY",
    "NO_VERSION",
    "SEVERITIES",
    "Target",
    "kb_id",
    "kb_ids",
    "product_titled",
    "severity_word",
    "target_of",
    "titled",
]

FAMILY = families()["windows"]
NO_VERSION = "0"
"""The ``evr`` of a KB: it is there or not, and has no version."""

_KB = re.compile(r"\s*(?:KB)?\s*([0-9]{5,8})\s*", re.IGNORECASE)
_KBS = re.compile(r"(?<![0-9.])[0-9]{5,8}(?![0-9.])")
SEVERITIES = ("Critical", "Important", "Moderate", "Low", "Unspecified", "None")
"""Microsoft's words of severity."""

_SEVERITIES = {word.lower(): word for word in SEVERITIES}
_BY_NAME = {name.lower(): release for release in RELEASES for name in release.names}
_ARCHITECTURE = re.compile(
    rf"\b(?:for )?({'|'.join(sorted(ARCHITECTURES, key=len, reverse=True))})(?: systems?| editions?)?\b"
)
_ASIDE = re.compile(r"\s*\([^()]*\)")
_SPACES = re.compile(r"[\s,]+")
_KB_AT_END = re.compile(r"\s*[(\[]KB[0-9]+[)\]].*$", re.IGNORECASE)
_SYSTEMS = frozenset(release.product for release in RELEASES if release.product)
_SERVICE_PACKS = frozenset(
    release.build for release in RELEASES if f"{release.names[0]} Service Pack 1".lower() in _BY_NAME
)
_APPLICATIONS = tuple((re.compile(pattern), product, family) for pattern, product, family in APPLICATIONS)
_COMPONENTS = tuple(re.compile(pattern) for pattern in COMPONENTS)
_PRODUCT_TITLES = tuple((re.compile(pattern), product) for pattern, product in PRODUCT_TITLES)
_OTHERS = re.compile(OTHER_SYSTEMS)


@dataclass(frozen=True, slots=True)
class Target:
    """What an update is for.

    ``component`` is a part of Windows that not every host has. ``known`` says that ``product`` is AWS's name, not the
    feed's own; ``foreign`` that the update is for another system.
    """

    product: str
    product_family: str | None
    patch_set: str
    arch: str
    os_build: str | None = None
    component: str | None = None
    known: bool = True
    foreign: bool = False


def titled(title: str, product: str, family: str | None) -> Target:
    """Return what an update of AWS's catalog or of WSUS is for: its product as given, the rest from its title.

    A title does not tell service packs, so that a release which has some is told by its product alone.

    >>> one = titled(
    ...     "2019-01 Security Update for Adobe Flash Player for Windows Server 2016 (KB1)", "WindowsServer2016", None
    ... )
    >>> one.product, one.os_build, one.arch, one.patch_set
    ('WindowsServer2016', '10.0.14393', 'x64', 'OS')
    """
    words = _KB_AT_END.sub("", title).split(" for ")
    for first in range(1, len(words)):
        found = target_of(" for ".join(words[first:]))
        if found.patch_set == "OS":
            build = None if found.os_build in _SERVICE_PACKS else found.os_build
            component = " for ".join(words[1:first]).lower() or None
            return Target(product, family or found.product_family, "OS", found.arch, build, component)
    patch_set = "OS" if product in _SYSTEMS else "APPLICATION"
    arch = _ARCHITECTURE.search(title.lower()) if patch_set == "OS" else None
    machine = ARCHITECTURES[arch[1]] if arch else FAMILY.independent_arch
    return Target(product, family, patch_set, machine)


@functools.lru_cache(maxsize=1024)
def product_titled(title: str) -> str:
    """Return AWS's product for a product title of WSUS; applications have the same name in both.

    >>> product_titled("Microsoft Server operating system-21H2"), product_titled("Windows 10, version 1903 and later")
    ('WindowsServer2022', 'Windows10')
    """
    text = " ".join(title.split())
    found = target_of(text)
    if found.patch_set == "OS" and found.known:
        return found.product
    systems = (product for pattern, product in _PRODUCT_TITLES if pattern.fullmatch(text.lower()))
    return next(systems, text)


@functools.lru_cache(maxsize=8192)
def target_of(name: str) -> Target:
    """Return what a product name of Microsoft means; a name that no table knows is an application of that name.

    >>> one = target_of("Internet Explorer 11 on Windows 10 Version 1809 for x64-based Systems")
    >>> one.product, one.os_build, one.arch, one.component
    ('Windows10', '10.0.17763', 'x64', 'internet explorer 11')
    >>> target_of("Microsoft Excel 2016 (64-bit edition)").product
    'Office 2016'
    """
    text = " ".join(name.split())
    said = text.lower()
    found = next(filter(None, (pattern.match(said) for pattern in _COMPONENTS)), None)
    component, rest = (found["component"], said[found.end() :]) if found else (None, said)
    plain = _SPACES.sub(" ", _ASIDE.sub("", rest)).strip().removeprefix("microsoft ")
    arch = _ARCHITECTURE.search(plain)
    spoken = _SPACES.sub(" ", _ARCHITECTURE.sub("", plain)).strip()
    release = _BY_NAME.get(spoken) or _BY_NAME.get(f"microsoft {spoken}")
    if release is None:
        return _application(text, said)
    machine = release.arch or (ARCHITECTURES[arch[1]] if arch else FAMILY.independent_arch)
    product = release.product or release.names[0]
    return Target(product, "Windows", "OS", machine, release.build, component, known=release.product is not None)


def kb_id(text: str) -> str | None:
    """Return a KB's id as catalogs and inventories have it, None for what is none.

    >>> kb_id("5034441 "), kb_id("kb5034441"), kb_id("Release Notes")
    ('KB5034441', 'KB5034441', None)
    """
    found = _KB.fullmatch(text)
    return f"KB{found[1]}" if found else None


def kb_ids(text: str) -> list[str]:
    """Return every KB that a text names, in its order.

    >>> kb_ids("3118389<br><br>4022173"), kb_ids("2.41.0")
    (['KB3118389', 'KB4022173'], [])
    """
    return [f"KB{number}" for number in _KBS.findall(text)]


def severity_word(text: str) -> str | None:
    """Return a word of severity in Microsoft's spelling, None for a text that is none.

    >>> severity_word("critical"), severity_word("System.Object[]")
    ('Critical', None)
    """
    return _SEVERITIES.get(text.strip().lower())


def _application(text: str, said: str) -> Target:
    """Return the target of a name that is no release of Windows."""
    foreign = _OTHERS.search(said) is not None
    for pattern, product, family in _APPLICATIONS:
        found = pattern.match(said)
        if found:
            name = product.format(found[1].upper())
            return Target(name, family, "APPLICATION", FAMILY.independent_arch, foreign=foreign)
    return Target(text, None, "APPLICATION", FAMILY.independent_arch, known=False, foreign=foreign)
