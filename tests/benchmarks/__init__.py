"""Benchmarks on a real server: what the interpreter costs beside a workflow written by hand, and what server settings are worth."""
