"""Grafana's HTTP API: dashboards with versions, folders, alert rules, annotations, data sources and their permissions are kept."""

from __future__ import annotations

from typing import Any, Final

from starter.sandbox import api, grafana_bridge, vendor

SERVICE: Final = "grafana"
TOOLS: Final[vendor.Tools] = grafana_bridge.TOOLS

_CONFLICT: Final = 409
_CHANGED: Final = 412
_MAX_UID: Final = 40
_TIMES: Final = (1_768_467_600_000, 1_768_467_660_000, 1_768_467_720_000)  # ms


def refusal(status: int, words: str) -> api.Answer:
    """Grafana's form of an error."""
    return api.Answer({"message": words, "traceID": ""}, status)


def save_dashboard(request: api.Request, memory: vendor.Memory) -> Any:
    """POST /api/dashboards/db: creates, and replaces where it may."""
    given = vendor.need(request.fields, "dashboard", dict)
    title = given.get("title")
    if not isinstance(title, str) or not title:
        raise vendor.Refused("Dashboard title cannot be empty", vendor.BAD_REQUEST)
    dashboards = _dashboards(memory)
    uid = _uid(given, memory, "dash")
    before = dashboards.get(uid)
    if before is not None and not request.fields.get("overwrite"):
        if "version" not in given:
            raise vendor.Refused("A dashboard with the same uid already exists", _CHANGED)
        if given["version"] != before["dashboard"]["version"]:
            raise vendor.Refused("The dashboard has been changed by someone else", _CHANGED)
    version = before["dashboard"]["version"] + 1 if before is not None else 1
    identity = before["dashboard"]["id"] if before is not None else memory.number("grafana.id")
    url = f"/d/{uid}/{title.lower().replace(' ', '-')}"
    meta = {"url": url, "folderUid": request.fields.get("folderUid") or ""}
    dashboards[uid] = {"dashboard": {**given, "id": identity, "uid": uid, "version": version}, "meta": meta}
    return {"id": identity, "uid": uid, "url": url, "status": "success", "version": version, "slug": url.rpartition("/")[2]}


