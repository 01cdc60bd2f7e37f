"""Schedules at Temporal: what is created and updated there, and what a schedule remembers."""
