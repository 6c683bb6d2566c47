"""The building inspector: imports go down, each library has its room, and an OS is a fact (ARCHITECTURE, Floors)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from patchrules.model.names import OperatingSystem

PACKAGE = Path(__file__).resolve().parents[1] / "patchrules"
FLEET_QUESTIONS = {
    f"questions/{name}"
    for name in (
        "cves",
        "tables",
        "diff",
        "causes",
        "changes",
        "moving",
        "forecast",
        "next_run",
        "inspect",
        "tune",
        "history",
        "verify",
        "feasible",
    )
}
FLOORS = [
    {"codes"},
    {"errors"},
    {"versions"},
    {"model"},
    {"families"},
    {"sources"},
    {"schedule"},
    {"documents", "inventory", "catalog"},
    {"reference", "batch", "assignment"},
    {"evaluation"},
    {"questions"},
    {"policytest"},  # a failing test is explained (decision 0012)
    {"reports"},
    {"__init__"},  # the public names: above what they name, below who uses them
    {"testing"},
    {"cli"},
    {"__main__"},
]
LEVEL = {room: level for level, rooms in enumerate(FLOORS) for room in rooms}
ONLY_IN = {
    "pydantic": {"documents"},
    "yaml": {"documents"},
    "dateutil": {"schedule"},
    "hypothesis": {"testing"},
    "pytest": {"testing"},
    "click": {"cli"},
    "rich": {"cli", "reports/text"},
    "numpy": {"batch"},
    "pyarrow": {"sources", "inventory", "catalog", "batch", "evaluation", "reports", "testing", *FLEET_QUESTIONS},
}
ONE_FOLDER = {"boto3": "boto3", "botocore": "boto3", "pyspark": "pyspark", "jinja2": "jinja2"}
CLOCKS = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns"}
AMBIENT = CLOCKS | {"os.environ", "os.getenv"}
MAY_ASK = {"cli", "__main__"}
OS_MAY_BE_NAMED = {"families", "documents", "model/names"}


def within(place: str, rooms: set[str]) -> bool:
    return any(place == room or place.startswith(f"{room}/") for room in rooms)


def imports(tree: ast.AST, package: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    """Every import as a dotted name with its line, relative ones resolved, lazy and typing-only ones too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join((*above, *filter(None, [node.module])))
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)


def import_faults(place: str, line: int, name: str) -> Iterator[str]:
    home = place.partition("/")[0]
    library, *inside = name.split(".")
    if library == "patchrules":
        room = inside[0] if inside and inside[0] in LEVEL else "__init__"
        if room != home and LEVEL[room] >= LEVEL[home]:
            yield f"{line}: `{home}` may not import `{room}`"
    if library in ONLY_IN and not within(place, ONLY_IN[library]):
        yield f"{line}: `{library}` belongs in {sorted(ONLY_IN[library])}"
    if home not in MAY_ASK and name in AMBIENT:
        yield f"{line}: `{name}` is an argument below cli"


def node_faults(place: str, node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Attribute) and not within(place, MAY_ASK):
        name = ast.unparse(node)
        if ".".join(name.split(".")[-2:]) in AMBIENT:
            yield f"{node.lineno}: `{name}` is an argument below cli"
    if within(place, OS_MAY_BE_NAMED):
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in set(OperatingSystem):
        yield f"{node.lineno}: `{node.value}` is a fact of families"
    if isinstance(node, ast.Compare | ast.match_case):
        for part in (part for part in ast.walk(node) if isinstance(part, ast.Attribute)):
            if ast.unparse(part.value).endswith("OperatingSystem"):
                yield f"{part.lineno}: comparing to `{ast.unparse(part)}` is a fact of families"


