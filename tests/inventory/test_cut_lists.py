"""A list that is cut off is not judged as if it were whole, wherever the cut is, and says so."""

from __future__ import annotations

import gzip

import pytest

from patchrules.errors import InventoryError, Level
from patchrules.inventory import read_inventory

STANZA = """Package: {name}
Status: install ok installed
Architecture: amd64
Version: 1.0-1
Description: a package

"""
STATUS = "".join(STANZA.format(name=name) for name in ("bash", "dash", "zlib1g")).encode()
LAST = STATUS.index(b"Package: zlib1g")
WHOLE = {
    "rpm_qa": b"bash-5.1.8-6.el9.x86_64\nzlib-1.2.11-40.el9.x86_64\n",
    "dpkg_query": b"bash\t5.2-1\tamd64\tinstall ok installed\nzlib1g\t1.2-1\tamd64\tinstall ok installed\n",
    "dnf_list": b"Installed Packages\nbash.x86_64  5.1.8-6.el9  @anaconda\nzlib.x86_64  1.2.11-40.el9  @anaconda\n",
    "hotfixes": b'"Source","Description","HotFixID"\r\n"A","Update","KB5034441"\r\n"A","Update","KB5034442"\r\n',
    "dpkg_status": STATUS,
}
PACKED = pytest.mark.parametrize("packed", [bytes, gzip.compress], ids=["plain", "gzip"])


def read(content, name="web-1.txt", **options):
    return read_inventory(content, host="web-1", **options)


def told(inventory):
    return [one for one in inventory.diagnostics if one.code == "PR2232"]


IN_VERSION = STATUS[LAST:].index(b"Version: 1") + len(b"Version: ")


@PACKED
@pytest.mark.parametrize("end", [end for end in range(1, IN_VERSION) if STATUS[LAST + end - 1 :][:1] != b"\n"])
def test_a_status_file_whose_last_stanza_misses_fields_is_refused(end, packed, tmp_path):
    path = tmp_path / "status"
    path.write_bytes(packed(STATUS[: LAST + end]))
    with pytest.raises(InventoryError) as raised:
        read_inventory(path, family="debian")
    assert raised.value.code == "PR2116"
    assert f"\n  at {path}:13\n  hint: collect it again" in str(raised.value)


@PACKED
@pytest.mark.parametrize("end", [b"Version: 1", b"Version: 1.0-1", b"Description: a pack"])
def test_a_status_file_that_may_be_cut_is_judged_and_told(end, packed):
    found = read(packed(STATUS[: STATUS.rindex(end) + len(end)]))
    assert found.packages.num_rows == 3
    assert [one.level for one in told(found)] == [Level.WARNING]


def test_a_status_file_without_architectures_has_none_to_miss():
    content = STATUS.replace(b"Architecture: amd64\n", b"").rstrip()
    assert read(content).packages.num_rows == 3
    assert len(told(read(content))) == 1


def test_an_architecture_is_missed_where_others_have_one():
    swapped = STATUS.replace(b"Architecture: amd64\nVersion: 1.0-1\n", b"Version: 1.0-1\nArchitecture: amd64\n")
    with pytest.raises(InventoryError, match="PR2116"):
        read(swapped[: swapped.rindex(b"Arch") + 4])


@pytest.mark.parametrize("ending", [b"\n", b"\r\n", b"\n\n", b"\n \n", b"\n  ", b"\n\n  "])
def test_a_status_file_that_ends_with_a_line_is_whole(ending):
    """Files of distroless images end without an empty line, and some have stubs of packages in them."""
    assert not told(read(STATUS.rstrip() + ending))
    assert read(STATUS + b"Package: stub" + ending).rejects["code"].to_pylist() == ["PR2133"]


def test_a_package_that_is_not_installed_needs_no_version():
    gone = b"Package: gone\nStatus: unknown ok not-installed\nArchitecture: amd64\n\n"
    assert read(STATUS + gone).packages.num_rows == 3


