"""The door for InstallOverrideLists."""

from __future__ import annotations

import pytest

import patchrules as pr
from patchrules.errors import BaselineError

TWICE = [
    (b"patches:\n- id: bash\npatches:\n- id: zsh\n", "patches", "/patches"),
    (b'{"patches": [{"id": "bash"}], "patches": [{"id": "zsh"}]}', "patches", "/patches"),
    (b"patches:\n- id: bash\n  id: zsh\n", "id", "/patches/0/id"),
]


@pytest.mark.parametrize(("text", "key", "pointer"), TWICE)
def test_a_key_that_is_given_twice_is_refused(text, key, pointer):
    with pytest.raises(BaselineError, match=f"`{key}` is given 2 times, and nobody can say which is meant") as no:
        pr.load_install_override(text)
    assert no.value.code == "PR1501"
    assert str(no.value.where).endswith(f" at {pointer}")
