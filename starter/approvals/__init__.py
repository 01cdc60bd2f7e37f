"""Approvals for those who start, list and decide: the caller's side."""