@PACKED
@pytest.mark.parametrize("name", WHOLE)
@pytest.mark.parametrize("ending", [b"\n", b"\r\n"])
def test_a_last_line_without_an_end_is_told(name, ending, packed):
    whole = WHOLE[name].replace(b"\r\n", b"\n").replace(b"\n", ending)
    assert not told(read(packed(whole), format=name))
    found = read(packed(whole.rstrip()), format=name)
    assert found.packages.num_rows > 1
    assert [(one.level, one.count) for one in told(found)] == [(Level.WARNING, 1)]


@pytest.mark.parametrize(
    "content",
    [
        b"bash-5.1.8-6.el9.x86_64",
        WHOLE["rpm_qa"] + b"  ",
        b'{"name":"bash","version":"5.1.8","release":"6.el9","arch":"x86_64"}\n' * 2
        + b'{"name":"zlib","version":"5.1.8","release":"6.el9","arch":"x86_64"}',
        b'{"host":"web-1","name":"bash","evr":"5-1"}\n{"host":"web-1","name":"zlib","evr":"5-1"}',
    ],
    ids=["one line", "blanks", "JSON of rpm", "JSON lines"],
)
def test_what_shows_its_end_is_no_doubt(content):
    assert not told(read(content))


def test_a_row_that_misses_a_value_at_the_cut_is_a_cut():
    with pytest.raises(InventoryError) as raised:
        read(b"bash\t5.2-1\tamd64\ndash\t5.2-1\tamd64\nzlib1g\t", format="dpkg_query")
    assert raised.value.code == "PR2116"
    assert "<bytes>:3" in str(raised.value)


FIRST = STATUS[: STATUS.index(b"Package: dash") - 1]


@PACKED
@pytest.mark.parametrize("end", range(1, len(FIRST)))
def test_a_status_file_that_is_cut_in_its_first_stanza_says_so(end, packed):
    content = packed(FIRST[:end])
    if b"Version: 1" not in FIRST[:end] and FIRST[:end].endswith(b"\n"):
        # Whole lines may be a stub, as a distroless image has them beside other files.
        found = read(content, format="dpkg_status")
        assert found.packages.num_rows == 0
        assert [one.level for one in found.diagnostics if one.code == "PR2132"] == [Level.WARNING]
    elif b"Version: 1" not in FIRST[:end] or FIRST[:end].endswith(b"-"):
        with pytest.raises(InventoryError, match=r"PR2116|PR2115"):
            read(content, format="dpkg_status")
    else:
        # What ends with a line may be a file of one package, as distroless images have.
        found = read(content, format="dpkg_status")
        assert found.packages.num_rows == 1
        assert [one.level for one in told(found)] == [Level.WARNING] * (not FIRST[:end].endswith(b"\n"))


@pytest.mark.parametrize("ending", [b"\n\n", b"\n \n", b"\r\n\r\n"])
def test_a_stub_that_is_ended_is_no_cut(ending):
    found = read(b"Package: stub\nArchitecture: all" + ending, format="dpkg_status")
    assert found.rejects["code"].to_pylist() == ["PR2003"]
    assert "PR2132" not in {one.code for one in found.diagnostics}


def test_a_stub_beside_other_files_of_its_host_does_not_keep_them_from_being_judged(tmp_path):
    (tmp_path / "web-1").mkdir()
    for name, content in {"bash": FIRST, "stub": b"Package: stub\n"}.items():
        (tmp_path / "web-1" / f"{name}.status").write_bytes(content)
    (tmp_path / "web-1/hostname").write_text("web-1\n")
    assert read_inventory(tmp_path, format="dpkg_status").packages["name"].to_pylist() == ["bash"]


