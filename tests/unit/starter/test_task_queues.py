"""Which task queues a worker takes work from, and what it says of names that are wrong."""

from __future__ import annotations

import pytest

from activities import service_limits
from activities import settings as settings_module
from starter import task_queues

LIMITS = [service_limits.ServiceLimit("slack", service_limits.Rate(1, "second")), service_limits.ServiceLimit("jira", None)]


def taken(**variables: str) -> list[str]:
    return task_queues.taken(LIMITS, settings_module.Settings.from_mapping(variables))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param("", ["pipelines", "tools.jira", "tools.slack"], id="all where nothing is said"),
        pytest.param("pipelines", ["pipelines"], id="runs alone"),
        pytest.param("tools.slack , tools.jira,", ["tools.jira", "tools.slack"], id="services alone"),
    ],
)
def test_a_worker_takes_all_queues_or_those_that_it_is_told(given: str, expected: list[str]) -> None:
    assert taken(ORDINAUT_TASK_QUEUES=given) == expected


def test_wrong_names_are_told_all_at_once() -> None:
    with pytest.raises(settings_module.SettingsError) as caught:
        taken(ORDINAUT_TASK_QUEUES="tools.slak,mail", ORDINAUT_RATE_LIMIT_SLAKC="1/second", ORDINAUT_RATE_LIMIT_MAIL="none")
    assert caught.value.problems == (
        "ORDINAUT_TASK_QUEUES: the catalog has no task queue 'tools.slak'; did you mean 'tools.slack'?",
        "ORDINAUT_TASK_QUEUES: the catalog has no task queue 'mail'; there are pipelines, tools.jira, tools.slack",
        "ORDINAUT_RATE_LIMIT_SLAKC: services.json of the catalog has no such service; did you mean ORDINAUT_RATE_LIMIT_SLACK?",
        "ORDINAUT_RATE_LIMIT_MAIL: services.json of the catalog has no such service; there are SLACK, JIRA",
    )


@pytest.mark.parametrize(
    ("queues", "expected"),
    [
        pytest.param(["pipelines"], "task queue 'pipelines'", id="one"),
        pytest.param(["pipelines", "tools.a"], "task queues 'pipelines', 'tools.a'", id="few"),
        pytest.param(["pipelines", *(f"tools.{n}" for n in "abcd")], "task queues 'pipelines' and 4 of services", id="many"),
        pytest.param([f"tools.{n}" for n in "abcd"], "task queues 'tools.a', 'tools.b', 'tools.c', 'tools.d'", id="services alone"),
    ],
)
def test_the_queues_are_told_in_a_line(queues: list[str], expected: str) -> None:
    assert task_queues.shown(queues) == expected
