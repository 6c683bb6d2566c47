from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import patchrules as pr
from patchrules.errors import ColumnError, InventoryError, Level, UnknownNameError
from patchrules.inventory import read_inventory, readers

PLAIN = b"bash-5.1.8-6.el9.x86_64\n"


def test_a_folder_a_host(data):
    inventory = read_inventory(data / "inventories/samples/fleet")
    hosts = [(row["host"], row["family"], row["product"], row["arch"]) for row in inventory.hosts.to_pylist()]
    assert hosts == [
        ("db-1", "debian", "Debian12", "amd64"),
        ("web-1.example.org", "rhel", "RedhatEnterpriseLinux9.3", "x86_64"),
    ]
    assert inventory.packages["host"].to_pylist() == ["db-1"] * 5 + ["web-1.example.org"] * 3


def test_a_damaged_file_of_many_does_not_stop_the_fleet(tmp_path):
    for name, content in {"web-1.rpmqa": PLAIN, "web-2.rpmqa.gz": b"\x1f\x8b\x08cut", "web-3.rpmqa": b""}.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "web-4").mkdir()
    (tmp_path / "web-4/packages.rpmqa").write_bytes(PLAIN)
    (tmp_path / "web-4/more.rpmqa.gz").write_bytes(b"\x1f\x8b\x08cut")
    (tmp_path / "web-4/hostname").write_bytes(b"web-4\n")
    found = read_inventory(tmp_path, family="rhel")
    assert found.hosts["host"].to_pylist() == ["web-1", "web-2", "web-3", "web-4"]
    assert found.packages["host"].to_pylist() == ["web-1"]
    refused = [("web-2", "PR2902"), ("web-3", "PR2101"), ("web-4", "PR2902")]
    assert [(row["host"], row["code"]) for row in found.rejects.to_pylist()] == refused
    assert [one.code for one in found.diagnostics if one.level is Level.ERROR] == [code for _, code in refused]
    with pytest.raises(InventoryError, match="PR2902"):
        read_inventory(tmp_path, family="rhel", on_bad_row="raise")


CUT = {
    "cut in its last row": (PLAIN * 3 + b"zli", "PR2116"),
    "cut in its last row, compressed": (gzip.compress(PLAIN * 3 + b"zli", mtime=0), "PR2116"),
    "mostly talk": (PLAIN + b"no package\n" * 2, "PR2115"),
    "half talk": (PLAIN + b"no package\n", None),
    "no end of line": (PLAIN * 3 + PLAIN.strip(), None),
    "refused before the last row": (b"zli\n" + PLAIN.strip(), None),
}


@pytest.mark.parametrize(("content", "code"), CUT.values(), ids=CUT)
def test_a_host_is_not_judged_by_part_of_its_list(tmp_path, content, code):
    (tmp_path / "web-1.rpmqa").write_bytes(PLAIN)
    (tmp_path / "web-2.rpmqa").write_bytes(content)
    found = read_inventory(tmp_path, family="rhel")
    whole = set(found.packages["host"].to_pylist()) == {"web-1", "web-2"}
    assert whole == (code is None)
    assert (code in found.rejects["code"].to_pylist()) == (code is not None)
    if code:
        with pytest.raises(InventoryError, match=code):
            read_inventory(tmp_path / "web-2.rpmqa", family="rhel")


@pytest.mark.parametrize("sound", ["a", "b"])
def test_a_damaged_file_and_a_sound_one_of_a_host_are_two_files(tmp_path, sound):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "os-release").write_bytes(b'ID=rhel\nVERSION_ID="9.3"\n')
        (tmp_path / folder / "hostname").write_bytes(b"web-1\n")
        (tmp_path / folder / "list.rpmqa").write_bytes(PLAIN if folder == sound else b"\x1f\x8b\x08cut")
    with pytest.raises(InventoryError, match="PR2102"):
        read_inventory(tmp_path)


def test_a_host_whose_file_is_damaged_is_still_what_its_folder_says(tmp_path):
    for host, content in {"web-1": PLAIN, "web-2": b""}.items():
        (tmp_path / host).mkdir()
        (tmp_path / host / "os-release").write_bytes(b'ID=rhel\nVERSION_ID="9.3"\n')
        (tmp_path / host / "list.rpmqa").write_bytes(content)
    facts = [SimpleNamespace(host="web-2", patch_group="prod")]
    products = read_inventory(tmp_path, hosts=facts).hosts["product"].to_pylist()
    assert products == ["RedhatEnterpriseLinux9.3"] * 2