@PACKED
@pytest.mark.parametrize("taken", [1, 2])
@pytest.mark.parametrize("ending", [b"\n", b"\r\n"])
def test_a_status_file_without_its_empty_lines_is_refused(taken, ending, packed, tmp_path):
    """SEMANTICS 5.16: `grep .` makes one package of all; a host is UNKNOWN where one line is missing, too."""
    content = packed(STATUS.replace(b"\n\n", b"\n", taken).replace(b"\n", ending))
    with pytest.raises(InventoryError, match="the empty line between two packages is missing"):
        read(content)
    (tmp_path / "web-1.status").write_bytes(content)
    (tmp_path / "web-2.status").write_bytes(STATUS)
    found = read_inventory(tmp_path, family="debian")
    assert set(found.packages["host"].to_pylist()) == {"web-2"}
    assert [(row["host"], row["code"], row["line"]) for row in found.rejects.to_pylist()] == [("web-1", "PR2001", 1)]


@pytest.mark.parametrize("name", sorted(WHOLE.keys() - {"hotfixes"}))
def test_a_list_whose_lines_end_with_a_cr_alone_is_read_whole(name):
    """Rows that are joined are rows that nobody judges; what Windows wrote so is refused."""
    whole = WHOLE[name].replace(b"\r\n", b"\n")
    found = read(whole.replace(b"\n", b"\r"))
    assert found.packages.equals(read(whole).packages)
    assert not told(found)


def test_a_status_file_in_utf_16_is_read():
    assert read(STATUS.decode().encode("utf-16")).packages.equals(read(STATUS).packages)


def test_a_file_without_a_stanza_names_a_line_that_it_has():
    with pytest.raises(InventoryError, match="<bytes>:1\n"):
        read(b"no: field", format="dpkg_status")


TSV = [
    f"{name}\t{version}\tamd64\tinstall ok installed\toptional\tlibs"
    for name, version in (("bash", "5.2-1"), ("dash", "1"))
]
GONE = "zlib1g\t1:1.2-1\tamd64\tdeinstall ok config-files\toptional\tlibs"
TABLES = {
    "TSV": ("dpkg_query", [*TSV, GONE], "zlib1g\t1:1.2-1\tamd64\tdeinstall ok config-files\toptional\tl"),
    "CSV": ("dpkg_query", [one.replace("\t", ",") for one in (*TSV, GONE)], GONE.replace("\t", ",")[:-3]),
    "dpkg -W": ("dpkg_query", ["bash\t5.2-1", "dash\t1", "zlib1g\t1.2"], "zlib1g\t1"),
    "dpkg -l": (
        "dpkg_list",
        ["ii  bash  5.2-1  amd64  a shell", "ii  dash  1  amd64  one more", "rc  zlib1g  1.2-1  amd64  compression"],
        "rc  zlib1g  1.2-1  amd64  c",
    ),
    "rpm": (
        "rpm_qa",
        [f"{name}\t0\t5.1\t6.el9\tx86_64\t1700000000\t1600000000" for name in ("bash", "dash", "zlib")],
        "zlib\t0\t5.1\t6.el9\tx86_64\t1700000000\t1",
    ),
    "rpm with a header": (
        "rpm_qa",
        ["Name,Version,Release", "bash,5.1,6.el9", "dash,5.1,6.el9", "zlib,5.1,6.el9"],
        "zlib,5.1,6",
    ),
    "rpm --last": (
        "rpm_qa",
        [f"{name}-5.1-6.el9.x86_64    Tue 14 Jul 2015" for name in ("bash", "dash", "zlib")],
        "zlib-5.1-6.el9.x86_64    T",
    ),
    "rpm lines": (
        "rpm_qa",
        [f"{name}-5.1-6.el9.x86_64" for name in ("bash", "dash", "zlib")],
        "zlib-5.1-6.el9.x86_64",
    ),
}


@pytest.mark.parametrize("name", TABLES)
def test_a_last_line_with_fewer_columns_than_the_others_is_a_cut(name):
    """SEMANTICS 5.16: one that nothing ends and that has all columns is a doubt alone."""
    shape, lines, whole = TABLES[name]
    before, last = "\n".join(lines[:-1]) + "\n", lines[-1]
    for end in range(1, len(last) + 1):
        text = (before + last[:end]).encode()
        if end >= len(whole):
            assert told(read(text, format=shape))
        else:
            with pytest.raises(InventoryError) as raised:
                read(text, format=shape)
            assert raised.value.code == "PR2116", last[:end]
        assert not told(read(f"{before}{last}\n".encode(), format=shape))


