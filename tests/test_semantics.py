"""docs/semantics.md is the meaning of the code: every function that it names is there."""

from __future__ import annotations

import importlib
import re

import pytest

from patchrules.codes import CODES


def named(text):
    """Every dotted name that stands after the dash of a paragraph."""
    for paragraph in text.split("\n\n"):
        _, dash, functions = paragraph.rpartition("— `")
        if dash:
            yield from re.findall(r"`?([a-z_0-9]+(?:\.[A-Za-z_0-9]+)+)`", functions)


def found(name):
    """What a dotted name below ``patchrules`` stands for."""
    parts = name.split(".")
    for count in range(len(parts), 0, -1):
        try:
            thing = importlib.import_module(".".join(["patchrules", *parts[:count]]))
        except ModuleNotFoundError:
            continue
        for part in parts[count:]:
            thing = getattr(thing, part)
        return thing
    raise LookupError(name)


def test_every_function_that_the_page_names_is_there(root):
    names = set(named((root / "docs" / "semantics.md").read_text("utf-8")))
    assert len(names) > 50
    for name in sorted(names):
        assert found(name) is not None, name


def test_a_name_that_is_not_there_is_seen():
    with pytest.raises(AttributeError):
        found("reference.states.nobody")


def test_every_code_that_the_page_names_is_known(root):
    assert set(re.findall("PR[0-9]{4}", (root / "docs" / "semantics.md").read_text("utf-8"))) <= CODES.keys()


def test_a_number_stands_for_one_paragraph_and_for_none_that_is_left_out(root):
    text = (root / "docs" / "semantics.md").read_text("utf-8")
    numbers = re.findall(r"^\*\*([0-9]+\.[0-9a-z]+) ", text, re.MULTILINE)
    left_out = re.findall(r"\(([0-9]+\.[0-9]+)\) is left out", text)
    assert len(numbers) > 50
    assert left_out == ["5.19"]
    assert sorted(numbers) == sorted({*numbers} - {*left_out})
