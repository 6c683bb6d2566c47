"""AWS's own baselines, which travel with the package."""

from __future__ import annotations

import functools
import os
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from patchrules.documents._load import baselines_of
from patchrules.documents.paths import exists
from patchrules.documents.text import Document, parse
from patchrules.errors import UnknownNameError
from patchrules.model.baseline import Baseline

_CHECKOUT = Path(__file__).resolve().parents[2] / "data" / "baselines" / "aws"


def predefined_names() -> tuple[str, ...]:
    """Return the names of AWS's predefined baselines, sorted (SEMANTICS 9).

    >>> "AWS-RedHatDefaultPatchBaseline" in predefined_names()
    True
    """
    return tuple(_files())


@functools.cache
def predefined(name: str) -> Baseline:
    """Return one of AWS's predefined baselines by name (SEMANTICS 9).

    Raises UnknownNameError, with the closest match.

    >>> print(predefined("AWS-DefaultPatchBaseline"))
    AWS-DefaultPatchBaseline (WINDOWS): 1 rule, 0 approved, 0 rejected
    """
    [baseline], _ = baselines_of(predefined_document(name), strict=False)
    return baseline


def predefined_document(name: str) -> Document:
    """Return the document of one of AWS's predefined baselines; raises UnknownNameError."""
    found = _files().get(name)
    if found is None:
        raise UnknownNameError("predefined baseline", name, _files())
    return parse(found.read_bytes(), name=found.name)


def is_name(source: str) -> bool:
    """Say whether a text names a predefined baseline, known or not, rather than a file.

    >>> is_name("AWS-DebianDefautPatchBaseline"), is_name("AWS-prod.json"), is_name("prod")
    (True, False, False)
    """
    if Path(source).name != source or os.path.splitext(source)[1]:  # noqa: PTH122 - a name, not a path
        return False
    return source in _files() or (source.startswith("AWS-") and not exists(source))


@functools.cache
def _files() -> dict[str, Traversable]:
    """Return the bundled files by name: those of the wheel, else those of the checkout."""
    folder: Traversable = resources.files("patchrules") / "_data" / "baselines" / "aws"
    if not folder.is_dir():
        folder = _CHECKOUT
    names = sorted(file.name for file in folder.iterdir() if file.name.endswith(".json")) if folder.is_dir() else []
    return {name.removesuffix(".json"): folder / name for name in names}
