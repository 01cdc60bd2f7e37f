"""Recorded histories that every later version of the interpreter must replay."""
