"""The door for patch baselines: files, bytes, AWS's answers and AWS's own names, in every spelling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from patchrules.documents._load import baselines_of
from patchrules.documents.faults import raise_together
from patchrules.documents.predefined import is_name, predefined
from patchrules.documents.text import BASELINES, Document, quoted, read_declared
from patchrules.errors import BaselineError
from patchrules.model.baseline import Baseline
from patchrules.sources.files import Input

Source: TypeAlias = "Input | Mapping[str, Any] | Sequence[Any]"
"""A path, bytes, a binary file object, the name of a predefined baseline, or what boto3 returned."""


def load_baseline(source: Source, *, strict: bool = False) -> Baseline:
    """Load one patch baseline (SEMANTICS 1).

    ``source`` is a path, bytes, a binary file object, a mapping as boto3 returns it, or the name of one of AWS's
    predefined baselines. JSON and YAML are read, in the spellings of CreatePatchBaseline, GetPatchBaseline, the node's
    snapshot, BaselineOverride, CDK and CloudFormation. What is odd and does not stop evaluation is in ``diagnostics``;
    with ``strict`` those of level ``error`` are faults.

    Raises BaselineError with the place and what to do, Faults, a group of them, when several things are wrong, and
    UnknownNameError for a name of AWS's that does not exist.

    >>> print(load_baseline(b"{Name: prod, OperatingSystem: DEBIAN, ApprovedPatches: [bash]}"))
    prod (DEBIAN): 0 rules, 1 approved, 0 rejected
    """
    found = load_baselines(source, strict=strict)
    if len(found) > 1:
        names = ", ".join(quoted(baseline.name) for baseline in found[:5])
        message = f"the document has {len(found)} baselines, wanted one: {names}"
        raise BaselineError(message, code="PR1021", hint="load them all with load_baselines()")
    return found[0]


def load_baselines(source: Source, *, strict: bool = False) -> tuple[Baseline, ...]:
    """Load every baseline of a document that may hold several: a list, a BaselineOverride, a template.

    Takes and raises what :func:`load_baseline` does; the tuple is never empty.

    >>> [baseline.name for baseline in load_baselines(b'[{"Name": "dev-1"}, {"Name": "prod-1"}]')]
    ['dev-1', 'prod-1']
    """
    if isinstance(source, str) and is_name(source):
        return (predefined(source),)
    document = opened(source)
    good, faults = baselines_of(document, strict=strict)
    raise_together(faults, document.name or "the baseline")
    return tuple(good)


def opened(source: Source) -> Document:
    """Return the parsed document of ``source``; raises BaselineError."""
    if isinstance(source, Mapping):
        return Document(source)
    if isinstance(source, Sequence) and not isinstance(source, str | bytes | bytearray | memoryview):
        return Document(source)
    return read_declared(source, door=BASELINES)
