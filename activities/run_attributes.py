"""The search attributes of a run at its start, for those who start runs and those who make schedules that do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from temporalio import common

from workflows import contract
from workflows.core import run


def of(plan: Mapping[str, Any]) -> common.TypedSearchAttributes:
    """The attributes of a run at its start, so that they cost no event of their own."""
    keyword, keywords = common.SearchAttributeKey.for_keyword, common.SearchAttributeKey.for_keyword_list
    pairs: list[Any] = [
        common.SearchAttributePair(keyword(contract.ATTRIBUTE_PIPELINE), plan["name"]),
        common.SearchAttributePair(keyword(contract.ATTRIBUTE_STATUS), run.RUNNING),
        common.SearchAttributePair(keywords(contract.ATTRIBUTE_TOOLS), list(dict.fromkeys(step["uses"] for step in plan["steps"]))),
    ]
    if plan.get("event_type"):
        pairs.append(common.SearchAttributePair(keyword(contract.ATTRIBUTE_EVENT_TYPE), plan["event_type"]))
    return common.TypedSearchAttributes(pairs)
