"""GitHub behind a bridge, for catalogs that still have one: issues, pull requests, releases, workflows, and one pull request to review."""

from __future__ import annotations

from typing import Any, Final

from starter.sandbox import vendor

_SITE: Final = "https://github.com"
_FIRST_NUMBER: Final = 100

DIFF: Final = """\
diff --git a/app/users.py b/app/users.py
index 3b18e51..a9c2f07 100644
--- a/app/users.py
+++ b/app/users.py
@@ -10,4 +10,9 @@ import logging
 def find_user(connection, user_id):
-    return connection.execute("SELECT * FROM users WHERE id = %s", [user_id])
+    query = "SELECT * FROM users WHERE id = " + user_id
+    print(query)
+    return connection.execute(query)
+
+def active_users(connection):
+    return [user for user in connection.execute("SELECT * FROM users") if user.active]
"""


def create_issue(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """An issue."""
    repository, _ = vendor.need(arguments, "repository"), vendor.need(arguments, "title")
    number = _FIRST_NUMBER + memory.number(f"github.{repository}")
    return {"issue_number": number, "issue_url": f"{_SITE}/{repository}/issues/{number}", "state": "open"}


def create_pr(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """A pull request."""
    repository, _ = vendor.need(arguments, "repository"), vendor.need(arguments, "title")
    number = _FIRST_NUMBER + memory.number(f"github.{repository}")
    reviewers = arguments.get("reviewers") or []
    return {"pr_number": number, "pr_url": f"{_SITE}/{repository}/pull/{number}", "state": "open", "reviewers_assigned": len(reviewers)}


def merge_pr(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """Merges a pull request."""
    return {"merged": True, "pr_number": vendor.need(arguments, "pr_number", int)}


def add_comment(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """A comment on an issue or a pull request."""
    repository, _ = vendor.need(arguments, "repository"), vendor.need(arguments, "body")
    identity = 5_000 + memory.number("github.comment")
    number = arguments.get("issue_number") or arguments.get("pr_number") or arguments.get("pull_number") or 0
    return {"id": identity, "html_url": f"{_SITE}/{repository}/issues/{number}#issuecomment-{identity}"}


def create_release(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """A release; its tag must be new."""
    repository, tag = vendor.need(arguments, "repository"), vendor.need(arguments, "tag_name")
    releases = memory.things(f"github.release.{repository}")
    if tag in releases:
        raise vendor.Refused(f"Validation Failed: tag_name {tag} already_exists")
    releases[tag] = {"id": memory.number("github.release"), "tag_name": tag, "html_url": f"{_SITE}/{repository}/releases/tag/{tag}"}
    return releases[tag]


def run_workflow(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """Starts a GitHub Actions workflow."""
    repository, workflow = vendor.need(arguments, "repository"), vendor.need(arguments, "workflow_id")
    number = memory.number("github.run")
    runs = memory.things(f"github.runs.{repository}.{workflow}")
    runs[str(number)] = {"id": number, "status": "completed", "conclusion": "success"}
    return {
        "workflow_triggered": True,
        "workflow_id": workflow,
        "workflow_run_id": number,
        "ref": arguments.get("ref", "main"),
        "inputs": arguments.get("inputs") or arguments.get("workflow_inputs") or {},
        "run_id": number,
        "html_url": f"{_SITE}/{repository}/actions/runs/{number}",
        "status": "completed",
        "conclusion": "success",
    }


def get_metrics(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """Figures of a period; with a `workflow_id` the runs of that GitHub Actions workflow too."""
    repository = vendor.need(arguments, "repository")
    runs = memory.things(f"github.runs.{repository}.{arguments.get('workflow_id', '')}")
    return {
        "period": arguments.get("period", "week"),
        "repository": repository,
        **({"workflow_runs": list(runs.values())} if "workflow_id" in arguments else {}),
        "pull_requests": {
            "opened_count": 14,
            "merged_count": 11,
            "feature_summary": "- Exports as CSV\n- Search by reference number",
            "bugfix_summary": "- Rounding of invoices in EUR\n- Time zone of reminders",
        },
        "issues": {"opened_count": 9, "closed_count": 13},
        "commits": {"count": 57},
        "contributors": {"count": 8, "new_count": 1},
    }


def done(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """Calls whose answer says nothing more."""
    return {"ok": True, "repository": vendor.need(arguments, "repository")}


def get_pull_request_diff(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """The same diff for every pull request: an SQL statement built from text, for reviewers to find."""
    repository, number = vendor.need(arguments, "repository"), vendor.need(arguments, "pull_number", int)
    return {"repository": repository, "pull_number": number, "content": DIFF}


def get_pr_files(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """The files of that diff."""
    vendor.need(arguments, "repository")
    vendor.need(arguments, "pull_number", int)
    return {"primary_language": "python", "files": [{"filename": "app/users.py", "status": "modified", "additions": 6, "deletions": 1}]}


TOOLS: Final[vendor.Tools] = {
    "enterprise": {
        "create_issue": create_issue,
        "create_pr": create_pr,
        "merge_pr": merge_pr,
        "add_comment": add_comment,
        "assign_reviewers": done,
        "create_release": create_release,
        "manage_labels": done,
        "sync_projects": done,
        "run_workflow": run_workflow,
        "get_metrics": get_metrics,
    },
    "get_pull_request_diff": get_pull_request_diff,
    "get_pr_files": get_pr_files,
    "create_review_comment": add_comment,
}
