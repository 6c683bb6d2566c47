"""Package URLs of rpm and deb packages (``pkg:rpm/redhat/openssl@3.0.7-24.el9?arch=x86_64&epoch=1``)."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote

_SCHEMES = {"rpm": "rpm", "deb": "dpkg"}
# What scanners call a system where they do not use the ID of its os-release.
_IDS = {
    "amazon": "amzn",
    "redhat": "rhel",
    "red-hat": "rhel",
    "oracle": "ol",
    "alma": "almalinux",
    "suse linux enterprise server": "sles",
    "suse": "sles",
}


@dataclass(frozen=True, slots=True)
class Purl:
    """A package URL of rpm or dpkg; ``distro`` is the qualifier of that name."""

    scheme: str
    name: str
    version: str
    arch: str | None
    distro: str | None


def purl_of(text: str) -> Purl | None:
    """Return the parts of a package URL, None for one of another package manager.

    An epoch that neither the version nor the qualifier states is not stated (DECISIONS 30).

    >>> purl_of("pkg:rpm/redhat/openssl@3.0.7-24.el9?arch=x86_64&epoch=1&distro=rhel-9.6").version
    '1:3.0.7-24.el9'
    >>> purl_of("pkg:deb/debian/vim@2%3A9.0.1378-2?arch=amd64").version, purl_of("pkg:npm/left-pad@1.3.0")
    ('2:9.0.1378-2', None)
    """
    kind, _, rest = text.strip().removeprefix("pkg:").lstrip("/").partition("/")
    scheme = _SCHEMES.get(kind.lower())
    if scheme is None or not text.strip().startswith("pkg:"):
        return None
    path, _, qualifiers = rest.partition("#")[0].partition("?")
    named, _, version = path.rpartition("@") if "@" in path else (path, "", "")
    stated = dict(part.partition("=")[::2] for part in qualifiers.split("&") if part)
    fields = {key.lower(): unquote(value, errors="replace") for key, value in stated.items()}
    version, epoch = unquote(version, errors="replace"), fields.get("epoch", "")
    if epoch and ":" not in version:
        version = f"{epoch}:{version}"
    name = unquote(named.rpartition("/")[2], errors="replace")
    return Purl(scheme, name, version, fields.get("arch") or None, fields.get("distro") or None)


def distro_of(text: str) -> tuple[str, str]:
    """Return ID and version of a system as os-release has them.

    >>> distro_of("rhel-9.6"), distro_of("amazon 2023"), distro_of("debian-12")
    (('rhel', '9.6'), ('amzn', '2023'), ('debian', '12'))
    """
    text = text.strip().lower()
    name, mark, version = text.rpartition("-") if "-" in text else text.rpartition(" ")
    if not mark or not version[:1].isdigit():
        name, version = text, ""
    return _IDS.get(name, name), version
