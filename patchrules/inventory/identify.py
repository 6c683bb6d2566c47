"""Which operating system a host runs, and AWS's product string for it, from what the host says of itself.

Nothing is guessed: an unknown system, a version that fits no family, a derivative that only names its parents
(``ID_LIKE``) give no product, and a diagnostic says so (DECISIONS 31).
"""

from __future__ import annotations

import difflib
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from types import MappingProxyType

from patchrules.codes import CODES
from patchrules.errors import Diagnostic, Level
from patchrules.families import Family, families, meant, plain_product
from patchrules.families._windows_releases import RELEASES

__all__ = ["Identity", "identify", "os_release_fields"]

_ASSIGNMENT = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*)=(.*)").fullmatch
_VERSION = re.compile(r"[0-9]+(?:\.[0-9]+)*").match
_DEBIAN_VERSION = re.compile(r"[0-9]+(?:\.[0-9]+)*(?:\+deb[0-9]+u[0-9]+)?").fullmatch
_ALIAS = "alias: "
_Claim = tuple[Family, str | None, str]


@dataclass(frozen=True, slots=True)
class Identity:
    """Family and product of a host, the text they were read from, and what is doubtful about them."""

    family: str | None
    product: str | None
    evidence: str | None = None
    diagnostics: tuple[Diagnostic, ...] = ()


def identify(
    *,
    family: str | None = None,
    product: str | None = None,
    os_release: str | None = None,
    platform: str | None = None,
    platform_version: str | None = None,
    os_version: Mapping[str, str] | str | None = None,
    distro: tuple[str, str] | None = None,
    release_packages: Sequence[tuple[str, str]] = (),
    dist_tag: tuple[str, str] | None = None,
    aliases: Mapping[str, str] = MappingProxyType({}),
) -> Identity:
    r"""Return family and product; what is stated wins, then os-release, Systems Manager, osquery, release packages.

    ``os_release`` is the text of ``/etc/os-release``; ``platform`` and ``platform_version`` are Systems Manager's
    PlatformName and PlatformVersion (SEMANTICS 7.7: the longest known name contained in it); ``os_version`` is a row of
    osquery's table of that name; ``distro`` is ID and version in a bill of materials; ``release_packages`` are what is
    installed, as (name, version); ``dist_tag`` is the pattern of a family's tags and the major release that most
    packages were built for. ``aliases`` are globs, compared without case, and the product each means: of what a system
    calls itself with its version (``Rocky Linux 9*``), or of the product that would have been told. Sources that
    disagree give a diagnostic PR2208, a product that cannot be told PR2206. Never raises.

    >>> identify(os_release='ID="rhel"\nVERSION_ID="9.3"').product
    'RedhatEnterpriseLinux9.3'
    >>> identify(platform="Amazon Linux", platform_version="2023").family
    'amazon_linux_2023'
    >>> print(identify(os_release="ID=gentoo").diagnostics[0].code)
    PR2206
    """
    claims = [
        *_from_os_release(os_release or ""),
        *_from_platform(platform or "", platform_version or ""),
        *_from_osquery({"version": os_version} if isinstance(os_version, str) else os_version or {}, platform or ""),
        *_from_id("SBOM", *(distro or ("", ""))),
        *_from_packages(release_packages, family),
        *_from_dist_tag(dist_tag, family),
    ]
    claims = _aliased(claims, _calls(os_release, platform, platform_version, os_version, distro), aliases)
    by_product = _family_of_product(product) if product else None
    chosen = family or by_product or next((claim[0].name for claim in claims), None)
    doubts = list(_disagreements(chosen, family, product, by_product, claims))
    if product and (said := _unheard(product, by_product)):
        doubts.append(_doubt("PR2230", said))
    if product:
        return Identity(chosen, product, "stated", tuple(doubts))
    for found, told, evidence in claims:
        if found.name == chosen and told:
            return Identity(chosen, told, evidence, tuple(doubts))
    doubts.append(_doubt("PR2206", CODES["PR2206"]))
    return Identity(chosen, None, next((claim[2] for claim in claims if claim[0].name == chosen), None), tuple(doubts))


