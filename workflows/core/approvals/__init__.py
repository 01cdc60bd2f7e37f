"""Approvals: what a run asks people, who may decide, and when it is decided. Pure, for the workflow, the activities and mock runs."""