def test_a_file_that_is_none_of_its_host_is_refused_alone(tmp_path):
    (tmp_path / "web-1.rpmqa").write_bytes(PLAIN)
    (tmp_path / "web-2.status").write_bytes(STATUS)
    pq.write_table(pa.table({"name": ["bash"], "state": ["MISSING"]}), tmp_path / "verdicts.parquet")
    found = read_inventory(tmp_path, family="rhel", product="RedhatEnterpriseLinux9.3")
    assert found.packages["host"].to_pylist() == ["web-1"]
    refused = [("verdicts", "PR2908"), ("web-2", "PR2106")]
    assert sorted((row["host"], row["code"]) for row in found.rejects.to_pylist()) == refused
    with pytest.raises(InventoryError, match="PR2106"):
        read_inventory(tmp_path / "web-2.status", family="rhel", product="RedhatEnterpriseLinux9.3")


def test_where_no_file_can_be_read_the_first_says_why(tmp_path):
    for name in ("web-1.rpmqa", "web-2.rpmqa"):
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(InventoryError, match=r"file is empty(?s:.)*web-1.rpmqa"):
        read_inventory(tmp_path)


def test_dpkg_states(data):
    inventory = read_inventory(data / "inventories/samples/dpkg_status.status")
    rows = {row["name"]: (row["status"], row["held"]) for row in inventory.packages.to_pylist()}
    assert rows["openssl"] == ("installed", True)
    assert rows["nginx"] == ("config-files", False)
    assert rows["linux-image-6.1.0-18-amd64"] == ("half-installed", False)
    assert ("PR2202", 3) in [(one.code, one.count) for one in inventory.diagnostics]


def test_an_image_keeps_a_file_a_package(data):
    inventory = read_inventory(data / "inventories/samples/distroless")
    rows = [(row["host"], row["name"], row["status"]) for row in inventory.packages.to_pylist()]
    assert rows == [("gateway-1", "base-files", None), ("gateway-1", "libssl3", None)]
    assert [one.code for one in inventory.diagnostics] == ["PR2209"]
    assert inventory.hosts["product"].to_pylist() == ["Debian12"]


def test_files_are_hosts_by_their_names(tmp_path):
    for name in ("web-2.txt", "web-1.txt"):
        (tmp_path / name).write_bytes(PLAIN)
    assert read_inventory(tmp_path).hosts["host"].to_pylist() == ["web-1", "web-2"]
    assert read_inventory(str(tmp_path / "*-1.txt"), family="rhel").hosts["family"].to_pylist() == ["rhel"]
    (tmp_path / "more").mkdir()
    (tmp_path / "more/a.txt").write_bytes(PLAIN)
    (tmp_path / "more/web-1.txt").write_bytes(PLAIN)
    with pytest.raises(InventoryError, match=r"both speak of the host `web-1` \[PR2102\]"):
        read_inventory(tmp_path)
    assert read_inventory(tmp_path, host="one").packages.num_rows == 4


def test_facts_of_the_caller_are_matched_by_host_or_file_and_win(tmp_path):
    path = tmp_path / "dump.txt"
    path.write_bytes(PLAIN)
    booted = datetime(2025, 1, 1, tzinfo=UTC)
    facts = [
        SimpleNamespace(
            host="web-1", inventory=str(path), family="rhel", tags={"Patch Group": "prod"}, boot_time=booted
        ),
        SimpleNamespace(host="idle", inventory=None, platform="Ubuntu", platform_version="22.04"),
    ]
    rows = {row["host"]: row for row in read_inventory(path, family="centos", hosts=facts).hosts.to_pylist()}
    assert rows["web-1"]["family"] == "rhel"
    assert rows["web-1"]["tags"] == [("Patch Group", "prod")]
    assert rows["web-1"]["boot_time"] == booted
    assert (rows["idle"]["family"], rows["idle"]["product"]) == ("centos", None)


def test_an_unknown_format_names_the_known_ones(data):
    with pytest.raises(InventoryError) as caught:
        read_inventory(b"hello\n", host="h")
    assert str(caught.value) == (
        "the file is no inventory that we know [PR2101]\n  at <bytes>\n"
        f"  hint: leave it out, or say which it is with format= or --format: {' | '.join(readers())}"
    )
    with pytest.raises(UnknownNameError, match="did you mean `rpm_qa`"):
        read_inventory(b"", format="rpmqa")


