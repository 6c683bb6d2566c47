"""An architecture that is empty or `(none)` is not stated, in whatever format (SEMANTICS 5.16)."""

from __future__ import annotations

import json

import pytest

from patchrules.inventory import read_inventory

STANZA = "Package: {name}\nStatus: install ok installed\nArchitecture:{arch}\nVersion: 1.0-1\n\n"


def status(arch):
    return "".join(STANZA.format(name=name, arch=arch) for name in ("bash", "dash"))


def dpkg_query(arch):
    return f"bash\t5.2-1\t{arch}\tinstall ok installed\n"


def csv(arch):
    return f"host,name,arch,evr\nweb-1,bash,{arch},5.2-1\n"


def json_lines(arch):
    return json.dumps({"host": "web-1", "name": "bash", "arch": arch, "evr": "5.2-1"}) + "\n"


def osquery(arch):
    more = {"source": "", "revision": "1", "size": "1", "admindir": "", "status": "install ok installed"}
    return json.dumps([{"name": "bash", "version": "5.2-1", "arch": arch} | more])


def ansible(arch):
    facts = {"packages": {"bash": [{"name": "bash", "version": "5.2-1", "arch": arch, "source": "apt"}]}}
    return json.dumps({"ansible_facts": facts})


def trivy(arch):
    packages = [{"Name": "bash", "Version": "5.2-1", "Arch": arch}]
    results = [{"Class": "os-pkgs", "Type": "debian", "Packages": packages}]
    return json.dumps({"SchemaVersion": 2, "ArtifactName": "web-1", "Results": results})


def cyclonedx(arch):
    part = {"type": "library", "name": "bash", "version": "5.2-1", "purl": f"pkg:deb/debian/bash@5.2-1?arch={arch}"}
    return json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [part]})


@pytest.mark.parametrize("arch", ["", " ", "(none)"])
@pytest.mark.parametrize("text", [status, dpkg_query, csv, json_lines, osquery, ansible, trivy, cyclonedx])
def test_an_architecture_that_says_nothing_is_null(text, arch):
    if (text, arch) in ((trivy, "(none)"), (cyclonedx, " ")):
        return  # neither tool writes it so
    found = read_inventory(text(arch).encode(), host="web-1", family="debian")
    assert set(found.packages["arch"].to_pylist()) == {None}
    assert found.hosts["arch"].to_pylist() == [None]
    assert "PR2207" in {one.code for one in found.diagnostics}


def test_priority_and_section_that_are_empty_are_null_as_well():
    text = status("amd64").replace("Version", "Priority:\nSection:\nVersion")
    found = read_inventory(text.encode(), host="web-1", family="debian")
    assert found.packages["priority"].null_count == found.packages["section"].null_count == 2
