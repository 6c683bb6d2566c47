"""The HTML page in a browser: no error, no request, search and drill-down, accessible, fast with 100,000 hosts.

Needs Debian's chromium and playwright: ``make test-services``. Screenshots go to ``build/screenshots`` to be looked at.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.compute as pc
import pytest

import patchrules as pr
from patchrules.model.columns import RUN_HOSTS, VERDICTS
from patchrules.model.names import State
from patchrules.sources import arrow
from tests.reports.conftest import host_of, run_of_rows, verdict, with_upcoming

pytestmark = [
    pytest.mark.services,
    pytest.mark.skipif(
        not Path("/usr/bin/chromium").exists(), reason="needs Debian's chromium: apt-get install chromium"
    ),
]
ROOT = Path(__file__).resolve().parents[2]
SCREENSHOTS = ROOT / "build" / "screenshots"
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
LARGE = 100_000
CATALOGS = ("RedhatEnterpriseLinux9*=rhel9", "AmazonLinux2023*=al2023", "debian12", "ubuntu2204")


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        yield found
        found.close()


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    data = ROOT / "data"
    hosts = pr.load_hosts(data / "inventories/hosts.yaml")
    fleet = pr.open_fleet(str(data / "inventories/fleet"), hosts=hosts)
    specs = [spec.replace("=", f"={data}/catalogs/") if "=" in spec else f"{data}/catalogs/{spec}" for spec in CATALOGS]
    registry = pr.load_registry(str(data / "baselines/demo"))
    catalogs = pr.read_catalogs(specs)
    days = ("2026-09-01T00:00Z", "2026-10-01T00:00Z", "2026-11-01T00:00Z")
    *earlier, run = [pr.evaluate_fleet(registry, fleet, catalogs, as_of=day, rows="all") for day in days]
    place = tmp_path_factory.mktemp("demo") / "report.html"
    pr.write(run, place, earlier=earlier)
    return place


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """Return the report of 100,000 hosts, all of which fail by twelve of 400 patches."""
    kinds = [
        verdict("", State.MISSING, f"package-{number:03}", advisory=f"RHSA-{number % 90}") for number in range(400)
    ]
    pool = arrow.table(VERDICTS, {one.name: [row[one.name] for row in kinds] for one in VERDICTS}, len(kinds))
    verdicts = pool.take(pa.array([(host * 7 + 31 * at) % 400 for host in range(LARGE) for at in range(12)]))
    names = pa.array([f"host-{number:06}.example.com" for number in range(LARGE)])
    owner = names.take(pa.array([host for host in range(LARGE) for _ in range(12)]))
    verdicts = verdicts.set_column(0, verdicts.schema.field(0), owner)
    one = [host_of("", [kinds[0]] * 12, product=f"RedhatEnterpriseLinux9.{n}", patch_group=f"g{n}") for n in range(8)]
    hosts = arrow.table(RUN_HOSTS, {each.name: [row[each.name] for row in one] for each in RUN_HOSTS}, len(one))
    hosts = hosts.take(pc.bit_wise_and(pa.array(range(LARGE)), 7))
    hosts = hosts.set_column(0, hosts.schema.field(0), names)
    empty = run_of_rows([])
    run = pr.Run(empty.settings, hosts, verdicts, "noncompliant", "0.0", empty.baselines)
    place = tmp_path_factory.mktemp("large") / "report.html"
    pr.write(run, place)
    return place


@pytest.fixture(scope="module")
def nasty(tmp_path_factory):
    from tests.reports.conftest import HOSTILE

    rows = [
        verdict(name, State.MISSING, name, advisory=name, list_entry=name, installed="1", target="2")
        for name in HOSTILE
    ]
    run = run_of_rows(
        [host_of(row["host"], [row], baseline=row["host"], patch_group=row["host"]) for row in rows], rows
    )
    run = with_upcoming(run, [{"id": name, "target": name, "baseline": name} for name in HOSTILE])
    place = tmp_path_factory.mktemp("nasty") / "report.html"
    pr.write(run, place)
    return place


@pytest.fixture
def opened(browser, request):
    """Return a function that opens a page; whatever it says on the console or asks of the network fails the test."""
    complaints, contexts = [], []

    def open_page(place, address="", *, width=1280, height=900, scheme="light"):
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
        page.on("dialog", lambda dialog: complaints.append(f"dialog: {dialog.message}"))
        page.on(
            "request", lambda sent: complaints.append(sent.url) if not sent.url.startswith(("file:", "blob:")) else None
        )
        page.goto(place.as_uri() + address)
        page.wait_for_selector("#cves tbody tr")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def comes_true(page, expression):
    """Wait for it from outside: the page's own policy forbids what playwright would wait with inside."""
    until = time.monotonic() + 10
    while not page.evaluate(expression):
        assert time.monotonic() < until, expression
        page.wait_for_timeout(20)


