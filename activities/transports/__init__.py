"""Transports: one file for each way a tool is reached; they know neither Temporal nor each other."""
