"""The HTML page is whole in itself, lets nothing in, and says what the run says; ``test_browser.py`` opens it."""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import io
import json
import re
from html.parser import HTMLParser

import pytest

import patchrules as pr
from patchrules.errors import DocumentError
from patchrules.model.names import State
from patchrules.questions.wording import NOBODY_LOOKED
from tests.reports.conftest import HOSTILE, NOON, host_of, run_of_rows, verdict, with_upcoming


class Page(HTMLParser):
    """The elements of a page, with the texts of those that browsers do not parse."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements, self.raw, self.text = [], {}, []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        tag, attributes = self.elements[-1] if self.elements else ("", {})
        if tag in ("script", "style"):
            self.raw.setdefault(attributes.get("id", tag), data)
        else:
            self.text.append(data)

    def attributes(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


def page(run, **options):
    stream = io.BytesIO()
    pr.write(run, stream, format="html", **options)
    return Page(stream.getvalue().decode())


@pytest.fixture(params=["empty", "full", "hostile"])
def any_page(request):
    return page(request.getfixturevalue(request.param))


def test_the_policy_allows_what_is_on_the_page_and_nothing_else(any_page):
    (policy,) = [one["content"] for one in any_page.attributes("meta") if one.get("http-equiv")]
    hashes = {
        name: f"'sha256-{base64.b64encode(hashlib.sha256(any_page.raw[name].encode()).digest()).decode()}'"
        for name in ("style", "script")
    }
    assert policy == (
        f"default-src 'none'; style-src {hashes['style']}; script-src {hashes['script']}; "
        "base-uri 'none'; form-action 'none'"
    )
    assert [one.get("type") for one in any_page.attributes("script")] == ["application/json", None]


def test_the_page_leads_nowhere(any_page):
    for tag, attributes in any_page.elements:
        assert tag not in ("link", "img", "iframe", "object", "embed", "base", "image", "use"), tag
        assert not {name for name in attributes if name.startswith("on") or name in ("src", "style", "action")}, tag
        assert attributes.get("href", "#").startswith("#")
    assert not re.search(r"url\(|@import", any_page.raw["style"])
    assert not re.search(
        r"fetch|XMLHttpRequest|import\(|WebSocket|eval|innerHTML|document\.write", any_page.raw["script"]
    )


def test_hostile_names_are_data_and_seen_as_they_are(hostile):
    found = page(hostile)
    elements = [tag for tag, _ in found.elements]
    assert elements.count("script") == 2
    data = json.loads(found.raw["data"])
    assert not re.search(r"[<>&]", found.raw["data"])
    names = {host[0] for host in data["hosts"]}
    assert upcoming(found).count("<script>alert(1)</script>") == 5
    assert len(names) == len(HOSTILE)
    assert "<script>alert(1)</script>" in names
    assert all(char.isprintable() for name in names for char in name)
    assert max(map(len, names)) == 160
    assert not {char for text in found.text for char in text if not char.isprintable()} - {"\n", "\u202f"}


def test_hosts_are_the_gravest_first_and_name_their_verdicts(full):
    data = json.loads(page(full).raw["data"])
    web, lab, other = data["hosts"]
    assert (web[0], web[1], web[6]) == ("web-1", 0, 4)
    assert [data["verdicts"][at][2] for at in web[9]] == [
        "failed",
        "installed pending reboot",
        "installed rejected",
        "missing",
    ]
    assert lab[1] == 1
    assert lab[8].startswith("its product is not known; nothing says which baseline")
    assert (other[0], other[1], other[9]) == ("web-2", 2, [])


def test_what_is_not_applicable_is_nowhere():
    rows = [verdict("web-1", State.NOT_APPLICABLE, "absentee", status="")]
    assert "absentee" not in page(run_of_rows([host_of("web-1", rows)], rows)).raw["data"]


def test_a_large_fleet_lists_what_fails_and_says_so():
    rows = [verdict("web-1", State.MISSING, f"p{number}") for number in range(120)]
    hosts = [host_of("web-1", rows), *(host_of(f"mail-{number}") for number in range(5000))]
    found = page(run_of_rows(hosts, rows))
    data = json.loads(found.raw["data"])
    assert [(host[0], host[6], len(host[9])) for host in data["hosts"]] == [("web-1", 120, 99)]
    text = " ".join(found.text)
    assert "5,000 hosts that comply are counted and not listed." in text
    assert "Of each host the gravest 99 patches are listed; the numbers count all of them." in text


def test_earlier_runs_give_a_trend(full):
    import dataclasses
    from datetime import timedelta

    before = dataclasses.replace(
        full,
        hosts=full.hosts.slice(0, 1),
        settings=dataclasses.replace(full.settings, as_of=NOON - timedelta(days=7)),
    )
    assert not page(full).attributes("polyline")
    (line,) = page(full, earlier=[before]).attributes("polyline")
    assert line["points"] == "0.00,100.00 100.00,66.67"


def upcoming(found):
    """Return what the section of upcoming approvals says, in one line."""
    text = " ".join(" ".join(found.text).split())
    return text.partition(" Upcoming approvals ")[2].partition(" Data quality ")[0]


def test_upcoming_approvals_stand_by_date_with_their_rule_and_hosts(full):
    rows = [{"id": "kernel.x86_64", "hosts": 1200}, {"id": "listed.x86_64", "rule": None, "advisory": None}]
    said = upcoming(page(with_upcoming(full, rows)))
    assert said == (
        "What waiting alone approves in the 30 days after 2026-11-01 12:00Z, and on how many hosts it is then missing if "
        "nothing is installed until then. "
        "Patches that their baseline approves after 2026-11-01 12:00Z "
        "Not before Patch Advisory Baseline Level Severity Hosts "
        "2026-11-02 12:00Z kernel.x86_64 0:2-1 RHSA-2 prod rule 2 HIGH Important 1,200 "
        "2026-11-02 12:00Z listed.x86_64 0:2-1 prod the list HIGH Important 1"
    )


def test_the_page_says_where_nothing_is_approved_and_where_nobody_looked(full):
    nothing, unknown = upcoming(page(with_upcoming(full, []))), upcoming(page(full))
    assert nothing == (
        "Nothing that a host would then miss becomes approved in the 30 days after 2026-11-01 12:00Z, as far as the "
        "catalogs know."
    )
    assert unknown == NOBODY_LOOKED


def test_more_upcoming_approvals_than_the_page_lists_are_counted(full):
    many = with_upcoming(full, [{"id": f"p{number:03}"} for number in range(43)])
    said = upcoming(page(many))
    assert ("p039" in said, "p040" in said) == (True, False)
    assert said.endswith("And 3 more: patchrules report --table upcoming lists them.")


def test_without_jinja2_it_says_what_to_install(full, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(DocumentError) as raised:
        page(full)
    assert str(raised.value) == "`html` needs the package jinja2 [PR7905]\n  hint: pip install 'patchrules[report]'"
