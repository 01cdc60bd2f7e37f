"""Every kind of sender by its name, for the webhook endpoint and the command."""

from __future__ import annotations

from typing import Final

from starter.gateway.kinds import base, generic, github, gitlab, maib, msteams, slack

KINDS: Final[dict[str, base.Kind]] = {
    kind.name: kind for kind in (github.KIND, gitlab.KIND, slack.KIND, msteams.KIND, maib.ECOMMERCE, maib.MIA, maib.CHECKOUT, generic.KIND)
}
