"""Databases: one file for each kind that the `database` transport can talk to, and what they share."""
