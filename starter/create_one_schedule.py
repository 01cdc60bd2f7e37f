"""Creates the schedule of one pipeline by code: a script to copy for those who want no command line.

python -m starter.create_one_schedule pipelines/daily-standup.json
"""

from __future__ import annotations

import asyncio
import datetime
import os
import sys
from pathlib import Path

from activities.schedules import definition, memo
from starter import connection, documents, starting
from workflows import converter


async def create(file: Path) -> str:
    """Checks the file and creates its schedule; gives the schedule's id.

    Raises:
        SystemExit: the file has problems.
        connection.Unreachable: no Temporal service answers.
    """
    settings = documents.settings()
    checked = documents.checked(file, documents.catalog(settings), settings)
    if checked.pipeline is None or checked.plan is None or checked.pipeline.timing is None:
        raise SystemExit(f"{file}: it has problems, or runs on events; see: ordinaut check {file}")
    temporal = await connection.connect(converter.DATA_CONVERTER)
    now = datetime.datetime.now(datetime.UTC)
    given = starting.run_input(checked.plan, {}, None, None)
    made = definition.compiled(checked.pipeline.name, checked.pipeline.timing, checked.pipeline.policies, given, now, now, str(file))
    handle = await temporal.create_schedule(made.name, definition.schedule(made), memo=memo.marker())
    return handle.id


if __name__ == "__main__":
    print(asyncio.run(create(Path(sys.argv[1]))), flush=True)
    os._exit(0)  # a plain exit sometimes aborts in the SDK's native threads after all work is done
