"""The webhook gateway, for `ordinaut gateway`: what comes over HTTP is checked, named and handed on as events."""

from __future__ import annotations
