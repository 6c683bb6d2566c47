from __future__ import annotations

import pytest

from patchrules.errors import InventoryError
from patchrules.inventory import read_inventory

SHAPES = {
    # line of the file: (name, arch, evr) it must give
    "bash-5.1.8-6.el9.x86_64": ("bash", "x86_64", "5.1.8-6.el9"),
    "java-1.8.0-openjdk-1.8.0.272.b10-3.el8_3.x86_64": ("java-1.8.0-openjdk", "x86_64", "1.8.0.272.b10-3.el8_3"),
    "openssl-1:3.0.7-24.el9.x86_64": ("openssl", "x86_64", "1:3.0.7-24.el9"),
    "1:openssl-3.0.7-24.el9.x86_64": ("openssl", "x86_64", "1:3.0.7-24.el9"),
    "libstdc++_%{x}-1.0~rc1^git-6.el9+7.x86_64": ("libstdc++_%{x}", "x86_64", "1.0~rc1^git-6.el9+7"),
    "openobex\u018e-1.4-7.el6.x86_64": ("openobex\u018e", "x86_64", "1.4-7.el6"),
    "bash-5.1.8-6.el9.x86_64\tTue 14 Jul 2015 09:25:38 AEST\t1398536494": ("bash", "x86_64", "5.1.8-6.el9"),
    "bash-5.1.8-6.el9.x86_64 Tue 14 Jul 2015 09:25:38 AEST   1398536494": ("bash", "x86_64", "5.1.8-6.el9"),
    "bash\t(none)\t5.1.8\t6.el9\tx86_64": ("bash", "x86_64", "0:5.1.8-6.el9"),
    "bash|1|5.1.8|6.el9|x86_64|1700000000": ("bash", "x86_64", "1:5.1.8-6.el9"),
    "bash,5.1.8,6.el9,x86_64": ("bash", "x86_64", "5.1.8-6.el9"),
    "bash 5.1.8 6.el9 x86_64": ("bash", "x86_64", "5.1.8-6.el9"),
    "bash;0:5.1.8-6.el9;noarch": ("bash", "noarch", "0:5.1.8-6.el9"),
    "ARCH,NAME,RELEASE,VERSION\nx86_64,bash,6.el9,5.1.8": ("bash", "x86_64", "5.1.8-6.el9"),
    "nevra\nbash-0:5.1.8-6.el9.x86_64": ("bash", "x86_64", "0:5.1.8-6.el9"),
    '{"name":"bash","epoch":null,"version":"5","release":"6","arch":"noarch"}': ("bash", "noarch", "5-6"),
    '{"architecture":"noarch","package":"bash","version":"5-6"}': ("bash", "noarch", "5-6"),
}


@pytest.mark.parametrize("line", SHAPES)
def test_shapes(line):
    rows = read_inventory(line.encode(), format="rpm_qa").packages.to_pylist()
    assert [(row["name"], row["arch"], row["evr"]) for row in rows] == [SHAPES[line]]


NOT_PACKAGES = [
    "warning: Found NDB Packages.db database while attempting bdb backend",
    "openssh-server#$%^5.3p1$%^104.el6.x86_64",
    "google-cloud-sdk.x86_64",
    "a-b",
    "bash-5 1-6.el9.x86_64",
    "x:bash-5.1-6.el9.x86_64",
    "bash-x:5.1-6.el9.x86_64",
    *(f"ba{one}sh-5.1-6.el9.x86_64" for one in ",;'\"=@#()[]&!?*/\\<>`$|"),
    *(f"bash-5.1-6{one}.el9.x86_64" for one in ",;'\"=@#:()[]&!?*/\\<>`$|"),
    "web-1,bash-5.1-6.el9.x86_64",
]


@pytest.mark.parametrize("line", NOT_PACKAGES)
def test_lines_that_are_no_package_are_refused_with_their_number(line):
    text = f"bash-5.1.8-6.el9.x86_64\n{line}\nzlib-1.2.11-40.el9.x86_64\n"
    inventory = read_inventory(text.encode())
    assert inventory.packages["line"].to_pylist() == [1, 3]
    assert [(row["line"], row["code"], row["text"]) for row in inventory.rejects.to_pylist()] == [(2, "PR2001", line)]


UNREAD = [
    "error: rpmdbNextIterator: skipping h#     753 Header V3 DSA signature: BAD, key ID db42a6",
    "error: rpmdb: BDB0113 Thread/process 17034/140500 failed: BDB1507 Thread died in Berkeley DB library",
    "error: db5 error(-30973) from dbenv->failchk: BDB0087 DB_RUNRECOVERY: Fatal error, run database recovery",
    "error: cannot open Packages database in /var/lib/rpm",
]
PACKAGES = {
    "plain": "bash-5.1-6.el9.x86_64\nzlib-1.2-4.el9.x86_64\n",
    "columns": "bash\t0\t5.1\t6.el9\tx86_64\nzlib\t0\t1.2\t4.el9\tx86_64\n",
    "objects": '{"name":"bash","version":"5","release":"6","arch":"noarch"}\n' * 3,
}


