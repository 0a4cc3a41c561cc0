"""What is printed for a person cannot control the terminal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.cli.console import complain, harmless, note


def test_names_in_messages(capsys: pytest.CaptureFixture[str]) -> None:
    complain("a\x1b]0;renamed\x07.pdf: damaged")
    note("b\u202efdp.txt\x9b2J 完成")
    assert capsys.readouterr().err == "tongbao: a\ufffd]0;renamed\ufffd.pdf: damaged\nb\ufffdfdp.txt\ufffd2J 完成\n"


@given(st.text())
def test_nothing_but_controls_is_replaced(text: str) -> None:
    shown = harmless(text)
    assert len(shown) == len(text)
    assert all(new in (old, "\ufffd") for new, old in zip(shown, text, strict=True))
    assert all(character.isprintable() for character in shown if character.isascii() and character not in "\t\n")
