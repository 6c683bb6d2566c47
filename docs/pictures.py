"""Makes the pictures of README and docs from the bundled data: ``python docs/pictures.py``.

The terminal is drawn by rich, as SVG; the page is photographed by Debian's chromium, as PNG.
"""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright
from rich.console import Console
from rich.text import Text

import patchrules as pr

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"
DAYS = ("2026-08-01T00:00Z", "2026-09-01T00:00Z", "2026-10-01T00:00Z", "2026-10-20T00:00Z", "2026-11-01T00:00Z")
CATALOGS = ("RedhatEnterpriseLinux9*=rhel9", "AmazonLinux2023*=al2023", "*=debian12", "*=ubuntu2204")
WIDTH = 90
LINES = 34


def runs() -> list[pr.Run]:
    """Return the demo judged at several instants, the last one as README shows it."""
    data = ROOT / "data"
    fleet = pr.open_fleet(data / "inventories/fleet", hosts=pr.load_hosts(data / "inventories/hosts.yaml"))
    specs = [spec.replace("=", f"={data}/catalogs/").removeprefix("*=") for spec in CATALOGS]
    registry, catalogs = pr.load_registry(data / "baselines/demo"), pr.read_catalogs(specs)
    return [pr.evaluate_fleet(registry, fleet, catalogs, as_of=day, rows="all") for day in DAYS]


def terminal(run: pr.Run, place: Path) -> None:
    """Draw the begin of the table for people."""
    stream = io.BytesIO()
    pr.write(run, stream, format="table", width=WIDTH, color=True)
    lines = stream.getvalue().decode().split("\n")[:LINES]
    console = Console(record=True, width=WIDTH, file=io.StringIO(), color_system="standard", force_terminal=True)
    console.print(Text.from_ansi("\n".join(lines)))
    svg = console.export_svg(title="patchrules report today/", unique_id="patchrules")
    place.write_text(svg, encoding="utf-8")


def page(all_runs: list[pr.Run], place: Path) -> None:
    """Photograph the page with one host opened."""
    *earlier, run = all_runs
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        report = Path(folder) / "report.html"
        pr.write(run, report, earlier=earlier)
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        opened = browser.new_page(viewport={"width": 1180, "height": 1240})
        opened.goto(f"{report.as_uri()}#open=hosts%2Fdb-1")
        opened.wait_for_selector("tr.detail")
        opened.screenshot(path=place)
        browser.close()


def main() -> None:
    """Make both pictures."""
    PICTURES.mkdir(exist_ok=True)
    found = runs()
    terminal(found[-1], PICTURES / "terminal.svg")
    page(found, PICTURES / "report.png")


if __name__ == "__main__":
    main()
