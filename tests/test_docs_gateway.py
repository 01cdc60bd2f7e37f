"""docs/gateway.md is held true: kinds, secrets, limits, statuses, metrics."""

from __future__ import annotations

import re

from activities import environment_names
from starter.gateway import body, cloud_events, metrics, protocol, refusals, serving, tally
from starter.gateway.kinds import base, gitlab, known, msteams, slack
from starter.gateway.signatures import comparing, maib
from tests import reference_cases
from workflows.core import limits

PAGE = (reference_cases.ROOT / "docs" / "gateway.md").read_text(encoding="utf-8")
SAID = " ".join(PAGE.split())


def rows(title: str) -> list[list[str]]:
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found is not None
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in found[1].splitlines() if line.startswith("| ")][1:]


def test_every_kind_has_a_row_with_its_secrets() -> None:
    table = {row[0].strip("`"): set(re.findall(r"`([A-Z_]+)", row[1])) for row in rows("Kinds of sender")}
    assert table == {kind.name: {name if kind.shared else f"{name}_" for name in kind.secrets} for kind in known.KINDS.values()}


def test_secrets_are_known_variables() -> None:
    for kind in known.KINDS.values():
        if kind.shared:
            assert {name for one in kind.secrets for name in (one, f"{one}_PREVIOUS")} <= environment_names.SECRETS.keys()


def test_every_refusal_has_a_row() -> None:
    table = {int(row[0]): row[1].strip("`") for row in rows("Limits") if row[0].isdigit()}
    assert table == refusals.OUTCOMES


def test_words_of_gitlab_are_told() -> None:
    for word, done in gitlab.DONE.items():
        if done not in ("awarded", "revoked"):
            assert re.search(rf"`{word}`( is)? `{done}`", SAID), word


def test_numbers_are_the_product_s() -> None:
    assert body.MAX_BYTES == 1_048_576 and "| body | 1 MiB, counted while it comes" in SAID
    assert maib.MAX_BYTES == 65_536 and "Of maib 64 KiB" in SAID
    assert body.READ_SECONDS == 10 and "| body, time | 10 s, then 408 |" in SAID
    assert (serving.MAX_HEAD_BYTES, protocol.HEAD_SECONDS) == (16_384, 10) and "| head of a request | 16 KiB, and 10 s |" in SAID
    assert serving.MAX_CONNECTIONS == 1_000 and "| connections | 1,000, then 503 |" in SAID
    assert (limits.MAX_DEPTH, limits.MAX_NUMBER_DIGITS) == (64, 400) and "64 levels" in SAID and "numbers of 400 digits" in SAID
    deadlines = (slack.KIND.deadline_seconds, msteams.KIND.deadline_seconds, base.DEADLINE_SECONDS)
    assert deadlines == (2.5, 4, 8) and "Slack 2.5 s, Teams 4 s, others 8 s" in SAID
    assert (comparing.WINDOW_SECONDS, maib.WINDOW_SECONDS) == (300, 93_600)
    assert "may be five minutes away" in SAID and "of maib Checkout 26 hours" in SAID
    assert cloud_events.STRUCTURED in SAID


def test_metrics_and_outcomes_are_named() -> None:
    assert [row[0].strip("`") for row in rows("Metrics")] == [f"{metrics.REQUESTS}_total", f"{metrics.DURATION}_bucket"]
    for word in (tally.ACCEPTED, tally.DUPLICATE, tally.ANSWERED, tally.FAILED, tally.UNPROVED):
        assert f"`{word}`" in SAID
