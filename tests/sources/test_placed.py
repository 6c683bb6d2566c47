"""A file that takes the place of another is read by those who might read that one."""

from __future__ import annotations

import stat

import pytest

from patchrules.sources.placed import placed


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o444, 0o755])
def test_a_file_that_is_replaced_keeps_its_mode_from_the_first_byte_on(tmp_path, mode):
    place = tmp_path / "report.json"
    place.write_bytes(b"as it was")
    place.chmod(mode)
    with placed(place) as stream:
        modes = {stat.S_IMODE(one.stat().st_mode) for one in tmp_path.iterdir()}
        stream.write(b"as it is")
    assert modes == {mode}
    assert (stat.S_IMODE(place.stat().st_mode), place.read_bytes()) == (mode, b"as it is")


def test_a_new_file_has_the_mode_of_any_other(tmp_path):
    (tmp_path / "other").write_bytes(b"")
    with placed(tmp_path / "new") as stream:
        stream.write(b"new")
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "other").stat().st_mode
