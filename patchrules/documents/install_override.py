"""The door for an InstallOverrideList: the patches an Install run brings instead of the baseline's (4.8)."""

from __future__ import annotations

from collections.abc import Mapping

from patchrules.documents.text import parse
from patchrules.errors import BaselineError, Where
from patchrules.model.verdict import OverridePatch
from patchrules.sources.files import Input, open_document


def load_install_override(source: Input) -> tuple[OverridePatch, ...]:
    """Load an InstallOverrideList from YAML or JSON; raises BaselineError PR1501 - PR1503.

    >>> load_install_override(b"patches: [{id: 'bind*.x86_64', title: '*9.8.2*'}]")
    (OverridePatch(id='bind*.x86_64', title='*9.8.2*'),)
    """
    document = open_document(source, error=BaselineError)
    found = parse(document.read(), name=document.name)
    for pointer, key, times in found.repeated:
        message = f"`{key}` is given {times} times, and nobody can say which is meant"
        raise BaselineError(message, code="PR1501", where=found.where(f"{pointer}/{key}"), hint="keep one of them")
    return override_patches(found.value)


def override_patches(value: object) -> tuple[OverridePatch, ...]:
    """Return the patches of a parsed list; raises BaselineError with a JSON pointer."""
    patches = value.get("patches") if isinstance(value, Mapping) else None
    if not isinstance(patches, list):
        hint = "write `patches:` and a list of `- id: NAME`"
        raise BaselineError("an install override list is a mapping with `patches`", code="PR1501", hint=hint)
    return tuple(_patch(patch, number) for number, patch in enumerate(patches))


def _patch(value: object, number: int) -> OverridePatch:
    """Return one line of the list."""
    where = Where(pointer=f"/patches/{number}")
    if not isinstance(value, Mapping):
        raise BaselineError("a patch of an override list is a mapping with `id`", code="PR1502", where=where)
    if not isinstance(value.get("id"), str | int) or value["id"] == "":
        raise BaselineError("a patch of an override list has no `id`", code="PR1503", where=where)
    title = value.get("title")
    return OverridePatch(str(value["id"]), None if title is None else str(title))
