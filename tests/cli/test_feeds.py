"""What is said on the command line of the catalogs of a host."""

from __future__ import annotations


def test_an_explanation_says_it_too(patchrules, data, tmp_path):
    (tmp_path / "web-1.status").write_text(
        "Package: bash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 5.1-1\n\n"
    )
    asked = ("--inventory", tmp_path / "web-1.status", "--product", "Debian12", "--as-of", "2027-01-01T00:00Z")
    result = patchrules("explain", "bash", *asked, "--catalog", data / "catalogs/debian12/main")
    assert result.exit_code == 0
    assert result.stderr.startswith("warning PR7017: no patch in the catalogs of Debian12 comes from a security")
    both = patchrules(
        *("explain", "bash", *asked, "--catalog", data / "catalogs/debian12/main"),
        *("--catalog", data / "catalogs/debian12/security"),
    )
    assert "PR7017" not in both.stderr
