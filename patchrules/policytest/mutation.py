"""Whether policy tests would notice a mistake in their baseline, and the test that is missing where they would not."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from patchrules.documents.baseline import Source, load_baseline
from patchrules.errors import PolicyTestError
from patchrules.families import family_of
from patchrules.model.baseline import Baseline
from patchrules.model.columns import CATALOG
from patchrules.policytest.case import Case
from patchrules.policytest.mutants import Mutant, mutants_of
from patchrules.policytest.outcome import run
from patchrules.policytest.short import VERSIONS, machine, plain_decision
from patchrules.policytest.situation import baseline_of
from patchrules.policytest.telling import Probe, meant_by, probes_of, simplest, telling_apart

SCHEMA = "patchrules/mutation/1"
Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Survivor:
    """A mistake that no case notices; ``missing`` is the case that would, None where no patch can tell."""

    mistake: str
    missing: Fields | None

    def __str__(self) -> str:
        """Return the mistake, and the missing case as YAML that can be pasted."""
        if self.missing is None:
            return f"# {self.mistake}: no patch can tell, so that part of the baseline decides nothing"
        return f"# {self.mistake}\n{as_yaml(self.missing)}"


@dataclass(frozen=True, slots=True)
class Mutation:
    """What became of every mistake: ``killed`` ones were noticed, the others survived."""

    baseline: str
    cases: int
    killed: tuple[str, ...]
    survivors: tuple[Survivor, ...]

    @property
    def missing(self) -> tuple[Survivor, ...]:
        """Return the survivors that a case could notice."""
        return tuple(one for one in self.survivors if one.missing is not None)

    def __str__(self) -> str:
        """Return the survivors with the missing cases, and the headline, which YAML reads as a comment."""
        total = len(self.killed) + len(self.survivors)
        equal = len(self.survivors) - len(self.missing)
        idle = f", {equal} that nobody could" if equal else ""
        head = f"# {total} mistakes in `{self.baseline}`, {self.cases} cases: {len(self.killed)} noticed"
        return "\n\n".join([*map(str, self.survivors), f"{head}, {len(self.missing)} not noticed{idle}"])

    def as_dict(self) -> dict[str, Any]:
        """Return the result ready for JSON."""
        survivors = [{"mistake": one.mistake, "missing": one.missing} for one in self.survivors]
        head = {"schema": SCHEMA, "baseline": self.baseline, "cases": self.cases}
        return {**head, "killed": list(self.killed), "survivors": survivors}


def mutate(source: Source, cases: Iterable[Case]) -> Mutation:
    """Make every mistake a person could make in a baseline, and see which of them the cases notice.

    Of the cases those count that test this baseline: they name the same file, or hold an equal document. Raises what
    :func:`patchrules.load_baseline` raises, and PolicyTestError: PR6007 where no case tests the baseline, PR6008 where
    one fails without any mistake.
    """
    baseline = load_baseline(source)
    mine = [case for case in cases if _tests(case, baseline)]
    name = source if isinstance(source, str) else os.fspath(source) if isinstance(source, os.PathLike) else ""
    if not mine:
        hint = f"a case names it in `baseline`: {name or 'prod.json'}"
        raise PolicyTestError(f"no case tests `{baseline.name}`", code="PR6007", hint=hint)
    for case in mine:
        if not run(case, baseline=baseline).ok:
            message = f"`{case.case_id}` fails as it is, so that it can notice nothing"
            raise PolicyTestError(message, code="PR6008", hint="make every case pass: patchrules test")
    written = str(mine[0].fields["baseline"]) if isinstance(mine[0].fields["baseline"], str) else name
    killed, survivors = [], []
    for mutant in mutants_of(baseline):
        if any(not run(case, baseline=mutant.baseline).ok for case in mine):
            killed.append(mutant.mistake)
        else:
            survivors.append(Survivor(mutant.mistake, missing_case(baseline, mutant, written)))
    return Mutation(baseline.name, len(mine), tuple(killed), tuple(survivors))


def missing_case(baseline: Baseline, mutant: Mutant, name: str) -> Fields | None:
    """Return a case that passes with a baseline and fails with a mistake in it, None where no patch can tell.

    ``name`` is what the case calls its baseline.
    """
    probe = telling_apart(baseline, mutant.baseline, probes_of(baseline, mutant.baseline))
    if probe is not None:
        lighter = simplest(probe, baseline, mutant.baseline)
        return {"case_id": f"unless {mutant.mistake}", "baseline": name, **short_of(lighter, baseline)}
    return next(_with_host(baseline, mutant, name), None)


def short_of(probe: Probe, baseline: Baseline) -> Fields:
    """Return what a short case says of a probe, and what the baseline decides about it."""
    family, patch = family_of(baseline.operating_system), probe.patch
    plain = {"name": "package", "arch": machine(family), "evr": VERSIONS[family.scheme][1], "advisory": "NOTICE-1"}
    if family.documented.states == "updates":
        plain |= {"name": "KB1", "evr": "0"}
    said: Fields = {}
    for column in CATALOG:
        value = getattr(patch, column.name)
        if column.name not in ("issued", "line") and value not in (None, (), False, True, plain.get(column.name)):
            said[column.name] = list(value) if isinstance(value, tuple) else value
    said |= {"security": True} if patch.security else {}
    said |= {"advisory": None} if patch.advisory is None and family.documented.security_gate != "archive" else {}
    said |= {"product": probe.product} if probe.product else {}
    said |= {"released": f"{patch.issued:%Y-%m-%d}"} if patch.issued else {}
    decision = plain_decision(probe.ask(baseline))
    told = {name: decision[name] for name in ("approval", "rule", "level", "entry") if decision[name] is not None}
    if not probe.ask(baseline).approves:
        told.pop("level")
    return {"patch": said, "as_of": f"{probe.as_of:%Y-%m-%dT%H:%M:%SZ}", "expect": told}


def _tests(case: Case, baseline: Baseline) -> bool:
    """Say whether a case is about a baseline: of the same bytes, or with the same content."""
    found = baseline_of(case, "documented")
    return found == baseline or (bool(baseline.sha256) and found.sha256 == baseline.sha256)


def _with_host(baseline: Baseline, mutant: Mutant, name: str) -> Iterator[Fields]:
    """Yield cases with a host that has a rejected package: only there the action of the list shows."""
    family = family_of(baseline.operating_system)
    for entry in baseline.rejected_patches:
        for meant in meant_by(entry, family):
            if "name" not in meant:
                continue
            installed = {key: value for key, value in meant.items() if value}
            fields: Fields = {
                "case_id": f"unless {mutant.mistake}",
                "baseline": name,
                "as_of": "2026-01-31T00:00:00Z",
                "product": family.product_format.format(version="1"),
                "arch": machine(family) or None,
                "installed": [installed],
            }
            about = f"{meant['name']}.{meant['arch']}" if meant["arch"] else meant["name"]
            seen = run(Case({**fields, "expected": {"contains": []}}, ""), baseline=baseline)
            rows = seen.judged.rows if seen.judged else []
            states = [row["state"] for row in rows if row["id"] == about]
            wanted = {"contains": [{"id": about, "state": state} for state in states]}
            case = Case({**fields, "expected": wanted}, "")
            if states and not run(case, baseline=mutant.baseline).ok:
                yield {**{key: value for key, value in fields.items() if value is not None}, "expected": wanted}


def as_yaml(fields: Mapping[str, Any]) -> str:
    """Return a case as an entry of a YAML list: a line a field.

    >>> print(as_yaml({"case_id": "one: two", "patch": {"severity": "Low", "released": "2026-01-01"}}))
    - case_id: "one: two"
      patch: {severity: Low, released: 2026-01-01}
    """
    lines = [f"{name}: {_flow(value)}" for name, value in fields.items()]
    return "- " + "\n  ".join(lines)


_PLAIN = re.compile(r"(?:\.\.?/)*[A-Za-z0-9][A-Za-z0-9_./+-]*(?: [A-Za-z0-9_./+-]+)*|[0-9T:Z-]{20}")
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "~"})


def _flow(value: object) -> str:
    """Return a value as YAML on one line, with quotes where they are needed."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(_flow(one) for one in value) + "]"
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _WORDS and not value.isdigit():
        return str(value)
    return json.dumps(value if not isinstance(value, str) else str(value), ensure_ascii=False)
