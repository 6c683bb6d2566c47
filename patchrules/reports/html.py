"""``html``: one offline page: headline, trend, breakdowns, every patch and CVE, and the hosts that do not comply.

The page asks nobody for anything: its policy allows the one style and the one script that are in it, by their hashes.
All names are text: the template escapes them, and the data is JSON without a character that markup begins with.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import json
from pathlib import Path
from typing import Any, BinaryIO

from patchrules.errors import DocumentError
from patchrules.evaluation.run import Run
from patchrules.reports._details import details
from patchrules.reports._overview import overview
from patchrules.reports._writer import Look, Writer

_PAGE = Path(__file__).with_name("page")
_UNSAFE = {ord(char): f"\\u{ord(char):04x}" for char in "<>&"}


def write(run: Run, stream: BinaryIO, look: Look) -> None:
    """Write the page; raises DocumentError PR7905 where jinja2 is not installed."""
    if importlib.util.find_spec("jinja2") is None:
        hint = "pip install 'patchrules[report]'"
        raise DocumentError("`html` needs the package jinja2", code="PR7905", hint=hint)
    import jinja2

    loader = jinja2.FileSystemLoader(_PAGE)
    environment = jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    style, script = (_PAGE / "report.css").read_text("utf-8"), (_PAGE / "report.js").read_text("utf-8")
    data, limits = details(run)
    told: dict[str, Any] = overview(run, look.earlier)
    text = environment.get_template("report.html").render(
        **told,
        limits=limits,
        style=style,
        script=script,
        policy=_policy(style, script),
        data=json.dumps(data, separators=(",", ":")).translate(_UNSAFE),
    )
    stream.write(f"{text}\n".encode("utf-8", "backslashreplace"))


def _policy(style: str, script: str) -> str:
    """Return the content security policy: nothing but what is on the page."""
    parts = {"default-src": "'none'", "style-src": _hash(style), "script-src": _hash(script)}
    parts |= {"base-uri": "'none'", "form-action": "'none'"}
    return "; ".join(f"{name} {source}" for name, source in parts.items())


def _hash(text: str) -> str:
    """Return the source that allows one inline text."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


WRITER = Writer("html", "one offline page to look at", (".html", ".htm"), write, tells=True)
