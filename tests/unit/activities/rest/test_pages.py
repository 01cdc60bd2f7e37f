"""Pages: every way to the next one, limits that are told, and addresses that lead elsewhere."""

from __future__ import annotations

import json
import urllib.parse
from typing import Any

import pytest

from activities.rest import links
from tests import calls, servers, vendors

ITEMS = [{"n": number} for number in range(1, 8)]


def query_of(request: servers.Request) -> dict[str, str]:
    return dict(urllib.parse.parse_qsl(request.target.partition("?")[2]))


def called(pages: dict[str, Any], answer: vendors.Answer, arguments: dict[str, Any] | None = None, **more: Any) -> vendors.Called:
    rest = {"method": "GET", "path": "/items", "pages": {"items": "${answer.items}", **pages}, **more.pop("rest", {})}
    return vendors.call(rest, {"/items": answer, "/more": answer}, arguments, effect="safe", **more)


def by_cursor(request: servers.Request, url: str) -> vendors.Reply:
    body = json.loads(request.body) if request.body else {}
    start = int(query_of(request).get("cursor") or body.get("page", {}).get("after") or 0)
    following = start + 3
    return vendors.reply({"items": ITEMS[start:following], "meta": {"next": str(following) if following < len(ITEMS) else ""}})


CURSOR = {"cursor": "${answer.meta.next}", "into": "query.cursor"}


def test_a_cursor_in_the_query() -> None:
    found = called(CURSOR, by_cursor, rest={"query": {"limit": 3}})
    assert found.output == ITEMS
    assert found.targets == ["GET /items?limit=3", "GET /items?limit=3&cursor=3", "GET /items?limit=3&cursor=6"]
    assert "warnings" not in found.whole


def test_a_cursor_in_the_body() -> None:
    found = called(
        {"cursor": "${answer.meta.next}", "into": "body.page.after"}, by_cursor, rest={"method": "POST", "body": {"page": {"size": 3}}}
    )
    assert found.output == ITEMS
    assert [request.json["page"] for request in found.requests] == [{"size": 3}, {"size": 3, "after": "3"}, {"size": 3, "after": "6"}]


def test_the_result_sees_all_items_and_the_last_page() -> None:
    result = {"n": "${items | length}", "pages": "${pages}", "complete": "${complete}", "last": "${answer.meta.next}"}
    assert called(CURSOR, by_cursor, rest={"result": result}).output == {"n": 7, "pages": 3, "complete": True, "last": ""}


def by_number(request: servers.Request, url: str) -> vendors.Reply:
    page = int(query_of(request)["page"])
    return vendors.reply({"items": ITEMS[(page - 1) * 3 : page * 3], "total": len(ITEMS)})


def test_a_page_number_ends_with_an_empty_page() -> None:
    found = called({"number": "query.page"}, by_number)
    assert found.output == ITEMS
    assert found.targets == [f"GET /items?page={page}" for page in (1, 2, 3, 4)]


def test_a_page_number_ends_with_a_page_that_is_not_full() -> None:
    found = called({"number": "query.page", "size": "${arguments.size}"}, by_number, {"size": 3})
    assert (found.output, len(found.requests)) == (ITEMS, 3)


def test_more_ends_it() -> None:
    assert len(called({"number": "query.page", "more": "${answer.items[0].n < 4}"}, by_number).requests) == 2


def test_an_offset_counts_the_items() -> None:
    def by_offset(request: servers.Request, url: str) -> vendors.Reply:
        start = int(query_of(request)["startAt"])
        return vendors.reply({"items": ITEMS[start : start + 3]})

    found = called({"offset": "query.startAt", "size": 3}, by_offset)
    assert (found.output, found.targets[-1]) == (ITEMS, "GET /items?startAt=6")


def test_a_link_header_is_followed_with_the_same_headers() -> None:
    def linked(request: servers.Request, url: str) -> vendors.Reply:
        page = int(query_of(request).get("page", 1))
        links_ = [f'<{url}/items?page=1>; rel="first"'] + ([f'<{url}/items?page={page + 1}>; rel="next"'] if page < 3 else [])
        return vendors.reply({"items": ITEMS[(page - 1) * 3 : page * 3]}, link=", ".join(links_))

    found = called({"link": "next"}, linked, rest={"headers": {"X-Version": "1"}})
    assert found.output == ITEMS
    assert found.targets == ["GET /items", "GET /items?page=2", "GET /items?page=3"]
    assert {request.headers["x-version"] for request in found.requests} == {"1"}


@pytest.mark.parametrize("form", ["{url}/more?skip=x%20y", "/more?skip=x%20y", "more?skip=x%20y"])
def test_an_address_in_the_answer_is_followed(form: str) -> None:
    def answer(request: servers.Request, url: str) -> vendors.Reply:
        following = {"@odata.nextLink": form.replace("{url}", url)} if request.target == "/items" else {}
        return vendors.reply({"items": [request.target], **following})

    found = called({"next": "${answer['@odata.nextLink'] | default(null)}"}, answer)
    assert found.output == ["/items", "/more?skip=x%20y"]