def test_any_arrow_object_is_a_table_and_its_types_are_made_plain():
    table = pa.table(
        {
            "ResourceId": pa.array(["b", "a", "b"], pa.dictionary(pa.int8(), pa.string())),
            "name": pa.array(["x", "y", "z"], pa.string_view()),
            "evr": pa.array(["1-1", "2-1", "3-1"], pa.large_string()),
            "family": ["REDHAT_ENTERPRISE_LINUX", "nobody", None],
            "installed_at": pa.array([0, 0, None], pa.timestamp("s", tz="Asia/Tokyo")),
        }
    )
    inventory = read_inventory(table, columns={"host": "ResourceId"})
    assert inventory.packages["host"].to_pylist() == ["a", "b", "b"]
    assert inventory.packages["name"].to_pylist() == ["y", "x", "z"]
    assert inventory.packages["installed_at"].to_pylist()[0] == datetime(1970, 1, 1, tzinfo=UTC)
    assert inventory.hosts["family"].to_pylist() == [None, "rhel"]
    assert "PR2210" in [one.code for one in inventory.diagnostics]


BAD_TABLES = {
    "no host": ({"name": ["a"], "evr": ["1"]}, ColumnError, "has no column `host`"),
    "no version": ({"host": ["a"], "name": ["a"]}, ColumnError, "has no column `evr`"),
    "naive time": (
        {"host": ["a"], "name": ["a"], "evr": ["1"], "built": pa.array([0], pa.timestamp("s"))},
        InventoryError,
        r"column `built` is `timestamp\[s\]`, wanted a timestamp with a zone",
    ),
    "wrong type": (
        {"host": ["a"], "name": [["a"]], "evr": ["1"]},
        InventoryError,
        "column `name` is `list<item: string>`, wanted `string`",
    ),
}


@pytest.mark.parametrize("case", BAD_TABLES)
def test_tables_that_are_refused(case):
    columns, error, message = BAD_TABLES[case]
    with pytest.raises(error, match=message):
        read_inventory(pa.table(columns))


def test_the_empty_table_is_an_inventory_of_nobody():
    empty = pa.table({name: pa.array([], pa.string()) for name in ("host", "name", "evr", "family")})
    assert str(read_inventory(empty)) == "inventory of 0 hosts: 0 packages"


STATUS = b"Package: bash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 5.2.15-2+b2\n\n"


@pytest.mark.parametrize("other", ["a.rpmqa", "z.rpmqa"])
def test_a_host_with_lists_of_two_packaging_worlds_is_not_judged(tmp_path, other):
    """Which of its files is read last says nothing; the rpms were taken for Debian's packages."""
    for host in ("web-1", "web-2"):
        (tmp_path / host).mkdir()
        (tmp_path / host / "status").write_bytes(STATUS)
        (tmp_path / host / "os-release").write_bytes(b"ID=debian\nVERSION_ID=12\n")
    (tmp_path / "web-2" / other).write_bytes(PLAIN)
    found = read_inventory(tmp_path)
    assert set(found.packages["host"].to_pylist()) == {"web-1"}
    assert ("web-2", "PR2106") in {(row["host"], row["code"]) for row in found.rejects.to_pylist()}


def of_days(tmp_path, **lists):
    """Write a host with several lists, and one with the first of them alone."""
    for host, files in {"web-1": list(lists)[:1], "web-2": list(lists)}.items():
        (tmp_path / host).mkdir()
        (tmp_path / host / "os-release").write_bytes(b'ID=rhel\nVERSION_ID="9.3"\n')
        for name in files:
            (tmp_path / host / f"{name}.rpmqa").write_bytes(lists[name])
    return read_inventory(tmp_path)


KERNEL = b"kernel-5.14.0-%d.el9.x86_64\n"
NEVRA = b"bash-%s5.1.8-%d.el9.x86_64\n"


@pytest.mark.parametrize("days", [(6, 9), (9, 6)])
def test_a_host_with_lists_of_two_days_is_not_judged(tmp_path, days):
    """They were merged, and the newest version of each package counted: which list is of now, nobody said."""
    older, newer = (NEVRA % (b"", day) + KERNEL % 1 for day in days)
    found = of_days(tmp_path, monday=older, tuesday=newer)
    assert set(found.packages["host"].to_pylist()) == {"web-1"}
    refused = {(row["host"], row["code"]): row["message"] for row in found.rejects.to_pylist()}
    assert "monday.rpmqa` has bash 5.1.8-" in refused["web-2", "PR2118"]


