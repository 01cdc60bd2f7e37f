"""Vendors' own HTTP APIs, described as data: one file a noun, for the transport `rest` and the checker of catalogs."""
