"""Places in JSON: the key or item at a path, or what is around it."""

from __future__ import annotations

import pytest

from activities import json_places

TEXT = """{
  "address": "a.b", "list": [1, {"x y": null},
    "\\"]"],
  "rest": {"path": "/a", "path": "/b", "deep": {"path": 1.5e3}}
}
"""


@pytest.mark.parametrize(
    ("path", "place"),
    [
        pytest.param("", (1, 1), id="the whole"),
        pytest.param("address", (2, 3), id="key"),
        pytest.param("list", (2, 21), id="second key of a line"),
        pytest.param("list[0]", (2, 30), id="item"),
        pytest.param('list[1]["x y"]', (2, 34), id="key that is no name"),
        pytest.param("list[2]", (3, 5), id="text with a quote and a bracket"),
        pytest.param("rest.path", (4, 12), id="the first of two"),
        pytest.param("rest.deep.path", (4, 49), id="deep"),
        pytest.param("rest.method", (4, 3), id="missing: what is around it"),
        pytest.param("nowhere[3].x", (1, 1), id="nothing of it"),
    ],
)
def test_the_place_of_a_path(path: str, place: tuple[int, int]) -> None:
    assert json_places.Places(TEXT).of(path) == place


def test_keys_that_stand_twice_in_one_object() -> None:
    assert json_places.Places(TEXT).repeated() == [("path", 4, 26)]
    assert json_places.Places('[{"a": 1}, {"a": 2}]').repeated() == []


@pytest.mark.parametrize("text", ["[]", "{}", " 5 ", '"x"', "[[], {}]", '{"a": {}, "b": []}'])
def test_small_texts(text: str) -> None:
    assert json_places.Places(text).of("b")[0] == 1
