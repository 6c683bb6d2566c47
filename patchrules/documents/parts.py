"""Which of the shapes people write is this document, and where in it are the baselines."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from patchrules.documents import cloudformation, terraform
from patchrules.documents._yaml import Plain, escape
from patchrules.documents.schema import BaselineDocument
from patchrules.documents.shape import SILENT, camel_names
from patchrules.documents.text import Document, quoted
from patchrules.errors import BaselineError

NOT_A_BASELINE = "PR1020"

_SHAPES = (
    "a baseline is what CreatePatchBaseline takes or GetPatchBaseline prints, a snapshot (`patchBaseline`), "
    "a list of them, or a CloudFormation template with AWS::SSM::PatchBaseline"
)
_TELLING = ("ApprovalRules", "ApprovedPatches", "RejectedPatches", "GlobalFilters")
_KNOWN = {
    name
    for info in BaselineDocument.model_fields.values()
    for name in (info.alias or "", *camel_names(info.alias or ""))
}
_TELLING_NAMES = {name for alias in _TELLING for name in (alias, *camel_names(alias))}
_TELLING_FOLDED = {alias.lower(): alias for alias in _TELLING}


@dataclass(frozen=True, slots=True)
class Part:
    """One baseline in a document: its value and pointer.

    ``override``: a BaselineOverride, which has no name; ``groups``: patch groups that its wrapper names;
    ``condition``: what a template makes it under, None where it makes it whatever happens.
    """

    value: Mapping[Any, Any]
    pointer: str = ""
    override: bool = False
    groups: tuple[str, ...] = ()
    condition: Any = None


def parts(document: Document) -> list[Part]:
    """Return the baselines of a document, by its content; raises BaselineError when it holds none."""
    if not isinstance(document.value, list | tuple):
        return _of_mapping(document, document.value, "")
    found = [part for index, value in enumerate(document.value) for part in _of_mapping(document, value, f"/{index}")]
    if not found:
        raise _refusal(document, "the list of baselines is empty", "", _SHAPES)
    # BaselineOverride (AWS-RunPatchBaseline) is a list of baselines none of which has a name.
    if all(not {"Name", "name"} & part.value.keys() for part in found):
        return [Part(part.value, part.pointer, override=True, groups=part.groups) for part in found]
    return found


def _of_mapping(document: Document, value: Plain, pointer: str) -> list[Part]:
    """Return the baselines of a mapping: a template, a snapshot or a baseline itself."""
    if not isinstance(value, Mapping):
        raise _refusal(document, f"the document is {quoted(value)}, wanted a baseline", pointer, _SHAPES)
    resources = cloudformation.baselines(value, pointer)
    if resources is not None:
        _refuse_misspelled(document, cloudformation.spelled_otherwise(value), cloudformation.TYPE, pointer)
        if not resources:
            message = "the template has no AWS::SSM::PatchBaseline"
            raise _refusal(document, message, pointer)
        return [Part(properties, place, condition=condition) for properties, place, condition in resources]
    if terraform.is_terraform(value):
        raise _refusal(document, "this is Terraform JSON, which is read alone, not in a list", pointer)
    inner = value.get("patchBaseline")
    if isinstance(inner, Mapping):
        group = value.get("patchGroup")
        groups = (group,) if isinstance(group, str) and group else ()
        return [Part(inner, f"{pointer}/patchBaseline", groups=groups)]
    if "BaselineIdentities" in value:
        hint = "load what `aws ssm get-patch-baseline --baseline-id ID` prints"
        raise _refusal(document, "this lists baselines by name, without their rules", pointer, hint)
    if not _is_baseline(value):
        named = {"name", "operatingsystem"} & {_folded(str(key)) for key in value}
        for key in map(str, value) if named else ():
            _refuse_misspelled(document, key, _TELLING_FOLDED.get(_folded(key)), f"{pointer}/{escape(key)}")
        names = ", ".join(quoted(str(key)) for key in list(value)[:5]) or "nothing"
        raise _refusal(document, f"this is no baseline: it has {names}", pointer, _SHAPES)
    return [Part(value, pointer)]


def _is_baseline(value: Mapping[Any, Any]) -> bool:
    """Say whether a mapping is meant to be a baseline: a telling field, a name and a system, or nothing foreign."""
    keys = set(value) - SILENT
    named = {"Name", "OperatingSystem"} <= keys or {"name", "operatingSystem"} <= keys
    return bool(keys & _TELLING_NAMES) or named or ("Name" in keys and keys <= _KNOWN)


def _refuse_misspelled(document: Document, given: str | None, wanted: str | None, pointer: str) -> None:
    """Raise BaselineError where something was given that is meant to be something wanted: it must not be left out."""
    if given and wanted:
        message = f"this is meant to be a baseline and says {quoted(given)}, wanted `{wanted}`"
        raise BaselineError(message, code="PR1024", where=document.where(pointer), hint="write it as AWS does")


def _folded(key: str) -> str:
    """Return a key without case, hyphens, blanks and underscores."""
    return re.sub("[-_ ]", "", key).lower()


def _refusal(document: Document, message: str, pointer: str, hint: str | None = None) -> BaselineError:
    """Return the error of a document that holds no baseline."""
    return BaselineError(message, code=NOT_A_BASELINE, where=document.where(pointer), hint=hint)
