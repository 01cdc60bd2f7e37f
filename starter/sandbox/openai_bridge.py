"""OpenAI behind a bridge, for catalogs that still have one: it really reconciles and scores what the context holds; the rest is canned."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from activities import json_text
from starter.sandbox import reconciliation, vendor

CONFIDENCE: Final = Decimal("0.93")
CHARACTERS_A_TOKEN: Final = 4
_MAX_PROMPT_CHARS: Final = 4_000

_DECISION_MAKERS: Final = ("ceo", "cto", "vp", "director")
_TECHNOLOGY: Final = ("soft", "data", "tech", "digital")
_ENGAGED: Final = ("webinar", "download")


def analyze(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """The answer's members depend on what the context holds."""
    prompt, context = vendor.need(arguments, "prompt"), vendor.need(arguments, "context", dict)
    if len(prompt) > _MAX_PROMPT_CHARS:
        raise vendor.Refused(f"`prompt` has {len(prompt)} characters, at most {_MAX_PROMPT_CHARS}", vendor.BAD_REQUEST)
    answer = answer_to(context)
    asked = (len(prompt) + len(json_text.encode(context))) // CHARACTERS_A_TOKEN
    said = len(json_text.encode(answer)) // CHARACTERS_A_TOKEN
    usage = {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said}
    return {**answer, "confidence": CONFIDENCE, "token_usage": usage}


def answer_to(context: vendor.Arguments) -> dict[str, Any]:
    """What the model makes of the context; its members depend on what it holds."""
    if "bank_transactions" in context and "system_transactions" in context:
        bank, system = vendor.need(context, "bank_transactions", list), vendor.need(context, "system_transactions", list)
        return reconciliation.reconcile(bank, system)
    if "leads" in context:
        return _leads(vendor.need(context, "leads", list))
    if "current_sprint" in context:
        return _advice(
            "The team finishes most of what it plans; changes of scope in the middle of a sprint cost about a tenth of it.",
            [
                "Plan for the mean of the last five sprints",
                "Agree on scope before the sprint begins",
                "Keep a tenth of the time for repairs",
            ],
        )
    if "pipeline_report" in context:
        return _advice(
            "The pipeline is healthy in its early stages; a few large deals have not moved for two weeks.",
            ["Call the owners of stale deals this week", "Move closing dates that are not realistic", "Offer a pilot to the largest deal"],
        )
    return _advice(
        "Sales grew against the week before, and the support desk keeps its promises; the south lags behind.",
        ["Look at the south's open offers", "Hold the time to resolution", "Ask lost customers why"],
    )


def _advice(summary: str, items: list[str]) -> dict[str, Any]:
    text = "\n".join([summary, *(f"{number}. {item}" for number, item in enumerate(items, 1))])
    return {"analysis": text, "summary": summary, "priority_items": items}


def _leads(leads: list[Any]) -> dict[str, Any]:
    scored = [_lead(lead) for lead in leads]
    count = sum(lead["score"] >= 70 for lead in scored)
    summary = f"{len(scored)} leads scored, {count} of them 70 or more."
    return {"analysis": summary, "summary": summary, "scored_leads": scored}


def _lead(lead: dict[str, Any]) -> dict[str, Any]:
    """40 points, and more for a decision maker (30), a technology company (20) and interest shown (10)."""
    fields = {**lead, **lead.get("properties", {})}
    fields.pop("properties", None)
    score, reasons = 40, []
    for points, name, words, reason in (
        (30, "jobtitle", _DECISION_MAKERS, "decides"),
        (20, "company", _TECHNOLOGY, "technology company"),
        (10, "lead_source", _ENGAGED, "has shown interest"),
    ):
        if any(word in str(fields.get(name, "")).lower() for word in words):
            score += points
            reasons.append(f"{reason} (+{points})")
    return {**fields, "score": score, "reasoning": ", ".join(reasons) or "nothing speaks for it yet"}


TOOLS: Final[vendor.Tools] = {"analyze": analyze}
