"""Stand-ins of the vendors, for `demo`, tests and trying things out: believable answers without an account, key or network."""
