"""`next` in this process: every way to ask wrongly, and its sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from starter import cli


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        pytest.param(("FREQ=DALY",), 1, "ordinaut: FREQ=DALY: no such frequency; did you mean FREQ=DAILY?", id="rule"),
        pytest.param(
            ("0 9 * * MON#2",),
            1,
            "ordinaut: cron: 'MON#2': # is not in crontab; the RRULE is FREQ=MONTHLY;BYDAY=2MO;BYHOUR=9;BYMINUTE=0",
            id="cron",
        ),
        pytest.param(
            ("FREQ=DAILY", "--tz", "Europe/Chisinow"),
            1,
            "ordinaut: timezone: no time zone 'Europe/Chisinow'; did you mean 'Europe/Chisinau'?",
            id="zone",
        ),
        pytest.param(("x.json",), 2, "ordinaut: cannot open 'x.json': No such file or directory", id="file"),
        pytest.param(
            ("FREQ=DAILY", "--business-day", "0"), 2, "Error: --business-day 0 is none; 1 is the first of a month, -1 the last", id="option"
        ),
        pytest.param(
            ("FREQ=DAILY", "--year", "2027", "-n", "3"), 2, "Error: --year shows a whole year; leave -n, --from and --to out", id="year"
        ),
        pytest.param(("FREQ=DAILY", "--to", "2020-01-01"), 2, "Error: --to 2020-01-01 is before now; give --from too", id="past"),
    ],
)
def test_next_says_what_is_wrong(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    found = cli.run(["next", *arguments])
    out, err = capfd.readouterr()
    assert (found, err.splitlines()[-1], out) == (code, said, "")
