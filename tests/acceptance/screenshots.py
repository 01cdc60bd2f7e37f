"""Takes the picture for README, for those who change what a run looks like: `python -m tests.acceptance.screenshots`."""

from __future__ import annotations

import asyncio
import os
import sys

from starter import logs
from tests import reference_cases, web_ui


async def main() -> None:
    """Writes docs/web-ui.png: a finished run."""
    logs.set_up()
    file = reference_cases.ROOT / "docs" / "web-ui.png"
    async with web_ui.looking() as looking:
        await looking.open_run(looking.completed)
        await looking.sees("COMPLETED", "send_finance_report: msteams.enterprise send_adaptive_card")
        await asyncio.sleep(1)  # the timeline grows into its place
        await looking.picture(file)
    print(f"wrote {file}", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
    sys.stdout.flush()
    os._exit(0)  # see worker.py
