"""Authentication: one file for each kind that a tool definition may name."""
