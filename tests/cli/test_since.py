"""``patchrules evaluate --since``: the run that judging everything gives, and how many hosts were left alone."""

from __future__ import annotations


def test_a_run_since_another_one_says_how_many_verdicts_still_hold(patchrules, demo, tmp_path):
    monday, tuesday, whole = (str(tmp_path / name) for name in ("monday", "tuesday", "whole"))
    assert patchrules("evaluate", *demo, "--keep-digests", "-o", f"{monday}/").exit_code == 1
    since = patchrules("evaluate", *demo, "--since", monday, "-o", f"{tuesday}/")
    assert since.exit_code == 1
    assert f"{monday}: the verdicts on 9 of 10 hosts still hold\n" in since.stderr
    patchrules("evaluate", *demo, "-o", f"{whole}/")
    for name in ("run.json", "hosts.parquet", "verdicts.parquet"):
        assert (tmp_path / "tuesday" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_a_run_that_others_follow_is_saved_without_a_slash_too(patchrules, demo, tmp_path):
    patchrules("evaluate", *demo, "--keep-digests", "-o", tmp_path / "monday")
    since = patchrules("evaluate", *demo, "--since", tmp_path / "monday", "-o", tmp_path / "tuesday")
    assert "the verdicts on 9 of 10 hosts still hold" in since.stderr
    assert (tmp_path / "tuesday" / "run.json").is_file()
    patchrules("evaluate", *demo, "--since", tmp_path / "monday", "-o", tmp_path / "found.csv")
    patchrules("evaluate", *demo, "--since", tmp_path / "monday", "-o", tmp_path / "told", "--output-format", "table")
    patchrules("evaluate", *demo, "-o", tmp_path / "table")
    assert all((tmp_path / name).is_file() for name in ("found.csv", "told", "table"))
    refused = patchrules("report", tmp_path / "table")
    assert (refused.exit_code, "-o FOLDER/, where the slash makes it a run" in refused.stderr) == (2, True)


def test_a_run_that_kept_no_digests_is_bad_input(patchrules, demo, tmp_path):
    patchrules("evaluate", *demo, "-o", f"{tmp_path}/whole/")
    refused = patchrules("evaluate", *demo, "--since", f"{tmp_path}/whole")
    assert refused.exit_code == 2
    assert "hint: keep_digests=True, or --keep-digests, keeps them in a run" in refused.stderr
