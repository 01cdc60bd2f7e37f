"""What must replay: no I/O, no clock, no randomness, no environment. `core` is the language, `pipeline.py` drives it on Temporal."""
