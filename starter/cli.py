"""The command line `ordinaut`: gathers the commands, and turns every failure into a sentence and an exit code."""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
import traceback
from pathlib import Path
from typing import Final

import click

from workflows.core import errors, problems

EXIT_FAILED: Final = 1
EXIT_USAGE: Final = 2
EXIT_UNREACHABLE: Final = 3

#: The commands in the order a newcomer meets them, each with its module; a module is imported when its command is used.
COMMANDS: Final = {
    "demo": ("demo", "A whole run on this machine, from nothing."),
    "up": ("up", "The service on this machine, until Ctrl-C."),
    "check": ("check", "Find every problem of pipeline files."),
    "run": ("run", "Run a pipeline once, or mock it."),
    "runs": ("runs", "List runs."),
    "show": ("show", "Show one run."),
    "cancel": ("cancel", "Cancel a run."),
    "approvals": ("approvals", "What people are asked now."),
    "approve": ("approve", "Let a run go on."),
    "reject": ("reject", "Do not let a run go on."),
    "apply": ("apply", "Create and update schedules."),
    "next": ("next_command", "When runs are due."),
    "schedules": ("schedules", "List schedules."),
    "pause": ("pause", "Pause schedules."),
    "resume": ("resume", "Resume schedules."),
    "trigger": ("trigger", "Run a scheduled pipeline now."),
    "backfill": ("backfill", "Run for times that are past."),
    "delete": ("delete", "Delete schedules."),
    "emit": ("emit", "Send an event."),
    "events": ("events", "List events, and those that nobody took."),
    "catalog": ("catalog_command", "Tools, actions, schemas; what is configured."),
    "import-mcp": ("import_mcp", "An MCP server's tools as a catalog file."),
    "mcp": ("mcp_command", "Let an assistant work with pipelines (Model Context Protocol)."),
    "login": ("login", "Grant access to a service in the browser."),
    "sandbox": ("sandbox_command", "Stand-ins for the vendors, until Ctrl-C."),
    "worker": ("worker_command", "A worker in the foreground, for production."),
    "gateway": ("gateway", "Take webhooks and events over HTTP, for production."),
}
#: Commands of the contract whose parts are not built yet.
LATER: Final = {
    **dict.fromkeys(("retry", "schema", "graph", "new", "test"), "control flow"),
}


class _Commands(click.Group):
    """Imports a command when it is used, and suggests a near one for a misspelt one."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        found: click.Command = importlib.import_module(f"starter.commands.{COMMANDS[name][0]}").command
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0] if args else ""
        if name in LATER:
            raise click.UsageError(f"'{name}' is not in this version; it comes with {LATER[name]}", ctx)
        if name and not name.startswith("-") and name not in COMMANDS:
            hint = problems.did_you_mean(name, COMMANDS, "'ordinaut --help' lists the commands")
            raise click.UsageError(f"no command '{name}'; {hint}", ctx)
        return super().resolve_command(ctx, args)


@click.version_option(package_name="ordinaut", message="ordinaut %(version)s")
@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
def ordinaut() -> None:
    """Durable automation pipelines on Temporal.

    \b
    Start here:
      ordinaut demo                      a whole run on this machine, nothing to install or sign up for
      ordinaut up                        the service on this machine, until Ctrl-C
      ordinaut check pipelines           finds mistakes before a run
      ordinaut run pipelines/lead-scoring.json --mock auto
    """


def main(arguments: list[str] | None = None) -> None:
    """The console script. Exits 0 done, 1 the thing asked for failed, 2 usage, 3 the service cannot be reached."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):  # a stream that a caller put there
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # a terminal without our signs
    code = run(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)  # a plain exit sometimes aborts in the SDK's native threads (exit codes 134 and 139) after all work is done


def run(arguments: list[str]) -> int:
    """Does what the arguments say; gives the exit code."""
    as_json = "--json" in arguments
    try:
        code = ordinaut.main(args=arguments, prog_name="ordinaut", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return EXIT_USAGE
    except click.ClickException as error:
        error.show()
        return _answered("usage", error.format_message(), as_json, EXIT_USAGE)
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped", err=True)
        return _answered(errors.CANCELLED, "stopped by Ctrl-C", as_json, EXIT_FAILED)
    except errors.OrdinautError as error:
        click.echo(f"ordinaut: {error}", err=True)
        return _answered(error.kind, str(error), as_json, _EXIT_CODES.get(type(error).__name__, EXIT_FAILED))
    except BrokenPipeError:
        sys.stderr.close()
        return EXIT_FAILED
    except Exception as error:
        return _unexpected(error, as_json)


def _answered(kind: str, message: str, as_json: bool, code: int) -> int:
    """With --json the reason is the one document on stdout; gives the exit code."""
    if as_json:
        from starter import output  # with its kin it takes longer to load than `--help` takes in all

        output.json_document({"ok": False, "error": {"type": kind, "message": message}})
    return code


def _unexpected(error: Exception, as_json: bool) -> int:
    """What nobody wrote a sentence for: the service's refusals, and mistakes of ours."""
    if type(error).__name__ == "RPCError":
        from starter import connection

        refused = connection.refusal(error)
        click.echo(f"ordinaut: {refused}", err=True)
        return _answered(refused.kind, str(refused), as_json, _EXIT_CODES.get(type(refused).__name__, EXIT_FAILED))
    place = traceback.extract_tb(error.__traceback__)[-1]
    said = f"{type(error).__name__}: {error} ({Path(place.filename).name}, line {place.lineno})"
    click.echo(f"ordinaut: this is a mistake in Ordinaut, please report it: {said}", err=True)
    return _answered(errors.INTERNAL_ERROR, said, as_json, EXIT_FAILED)


#: By class name, so that asking for help does not import Temporal's client.
_EXIT_CODES: Final = {
    "Unreachable": EXIT_UNREACHABLE,
    "BadConfiguration": EXIT_USAGE,
    "CatalogError": EXIT_USAGE,
    "MetricsAddressError": EXIT_USAGE,
    "SettingsError": EXIT_USAGE,
    "DatabaseFileError": EXIT_USAGE,
    "CannotOpen": EXIT_USAGE,
    "CannotStart": EXIT_USAGE,
}
