"""BaselineOverride: the file of baselines that replaces groups and defaults for one run or patch policy (4.9)."""

from __future__ import annotations

from patchrules.documents._load import baselines_of
from patchrules.documents.baseline import Source, opened
from patchrules.documents.faults import raise_together
from patchrules.documents.text import quoted
from patchrules.errors import BaselineError
from patchrules.model.baseline import Baseline


def load_override(source: Source, *, strict: bool = False) -> tuple[Baseline, ...]:
    """Load a BaselineOverride: a JSON array of baselines, one for each operating system (SEMANTICS 4.9).

    Several for one system are kept: they are an error only on a host of that system (AWS error 165). Raises
    BaselineError PR1039 where the top level is no list, and what ``load_baselines`` raises.

    >>> [baseline.name for baseline in load_override(b'[{"OperatingSystem": "DEBIAN", "ApprovedPatches": ["bash"]}]')]
    ['BaselineOverride.DEBIAN']
    """
    document = opened(source)
    if not isinstance(document.value, list | tuple):
        message = f"a BaselineOverride is a list of baselines, and this is {quoted(document.value)}"
        raise BaselineError(message, code="PR1039", where=document.where(""), hint="put `[` and `]` around it")
    good, faults = baselines_of(document, strict=strict)
    raise_together(faults, document.name or "the override")
    return tuple(good)
