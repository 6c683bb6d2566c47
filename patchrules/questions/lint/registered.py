"""What only the baselines of a folder together show: patch groups that two of them claim (SEMANTICS 7.2)."""

from __future__ import annotations

import os

from patchrules.documents.registry import load_registry
from patchrules.errors import Diagnostic, DocumentError, Faults, Level, PatchRulesError

_CLASH = "PR1031"


def clashes(folder: str | os.PathLike[str]) -> tuple[Diagnostic, ...]:
    """Return each patch group that two baselines of a folder claim, which no verb takes as a registry.

    What else stops the folder is not told here: it is found in its files one by one, or need not be a registry at all.
    """
    try:
        load_registry(folder)
    except PatchRulesError as problem:
        faults = problem.exceptions if isinstance(problem, Faults) else (problem,)
    else:
        return ()
    found = [one for one in faults if isinstance(one, DocumentError) and one.code == _CLASH]
    return tuple(Diagnostic(one.code, Level.ERROR, one.message, one.where, hint=one.hint) for one in found)