RPMS = b"".join(b"p%d-1-1.el9.x86_64\n" % number for number in range(200))
DEBS = b"".join(b"p%d\t1\tamd64\tinstall ok installed\n" % number for number in range(20))
BREW = b"openssl@3 3.3.1 3.3.2\n" + b"".join(b"p%d 1.0\n" % number for number in range(20))
JOINED = {
    # case: a file of one host, what is told
    "debian: two days": (DEBS + DEBS.replace(b"p7\t1\t", b"p7\t2\t"), "1 packages .*, p7 in 1 and 2"),
    "debian: a single line of another day": (DEBS + b"p7\t2\tamd64\tinstall ok installed\n", "p7 in 1 and 2"),
    "rhel: two days": (RPMS + RPMS.replace(b"p7-1-1", b"p7-1-2"), "p7 in 1-1.el9 and 1-2.el9"),
    "rhel: two hosts": (RPMS + RPMS.replace(b"-1-1", b"-1-2"), "200 packages .*, p0 in 1-1.el9 and 1-2.el9"),
    "rhel: a single line of another day": (RPMS + b"p7-1-2.el9.x86_64\n", "p7 in 1-1.el9 and 1-2.el9"),
    "debian: beside another architecture": (
        DEBS + b"p7\t2\tamd64\tinstall ok installed\n" + b"p7\t1\ti386\tinstall ok installed\n" * 2,
        "1 packages .*, p7 in 1 and 2",
    ),
    "debian: twice": (DEBS * 2, None),
    "debian: an epoch of 0": (DEBS + b"p7\t0:1\tamd64\tinstall ok installed\n", None),
    "debian: another architecture": (DEBS + b"p7\t2\ti386\tinstall ok installed\n", None),
    "debian: only configuration of another version": (DEBS + b"p7\t2\tamd64\tdeinstall ok config-files\n", None),
    "rhel: twice": (RPMS * 2, None),
    "rhel: kernels": (RPMS + b"".join(KERNEL % number for number in range(9)), None),
    "rhel: modules of kernels": (RPMS + b"kmod-kvdo-8-1.el9.x86_64\nkmod-kvdo-8-2.el9.x86_64\n", None),
    "rhel: another architecture": (RPMS + b"p7-1-2.el9.i686\n", None),
    "macos: versions side by side": (BREW, None),
}


@pytest.mark.parametrize("case", JOINED)
def test_a_file_that_was_put_together_of_two_lists_is_not_judged(case):
    """The newest version of each package counted, whichever of the days or hosts was asked about."""
    content, told = JOINED[case]
    family = case.partition(":")[0]
    if told is None:
        assert read_inventory(content, host="web-1", family=family).packages.num_rows
        return
    with pytest.raises(InventoryError, match=told) as raised:
        read_inventory(content, host="web-1", family=family)
    assert raised.value.code == "PR2118"


SBOM = (
    b'{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{"type":"library","name":"bash","version":"5.1.8-%d.el9",'
    b'"purl":"pkg:rpm/redhat/bash@5.1.8-%d.el9?arch=x86_64&distro=rhel-9.3"}]}'
)
TABLE = b"host,name,arch,evr\nweb-2,bash,x86_64,0:5.1.8-%d.el9\n"
OTHERS = {"sbom.json": SBOM % (9, 9), "list.csv": TABLE % 9, "other.rpmqa": NEVRA % (b"0:", 9)}


@pytest.mark.parametrize("other", OTHERS)
def test_lists_of_any_format_contradict_each_other(tmp_path, other):
    (tmp_path / "web-2").mkdir()
    (tmp_path / "web-2" / "os-release").write_bytes(b'ID=rhel\nVERSION_ID="9.3"\n')
    (tmp_path / "web-2" / "a.rpmqa").write_bytes(NEVRA % (b"", 6))
    (tmp_path / "web-2" / other).write_bytes(OTHERS[other])
    with pytest.raises(InventoryError, match=r"a.rpmqa` has bash 5.1.8-6.el9, and .* 5.1.8-9.el9"):
        read_inventory(tmp_path)


AGREE = {
    "kernels, epochs, packages of one list": (
        NEVRA % (b"", 6) + KERNEL % 1 + KERNEL % 2,
        NEVRA % (b"0:", 6) + KERNEL % 2 + KERNEL % 3 + b"dash-1-1.el9.x86_64\n",
    ),
    "another architecture": (b"libgcc-11.5-1.el9.x86_64\n", b"libgcc-11.4-1.el9.i686\n"),
    "no architecture": (NEVRA % (b"", 6), b"name,version,release\nbash,5.1.8,6.el9\n"),
    "no release": (NEVRA % (b"", 6), b"name,evr,arch\nbash,5.1.8,x86_64\n"),
}


