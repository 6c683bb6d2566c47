from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from patchrules.errors import InventoryError
from patchrules.inventory import read_inventory

T0 = 1_793_500_000


def line(version, action="added", **about):
    columns = {"name": "bash", "version": version, "release": "1.el9", "epoch": "0", "arch": "x86_64"}
    about = {"name": "rpm_packages", "hostIdentifier": "web-1", "unixTime": T0, "counter": 0, "epoch": 0} | about
    rows = {"snapshot": [columns]} if action == "snapshot" else {"columns": columns}
    return json.dumps(about | rows | {"action": action})


def versions(*lines):
    inventory = read_inventory("\n".join(lines).encode())
    return inventory.packages["evr"].to_pylist(), {one.code: one.count for one in inventory.diagnostics} | {"PR2206": 1}


def test_the_newest_snapshot_is_what_is_installed():
    old, new = line("1", "snapshot"), line("2", "snapshot", unixTime=T0 + 60)
    assert versions(old, new) == (["0:2-1.el9"], {"PR2222": 1, "PR2206": 1})
    assert versions(new, old) == (["0:2-1.el9"], {"PR2222": 1, "PR2206": 1})


def test_differences_add_and_take_away():
    begin, gone, more = line("1"), line("1", "removed", counter=1), line("2", counter=1)
    assert versions(begin, gone, more) == (["0:2-1.el9"], {"PR2206": 1})
    assert versions(gone, more) == (["0:2-1.el9"], {"PR2206": 1, "PR2220": 1})
    assert versions(begin, more, line("3", epoch=1)) == (["0:3-1.el9"], {"PR2206": 1})


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
@pytest.mark.parametrize("size", [1, 30, -3, -1])
def test_a_log_whose_last_line_is_cut_is_read_up_to_it(size, end):
    inventory = read_inventory(f"{line('1')}\n{line('2', counter=1)}\n{line('3', counter=2)[:size]}{end}".encode())
    assert inventory.packages["evr"].to_pylist() == ["0:1-1.el9", "0:2-1.el9"]
    refused = inventory.rejects.select(["line", "code", "message"]).to_pylist()
    assert refused == [{"line": 3, "code": "PR2001", "message": "the log is cut off in its last line"}]


def test_a_cut_last_snapshot_takes_nothing_away():
    whole, cut = line("1", "snapshot"), line("2", "snapshot", unixTime=T0 + 60)[:-20]
    assert versions(whole, cut) == (["0:1-1.el9"], {"PR2206": 1})


def test_a_host_that_only_the_cut_line_names_is_known_and_has_no_inventory():
    cut = line("1", hostIdentifier="web-2")[:-9]
    inventory = read_inventory(f"{line('1')}\n{cut}".encode())
    assert inventory.hosts["host"].to_pylist() == ["web-1", "web-2"]
    assert inventory.packages["host"].to_pylist() == ["web-1"]
    assert inventory.rejects["host"].to_pylist() == ["web-2"]


@pytest.mark.parametrize("lines", [[line("1")[:-9]], [line("1"), line("2")[:-9], line("3")]])
def test_a_log_that_is_broken_elsewhere_is_refused(lines):
    with pytest.raises(InventoryError, match="PR2907"):
        versions(*lines)


def test_a_cut_last_line_is_raised_where_no_bad_row_is_wanted():
    with pytest.raises(InventoryError, match=r"cut off in its last line \[PR2001\]\n  at <bytes>:2"):
        read_inventory(f"{line('1')}\n{line('2')[:-9]}".encode(), on_bad_row="raise")


def test_a_query_without_epoch_does_not_state_it():
    rows = [{"name": "bash", "version": "1", "release": "1.el9", "arch": "x86_64", "install_time": "1704449400"}]
    inventory = read_inventory(json.dumps(rows).encode(), host="h")
    assert inventory.packages["evr"].to_pylist() == ["1-1.el9"]
    assert inventory.packages["installed_at"].to_pylist() == [datetime(2024, 1, 5, 10, 10, tzinfo=UTC)]
