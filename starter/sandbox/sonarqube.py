"""SonarQube's Web API: analyses that a project's CI has made, their measures, and the gate that judges them."""

from __future__ import annotations

from typing import Any, Final

from starter.sandbox import api, sonarqube_bridge, vendor

SERVICE: Final = "sonarqube"
TOOLS: Final[vendor.Tools] = sonarqube_bridge.TOOLS
_ANALYSIS: Final = "sonarqube.analysis"
_RATINGS: Final = {"A": "1.0", "B": "2.0", "C": "3.0", "D": "4.0", "E": "5.0"}
_MAIN: Final = "main"


def refusal(status: int, words: str) -> api.Answer:
    """SonarQube's form of an error."""
    return api.Answer({"errors": [{"msg": words}]}, status)


def component_tasks(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /api/ce/component: a project `slow...` is still worked on at the first look, one `failing...` has a failed analysis."""
    project = vendor.need(request.query, "component")
    task = {"id": "AU-000001", "type": "REPORT", "componentKey": project}
    if project.startswith("slow") and memory.number(f"sonarqube.look.{project}") == 1:
        return {"queue": [{**task, "status": "IN_PROGRESS"}]}
    if project.startswith("failing"):
        return {"queue": [], "current": {**task, "status": "FAILED", "errorMessage": "the report is broken"}}
    return {"queue": [], "current": {**task, "status": "SUCCESS"}}


def list_analyses(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /api/project_analyses/search, the last first; the first look at a branch finds the one that its CI made."""
    project, branch = vendor.need(request.query, "project"), request.query.get("branch", _MAIN)
    if not _analyses(memory, project, branch):
        sonarqube_bridge.analyze({"project_key": project, "branch": branch}, memory)
    found = _analyses(memory, project, branch)
    size = int(request.query.get("ps", 100))
    return {
        "paging": {"pageIndex": 1, "pageSize": size, "total": len(found)},
        "analyses": [_analysis(one) for one in reversed(found)][:size],
    }


def history(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /api/measures/search_history: a metric without a value at a time has none there either."""
    project, branch = vendor.need(request.query, "component"), request.query.get("branch", _MAIN)
    metrics = vendor.need(request.query, "metrics").split(",")
    first, last = request.query.get("from", ""), request.query.get("to", "9")
    found = [one for one in _analyses(memory, project, branch) if first <= _date(one) <= last]
    return {
        "paging": {"pageIndex": 1, "pageSize": 100, "total": len(found)},
        "measures": [{"metric": metric, "history": [_point(one, metric) for one in found]} for metric in metrics],
    }


def project_status(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /api/qualitygates/project_status: by exactly one of analysisId and projectKey."""
    query = request.query
    if ("analysisId" in query) == ("projectKey" in query):
        raise vendor.Refused("Either 'analysisId', 'projectId' or 'projectKey' must be provided", vendor.BAD_REQUEST)
    if "analysisId" in query:
        identity = query["analysisId"]
        if identity not in memory.things(_ANALYSIS):
            raise vendor.Refused(f"Analysis with id '{identity}' is not found", vendor.NOT_FOUND)
        return {"projectStatus": _status(memory.things(_ANALYSIS)[identity])}
    found = _analyses(memory, query["projectKey"], query.get("branch", _MAIN))
    return {"projectStatus": _status(found[-1]) if found else {"status": "NONE", "conditions": [], "ignoredConditions": False}}


def _analyses(memory: vendor.Memory, project: str, branch: str) -> list[dict[str, Any]]:
    """Of a branch, the oldest first."""
    return [one for one in memory.things(_ANALYSIS).values() if (one["project_key"], one["branch"]) == (project, branch)]


def _date(analysis: dict[str, Any]) -> str:
    number = int(str(analysis["analysis_id"]).rpartition("-")[2])
    return f"2026-01-15T{number // 60 % 24:02}:{number % 60:02}:00+0000"


def _analysis(one: dict[str, Any]) -> dict[str, Any]:
    return {"key": one["analysis_id"], "date": _date(one), "revision": one.get("revision", "a1b2c3d4"), "events": []}


def _point(one: dict[str, Any], metric: str) -> dict[str, Any]:
    value = _RATINGS.get(str(one.get(metric)), one.get(metric))
    return {"date": _date(one), **({} if value is None else {"value": str(value)})}


def _status(one: dict[str, Any]) -> dict[str, Any]:
    conditions = [
        _condition("bugs", "GT", "0", one["bugs"], one["bugs"] == 0),
        _condition("vulnerabilities", "GT", "0", one["vulnerabilities"], one["vulnerabilities"] == 0),
        _condition("coverage", "LT", "80", one["coverage"], one["coverage"] is None or one["coverage"] >= 80),
    ]
    holds = all(condition["status"] == "OK" for condition in conditions)
    return {"status": "OK" if holds else "ERROR", "conditions": conditions, "ignoredConditions": False}


def _condition(metric: str, comparator: str, threshold: str, value: Any, holds: bool) -> dict[str, Any]:
    facts = {"metricKey": metric, "comparator": comparator, "errorThreshold": threshold, "actualValue": str(value)}
    return {"status": "OK" if holds else "ERROR", **facts}


def validate(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /api/authentication/validate: with status 200 whatever the token is."""
    return {"valid": bool(api.CREDENTIALS & set(request.headers)) and not api.are_wrong(request.headers)}


#: Everybody is told whether the token is valid.
ANONYMOUS: Final = ("GET /api/authentication/validate",)
API: Final[api.Routes] = {
    "GET /api/authentication/validate": validate,
    "GET /api/ce/component": component_tasks,
    "GET /api/measures/search_history": history,
    "GET /api/project_analyses/search": list_analyses,
    "GET /api/qualitygates/project_status": project_status,
}