@pytest.mark.parametrize("case", AGREE)
def test_lists_that_are_of_one_day_are_read_together(tmp_path, case):
    """What a list does not state is not compared."""
    first, second = AGREE[case]
    (tmp_path / "web-2").mkdir()
    (tmp_path / "web-2" / "os-release").write_bytes(b'ID=rhel\nVERSION_ID="9.3"\n')
    (tmp_path / "web-2" / "a.rpmqa").write_bytes(first)
    (tmp_path / "web-2" / "b.csv").write_bytes(second)
    found = read_inventory(tmp_path)
    assert found.hosts["host"].to_pylist() == ["web-2"]
    assert found.rejects.to_pylist() == []


def test_a_host_of_two_builds_of_windows_is_not_judged(tmp_path):
    (tmp_path / "win-1").mkdir()
    (tmp_path / "win-1" / "hostname").write_bytes(b"win-1\n")
    for name, build in {"a.txt": "20348", "b.txt": "26100"}.items():
        text = f"Host Name: WIN-1\nOS Name: Microsoft Windows\nOS Version: 10.0.{build} N/A Build {build}\n"
        (tmp_path / "win-1" / name).write_text(text + "Hotfix(s): 1 Hotfix(s) Installed.\n  [01]: KB5012170\n")
    with pytest.raises(InventoryError, match=r"build 10.0.20348, and `.*b.txt` 10.0.26100"):
        read_inventory(tmp_path)


def test_dpkgs_own_copy_of_its_status_is_left_out(tmp_path):
    (tmp_path / "web-1").mkdir()
    (tmp_path / "web-1" / "hostname").write_bytes(b"web-1\n")
    (tmp_path / "web-1" / "status").write_bytes(STATUS)
    (tmp_path / "web-1" / "status-old").write_bytes(STATUS.replace(b"b2", b"b1"))
    found = read_inventory(tmp_path, product="Debian12")
    assert found.packages["evr"].to_pylist() == ["5.2.15-2+b2"]
    assert ["status-old" in str(one.where) for one in found.diagnostics if one.code == "PR2209"] == [True]


def test_a_dpkg_status_file_says_nothing_about_a_rhel_host():
    with pytest.raises(InventoryError, match="lists dpkg packages, and host `web-1` is rhel, which has rpm") as raised:
        read_inventory(STATUS, host="web-1", family="rhel", product="RedhatEnterpriseLinux9.3")
    assert raised.value.code == "PR2106"


def test_versions_are_checked_once_the_family_is_known(tmp_path):
    rows = {"host": ["a", "a"], "name": ["bash", "dash"], "arch": ["x86_64"] * 2, "evr": ["0:5.1-2", "0:5 1-9"]}
    found = read_inventory(pa.table(rows), hosts=[SimpleNamespace(host="a", product="RedhatEnterpriseLinux9.3")])
    assert found.packages["name"].to_pylist() == ["bash"]
    assert [(row["host"], row["code"], row["text"]) for row in found.rejects.to_pylist()] == [
        ("a", "PR2002", "dash 0:5 1-9")
    ]
    facts = [SimpleNamespace(host="a", product="RedhatEnterpriseLinux9.3")]
    with pytest.raises(InventoryError, match="host `a`, package `dash`"):
        read_inventory(pa.table(rows), hosts=facts, on_bad_row="raise")


def test_rows_of_the_right_shape_with_bad_versions_say_what_to_do():
    with pytest.raises(InventoryError) as raised:
        read_inventory(b"bash\t0\t5.1\t1\tx86_64\n" + b"dash\t0\t??\t1\tx86_64\n" * 2, host="web-1", family="rhel")
    hint = "the refused rows say what is wrong: collect the list again, or say which format it is with --format"
    assert (raised.value.code, raised.value.hint) == ("PR2115", hint)


def test_sources_that_disagree_say_on_which_host_first(tmp_path):
    release = "redhat-release-9.3-1.el9.x86_64\n"
    for host in ("web-1", "web-2"):
        (tmp_path / f"{host}.rpmqa").write_text(release)
    found = read_inventory(tmp_path, family="rhel", product="RedhatEnterpriseLinux9.8")
    (told,) = [one for one in found.diagnostics if one.code == "PR2208"]
    assert (str(told.where), told.count) == ("<host web-1>", 2)


