"""Who sent a webhook: one file a way of signing; each checks the bytes as they came, in constant time, against every live secret."""

from __future__ import annotations
