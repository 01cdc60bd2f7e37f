"""GitLab behind a bridge, for catalogs that still have one: pipelines, notes and approvals of merge requests."""

from __future__ import annotations

from typing import Any, Final

from starter.sandbox import vendor


def run_pipeline(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """Starts a pipeline."""
    project, ref = vendor.need(arguments, "project_id", (int, str)), vendor.need(arguments, "ref")
    number = memory.number("gitlab.pipeline")
    return {"id": number, "status": "created", "ref": ref, "web_url": f"https://gitlab.com/projects/{project}/-/pipelines/{number}"}


def add_mr_note(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """A note on a merge request."""
    return {"id": 9_000 + memory.number("gitlab.note"), "noteable_iid": _merge_request(arguments), "body": vendor.need(arguments, "body")}


def approve_mr(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """Approves a merge request."""
    return {"iid": _merge_request(arguments), "state": "opened", "approved": True, "approvals_left": 0}


def _merge_request(arguments: vendor.Arguments) -> Any:
    vendor.need(arguments, "project_id", (int, str))
    return vendor.need(arguments, "merge_request_iid", int)


TOOLS: Final[vendor.Tools] = {"run_pipeline": run_pipeline, "add_mr_note": add_mr_note, "approve_mr": approve_mr}
