"""Heads of blocks are taken apart; words inside quotes, brackets and paths are not taken for keywords."""

from __future__ import annotations

import pytest

from workflows.core import blocks, errors


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("for x in xs", blocks.Loop(("x",), "xs")),
        ("for  k , v  in  f(a, 'x in y if z')  if  k == 'if' ", blocks.Loop(("k", "v"), "f(a, 'x in y if z')", "k == 'if'")),
        ("for (k, v) in o | items", blocks.Loop(("k", "v"), "o | items")),
        ("for x in s.if", blocks.Loop(("x",), "s.if")),
        ("for x in (a if b else c)", blocks.Loop(("x",), "(a if b else c)")),
        ("for x in xs if x in ys", blocks.Loop(("x",), "xs", "x in ys")),
        ("if a > 1", blocks.Condition("a > 1")),
        ("if(a)", blocks.Condition("(a)")),
        ("elif b", blocks.Divider("elif", "b")),
        ("else", blocks.Divider("else")),
        ("endfor", blocks.Divider("endfor")),
        ("set a = b == c", blocks.Assignment("a", "b == c")),
        ("set a=\n b", blocks.Assignment("a", "b")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_head_is_taken_apart(content: str, expected: blocks.Head) -> None:
    assert blocks.read(content) == expected


@pytest.mark.parametrize(
    "content",
    [
        "for",
        "for in x",
        "for 1 in x",
        "if",
        "elif",
        "set",
        "set a",
        "set a == b",
        "set a, b = c",
        "set a.b = c",
        "else x",
        "endif x",
        "foo",
        "1",
        "raw",
    ],
)
def test_a_head_that_cannot_be_read_is_an_error(content: str) -> None:
    with pytest.raises(errors.EvaluationError):
        blocks.read(content)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("fro x", blocks.Loop),
        ("for", blocks.Loop),
        ("if", blocks.Condition),
        ("elseif x", blocks.Divider),
        ("else if x", blocks.Divider),
        ("end_for", blocks.Divider),
        ("include 'x'", type(None)),
        ("1", type(None)),
    ],
)
def test_a_head_that_cannot_be_read_has_a_stand_in(content: str, expected: type) -> None:
    assert isinstance(blocks.stand_in(content), expected)
