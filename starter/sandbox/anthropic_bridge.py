"""Claude behind a bridge, for catalogs that still have one: a review that looks at added lines for a few well-known mistakes."""

from __future__ import annotations

import re
from typing import Any, Final

from starter.sandbox import vendor

_SEVERITIES: Final = ("low", "medium", "high", "critical")
_MAX_SCORE: Final = 10

#: (pattern of an added line, severity, category, description, suggestion)
_MISTAKES: Final = (
    (
        r"(SELECT|INSERT|UPDATE|DELETE)\b.*[\"'] *[+%] *\w",
        "critical",
        "security",
        "SQL is built from text",
        "Bind the value as a parameter",
    ),
    (r"\beval\(|\bexec\(", "critical", "security", "Text is run as code", "Parse the text instead"),
    (r"(password|secret|token) *= *[\"']", "high", "security", "A secret stands in the code", "Read it from the environment"),
    (r"except *:", "medium", "maintainability", "Every error is swallowed", "Name the errors that are expected"),
    (r"SELECT \*.*\bif\b", "medium", "performance", "Rows are filtered after they were all read", "Filter in the statement"),
    (r"\bprint\(|console\.log\(", "low", "maintainability", "Output meant for debugging", "Use the logger"),
)


def code_review(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """Issues of the asked severity and above."""
    diff, language = vendor.need(arguments, "code_diff"), vendor.need(arguments, "language")
    threshold = arguments.get("severity_threshold", "medium")
    if threshold not in _SEVERITIES:
        raise vendor.Refused(f"severity_threshold: found {threshold!r}, expected one of {', '.join(_SEVERITIES)}", vendor.BAD_REQUEST)
    whole = review(diff, language)
    found = whole["issues"]
    shown = [issue for issue in found if _SEVERITIES.index(issue["severity"]) >= _SEVERITIES.index(threshold)]
    return {
        **whole,
        "issues": shown,
        "summary": f"{whole['summary']}; {len(shown)} of them are {threshold} or worse.",
        "metadata": {
            "total_issues": len(found),
            "filtered_issues": len(shown),
            "language": language,
            "focus_areas": arguments.get("focus_areas", []),
        },
    }


def review(diff: str, language: str) -> dict[str, Any]:
    """All that is found in a diff, whatever its severity."""
    found = [issue for number, line in _added(diff) for issue in _issues(number, line)]
    return {
        "overall_score": max(_MAX_SCORE - sum(_SEVERITIES.index(issue["severity"]) + 1 for issue in found), 0),
        "issues": found,
        "positive_aspects": ["The change is small and does one thing", "Names say what they hold"],
        "summary": f"{len(found)} issues in {len(_added(diff))} added lines of {language}",
    }


def _added(diff: str) -> list[tuple[int, str]]:
    """The added lines with their numbers in the new file."""
    lines, number = [], 0
    for line in diff.splitlines():
        if hunk := re.match(r"@@ -\d+(?:,\d+)? \+(\d+)", line):
            number = int(hunk[1])
        elif line.startswith("+") and not line.startswith("+++"):
            lines.append((number, line[1:]))
            number += 1
        elif not line.startswith("-"):
            number += 1
    return lines


def _issues(number: int, line: str) -> list[dict[str, Any]]:
    return [
        {"severity": severity, "category": category, "description": description, "line_numbers": [number], "suggestion": suggestion}
        for pattern, severity, category, description, suggestion in _MISTAKES
        if re.search(pattern, line)
    ]


TOOLS: Final[vendor.Tools] = {"code_review": code_review}
