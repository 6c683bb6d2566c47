"""Baselines, registries, Terraform's JSON and AWS's saved answers -> which baseline serves whom."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias, cast

from patchrules.documents import aws_ssm, registry_file, terraform, terraform_registry
from patchrules.documents._load import baselines_of
from patchrules.documents.assembly import registry_of
from patchrules.documents.baseline import Source, load_baselines, opened
from patchrules.documents.claims import Claims
from patchrules.documents.faults import raise_together
from patchrules.documents.override import load_override
from patchrules.documents.parts import NOT_A_BASELINE
from patchrules.documents.paths import documents_under, exists, is_folder
from patchrules.documents.predefined import is_name, predefined, predefined_names
from patchrules.documents.text import Document
from patchrules.errors import BaselineError, Diagnostic, DocumentError, Faults, Level, Where
from patchrules.model.baseline import Baseline, Registry
from patchrules.sources.files import expand

RegistrySource: TypeAlias = "Source | Baseline | Iterable[Source | Baseline]"
"""A folder, a file, a baseline, or a list of these."""


def load_registry(source: RegistrySource, *, strict: bool = False) -> Registry:
    """Load which baseline serves which patch group and operating system (SEMANTICS 7.1-7.6).

    ``source`` is one of these, or a list of them:

    - a registry file (``baselines``, ``groups``, ``defaults``, ``policies``; docs/how-to/registry.md);
    - ``terraform show -json`` of a state or plan;
    - saved answers of ``aws ssm``: describe-patch-groups, describe-patch-baselines, get-patch-baseline,
      get-default-patch-baseline;
    - what :func:`load_baselines` takes, or a baseline: it serves the patch groups that its document names;
    - a folder of these (every ``.json``, ``.yaml``, ``.yml`` and ``.template`` under it that is not hidden);
      ``registry.yaml`` in it is read alone.

    The default of an operating system is what such a document states or the baseline with ``DefaultBaseline``. Where
    nothing states any registration, it is the only baseline that names no patch group.

    Raises BaselineError when a patch group or a default has two candidates, and Faults, a group, when several things
    are wrong, also in several files. A file of a folder that holds no baseline, and a baseline that is registered and
    not known, are diagnostics of the registry.

    >>> registry = load_registry([b"{Name: web, OperatingSystem: DEBIAN, ApprovedPatches: [bash], PatchGroups: [web]}"])
    >>> [(group, baseline.name) for (group, _), baseline in registry.groups.items()]
    [('web', 'web')]
    """
    gathered = _Gathered(strict=strict)
    for one in _listed(source):
        gathered.add(one)
    claims = gathered.claims
    if not (claims.baselines or claims.states or claims.faults):
        message = "there is no baseline among the files" if claims.doubts else "there is no baseline to load"
        hint = "give a folder with .json, .yaml, .yml or .template files of baselines"
        claims.faults.append(BaselineError(message, code="PR1030", hint=hint))
    registry = registry_of(claims)
    raise_together(claims.faults, "the registry")
    return registry


def _listed(source: RegistrySource) -> Iterable[Source | Baseline]:
    """Return the single things to read."""
    single = (str, bytes, bytearray, memoryview, os.PathLike, Mapping, Baseline)
    if isinstance(source, single) or hasattr(source, "read"):
        return [cast("Source | Baseline", source)]
    return cast("Iterable[Source | Baseline]", source)


@dataclass(slots=True)
class _Gathered:
    """What the sources say, one after the other; ``nested``: they are named by a registry file."""

    strict: bool
    nested: bool = False
    claims: Claims = field(default_factory=Claims)

    def add(self, source: Source | Baseline) -> None:
        """Add what one source says."""
        if isinstance(source, Baseline):
            self.claims.baselines.append((source.name, source))
        elif isinstance(source, str | os.PathLike) and is_folder(source):
            self._add_folder(Path(source))
        elif isinstance(source, str) and is_name(source):
            self.claims.baselines += [(source, baseline) for baseline in load_baselines(source)]
        else:
            self._add_document(source, foreign_is_doubt=False)

    def _add_folder(self, folder: Path) -> None:
        """Add the files under a folder, or its registry file alone."""
        own = [folder / name for name in registry_file.NAMES if (folder / name).is_file()]
        if own and not self.nested:
            self._add_document(own[0], foreign_is_doubt=False)
            return
        try:
            paths = documents_under(folder, error=BaselineError)
        except BaselineError as error:
            self.claims.faults.append(error)
            return
        for path in paths:
            if path.name not in registry_file.NAMES:
                self._add_document(path, foreign_is_doubt=True)

    def _add_document(self, source: Source, *, foreign_is_doubt: bool) -> None:
        """Add what one document says, by its content."""
        try:
            document = opened(source)
        except BaselineError as error:
            if foreign_is_doubt and str(source).endswith(".template"):
                self._doubt(error)  # which may be one of anything else
            else:
                self.claims.faults.append(error)
            return
        label = str(source) if isinstance(source, str | os.PathLike) else ""
        if terraform.is_terraform(document.value):
            self.claims.add(terraform_registry.claims_of(document, strict=self.strict))
        elif registry_file.is_registry(document.value):
            self._add_registry_file(document, Path(label).parent if label else Path())
        else:
            self._add_members(document, label, foreign_is_doubt=foreign_is_doubt)

    def _add_members(self, document: Document, label: str, *, foreign_is_doubt: bool) -> None:
        """Add the baselines of a document and AWS's answers in it, which may stand in one list."""
        value = document.value
        members = list(enumerate(value)) if isinstance(value, list | tuple) else [(None, value)]
        answers = [(index, one) for index, one in members if aws_ssm.is_answer(one)]
        for index, one in answers:
            self.claims.add(aws_ssm.claims_of(one, "" if index is None else f"/{index}", document))
        if answers and len(answers) == len(members):
            return
        if answers:
            rest = [one for _, one in members if not aws_ssm.is_answer(one)]
            document = dataclasses.replace(document, value=rest, text="")
        good, wrong = baselines_of(document, strict=self.strict)
        if foreign_is_doubt and [error.code for error in wrong] == [NOT_A_BASELINE]:
            self._doubt(wrong[0])
            return
        self.claims.baselines += [(label, baseline) for baseline in good]
        self.claims.faults += wrong

    def _doubt(self, error: DocumentError) -> None:
        """Tell of a file of a folder that is something else."""
        message, hint = f"not loaded: {error.message}", "keep other files elsewhere, or ignore this"
        self.claims.doubts.append(Diagnostic("PR1230", Level.INFO, message, error.where, hint=hint))

    def _add_registry_file(self, document: Document, folder: Path) -> None:
        """Add a registry file and everything it lists."""
        if self.nested:
            message, hint = "a registry file names another registry file", "list the baselines themselves"
            self.claims.fault("PR1038", message, document.where(""), hint)
            return
        claims, listed = registry_file.claims_of(document)
        self.claims.add(claims)
        inner = _Gathered(strict=self.strict, nested=True)
        for one, where in listed.baselines:
            if isinstance(one, str) and one in predefined_names():
                inner.claims.baselines.append((one, predefined(one)))
            elif isinstance(one, str) and not exists(folder / one) and not set("*?[") & set(one):
                inner.claims.fault("PR1035", f"there is no file `{folder / one}`", where, _FROM_HERE)
            elif isinstance(one, str):
                inner.add_paths(folder / one)
            else:
                inner.add(one)
        self.claims.add(inner.claims)
        for policy, path, where in listed.policies:
            try:
                override = load_override(folder / path, strict=self.strict) if path else ()
                self.claims.policies.append(dataclasses.replace(policy, baselines=override))
            except DocumentError as error:
                self.claims.faults.append(error if error.where else _at(error, where))
            except Faults as group:
                self.claims.faults += [one for one in group.exceptions if isinstance(one, DocumentError)]

    def add_paths(self, path: Path) -> None:
        """Add the file, folder or glob that a registry file names."""
        if is_folder(path) or exists(path):
            self.add(path)
            return
        try:
            found = expand(path, error=BaselineError)
        except BaselineError as error:
            self.claims.faults.append(error)
            return
        for one in found:
            self._add_document(cast("Path", one), foreign_is_doubt=True)


_FROM_HERE = "paths are read from the registry file's folder; AWS's own baselines are called by name"


def _at(error: DocumentError, where: Where) -> DocumentError:
    """Return the error with a place."""
    error.where = where
    return error