def test_an_empty_file_is_called_empty(tmp_path):
    (tmp_path / "web-1.rpmqa").touch()
    with pytest.raises(InventoryError, match="the file is empty"):
        read_inventory(tmp_path / "web-1.rpmqa")


GOOD, NONE = ("bash", "5.2-1"), ("dash", "no version")
MOSTLY_REFUSED = {
    "more": ([GOOD, NONE, NONE], False),
    "half": ([GOOD, NONE], True),
    "none is left": ([NONE], False),
}


def status(rows):
    stanza = "Package: {}\nStatus: install ok installed\nArchitecture: amd64\nVersion: {}\n\n"
    return "".join(stanza.format(*row) for row in rows).encode()


@pytest.mark.parametrize(("rows", "judged"), MOSTLY_REFUSED.values(), ids=MOSTLY_REFUSED)
def test_a_host_is_not_judged_by_the_few_rows_that_were_not_refused(rows, judged, tmp_path):
    """SEMANTICS 5.16: versions that are none, in a file of one host, and in a table of several."""
    (tmp_path / "web-1.status").write_bytes(status(rows))
    (tmp_path / "web-2.status").write_bytes(status([GOOD]))
    files = read_inventory(tmp_path, family="debian")
    both = [("web-1", *row) for row in rows] + [("web-2", *GOOD)]
    table = pa.table(dict(zip(("host", "name", "evr"), map(list, zip(*both, strict=True)), strict=True)))
    told = not judged and len(rows) > 1
    for found, said in ((files, not judged), (read_inventory(table, family="debian"), told)):
        assert set(found.packages["host"].to_pylist()) == ({"web-1", "web-2"} if judged else {"web-2"})
        assert found.hosts["host"].to_pylist() == ["web-1", "web-2"]
        refused = [row["host"] for row in found.rejects.to_pylist() if row["code"] == "PR2131"]
        assert refused == ["web-1"] * said
        assert [one.code for one in found.diagnostics if one.level is Level.ERROR] == ["PR2131"] * said


STUB = "Package: libpam-runtime\n{}\n"


@pytest.mark.parametrize(
    ("stanza", "judged"),
    [
        (STUB.format(""), True),
        (STUB.format("Status: deinstall ok config-files\nArchitecture: all\n"), True),
        (STUB.format("Status: install ok half-installed\nArchitecture: all\n"), True),
        (STUB.format("Status: install ok installed\n"), False),
        (STUB.format("Architecture: all\n"), False),
    ],
)
def test_what_dpkg_does_not_say_is_installed_says_nothing_against_the_others(stanza, judged, tmp_path):
    """Half-removed packages have no version, and distroless images have stanzas of a name alone."""
    found = read_inventory(status([GOOD]) + stanza.encode() * 2, host="web-1", family="debian")
    assert found.packages.num_rows == judged
    assert read_inventory(status([GOOD] * 2) + stanza.encode() * 2, host="web-1", family="debian").packages.num_rows
    for number in range(2):
        (tmp_path / f"{number}.status").write_bytes(status([GOOD]))
    (tmp_path / "2.status").write_bytes(stanza.encode() * 2)
    assert read_inventory([*tmp_path.iterdir()], host="web-1", family="debian").packages.num_rows == 2


MISSING = {
    "a.csv": "host,name,epoch,version,release,arch\nweb-1,bash,0,5.2,1,x86_64\n" + "web-1,dash,,,,x86_64\n" * 2,
    "a.tsv": "bash\t0\t5.2\t1\tx86_64\n" + "dash\t0\t\t\tx86_64\n" * 2,
    "a.jsonl": '{"host":"web-1","name":"bash","evr":"5.2-1"}\n' + '{"host":"web-1","name":"dash"}\n' * 2,
    "a.log": json.dumps(
        {
            "name": "rpm_packages",
            "hostIdentifier": "web-1",
            "action": "snapshot",
            "unixTime": 1,
            "snapshot": [
                {"name": name, "version": version, "release": "1", "arch": "x86_64"}
                for name, version in (("bash", "5.2"), ("dash", ""), ("zlib", ""))
            ],
        }
    ),
}


@pytest.mark.parametrize("name", MISSING)
def test_a_host_most_of_whose_rows_miss_a_value_is_not_judged_by_the_others(name, tmp_path):
    (tmp_path / name).write_text(MISSING[name])
    found = read_inventory(tmp_path / name, family="rhel")
    assert found.packages.num_rows == 0
    assert [one.code for one in found.diagnostics if one.level is Level.ERROR] == ["PR2131"]


