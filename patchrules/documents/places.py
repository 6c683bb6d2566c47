"""Where the parts of a baseline stand in its document: for reports that quote its lines."""

from __future__ import annotations

from collections.abc import Mapping

from patchrules.documents import terraform
from patchrules.documents.baseline import Source, opened
from patchrules.documents.faults import Findings, Loc
from patchrules.documents.parts import parts
from patchrules.documents.schema import BaselineDocument
from patchrules.documents.shape import Shaper
from patchrules.errors import Where


def places_of(source: Source) -> Mapping[Loc, Where]:
    """Return the place of each part of the first baseline of a document, by its path in AWS's own shape.

    Terraform's JSON is written by a program, so none of its lines is quoted. Raises BaselineError for what cannot be
    read and what is no baseline.

    >>> found = places_of(b"{Name: prod, RejectedPatches: [telnet]}")
    >>> print(found["RejectedPatches", 0])
    1:32 at /RejectedPatches/0
    """
    document = opened(source)
    if terraform.is_terraform(document.value):
        return {}
    part = parts(document)[0]
    findings = Findings(document)
    Shaper(findings).shape(part.value, BaselineDocument, part.pointer)
    return {loc: document.where(pointer) for loc, pointer in findings.places.items()}
