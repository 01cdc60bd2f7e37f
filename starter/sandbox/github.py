"""GitHub's own API: issues, pull requests, labels, releases, workflows, search, figures. What was made is there later."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from starter.sandbox import api, github_bridge, github_history, vendor

SERVICE: Final = "github"
TOOLS: Final[vendor.Tools] = github_bridge.TOOLS
_SITE: Final = "https://github.com"
_FIRST_NUMBER: Final = 100
_CREATED: Final = "2026-01-15T09:00:00Z"
_DOCS: Final = "https://docs.github.com/rest"
#: A page of a list; the sandbox's lists are shorter.
_PAGE: Final = 100


def refusal(status: int, words: str) -> api.Answer:
    """GitHub's form of an error; a validation says which field, "Release tag_name already_exists"."""
    if status == 429:
        return _answer({"message": "You have exceeded a secondary rate limit.", "documentation_url": _DOCS}, status)
    if status != vendor.UNPROCESSABLE:
        return _answer({"message": words, "documentation_url": _DOCS, "status": str(status)}, status)
    resource, field, code, *_ = [*words.split(" ", 2), "", ""]
    detail = {"resource": resource, "field": field, "code": code or "invalid"}
    return _answer({"message": "Validation Failed", "errors": [detail], "documentation_url": _DOCS, "status": "422"}, status)


def create_issue(request: api.Request, memory: vendor.Memory) -> Any:
    """POST /repos/{owner}/{repo}/issues."""
    title = _field(request, "Issue", "title")
    issue = _numbered(request, memory, "issues", {"title": title, "body": request.fields.get("body")})
    issue["labels"] = [{"name": name} for name in request.fields.get("labels") or []]
    return _answer(issue, 201)


