"""What a webhook says: one file a kind of sender; each checks the signature and names the event."""

from __future__ import annotations