def faults(package: Path) -> list[str]:
    """Everything the inspector objects to in the tree of ``package``, as `place:line: sentence`."""
    found: list[str] = []
    folders: dict[str, set[str]] = {}
    for path in sorted(package.rglob("*.py")):
        place, text = path.relative_to(package).with_suffix("").as_posix(), path.read_text("utf-8")
        home, tree = place.partition("/")[0], ast.parse(text)
        if home not in LEVEL:
            found.append(f"{place}:1: `{home}` stands on no floor")
            continue
        if path.name == "utils.py":
            found.append(f"{place}:1: `utils` is not a noun")
        if (lines := len(text.splitlines())) > 400:
            found.append(f"{place}:1: {lines} lines are more than 400")
        for line, name in imports(tree, ("patchrules", *place.split("/")[:-1])):
            found += [f"{place}:{fault}" for fault in import_faults(place, line, name)]
            if one := ONE_FOLDER.get(name.split(".")[0]):
                folders.setdefault(one, set()).add(home)
        found += [f"{place}:{fault}" for node in ast.walk(tree) for fault in node_faults(place, node)]
    spread = {library: homes for library, homes in folders.items() if len(homes) > 1}
    return found + [f"`{library}` lives in more than one folder: {sorted(homes)}" for library, homes in spread.items()]


def test_the_house_keeps_its_floors():
    assert faults(PACKAGE) == []


VIOLATIONS = [
    ("versions/rpm.py", "from patchrules.model import host", "`versions` may not import `model`"),
    ("reference/states.py", "from ..batch import states", "`reference` may not import `batch`"),
    ("batch/states.py", "def f():\n    import patchrules.reference.states", "`batch` may not import `reference`"),
    ("catalog/deb.py", "from patchrules import inventory", "`catalog` may not import `inventory`"),
    ("questions/lint.py", "import patchrules as pr", "`questions` may not import `__init__`"),
    ("policy/x.py", "", "`policy` stands on no floor"),
    ("model/utils.py", "", "`utils` is not a noun"),
    ("model/long.py", "\n" * 401, "401 lines are more than 400"),
    ("inventory/hosts.py", "import yaml", "`yaml` belongs in ['documents']"),
    ("reports/csv.py", "from rich.table import Table", "`rich` belongs in ['cli', 'reports/text']"),
    ("questions/explain.py", "import pyarrow.compute as pc", "`pyarrow` belongs in"),
    ("evaluation/fleet.py", "import numpy as np", "`numpy` belongs in ['batch']"),
    ("reports/csv.py", "now = datetime.datetime.now(UTC)", "`datetime.datetime.now` is an argument below cli"),
    ("testing/plugin.py", "from os import environ", "`os.environ` is an argument below cli"),
    ("batch/keys.py", "if name == 'UBUNTU': pass", "`UBUNTU` is a fact of families"),
    ("batch/keys.py", "x = os is names.OperatingSystem.SUSE", "comparing to `names.OperatingSystem.SUSE` is a fact"),
    (
        "batch/keys.py",
        "match os:\n    case OperatingSystem.SUSE: pass",
        "comparing to `OperatingSystem.SUSE` is",
    ),
]


@pytest.mark.parametrize(("place", "text", "fault"), VIOLATIONS)
def test_the_inspector_sees(place, text, fault, tmp_path):
    (tmp_path / place).parent.mkdir(exist_ok=True)
    (tmp_path / place).write_text(text, "utf-8")
    assert [fault in line for line in faults(tmp_path)] == [True]


def test_the_inspector_sees_a_library_in_two_folders(tmp_path):
    for place in ("sources/s3.py", "documents/registry.py"):
        (tmp_path / place).parent.mkdir()
        (tmp_path / place).write_text("import boto3\n", "utf-8")
    assert faults(tmp_path) == ["`boto3` lives in more than one folder: ['documents', 'sources']"]


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ("reports/text.py", "from rich.table import Table"),
        ("cli/clock.py", "from datetime import datetime\nnow = datetime.now()"),
        ("families/suse.py", "NAME = 'SUSE'"),
        ("schedule/window.py", "midnight = datetime.time(0, 0)"),
        ("batch/states.py", "from patchrules.batch import keys\nfrom . import schema\nimport pyarrow"),
        ("testing/cases.py", "import patchrules as pr"),
    ],
)
def test_the_inspector_lets_pass(place, text, tmp_path):
    (tmp_path / place).parent.mkdir()
    (tmp_path / place).write_text(text, "utf-8")
    assert faults(tmp_path) == []