GONE = [{"name": "bash", "version": "5.2-1", "status": "installed"}] + [
    {"name": name, "version": "", "status": "config-files"} for name in ("dash", "zlib1g")
]


@pytest.mark.parametrize(
    "content",
    [
        pa.Table.from_pylist([{"host": "web-1", **row} for row in GONE]),
        json.dumps(
            {"name": "deb_packages", "hostIdentifier": "web-1", "action": "snapshot", "snapshot": GONE}
        ).encode(),
    ],
    ids=["table", "osquery"],
)
def test_a_table_may_say_that_packages_are_gone(content):
    found = read_inventory(content, family="debian")
    assert found.packages["name"].to_pylist() == ["bash"]
    assert not found.rejects.num_rows
    assert [one.count for one in found.diagnostics if one.code == "PR2202"] == [2]


def test_a_fleet_tells_how_many_hosts_lost_most_of_their_rows(tmp_path):
    rows = {
        "host": ["a", "a", "a", "b", "b", "b", "c"],
        "name": list("xyzxyzx"),
        "evr": ["1-1", "-", "-"] * 2 + ["1-1"],
    }
    pq.write_table(pa.table(rows), tmp_path / "fleet.parquet")
    fleet = pr.open_fleet(tmp_path / "fleet.parquet", product="Debian12", arch="amd64")
    run = pr.evaluate_fleet(pr.Registry(()), fleet, [], as_of="2026-11-01T00:00Z")
    unknown = {row["host"] for row in run.hosts.to_pylist() if "NO_INVENTORY" in row["unknown"]}
    assert unknown == {"a", "b"}
    (told,) = [one for one in run.diagnostics if one.code == "PR2131"]
    assert (told.count, told.message) == (2, "2 of 3 rows of host `a` were refused")
    assert str(told.where) == f"{tmp_path}/fleet.parquet:2"


@pytest.mark.parametrize("stated", [None, "other"])
def test_a_log_of_hosts_says_whose_rows_were_refused(stated):
    rows = [{"name": name, "version": version, "arch": "amd64"} for name, version in (GOOD, NONE, ("zlib1g", "-"))]
    log = {"name": "deb_packages", "hostIdentifier": "web-1", "action": "snapshot", "snapshot": rows, "unixTime": 1}
    found = read_inventory(json.dumps(log).encode() + b"\n", host=stated, family="debian")
    assert found.packages.num_rows == 0
    assert [row["host"] for row in found.rejects.to_pylist()] == [stated or "web-1"] * 3


@pytest.mark.parametrize("name", ["product", "host", "arch"])
def test_what_is_stated_is_text(name):
    stated: dict[str, Any] = {"host": "web-1", name: 5}
    with pytest.raises(InventoryError) as raised:
        read_inventory(b"bash-5.1.8-6.el9.x86_64\n", family="rhel", **stated)
    assert str(raised.value) == f"`{name}` is a `int`, wanted text [PR2513]\n  hint: put it in quotes"


def test_json_lines_that_name_hosts_are_no_list_of_one():
    row = '{"host": "%s", "name": "bash", "version": "5.2-1", "arch": "amd64", "status": "installed"}\n'
    found = read_inventory(f"{row % 'a'}{row % 'b'}".encode(), family="debian")
    assert found.hosts["host"].to_pylist() == ["a", "b"]