@pytest.mark.parametrize("line", UNREAD)
@pytest.mark.parametrize("shape", PACKAGES)
def test_a_list_in_which_rpm_says_that_packages_are_missing_is_no_list(shape, line):
    with pytest.raises(InventoryError) as raised:
        read_inventory(f"{PACKAGES[shape]}{line}\n{PACKAGES[shape]}".encode())
    number = PACKAGES[shape].count("\n") + 1
    assert str(raised.value) == (
        f"packages are missing: {line} [PR2117]\n"
        f"  at <bytes>:{number}\n"
        "  hint: repair the database (rpm --rebuilddb), and collect the list again"
    )


def test_among_several_hosts_that_one_is_without_packages(tmp_path):
    (tmp_path / "web-1.rpmqa").write_text(PACKAGES["plain"] + UNREAD[0] + "\n")
    (tmp_path / "web-2.rpmqa").write_text(PACKAGES["plain"])
    found = read_inventory(tmp_path / "*.rpmqa", product="RedhatEnterpriseLinux9.3")
    assert found.hosts["host"].to_pylist() == ["web-1", "web-2"]
    assert found.packages["host"].unique().to_pylist() == ["web-2"]
    assert [(row["host"], row["line"], row["code"]) for row in found.rejects.to_pylist()] == [("web-1", 3, "PR2117")]


@pytest.mark.parametrize(
    "row",
    [
        *("ba,sh\t0\t5.1\t6.el9\tx86_64", "bash\t0\t5.1\t6=el9\tx86_64", "bash\t0\t5;1\t6.el9\tx86_64"),
        *("bash\t0\t5-1\t6.el9\tx86_64", "bash\t0\t5.1\t6-el9\tx86_64", "ba sh\t0\t5.1\t6.el9\tx86_64"),
    ],
)
def test_fields_that_no_package_can_have_are_refused(row):
    text = f"zlib\t0\t1.2\t40.el9\tx86_64\n{row}\n"
    inventory = read_inventory(text.encode())
    assert inventory.packages["name"].to_pylist() == ["zlib"]
    assert inventory.rejects["line"].to_pylist() == [2]


@pytest.mark.parametrize(
    "line",
    [
        '{"name":"ba,sh","version":"5","release":"6","arch":"noarch"}',
        '{"name":"bash","version":"5","release":"6-7","arch":"noarch"}',
        '{"name":"bash","version":"5","release":"6","arch":"no,arch"}',
        '{"architecture":"noarch","package":"bash","version":"5-6-7"}',
    ],
)
def test_objects_that_no_package_can_be_are_refused(line):
    text = '{"name":"zlib","version":"5","release":"6","arch":"noarch"}\n' + line + "\n"
    found = read_inventory(text.encode())
    assert [(row["line"], row["code"]) for row in found.rejects.to_pylist()] == [(2, "PR2001")]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("web-1,bash-5.1-6.el9.x86_64\n" * 2 + "bash-5.1-6.el9.x86_64\n", "PR2115"),
        ("web-1,python3,3.9-1.el9,x86_64\n", "PR2101"),
    ],
)
def test_a_table_of_hosts_without_a_header_is_no_list_of_one(text, code):
    with pytest.raises(InventoryError) as raised:
        read_inventory(text.encode())
    assert raised.value.code == code


def test_an_architecture_not_stated_stays_unknown():
    """`rpm -qa` of old releases prints none: `el5` is no architecture (DECISIONS 30)."""
    inventory = read_inventory(b"zsh-4.2.6-1.x86_64\nyum-3.2.22-40.el5\n", host="h")
    assert inventory.packages["arch"].to_pylist() == ["x86_64", None]
    assert inventory.packages["evr"].to_pylist() == ["4.2.6-1", "3.2.22-40.el5"]
    assert ("PR2207", 1) in [(one.code, one.count) for one in inventory.diagnostics]


def test_keys_are_counted_and_are_no_packages():
    text = b"bash-5.1-6.x86_64\ngpg-pubkey-5a6340b3-6229229e\ngpg-pubkey-fd431d51-4ae0493b.(none)\n"
    inventory = read_inventory(text)
    assert inventory.packages.num_rows == 1
    assert ("PR2201", 2) in [(one.code, one.count) for one in inventory.diagnostics]


def test_a_long_file_keeps_its_line_numbers_in_every_block():
    lines = [
        f"lib{number}-1.{number}-1.el9.x86_64" if number % 500 else f"warning {number}" for number in range(30_000)
    ]
    inventory = read_inventory("\n".join(lines).encode())
    rows = zip(inventory.packages["name"].to_pylist(), inventory.packages["line"].to_pylist(), strict=True)
    assert all(lines[line - 1].startswith(f"{name}-") for name, line in rows)
    assert inventory.packages.num_rows + inventory.rejects.num_rows == len(lines)
    assert inventory.rejects["line"].to_pylist() == list(range(1, 30_001, 500))


@pytest.mark.parametrize("separator", ["\t", " "])
def test_an_epoch_may_stand_before_the_version(separator):
    text = separator.join(("bash", "1:5.1", "6.el9", "x86_64")) + "\n"
    found = read_inventory(text.encode(), product="RedhatEnterpriseLinux9.2", host="web-1")
    assert (found.packages["evr"].to_pylist(), found.rejects.num_rows) == (["1:5.1-6.el9"], 0)