def names(page, section="hosts"):
    return page.locator(f"#{section} tbody th[scope=row]").all_inner_texts()


def test_the_demo_is_searched_sorted_and_explained(opened, demo):
    page = opened(demo)
    assert len(names(page)) == 10
    page.fill("#q", "openssl")
    assert [name.strip("▸▾ ") for name in names(page)] == ["mail-2", "web-2", "app-2"]
    page.get_by_role("button", name="web-2").click()
    assert "by rule 2 of `prod-rhel9`: CLASSIFICATION in Security, Bugfix" in page.locator("tr.detail").inner_text()
    assert page.get_by_role("button", name="web-2").get_attribute("aria-expanded") == "true"
    page.locator("#patches").get_by_role("button", name="Hosts with", exact=True).click()
    assert page.locator("#patches th[aria-sort=descending]").inner_text().startswith("Hosts with")
    again = opened(demo, page.evaluate("location.hash"))
    assert again.input_value("#q") == "openssl"
    assert again.locator("tr.detail").count() == 1
    assert names(again, "patches") == names(page, "patches")
    again.get_by_role("button", name="Clear").click()
    comes_true(again, "document.querySelectorAll('#hosts tbody tr').length === 10")
    assert again.evaluate("unescape(location.hash)") == "#patches-sort=-Hosts+with"


def test_a_cve_leads_to_its_hosts(opened, demo):
    page = opened(demo, "#q=CVE-2026-10201")
    assert [name.strip("▸▾ ") for name in names(page)] == ["web-2", "app-2"]
    assert names(page, "cves") == ["CVE-2026-10201"]


def test_filters_narrow_and_survive_in_the_address(opened, demo):
    page = opened(demo)
    page.select_option("#group", label="prod")
    page.select_option("#level", label="HIGH")
    assert [name.strip("▸▾ ") for name in names(page)] == ["db-1"]
    assert unquote(page.evaluate("location.hash")) == "#level=HIGH&group=prod"


@pytest.mark.parametrize("section", ["hosts", "patches", "cves"])
def test_what_is_shown_is_saved_as_csv(opened, demo, section, tmp_path):
    page = opened(demo, "#q=openssl")
    with page.expect_download() as waiting:
        page.locator(f"#{section}").get_by_role("button", name="Save as CSV").click()
    waiting.value.save_as(tmp_path / "saved.csv")
    lines = (tmp_path / "saved.csv").read_text().splitlines()
    assert len(lines) - 1 == len(names(page, section)) > 0


def test_it_works_from_the_keyboard_alone(opened, demo):
    page = opened(demo)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the hosts"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="db-1").focus()
    page.keyboard.press("Enter")
    assert page.locator("tr.detail").count() == 1
    assert page.evaluate("document.activeElement.textContent") == "db-1"
    page.keyboard.press("Enter")
    assert page.locator("tr.detail").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible(opened, demo, scheme):
    page = opened(demo, "#open=hosts/web-2", scheme=scheme)
    assert page.evaluate(AUDIT) == []