def list_issues(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /repos/{owner}/{repo}/issues, newest first; pull requests are issues too."""
    return _answer(_newest(memory.things(_key(request, "number")).values()))


def create_pull(request: api.Request, memory: vendor.Memory) -> Any:
    """POST /repos/{owner}/{repo}/pulls: one open pull request for a pair of branches."""
    title, head, base = (_field(request, "PullRequest", name) for name in ("title", "head", "base"))
    label = head if ":" in head else f"{request.path['owner']}:{head}"
    pulls = memory.things(_key(request, "number")).values()
    if any(one.get("head", {}).get("label") == label and one["base"]["ref"] == base for one in pulls if one["state"] == "open"):
        raise vendor.Refused("PullRequest head already_exists")
    made = _numbered(request, memory, "pull", {"title": title, "body": request.fields.get("body")})
    made.update(head={"label": label, "ref": head}, base={"ref": base}, merged=False, draft=bool(request.fields.get("draft")))
    return _answer(made, 201)


def list_pulls(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /repos/{owner}/{repo}/pulls, by state, head and base."""
    asked = request.query
    found = [one for one in memory.things(_key(request, "number")).values() if "head" in one]
    found = [one for one in found if asked.get("state", "open") in ("all", one["state"])]
    found = [one for one in found if one["head"]["label"] == asked.get("head", one["head"]["label"])]
    return _answer(_newest(one for one in found if one["base"]["ref"] == asked.get("base", one["base"]["ref"])))


def get_pull(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /repos/{owner}/{repo}/pulls/{number}, as JSON or as a diff."""
    if request.headers.get("accept") == "application/vnd.github.diff":
        return api.Answer(github_bridge.DIFF, 200, _limits())
    return _answer(_pull(request, memory))


def merge(request: api.Request, memory: vendor.Memory) -> Any:
    """PUT /repos/{owner}/{repo}/pulls/{number}/merge."""
    pull, fields = _pull(request, memory), request.body or {}
    if pull["merged"]:
        raise vendor.Refused("Pull Request is not mergeable", 405)
    if fields.get("sha") not in (None, pull["head"].get("sha")):
        raise vendor.Refused("Head branch was modified. Review and try the merge again.", 409)
    pull.update(merged=True, state="closed", merge_commit_sha="6dcb09b5b57875f334f61aebed695e2e4193db5e")
    return _answer({"sha": pull["merge_commit_sha"], "merged": True, "message": "Pull Request successfully merged"})


def request_reviewers(request: api.Request, memory: vendor.Memory) -> Any:
    """POST /repos/{owner}/{repo}/pulls/{number}/requested_reviewers."""
    pull = _pull(request, memory)
    asked = {one["login"] for one in pull.setdefault("requested_reviewers", [])}
    pull["requested_reviewers"] += [{"login": login} for login in request.fields.get("reviewers") or [] if login not in asked]
    return _answer(pull, 201)


def add_comment(request: api.Request, memory: vendor.Memory) -> Any:
    """POST /repos/{owner}/{repo}/issues/{number}/comments, and the same of a pull request's lines."""
    body, number = _field(request, "IssueComment", "body"), request.path["number"]
    kind = "pulls" if "commit_id" in request.fields else "issues"
    identity = 5_000 + memory.number("github.comment")
    url = f"{_SITE}/{_repository(request)}/{'pull' if kind == 'pulls' else 'issues'}/{number}#issuecomment-{identity}"
    made = {"id": identity, "html_url": url, "body": body, "created_at": _CREATED}
    memory.things(_key(request, f"comment.{kind}"))[str(identity)] = made
    return _answer(made, 201)


def list_comments(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /repos/{owner}/{repo}/issues/comments, newest first."""
    return _answer(_newest(memory.things(_key(request, "comment.issues")).values()))


def list_line_comments(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /repos/{owner}/{repo}/pulls/comments, newest first."""
    return _answer(_newest(memory.things(_key(request, "comment.pulls")).values()))


def list_files(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /repos/{owner}/{repo}/pulls/{number}/files: those of the one diff there is."""
    files = [
        {"filename": "app/users.py", "status": "modified", "additions": 6, "deletions": 1, "changes": 7, "patch": "@@ -10,4 +10,9 @@"},
        {"filename": "README.md", "status": "modified", "additions": 2, "deletions": 0, "changes": 2, "patch": "@@ -1 +1,3 @@"},
    ]
    return _answer(files)


def change_labels(request: api.Request, memory: vendor.Memory) -> Any:
    """POST and PUT /repos/{owner}/{repo}/issues/{number}/labels."""
    labels, wanted = memory.things(f"{_key(request, 'label')}.{request.path['number']}"), request.fields.get("labels")
    if not isinstance(wanted, list):
        raise vendor.Refused("Label labels invalid")
    if request.method == "PUT":
        labels.clear()
    labels.update({name: {"name": name} for name in wanted})
    return _answer(list(labels.values()))


def remove_label(request: api.Request, memory: vendor.Memory) -> Any:
    """DELETE /repos/{owner}/{repo}/issues/{number}/labels/{name}."""
    labels = memory.things(f"{_key(request, 'label')}.{request.path['number']}")
    if labels.pop(request.path["name"], None) is None:
        raise vendor.Refused("Label does not exist", vendor.NOT_FOUND)
    return _answer(list(labels.values()))


def create_label(request: api.Request, memory: vendor.Memory) -> Any:
    """POST /repos/{owner}/{repo}/labels."""
    name, labels = _field(request, "Label", "name"), memory.things(_key(request, "label"))
    if name in labels:
        raise vendor.Refused("Label name already_exists")
    labels[name] = {"name": name, "color": request.fields.get("color") or "ededed", "description": request.fields.get("description")}
    return _answer(labels[name], 201)


def create_release(request: api.Request, memory: vendor.Memory) -> Any:
    """POST /repos/{owner}/{repo}/releases; the tag must be new."""
    tag, releases = _field(request, "Release", "tag_name"), memory.things(_key(request, "release"))
    if tag in releases:
        raise vendor.Refused("Release tag_name already_exists")
    url = f"{_SITE}/{_repository(request)}/releases/tag/{tag}"
    releases[tag] = {"id": memory.number("github.release"), "tag_name": tag, "html_url": url, "draft": bool(request.fields.get("draft"))}
    return _answer(releases[tag], 201)


def list_releases(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /repos/{owner}/{repo}/releases, newest first."""
    return _answer(_newest(memory.things(_key(request, "release")).values()))


def add_project_item(request: api.Request, memory: vendor.Memory) -> Any:
    """POST /orgs/{org}/projectsV2/{project}/items: what is there stays."""
    fields = request.fields
    if fields.get("type") not in ("Issue", "PullRequest"):
        raise vendor.Refused("ProjectV2Item type invalid")
    items = memory.things(f"github.project.{request.path['org']}.{request.path['project']}")
    place = f"{fields.get('owner')}/{fields.get('repo')}#{fields.get('number')}"
    items.setdefault(place, {"id": 7_000 + len(items), "content_type": fields["type"], "created_at": _CREATED})
    return _answer(items[place], 201)


def dispatch(request: api.Request, memory: vendor.Memory) -> Any:
    """POST /repos/{owner}/{repo}/actions/workflows/{workflow}/dispatches: 204 unless the run is asked for."""
    _field(request, "WorkflowDispatch", "ref")
    number, repository = memory.number("github.run"), _repository(request)
    url = f"{_SITE}/{repository}/actions/runs/{number}"
    run = {"id": number, "status": "completed", "conclusion": "success", "html_url": url, "head_sha": "a1b2c3", "created_at": _CREATED}
    memory.things(f"{_key(request, 'runs')}.{request.path['workflow']}")[str(number)] = run
    if not request.fields.get("return_run_details"):
        return _answer(None, 204)
    return _answer({"workflow_run_id": number, "run_url": f"{url}/api", "html_url": url})


def list_runs(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /repos/{owner}/{repo}/actions/workflows/{workflow}/runs, newest first."""
    runs = _newest(memory.things(f"{_key(request, 'runs')}.{request.path['workflow']}").values())
    return _answer({"total_count": len(runs), "workflow_runs": runs})


def search(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /search/issues: counts by the words of the query, and the pull requests that were merged."""
    words = request.query.get("q", "")
    if not re.search(r"\brepo:\S+/\S+", words) or not re.search(r"\bis:(pr|issue)\b", words):
        raise vendor.Refused("Search q invalid")
    found = github_history.MERGED if "is:merged" in words else ()
    count = next((number for mark, number in github_history.COUNTS.items() if mark in words), len(found))
    return _answer({"total_count": count, "incomplete_results": False, "items": list(found)[: int(request.query.get("per_page", "30"))]})


def contributors(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /repos/{owner}/{repo}/stats/contributors: 202 the first time, since GitHub computes it then."""
    asked = memory.things("github.statistics")
    if _repository(request) not in asked:
        asked[_repository(request)] = True
        return _answer({}, 202)
    return _answer(github_history.CONTRIBUTORS)


def user(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /user: whose token it is."""
    return _answer({"login": "ordinaut-bot", "id": 1, "type": "User"})


def _field(request: api.Request, resource: str, name: str) -> str:
    value = request.fields.get(name)
    if not isinstance(value, str) or not value:
        raise vendor.Refused(f"{resource} {name} {'missing_field' if value is None else 'invalid'}")
    return value


def _repository(request: api.Request) -> str:
    return f"{request.path['owner']}/{request.path['repo']}"


def _key(request: api.Request, kind: str) -> str:
    return f"github.own.{kind}.{_repository(request)}"


def _numbered(request: api.Request, memory: vendor.Memory, word: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """An issue or pull request with the next number of its repository."""
    number = _FIRST_NUMBER + memory.number(_key(request, "next"))
    url = f"{_SITE}/{_repository(request)}/{word}/{number}"
    made = {"number": number, "html_url": url, "created_at": _CREATED, "state": "open", **facts}
    memory.things(_key(request, "number"))[str(number)] = made
    return made


def _pull(request: api.Request, memory: vendor.Memory) -> dict[str, Any]:
    """A pull request; one that nobody made is there as well, so that examples find theirs."""
    number = request.path["number"]
    if not number.isdigit():
        raise vendor.Refused("Not Found", vendor.NOT_FOUND)
    facts = {"number": int(number), "html_url": f"{_SITE}/{_repository(request)}/pull/{number}", "state": "open", "merged": False}
    found: dict[str, Any] = memory.things(_key(request, "number")).setdefault(
        number, {**facts, "created_at": _CREATED, "head": {"label": "company:earlier", "ref": "earlier"}, "base": {"ref": "main"}}
    )
    return found


def _newest(things: Any) -> list[Any]:
    return list(things)[::-1][:_PAGE]


def _limits() -> dict[str, str]:
    return {"x-ratelimit-limit": "5000", "x-ratelimit-remaining": "4990", "x-ratelimit-used": "10", "x-ratelimit-resource": "core"}


def _answer(body: Any, status: int = 200) -> api.Answer:
    return api.Answer(body, status, _limits())


_REPOSITORY: Final = "/repos/{owner}/{repo}"


def rate_limit(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /rate_limit."""
    core = {"limit": 5000, "remaining": 4987, "reset": 1_795_000_000, "used": 13}
    return {"resources": {"core": core}, "rate": core}


API: Final[api.Routes] = {
    "GET /rate_limit": rate_limit,
    f"GET {_REPOSITORY}/actions/workflows/{{workflow}}/runs": list_runs,
    f"POST {_REPOSITORY}/actions/workflows/{{workflow}}/dispatches": dispatch,
    f"GET {_REPOSITORY}/issues": list_issues,
    f"POST {_REPOSITORY}/issues": create_issue,
    f"GET {_REPOSITORY}/issues/comments": list_comments,
    f"POST {_REPOSITORY}/issues/{{number}}/comments": add_comment,
    f"POST {_REPOSITORY}/issues/{{number}}/labels": change_labels,
    f"PUT {_REPOSITORY}/issues/{{number}}/labels": change_labels,
    f"DELETE {_REPOSITORY}/issues/{{number}}/labels/{{name}}": remove_label,
    f"POST {_REPOSITORY}/labels": create_label,
    f"GET {_REPOSITORY}/pulls": list_pulls,
    f"POST {_REPOSITORY}/pulls": create_pull,
    f"GET {_REPOSITORY}/pulls/{{number}}": get_pull,
    f"POST {_REPOSITORY}/pulls/{{number}}/comments": add_comment,
    f"GET {_REPOSITORY}/pulls/{{number}}/files": list_files,
    f"PUT {_REPOSITORY}/pulls/{{number}}/merge": merge,
    f"POST {_REPOSITORY}/pulls/{{number}}/requested_reviewers": request_reviewers,
    f"GET {_REPOSITORY}/pulls/comments": list_line_comments,
    f"GET {_REPOSITORY}/releases": list_releases,
    f"POST {_REPOSITORY}/releases": create_release,
    f"GET {_REPOSITORY}/stats/contributors": contributors,
    "GET /search/issues": search,
    "GET /user": user,
    "POST /orgs/{org}/projectsV2/{project}/items": add_project_item,
}
