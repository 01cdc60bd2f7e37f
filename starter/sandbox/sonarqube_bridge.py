"""SonarQube behind a bridge, for catalogs that still have one: an analysis, and the gate that judges it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from starter.sandbox import vendor


def analyze(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """Figures of a branch: good ones, but bad ones where its name holds `broken`, so that both ways can be tried."""
    project, branch = vendor.need(arguments, "project_key"), str(arguments.get("branch", "main"))
    broken = "broken" in branch
    analysis = {
        "analysis_id": f"AX-{memory.number('sonarqube.analysis'):06}",
        "project_key": project,
        "branch": branch,
        "security_rating": "D" if broken else "A",
        "coverage": Decimal("41.2") if broken else Decimal("87.5"),
        "bugs": 12 if broken else 0,
        "vulnerabilities": 3 if broken else 0,
        "code_smells": 64 if broken else 7,
    }
    memory.things("sonarqube.analysis")[analysis["analysis_id"]] = analysis
    return analysis


def quality_gate(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """`PASSED` where the analysis has no bugs and vulnerabilities and covers 80 percent."""
    vendor.need(arguments, "project_key")
    analysis = vendor.known(memory.things("sonarqube.analysis"), vendor.need(arguments, "analysis_id"), "analysis")
    conditions = [
        _condition("bugs", analysis["bugs"], analysis["bugs"] == 0),
        _condition("vulnerabilities", analysis["vulnerabilities"], analysis["vulnerabilities"] == 0),
        _condition("coverage", analysis["coverage"], analysis["coverage"] >= 80),
    ]
    return {"status": "PASSED" if all(condition["status"] == "OK" for condition in conditions) else "FAILED", "conditions": conditions}


def _condition(metric: str, value: Any, holds: bool) -> dict[str, Any]:
    return {"metric": metric, "value": value, "status": "OK" if holds else "ERROR"}


TOOLS: Final[vendor.Tools] = {"analyze": analyze, "quality_gate": quality_gate}