MEANT = {
    "list.txt": (b"openssl\t??\nbash\t??\n", "PR2108"),
    "columns.txt": (b"openssl\t0\t??\t??\tx86_64\nbash\t0\t??\t??\tx86_64\n", "PR2108"),
    "dnf.txt": (b"Pakete\nopenssl.x86_64 ?? @baseos\nbash.x86_64 ?? @baseos\n", "PR2108"),
    "dpkg.txt": (b"openssl\tv3.0\tamd64\nbash\tv5\tamd64\n", "PR2108"),
    "none.txt": (b"openssl (none)\nbash (none)\n", "PR2108"),
    "packages.tsv": (b"", "PR2101"),
    "rpmdb.sqlite": (b"\x00\x01\x02", "PR2101"),
    "packages.txt": (b"bash\nopenssl\n", "PR2101"),
    "more.rpmqa": (b"\xff\xfe\xff", "PR2101"),
    "status.gz": (gzip.compress(b"nothing\n"), "PR2101"),
}
LEFT_OUT = {
    "README": b"Web server of team A: call Bob before all reboots\n",
    "notes.txt": b"openssl is held back\nask security, all of them\nowner - alice\n",
    "dnf.log": b"2025-03-01T12:00:00Z INFO dnf 4.14\n2025-03-01T12:00:01Z DEBUG reading\n",
    "packages.log": b"warning: rpmdb is locked\n",
    "check-update.txt": b"openssl.x86_64  1:3.0.7-25.el9_3  baseos\nbash.x86_64  5.1.8-9.el9  baseos\n",
    "uname.txt": b"Linux web-1 5.14.0-362.el9.x86_64 #1 SMP PREEMPT_DYNAMIC Tue Oct 3 x86_64 x86_64 x86_64 GNU/Linux\n",
    "lscpu.txt": b"Architecture:        x86_64\nCPU op-mode(s):      32-bit, 64-bit\n",
    "requirements.txt": b"requests==2.31.0\nurllib3==2.0.7\n",
    "ps.txt": b"    PID TTY          TIME CMD\n      1 ?        00:00:05 systemd\n      2 ?        00:00:00 kthreadd\n",
    "selections.txt": b"libacl1:amd64\tinstall\nlibc6:amd64\thold\nbash\tinstall\n",
    "why.txt": b"openssl ??\n",
    "services.txt": b"sshd enabled\ncrond enabled\n",
    "screen.png": b"\x89PNG\r\n\x1a\n\x00\x00",
    "Packages": b"Package: bash\nVersion: 5.2-1\nArchitecture: amd64\nFilename: pool/bash.deb\n\n",
    "empty.txt": b"",
}


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [(name, *one) for name, one in MEANT.items()] + [(name, one, None) for name, one in LEFT_OUT.items()],
    ids=[*MEANT, *LEFT_OUT],
)
def test_a_host_is_not_judged_without_a_list_that_lies_in_its_folder_and_cannot_be_read(name, content, code, tmp_path):
    """Notes and logs lie there harmlessly; a list of packages that no format knows is one that is missing."""
    for host in ("web-1", "web-2"):
        (tmp_path / host).mkdir()
        (tmp_path / host / "os-release").write_bytes(b'ID=rhel\nVERSION_ID="9.3"\n')
        (tmp_path / host / "list.rpmqa").write_bytes(PLAIN)
    (tmp_path / "web-2" / name).write_bytes(content)
    found = read_inventory(tmp_path)
    judged = set(found.packages["host"].to_pylist())
    told = [(one.code, one.level) for one in found.diagnostics]
    if code is None:
        assert judged == {"web-1", "web-2"}
        assert told == [("PR2209", Level.INFO)]
    else:
        assert judged == {"web-1"}
        assert told == [(code, Level.ERROR)]
        with pytest.raises(InventoryError, match=code):
            read_inventory(tmp_path / "web-2")


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("bash\t\t\tinstall\nlibc6:amd64\t\tinstall\n", "dpkg --get-selections prints none: run dpkg-query -W as in"),
        ("bash\t??\tamd64\nvim\t??\tamd64\n", "collect it again with versions:"),
        ("bash|?\nvim|?\n", "collect it again with versions:"),
    ],
)
def test_a_list_without_versions_is_told_as_one(text, hint):
    with pytest.raises(InventoryError) as caught:
        pr.read_inventory(text.encode())
    said = "the list says no version of its packages [PR2108]\n  at <bytes>\n"
    assert str(caught.value) == f"{said}  hint: {hint} docs/how-to/collect.md"
    (looked,) = pr.inspect(text.encode())
    assert str(looked.fault) == str(caught.value)


def test_inspect_refuses_of_a_folder_what_is_refused_when_it_is_judged(tmp_path):
    """A file that is a host of its own; beside another list of a host it is left out, and so is os-release."""
    good, notes = "bash-5.1.8-6.el9.x86_64\n", "bash install\nvim install\n"
    for name, text in (
        ("web-1.rpmqa", good),
        ("web-2.txt", notes),
        ("web-3/os-release", "ID=rhel\n"),
        ("web-3/list.txt", good),
        ("web-3/notes.txt", notes),
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    judged = pr.read_inventory(tmp_path)
    refused = {row["file"]: row["code"] for row in judged.rejects.to_pylist()}
    looked = {one.file: getattr(one.fault, "code", None) for one in pr.inspect(tmp_path) if one.fault}
    assert refused == looked == {str(tmp_path / "web-2.txt"): "PR2108"}
