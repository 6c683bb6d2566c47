"""The door for an InstallOverrideList: the patches an Install run brings instead of the baseline's (4.8)."""

from __future__ import annotations

from collections.abc import Mapping

from patchrules.documents.text import Document, quoted, read
from patchrules.errors import BaselineError
from patchrules.model.verdict import OverridePatch
from patchrules.sources.files import Input


def load_install_override(source: Input) -> tuple[OverridePatch, ...]:
    """Load an InstallOverrideList from YAML or JSON; raises BaselineError PR1501 - PR1503.

    >>> load_install_override(b"patches: [{id: 'bind*.x86_64', title: '*9.8.2*'}]")
    (OverridePatch(id='bind*.x86_64', title='*9.8.2*'),)
    """
    document = read(source)
    for pointer, key, times in document.repeated:
        message = f"`{key}` is given {times} times, and nobody can say which is meant"
        raise BaselineError(message, code="PR1501", where=document.where(f"{pointer}/{key}"), hint="keep one of them")
    return override_patches(document)


def override_patches(document: Document) -> tuple[OverridePatch, ...]:
    """Return the patches of a parsed list; raises BaselineError with the place."""
    value, hint = document.value, "write `patches:` and a list of `- id: NAME`"
    if not isinstance(value, Mapping):
        message = f"an install override list is {quoted(value)}, wanted a mapping with `patches`"
        raise BaselineError(message, code="PR1501", where=document.where(""), hint=hint)
    patches = value.get("patches")
    if not isinstance(patches, list):
        message = f"`patches` is {quoted(patches)}, wanted a list of patches"
        raise BaselineError(message, code="PR1501", where=document.where("/patches"), hint=hint)
    return tuple(_patch(patch, document, f"/patches/{number}") for number, patch in enumerate(patches))


def _patch(value: object, document: Document, pointer: str) -> OverridePatch:
    """Return one line of the list."""
    if not isinstance(value, Mapping):
        message = f"the patch is {quoted(value)}, wanted a mapping with `id`"
        raise BaselineError(message, code="PR1502", where=document.where(pointer), hint="write `- id: NAME`")
    if not isinstance(value.get("id"), str | int) or value["id"] == "":
        found = "empty" if value.get("id") == "" else quoted(value.get("id"))
        message, hint = f"`id` is {found}, wanted the name of a patch", "write `- id: NAME`"
        raise BaselineError(message, code="PR1503", where=document.where(f"{pointer}/id"), hint=hint)
    title = value.get("title")
    return OverridePatch(str(value["id"]), None if title is None else str(title))
