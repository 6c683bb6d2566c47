"""Runs the examples of README and docs, so that they show what the code does.

A block ``python`` is executed; a block ``console`` holds commands after ``$`` and what each printed. ``python
docs/blocks.py`` runs every console block and writes its output into the page; with ``--check`` nothing is written, and
the exit code is 1 when a page shows something else. Commands run in the repository, as wide as a page.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_WIDTH = "100"
_BLOCK = re.compile(r"^```(?P<language>\w+)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)


def pages() -> list[Path]:
    """Return README and every page under docs that people write."""
    written = [page for page in sorted((ROOT / "docs").rglob("*.md")) if page.parent.name != "reference"]
    return [ROOT / "README.md", *written]


def blocks(page: Path, language: str) -> list[str]:
    """Return the blocks of one language, in order."""
    found = _BLOCK.finditer(page.read_text(encoding="utf-8"))
    return [block["body"] for block in found if block["language"] == language]


def links(page: Path) -> list[str]:
    """Return the files that a page links to, from its folder."""
    found = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    return [str(one) for one in found]


def commands(body: str) -> list[str]:
    """Return the commands of a console block: what follows ``$``, with the lines that a backslash continues.

    >>> commands("$ one \\\\\\n    two\\nsaid\\n$ three\\n")
    ['one \\\\\\n    two', 'three']
    """
    return [match[1] for match in re.finditer(r"^\$ ((?:[^\n]*\\\n)*[^\n]*)$", body, re.MULTILINE)]


def shown(body: str, folder: Path) -> str:
    """Return the block as it should be: each command with what it prints."""
    lines = []
    for command in commands(body):
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        environment = os.environ | {"PATH": path, "COLUMNS": _WIDTH, "NO_COLOR": "1", "OUT": str(folder)}
        done = subprocess.run(
            ["bash", "-c", command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        lines += [f"$ {command}", *(line.rstrip() for line in (done.stdout + done.stderr).rstrip("\n").split("\n"))]
    return "\n".join(lines) + "\n"


def refreshed(page: Path) -> str:
    """Return the text of a page with its console blocks run; blocks of one page share a folder ``$OUT``."""
    with tempfile.TemporaryDirectory() as folder:
        return _BLOCK.sub(
            lambda block: (
                f"```console\n{shown(block['body'], Path(folder))}```" if block["language"] == "console" else block[0]
            ),
            page.read_text(encoding="utf-8"),
        )


def main(arguments: Sequence[str]) -> int:
    """Write the pages, or say which are stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 when a page is stale")
    check = parser.parse_args(arguments).check
    stale = 0
    for page in pages():
        text = refreshed(page)
        if text == page.read_text(encoding="utf-8"):
            continue
        stale += 1
        if check:
            sys.stderr.write(f"{page.relative_to(ROOT)} is stale\n")
        else:
            page.write_text(text, encoding="utf-8")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