def test_columns_that_are_empty_in_other_rows_too_are_not_missed():
    """An old dpkg has no instant to print in the last column; who trims the text takes its tabs away."""
    text = "".join(f"{name}\t1.0\tamd64\tinstall ok installed\t\t\n" for name in ("bash", "dash", "zlib1g"))
    assert read(text.strip().encode(), format="dpkg_query").packages.num_rows == 3


@pytest.mark.parametrize("odd", ["install o", "", "?"])
def test_a_row_without_a_status_does_not_change_how_others_are_read(odd):
    lines = [*TSV, GONE, f"odd\t1.0\tamd64\t{odd}\toptional\tlibs", ""]
    found = read("\n".join(lines).encode(), format="dpkg_query")
    status = dict(zip(found.packages["name"].to_pylist(), found.packages["status"].to_pylist(), strict=True))
    assert status == {"bash": "installed", "dash": "installed", "zlib1g": "config-files", "odd": None}
    assert [one.count for one in found.diagnostics if one.code == "PR2216"] == [1]


def test_one_architecture_that_is_none_does_not_take_those_of_others():
    found = read("\n".join([*TSV, GONE.replace("amd64", "amd6"), ""]).encode(), format="dpkg_query")
    assert found.packages["arch"].to_pylist()[:2] == ["amd64", "amd64"]


MOVED = STATUS.replace(b"Status: install ok installed\n", b"").replace(
    b"Description: a package\n", b"Status: install ok installed\n"
)


@pytest.mark.parametrize("end", [b"1.0-1", b"Status: install ok", b"Status: install ok inst"])
def test_a_status_that_is_cut_is_a_cut_wherever_it_stands(end):
    with pytest.raises(InventoryError, match="PR2116"):
        read(MOVED[: MOVED.rindex(end) + len(end)], format="dpkg_status")


def test_a_status_that_is_none_of_dpkgs_is_a_refused_row():
    found = read(MOVED.replace(b"ok installed", b"ok instaled", 1))
    assert [row["message"] for row in found.rejects.to_pylist()] == [
        "the status is none of dpkg's: `install ok instaled`"
    ]


LISTS = {
    "dpkg_query": TSV,
    "dpkg_list": TABLES["dpkg -l"][1][:2],
    "apt_list": ["bash/stable,now 5.2-1 amd64 [installed]", "dash/stable,now 1-1 amd64 [installed]"],
}
FAILURES = [
    ("dpkg-query: error: parsing file '/var/lib/dpkg/status' near line 5:", "dpkg"),
    ("dpkg: error: failed to open package info file", "dpkg"),
    ("E: The package lists or status file could not be parsed or opened.", "apt"),
]


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize(("failure", "tool"), FAILURES)
@pytest.mark.parametrize("name", LISTS)
def test_a_list_in_which_the_package_manager_fails_is_refused(name, failure, tool, place):
    """SEMANTICS 5.16: what stands behind the failure is missing, wherever stderr came between the lines."""
    lines = [*LISTS[name]]
    lines.insert(place, failure)
    with pytest.raises(InventoryError) as raised:
        read("\n".join([*lines, ""]).encode())
    assert raised.value.code == "PR2117"
    assert f"packages are missing: {failure}" in str(raised.value)
    assert f"<bytes>:{place + 1}\n" in str(raised.value)
    with pytest.raises(InventoryError, match=f"{tool} could not read its database"):
        read("\n".join([*lines, ""]).encode(), on_bad_row="raise")


@pytest.mark.parametrize("warning", ["W: Some index files failed to download.", "dpkg-query: warning: files list"])
def test_a_warning_between_rows_is_no_failure(warning):
    assert read("\n".join([*TSV, warning, ""]).encode()).packages.num_rows == 2