def _disagreements(
    chosen: str | None, family: str | None, product: str | None, by_product: str | None, claims: Sequence[_Claim]
) -> Iterator[Diagnostic]:
    """Yield where two sources do not say the same: another family, or another product of the family.

    A major release agrees with each of its minor ones; what an alias says is meant to differ.
    """
    said: list[tuple[str | None, str | None, str]] = [(family, None, "stated")] if family else []
    said += [(by_product, product, "stated")] if by_product else []
    said += [(one.name, told, evidence) for one, told, evidence in claims]
    other = next(((name, evidence) for name, _, evidence in said if name and chosen and name != chosen), None)
    if other:
        first = next(evidence for name, _, evidence in said if name == chosen)
        message = f"the host is `{chosen}` ({first}) and `{other[0]}` ({other[1]}): the first was taken"
        yield _doubt("PR2208", message)
        return
    products = [(told, evidence) for _, told, evidence in said if told and not evidence.startswith(_ALIAS)]
    aliased = any(evidence.startswith(_ALIAS) for _, _, evidence in said)
    for told, evidence in products[1:] if not aliased else ():
        if not _agree(products[0][0], told):
            first = f"`{products[0][0]}` ({products[0][1]})"
            yield _doubt("PR2208", f"the host is {first} and `{told}` ({evidence}): the first was taken")
            return


def _agree(one: str, other: str) -> bool:
    """Say whether two products are the same, or one a release of the other.

    >>> _agree("RockyLinux9", "RockyLinux9.3"), _agree("RockyLinux9.2", "RockyLinux9.3")
    (True, False)
    """
    return one == other or one.startswith(f"{other}.") or other.startswith(f"{one}.")


def _calls(
    os_release: str | None,
    platform: str | None,
    platform_version: str | None,
    os_version: Mapping[str, str] | str | None,
    distro: tuple[str, str] | None,
) -> Iterator[str]:
    """Yield what the host calls itself, name and version, by each source in order."""
    fields = os_release_fields(os_release or "")
    row = {"version": os_version} if isinstance(os_version, str) else os_version or {}
    pairs = [(fields.get("NAME"), fields.get("VERSION_ID")), (fields.get("PRETTY_NAME"), None)]
    pairs += [(platform, platform_version), (row.get("name") or platform, row.get("version")), distro or (None, None)]
    yield from (f"{name} {version or ''}".strip() for name, version in pairs if name)


def _aliased(claims: list[_Claim], calls: Iterable[str], aliases: Mapping[str, str]) -> list[_Claim]:
    """Return the claims with the products that the caller's aliases mean; what nobody knew may become one."""
    if not aliases:
        return claims
    own = [(name, product, f"{_ALIAS}{name}") for name in calls if (product := _alias(name, aliases))]
    told = [
        (family, (product and _alias(product, aliases)) or product, evidence) for family, product, evidence in claims
    ]
    shelf = families()
    first = [
        (shelf[name], product, evidence) for _, product, evidence in own if (name := _family_of_product(product) or "")
    ]
    return [*first, *told]


def _alias(text: str, aliases: Mapping[str, str]) -> str | None:
    """Return the product of the first alias that matches."""
    return next((product for glob, product in aliases.items() if fnmatchcase(text.lower(), glob.lower())), None)


def os_release_fields(text: str) -> dict[str, str]:
    r"""Return the assignments of an os-release file, unquoted as a shell would; lines that are none are skipped.

    >>> os_release_fields('ID="sles"\nVERSION_ID=15.5 # sic')
    {'ID': 'sles', 'VERSION_ID': '15.5'}
    """
    fields = {}
    for line in text.splitlines():
        found = _ASSIGNMENT(line)
        if not found:
            continue
        try:
            words = shlex.split(found[2], comments=True)
        except ValueError:
            continue
        fields[found[1]] = words[0] if words else ""
    return fields


def product_of(family: Family, version: str) -> str | None:
    """Return AWS's product string of a family in a version, None when the two make no product it knows.

    >>> product_of(families()["ubuntu"], "22.04.3")
    'Ubuntu22.04'
    """
    number = _VERSION(version)
    if not number:
        return None
    kept = ".".join(number[0].split(".")[: family.product_parts])
    product = family.product_format.format(version=kept)
    return product if any(fnmatchcase(product, glob) for glob in family.products) else None


def _from_os_release(text: str) -> Iterator[_Claim]:
    """Yield what ID and VERSION_ID say."""
    fields = os_release_fields(text)
    yield from _from_id("os-release", fields.get("ID", ""), fields.get("VERSION_ID") or "", fields)


def _from_id(source: str, name: str, version: str, fields: Mapping[str, str] | None = None) -> Iterator[_Claim]:
    """Yield what an ID of os-release and a version say, whoever quotes them."""
    for family in families().values():
        told = version or family.codenames.get((fields or {}).get("VERSION_CODENAME", ""), "")
        if name.lower() in family.os_release_ids and _in_versions(family, told):
            yield family, product_of(family, told), f"{source}: {name.lower()} {told}".rstrip()