def get_dashboard(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /api/dashboards/uid/{uid}."""
    return _known(_dashboards(memory), request.path["uid"], "Dashboard not found")


def create_alert(request: api.Request, memory: vendor.Memory) -> Any:
    """POST /api/v1/provisioning/alert-rules."""
    fields = request.fields
    for name, kind in (("title", str), ("ruleGroup", str), ("folderUID", str), ("condition", str), ("data", list), ("for", str)):
        vendor.need(fields, name, kind)
    if fields["condition"] not in [one.get("refId") for one in fields["data"]]:
        raise vendor.Refused(f"invalid alert rule: condition {fields['condition']} does not exist", vendor.BAD_REQUEST)
    uid, rules = _uid(fields, memory, "rule"), memory.things("grafana.rule")
    if uid in rules:
        raise vendor.Refused("an alert rule with this uid exists already", _CONFLICT)
    rules[uid] = {**fields, "uid": uid, "id": memory.number("grafana.id")}
    return api.Answer(rules[uid], 201)


def get_alert(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /api/v1/provisioning/alert-rules/{uid}."""
    return _known(memory.things("grafana.rule"), request.path["uid"], "alert rule not found")


def query(request: api.Request, memory: vendor.Memory) -> Any:
    """POST /api/ds/query: a short series for each query; a data source that is not there is 404."""
    results = {}
    for one in vendor.need(request.fields, "queries", list):
        source = vendor.need(vendor.need(one, "datasource", dict), "uid")
        if source == "missing":
            raise vendor.Refused("data source not found", vendor.NOT_FOUND)
        name = one.get("refId") or "A"
        fields = [{"name": "Time", "type": "time"}, {"name": "Value", "type": "number", "labels": {"source": source}}]
        frame = {"schema": {"refId": name, "fields": fields}, "data": {"values": [list(_TIMES), [1, None, 3]]}}
        results[name] = {"status": 200, "frames": [frame]}
    return {"results": results}


def annotate(request: api.Request, memory: vendor.Memory) -> Any:
    """POST /api/annotations."""
    fields = request.fields
    vendor.need(fields, "text")
    time = fields.get("time", _TIMES[0])
    if not isinstance(time, int):
        raise vendor.Refused("bad request data: time is no number of milliseconds", vendor.BAD_REQUEST)
    identity = memory.number("grafana.annotation")
    kept = {**fields, "id": identity, "time": time, "timeEnd": fields.get("timeEnd", time)}
    memory.things("grafana.annotation")[str(identity)] = kept
    return {"message": "Annotation added", "id": identity}


def list_annotations(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /api/annotations: from, to, dashboardUID."""
    start, end, dashboard = int(request.query.get("from", 0)), int(request.query.get("to", 1 << 60)), request.query.get("dashboardUID")
    found = memory.things("grafana.annotation").values()
    return [one for one in found if one["time"] <= end and one["timeEnd"] >= start and dashboard in (None, one.get("dashboardUID"))]


def list_sources(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /api/datasources."""
    return list(memory.things("grafana.source").values())


def create_source(request: api.Request, memory: vendor.Memory) -> Any:
    """POST /api/datasources: names and uids are there once."""
    fields = request.fields
    name, kind, _ = (vendor.need(fields, member) for member in ("name", "type", "access"))
    sources, uid = memory.things("grafana.source"), _uid(fields, memory, "source")
    if uid in sources or name in [one["name"] for one in sources.values()]:
        raise vendor.Refused("data source with the same name already exists", _CONFLICT)
    sources[uid] = {**_shown(fields), "uid": uid, "id": memory.number("grafana.id"), "version": 1, "type": kind}
    return {"datasource": sources[uid], "id": sources[uid]["id"], "message": "Datasource added", "name": name}


def get_source(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /api/datasources/uid/{uid}."""
    return _known(memory.things("grafana.source"), request.path["uid"], "Data source not found")


def change_source(request: api.Request, memory: vendor.Memory) -> Any:
    """PUT /api/datasources/uid/{uid}."""
    kept = get_source(request, memory)
    for member in ("name", "type", "access"):
        vendor.need(request.fields, member)
    kept.update(_shown(request.fields), version=kept["version"] + 1)
    return {"datasource": kept, "id": kept["id"], "message": "Datasource updated", "name": kept["name"]}


def remove_source(request: api.Request, memory: vendor.Memory) -> Any:
    """DELETE /api/datasources/uid/{uid}."""
    removed = get_source(request, memory)
    del memory.things("grafana.source")[request.path["uid"]]
    return {"message": "Data source deleted", "id": removed["id"]}


def check_source(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /api/datasources/uid/{uid}/health."""
    get_source(request, memory)
    return {"message": "Successfully queried the data source", "status": "OK"}


def create_folder(request: api.Request, memory: vendor.Memory) -> Any:
    """POST /api/folders."""
    title, folders = vendor.need(request.fields, "title"), memory.things("grafana.folder")
    uid = _uid(request.fields, memory, "folder")
    if uid in folders:
        raise vendor.Refused("the folder has been changed by someone else", _CHANGED)
    parent = request.fields.get("parentUid", "")
    folders[uid] = {
        "id": memory.number("grafana.id"),
        "uid": uid,
        "title": title,
        "url": f"/dashboards/f/{uid}",
        "parentUid": parent,
        "version": 1,
    }
    return folders[uid]


def get_folder(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /api/folders/{uid}."""
    return _known(memory.things("grafana.folder"), request.path["uid"], "folder not found")


def permit_dashboard(request: api.Request, memory: vendor.Memory) -> Any:
    """POST /api/dashboards/uid/{uid}/permissions: the whole list."""
    _known(_dashboards(memory), request.path["uid"], "Dashboard not found")
    return _permit(request, memory, "Dashboard permissions updated")


def permit_folder(request: api.Request, memory: vendor.Memory) -> Any:
    """POST /api/folders/{uid}/permissions: the whole list."""
    return _permit(request, memory, "Folder permissions updated")


def _permit(request: api.Request, memory: vendor.Memory, words: str) -> Any:
    items = vendor.need(request.fields, "items", list)
    if any(one.get("permission") not in (1, 2, 4) for one in items):
        raise vendor.Refused("bad request data", vendor.BAD_REQUEST)
    memory.things("grafana.permissions")[request.path["uid"]] = items
    return {"message": words}


def _dashboards(memory: vendor.Memory) -> dict[str, Any]:
    """Those that were made, and one that was there before: the one of the catalog's examples."""
    kept = memory.things("grafana.saved")
    first = {"id": 1, "uid": "cIBgcSjkk", "title": "Production Overview", "version": 3, "panels": []}
    kept.setdefault("cIBgcSjkk", {"dashboard": first, "meta": {"url": "/d/cIBgcSjkk/production-overview", "folderUid": "l3KqBxCMz"}})
    return kept


def _uid(given: Any, memory: vendor.Memory, word: str) -> str:
    uid = given.get("uid") or f"{word}-{memory.number(f'grafana.{word}'):06}"
    if len(uid) > _MAX_UID:
        raise vendor.Refused("uid too long, max 40 characters", vendor.BAD_REQUEST)
    return str(uid)


def _shown(fields: Any) -> dict[str, Any]:
    """Secrets are taken and never given back."""
    secret = fields.get("secureJsonData") or {}
    return {**{name: one for name, one in fields.items() if name != "secureJsonData"}, "secureJsonFields": dict.fromkeys(secret, True)}


def _known(things: Any, uid: str, words: str) -> Any:
    if uid not in things:
        raise vendor.Refused(words, vendor.NOT_FOUND)
    return things[uid]


def organisation(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /api/org."""
    return {"id": 1, "name": "Sandbox", "address": {}}


API: Final[api.Routes] = {
    "GET /api/org": organisation,
    "POST /api/dashboards/db": save_dashboard,
    "GET /api/dashboards/uid/{uid}": get_dashboard,
    "POST /api/dashboards/uid/{uid}/permissions": permit_dashboard,
    "POST /api/v1/provisioning/alert-rules": create_alert,
    "GET /api/v1/provisioning/alert-rules/{uid}": get_alert,
    "POST /api/ds/query": query,
    "GET /api/annotations": list_annotations,
    "POST /api/annotations": annotate,
    "GET /api/datasources": list_sources,
    "POST /api/datasources": create_source,
    "GET /api/datasources/uid/{uid}": get_source,
    "PUT /api/datasources/uid/{uid}": change_source,
    "DELETE /api/datasources/uid/{uid}": remove_source,
    "GET /api/datasources/uid/{uid}/health": check_source,
    "POST /api/folders": create_folder,
    "GET /api/folders/{uid}": get_folder,
    "POST /api/folders/{uid}/permissions": permit_folder,
}
