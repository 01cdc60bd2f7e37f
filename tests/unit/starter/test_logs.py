"""What a worker logs: warnings, and the line that each decision of an approval leaves."""

from __future__ import annotations

import subprocess
import sys


def test_decisions_are_logged_and_what_others_tell_is_not() -> None:
    program = (
        "import logging; from starter import logs; logs.set_up();"
        "logging.getLogger('ordinaut.approvals').info('approval %s', 'pay');"
        "logging.getLogger('ordinaut.policy').warning('refused');"
        "logging.getLogger('temporalio').info('polling')"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8", check=True)
    assert (ended.stdout, ended.stderr) == ("", "INFO approval pay\nWARNING refused\n")
