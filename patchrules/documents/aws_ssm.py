"""Saved answers of ``aws ssm``: groups, defaults and identities of an account's baselines.

The rules themselves come from ``get-patch-baseline``, which is a baseline document like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from patchrules.documents.claims import Claims, Identity, Registration, mappings, system_named, text_at
from patchrules.documents.text import Document, quoted
from patchrules.errors import Level
from patchrules.model.names import OperatingSystem

_Answer: TypeAlias = "Mapping[Any, Any]"

SILENT = frozenset({"ResponseMetadata", "NextToken"})
_IDS = frozenset({"BaselineId", "PatchGroup", "OperatingSystem"})
_WANTED = "save the answers of describe-patch-groups, describe-patch-baselines and get-patch-baseline"


def is_answer(value: object) -> bool:
    """Say whether a value is an answer of AWS about registrations rather than a baseline.

    >>> is_answer({"BaselineId": "pb-0123456789abcdef0", "OperatingSystem": "WINDOWS"})
    True
    >>> is_answer({"BaselineId": "pb-0123456789abcdef0", "Name": "prod", "OperatingSystem": "WINDOWS"})
    False
    """
    if not isinstance(value, Mapping):
        return False
    keys = set(value) - SILENT
    return bool(keys & _READERS.keys()) or ("BaselineId" in keys and keys <= _IDS)


def claims_of(value: _Answer, pointer: str, document: Document) -> Claims:
    """Return what one answer says; a member that is cut short is a fault.

    Read are describe-patch-groups, describe-patch-baselines, get-default-patch-baseline, get- and
    register-patch-baseline-for-patch-group, and the tagging API's ``get-resources``
    for the tags that BaselineTags asks for (SEMANTICS 7.4).
    """
    claims = Claims()
    for key, reader in _READERS.items():
        for index, one in mappings(value.get(key)):
            reader(one, f"{pointer}/{key}/{index}", document, claims)
        claims.states = claims.states or (key in value and key != _TAGS)
    if "BaselineId" in value:
        _single(value, pointer, document, claims)
    return claims


def _mapping(one: _Answer, pointer: str, document: Document, claims: Claims) -> None:
    """Read one member of describe-patch-groups."""
    group, identity = text_at(one, "PatchGroup"), one.get("BaselineIdentity")
    if not group or not isinstance(identity, Mapping):
        claims.fault("PR1034", "the registration has no `PatchGroup` or no `BaselineIdentity`", document.where(pointer))
        return
    system = _identity(identity, f"{pointer}/BaselineIdentity", document, claims)
    if system is not None:
        where = document.where(f"{pointer}/PatchGroup")
        claims.registrations.append(Registration(group, text_at(identity, "BaselineId"), system, where))


def _identity(one: _Answer, pointer: str, document: Document, claims: Claims) -> OperatingSystem | None:
    """Read one BaselineIdentity; return its operating system, None when it is cut short."""
    baseline_id, name = text_at(one, "BaselineId"), text_at(one, "BaselineName")
    if not baseline_id:
        claims.fault("PR1034", "the baseline's identity has no `BaselineId`", document.where(pointer))
        return None
    system = _system(one, pointer, document, claims)
    if system is not None:
        claims.identities.append(Identity(baseline_id, name, system))
        if one.get("DefaultBaseline") is True:
            where = document.where(f"{pointer}/DefaultBaseline")
            claims.registrations.append(Registration(None, baseline_id, system, where))
    return system


def _tagged(one: _Answer, pointer: str, document: Document, claims: Claims) -> None:  # noqa: ARG001 - the readers' shape
    """Read one member of the tagging API's get-resources; other resources than baselines say nothing."""
    arn = text_at(one, "ResourceARN")
    if ":patchbaseline/" in arn:
        pairs = ((text_at(tag, "Key"), text_at(tag, "Value")) for _, tag in mappings(one.get("Tags")))
        claims.tags[tail(arn)] = tuple((key, value) for key, value in pairs if key)


_TAGS = "ResourceTagMappingList"
_READERS: dict[str, Callable[[_Answer, str, Document, Claims], object]] = {
    "Mappings": _mapping,
    "BaselineIdentities": _identity,
    _TAGS: _tagged,
}


def _single(value: _Answer, pointer: str, document: Document, claims: Claims) -> None:
    """Read an answer of one id: a default, or the baseline of a group."""
    group, named = text_at(value, "PatchGroup") or None, text_at(value, "BaselineId")
    where = document.where(f"{pointer}/BaselineId")
    if not named:
        claims.fault("PR1034", f"`BaselineId` is {quoted(value.get('BaselineId'))}, wanted an id", where)
    elif group is None and "OperatingSystem" not in value:
        message = f"this says nothing about who serves whom: it has only the id {quoted(named)}"
        claims.doubt("PR1233", message, where, _WANTED, level=Level.INFO)
    else:
        system = _system(value, pointer, document, claims) if "OperatingSystem" in value else None
        claims.states = True
        claims.registrations.append(Registration(group, named, system, where))


def _system(value: _Answer, pointer: str, document: Document, claims: Claims) -> OperatingSystem | None:
    """Return the operating system, which is WINDOWS where AWS says none (7.5)."""
    found = value.get("OperatingSystem", OperatingSystem.WINDOWS.value)
    system = system_named(found) if isinstance(found, str) else None
    if system is None:
        where = document.where(f"{pointer}/OperatingSystem")
        claims.fault("PR1034", f"`OperatingSystem` is {quoted(found)}, wanted one of AWS's operating systems", where)
    return system


def tail(baseline_id: str) -> str:
    """Return the id itself, of an id or an ARN.

    >>> tail("arn:aws:ssm:us-east-1:123456789012:patchbaseline/pb-0123456789abcdef0")
    'pb-0123456789abcdef0'
    """
    return baseline_id.rpartition("/")[2]
