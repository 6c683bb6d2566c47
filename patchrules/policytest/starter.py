"""A small policy repository to start from: AWS's own baseline under a name of yours, tests for it, and a CI file."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from types import MappingProxyType

from patchrules.documents.aws_shape import as_document
from patchrules.documents.baseline import load_baseline
from patchrules.documents.predefined import predefined
from patchrules.families import Family
from patchrules.model.baseline import Baseline
from patchrules.policytest.case import Case
from patchrules.policytest.mutants import mutants_of
from patchrules.policytest.mutation import Fields, as_yaml, missing_case
from patchrules.policytest.outcome import run
from patchrules.policytest.schema import json_schema

_SCHEMA = "policytest.schema.json"


def starter_files(family: Family, *, ci: str = "github") -> dict[str, str]:
    """Return the files of a policy repository by their paths: baseline, tests, schema, a page, a CI file.

    ``ci`` is ``github``, ``gitlab`` or ``none``. The tests pass, and notice every mistake that a test could notice.

    >>> from patchrules.families import family_named
    >>> list(starter_files(family_named("ubuntu"), ci="none"))
    ['baselines/prod-ubuntu.json', 'tests/prod-ubuntu.policytest.yaml', 'policytest.schema.json', 'README.md']
    """
    name = f"prod-{family.name.replace('_', '-')}"
    given = predefined(family.predefined[0])
    text = json.dumps(as_document(dataclasses.replace(given, name=name, description="")), indent=2) + "\n"
    baseline = load_baseline(text.encode())
    cases = starter_cases(baseline, f"../baselines/{name}.json")
    head = f"# yaml-language-server: $schema=../{_SCHEMA}\n# What {name} must decide: each case notices a mistake.\n"
    files = {
        f"baselines/{name}.json": text,
        f"tests/{name}.policytest.yaml": head + "\n".join(as_yaml(case) for case in cases) + "\n",
        _SCHEMA: json.dumps(json_schema(), indent=2) + "\n",
        "README.md": _README.format(name=name),
    }
    path, written = CI.get(ci, ("", ""))
    return files | ({path: written.replace("NAME", name)} if path else {})


def starter_cases(baseline: Baseline, path: str) -> list[Fields]:
    """Return the fewest cases, one after the other, that notice every mistake in a baseline."""
    found: list[Fields] = []
    for mutant in mutants_of(baseline):
        noticed = any(not run(Case(case, ""), baseline=mutant.baseline).ok for case in found)
        missing = None if noticed else missing_case(baseline, mutant, path)
        if missing is not None:
            found.append(missing)
    return found


_README = """# Policy

| file | what it is |
|---|---|
| `baselines/{name}.json` | the baseline: what `aws ssm create-patch-baseline --cli-input-json` takes |
| `tests/{name}.policytest.yaml` | what it must decide |
| `policytest.schema.json` | the format of the tests, for editors |

```
pip install 'patchrules[testing]'
patchrules lint baselines/
pytest
patchrules mutate baselines/{name}.json tests/
```

The baseline begins as AWS's own. Change it, see the tests fail, and say in them what you want instead. `patchrules
mutate` prints the test that is missing when no test would notice a mistake.
"""
_GITHUB = """name: policy
on: [push, pull_request]
jobs:
  policy:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with: {python-version: "3.12"}
      - run: pip install 'patchrules[testing]'
      - run: patchrules lint baselines/ --output-format github
      - run: pytest --policy-coverage-of baselines --policy-coverage-fail-under 80
      - run: patchrules mutate baselines/NAME.json tests/
"""
_GITLAB = """policy:
  image: python:3.12
  script:
    - pip install 'patchrules[testing]'
    - patchrules lint baselines/
    - pytest --policy-coverage-of baselines --policy-coverage-fail-under 80
    - patchrules mutate baselines/NAME.json tests/
"""
CI: Mapping[str, tuple[str, str]] = MappingProxyType(
    {"github": (".github/workflows/policy.yml", _GITHUB), "gitlab": (".gitlab-ci.yml", _GITLAB)}
)
"""The CI file by the name of what runs it."""