AUDIT = """() => {
  const found = [];
  const seen = (one) => one.getClientRects().length > 0;
  const name = (one) => one.getAttribute("aria-label") || one.labels?.[0]?.textContent.trim() || one.textContent.trim();
  for (const one of document.querySelectorAll("button, input, select, a, summary")) if (!name(one)) found.push(`no name: ${one.outerHTML}`);
  for (const one of document.querySelectorAll("table")) {
    if (!one.caption) found.push("a table without a caption");
    for (const head of one.querySelectorAll("th")) if (!head.scope) found.push(`no scope: ${head.textContent}`);
  }
  for (const one of document.querySelectorAll("svg:not([aria-hidden]):not([role=img])")) found.push("a picture without a role");
  for (const one of document.querySelectorAll("nav, section, form")) if (!one.getAttribute("aria-label") && !one.getAttribute("aria-labelledby")) found.push(`no label: ${one.tagName}`);
  const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
  if (new Set(ids).size !== ids.length) found.push("an id twice");
  let before = 0;
  for (const one of document.querySelectorAll("h1, h2, h3, h4")) {
    const depth = Number(one.tagName[1]);
    if (depth > before + 1) found.push(`heading skips: ${one.textContent}`);
    before = depth;
  }
  if (document.querySelectorAll("h1").length !== 1 || document.documentElement.lang !== "en") found.push("no single h1, or no language");
  const light = (text) => {
    const [r, g, b] = text.match(/[\\d.]+/g).map(Number).map((v) => v / 255).map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (one) => {
    for (let at = one; at; at = at.parentElement) {
      const color = getComputedStyle(at).backgroundColor;
      if (!/, 0\\)$|transparent/.test(color)) return color;
    }
    return "rgb(255, 255, 255)";
  };
  for (const one of document.querySelectorAll("body *")) {
    const own = [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || !seen(one) || one.closest("script, style, :disabled, option")) continue;
    const [a, b] = [light(getComputedStyle(one).color), light(ground(one))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) found.push(`contrast ${ratio.toFixed(2)}: ${one.textContent.trim().slice(0, 40)}`);
  }
  return [...new Set(found)];
}"""


def test_upcoming_approvals_are_listed_and_scroll_in_their_own_frame(opened, demo):
    page = opened(demo, width=390, height=844)
    first = page.locator("#upcoming tbody tr").first
    assert first.inner_text().split("\t")[:2] == ["2026-11-02 16:00Z", "sudo.x86_64 0:1.9.15-1.p5.amzn2023.0.3"]
    assert first.locator("td.num").inner_text() == "2"
    page.locator("#upcoming [role=region]").focus()
    page.keyboard.press("ArrowRight")
    comes_true(page, "document.querySelector('#upcoming [role=region]').scrollLeft > 0")
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.locator("#upcoming").screenshot(path=SCREENSHOTS / "upcoming-phone.png")


@pytest.mark.parametrize(("name", "width", "height"), [("phone", 390, 844), ("desktop", 1280, 900)])
@pytest.mark.parametrize("report", ["demo", "large", "nasty"])
def test_it_fits_the_screen(opened, request, report, name, width, height):
    page = opened(request.getfixturevalue(report), width=width, height=height)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{report}-{name}.png", full_page=report == "demo")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_100_000_hosts_are_small_and_quick(opened, large):
    assert large.stat().st_size < 15_000_000
    page = opened(large)
    ready = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")
    start = time.perf_counter()
    page.fill("#q", "host-012345")
    assert [name.strip("▸▾ ") for name in names(page)] == ["host-012345.example.com"]
    searched = time.perf_counter() - start
    page.get_by_role("button", name="host-012345").click()
    assert page.locator("tr.detail .why").count() == 5
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    (SCREENSHOTS / "large.txt").write_text(
        f"{large.stat().st_size:,} bytes, ready after {ready:.0f} ms, searched in {1000 * searched:.0f} ms, load {os.getloadavg()[0]:.1f}\n"
    )
    assert ready < 2000
    assert searched < 2


def test_hostile_names_do_nothing(opened, nasty, tmp_path):
    page = opened(nasty)
    assert page.locator("#hosts tbody th").count() >= 20
    assert "<script>alert(1)</script>" in " ".join(names(page))
    with page.expect_download() as waiting:
        page.locator("#hosts").get_by_role("button", name="Save as CSV").click()
    waiting.value.save_as(tmp_path / "saved.csv")
    text = (tmp_path / "saved.csv").read_text()
    assert "\n=" not in text
    assert "'=1+1|' /C calc'!A0" in text


def test_it_is_printed_whole(opened, demo, tmp_path):
    page = opened(demo)
    page.emulate_media(media="print")
    assert page.locator("#filters").is_hidden()
    page.pdf(path=tmp_path / "report.pdf")
    assert (tmp_path / "report.pdf").stat().st_size > 10_000