ELSEWHERE = [
    "https://evil.example/items?page=2",
    "//evil.example/items",
    "http://127.0.0.1:1/items",
    "https://127.0.0.1:{port}/items",
    "http://user@127.0.0.1:{port}/items",
    "http://127.0.0.1:{port}@evil.example/items",
    "http://127.0.0.1.evil.example:{port}/items",
    "ftp://127.0.0.1:{port}/items",
    "\\\\evil.example\\items",
    "http://127.0.0.1:{port}\r\nX-Evil: 1/",
    "http://[::1",
]


@pytest.mark.parametrize("address", ELSEWHERE)
def test_an_address_elsewhere_is_refused_and_nothing_is_sent_there(address: str) -> None:
    def answer(request: servers.Request, url: str) -> vendors.Reply:
        return vendors.reply({"items": [1], "next": address.replace("{port}", url.rpartition(":")[2])})

    found = called({"next": "${answer.next}"}, answer, variables={"BANK_TOKEN": "s3cret-1"}, authentication={"type": "bearer_token"})
    assert found.failure[:2] == ("bad output", True)
    assert "it was not followed" in found.failure[2] or "expected an address" in found.failure[2]
    assert len(found.requests) == 1


def test_an_address_elsewhere_is_named_without_its_secrets() -> None:
    found = called({"next": "${'https://evil.example/items?token=x'}"}, lambda request, url: vendors.reply({"items": []}))
    assert found.failure[2] == (
        f"the next page leads to https://evil.example/items, expected the scheme, host and port of {found.url}; it was not followed{calls.UNCHANGED}"
    )


CUTS = [
    pytest.param({"max_pages": 2}, 6, 2, "max_pages of 2", id="pages"),
    pytest.param({"max_items": 4}, 4, 2, "max_items of 4", id="items, amid a page"),
    pytest.param({"max_items": "${arguments.most}"}, 3, 1, "max_items of 3", id="items, at the end of a page, by an argument"),
]


@pytest.mark.parametrize(("limits", "items", "pages", "limit"), CUTS)
def test_what_is_cut_is_told(limits: dict[str, Any], items: int, pages: int, limit: str) -> None:
    found = called({**CURSOR, **limits}, by_cursor, {"most": 3})
    assert (found.output, len(found.requests)) == (ITEMS[:items], pages)
    assert found.whole["warnings"] == [f"the answer was cut after {items} items of {pages} pages by {limit}; there is more"]


def test_limits_that_are_just_reached_cut_nothing() -> None:
    found = called({**CURSOR, "max_items": 7, "max_pages": 3}, by_cursor)
    assert found.output == ITEMS and "warnings" not in found.whole


@pytest.mark.parametrize("most", ["7", 0, None, True])
def test_a_limit_that_is_none_is_refused(most: Any) -> None:
    found = called({**CURSOR, "max_items": "${arguments.most}"}, by_cursor, {"most": most})
    assert found.failure[0] == "invalid input" and found.requests == []
    assert found.failure[2].endswith("expected a whole number above 0")


def test_pages_in_a_circle_are_noticed() -> None:
    found = called({"cursor": "${'same'}", "into": "query.cursor"}, by_cursor_that_never_ends)
    assert found.failure[2] == "the next page is one that was read before: the vendor's pages lead in a circle" + calls.UNCHANGED
    assert len(found.requests) == 2


def by_cursor_that_never_ends(request: servers.Request, url: str) -> vendors.Reply:
    return vendors.reply({"items": [1]})


def test_items_that_are_no_list_are_bad_output() -> None:
    found = called(CURSOR, lambda request, url: vendors.reply({"items": {"n": 1}, "meta": {"next": ""}}))
    assert found.failure == ("bad output", True, "rest.pages.items: found an object, expected a list" + calls.UNCHANGED)


def test_a_page_that_fails_fails_the_call() -> None:
    replies = [vendors.reply({"items": [1], "meta": {"next": "2"}}), vendors.reply({}, 429, retry_after="4")]
    found = vendors.call(
        {"method": "GET", "path": "/items", "pages": {"items": "${answer.items}", **CURSOR}}, {"/items": replies}, effect="safe"
    )
    assert (found.failure[0], found.wait_seconds) == ("throttled", 4)


def test_pages_end_with_the_deadline() -> None:
    number = iter(range(10_000))

    def endless(request: servers.Request, url: str) -> vendors.Reply:
        return vendors.reply({"items": [1], "meta": {"next": str(next(number))}})

    found = called({**CURSOR, "max_pages": 1_000, "max_items": 1_000_000}, endless, timeout=0.5)
    assert found.failure[0] == "unknown outcome" and "time ran out" in found.failure[2]
    assert not found.failure[1]  # it only reads


@pytest.mark.parametrize(
    ("header", "found"),
    [
        pytest.param('<https://a.example/?p=2>; rel="next"', "https://a.example/?p=2", id="one"),
        pytest.param('</b,c;d>; rel=prev, </e>; REL=Next; title="x, y"', "/e", id="signs inside, no quotes, case"),
        pytest.param('</a>; title="rel=next"; rel="last"', None, id="a title that looks like it"),
        pytest.param('</a>; rel="prev next"', "/a", id="two relations"),
        pytest.param("", None, id="none"),
        pytest.param("<" * 5_000 + ";" * 5_000, None, id="nonsense"),
    ],
)
def test_link_headers(header: str, found: str | None) -> None:
    assert links.in_header(header, "next") == found