def _from_platform(name: str, version: str) -> Iterator[_Claim]:
    """Yield what Systems Manager's names say: the longest known name contained in ``name``."""
    shelf = families().values()
    known = [(len(text), family) for family in shelf for text in family.platform_names if text.lower() in name.lower()]
    longest = max((length for length, _ in known), default=0)
    for length, family in known:
        if length != longest:
            continue
        evidence = f"platform: {name} {version}".rstrip()
        if family.documented.manager == "wua":
            yield family, _windows_product(name), evidence
        elif _in_versions(family, version):
            yield family, product_of(family, version), evidence


def _windows_product(name: str) -> str | None:
    """Return the product of the release that a name contains: Windows states a build as its version, not a release."""
    named = [(len(text), one.product) for one in RELEASES for text in one.names if text.lower() in name.lower()]
    return max(named, key=lambda found: found[0])[1] if named else None


def _from_osquery(row: Mapping[str, str], name: str) -> Iterator[_Claim]:
    """Yield what a row of osquery's ``os_version`` says: its platform is os-release's ID, its name the long one.

    A row that has only a version is of the system that ``name`` names.
    """
    text = str(row.get("version") or "")
    numbers = _VERSION(text)
    version = numbers[0] if numbers else ".".join(str(row[part]) for part in ("major", "minor") if row.get(part))
    platform = str(row.get("platform") or "").lower()
    claims = [
        (family, product_of(family, version), f"osquery: {platform} {version}".rstrip())
        for family in families().values()
        if platform in family.os_release_ids and _in_versions(family, version)
    ]
    yield from claims or _from_platform(str(row.get("name") or name), version)


def _from_packages(packages: Iterable[tuple[str, str]], stated: str | None) -> Iterator[_Claim]:
    """Yield what the release packages say (``redhat-release 9.3``)."""
    for name, version in packages:
        for family in families().values():
            # Derivatives mark their version of a package they share: 12ubuntu4.6, 12.4+rpi1+deb12u5.
            own = family.scheme != "dpkg" or _DEBIAN_VERSION(version)
            known = name in family.release_packages and _in_versions(family, version) and own
            if known and stated in (None, family.name):
                yield family, product_of(family, version), f"package: {name} {version}"


def _from_dist_tag(tag: tuple[str, str] | None, stated: str | None) -> Iterator[_Claim]:
    """Yield what the release that most packages were built for says, where only one family has such tags."""
    if tag is None:
        return
    pattern, major = tag
    found = [
        family
        for family in families().values()
        if family.dist_tag == pattern and (family.major == major if family.major else _in_versions(family, major))
    ]
    mine = [family for family in found if stated in (None, family.name)]
    if len(mine) == 1:
        yield mine[0], product_of(mine[0], major), f"dist tags: {major}"


def _in_versions(family: Family, version: str) -> bool:
    """Say whether a version belongs to a family; only families that share a name ask."""
    return any(fnmatchcase(version, glob) for glob in family.versions)


def _family_of_product(product: str) -> str | None:
    """Return the only family that knows a product."""
    found = [
        family.name for family in families().values() if any(fnmatchcase(product, glob) for glob in family.products)
    ]
    return found[0] if len(found) == 1 else None


def _unheard(product: str, family: str | None) -> str | None:
    """Say that no family has a product of that name, and which name is close; None for one that ``family`` may have."""
    plain = plain_product(product)
    near = meant(product, families()[family]) if family else None
    if not _is_named(plain):
        near = _close(product)
    elif near is None and plain == product:
        return None
    near = [plain] if near is None else near
    guess = f": did you mean {' or '.join(f'`{one}`' for one in near)}?" if near else ""
    return f"`{product}` is no product that AWS names{guess}"


def _close(product: str) -> list[str]:
    """Return the name of a product of some family that is spelled nearly so, with the same version; or none."""
    stems = {glob.rstrip("*?.").lower(): glob.rstrip("*?.") for one in families().values() for glob in one.products}
    stem = product.rstrip("0123456789.")
    return [f"{stems[one]}{product[len(stem) :]}" for one in difflib.get_close_matches(stem.lower(), stems, n=1)]


def _is_named(product: str) -> bool:
    """Say whether some family has products of that name."""
    return any(fnmatchcase(product, glob) for family in families().values() for glob in family.products)


def _doubt(code: str, message: str) -> Diagnostic:
    """Return a warning about a host."""
    return Diagnostic(code, Level.WARNING, message)
