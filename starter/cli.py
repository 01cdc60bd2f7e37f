"""The command line `ordinaut`: gathers the commands, and turns every failure into a sentence and an exit code."""

from __future__ import annotations

import sys

import click

from activities import catalog, settings
from starter import connection, output
from starter.commands import cancel, catalog_command, check, demo, run, runs, show, up, worker_command
from workflows.core import errors

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_UNREACHABLE = 3


class _Commands(click.Group):
    """Lists the commands in the order a newcomer meets them, and suggests a near one for a misspelt one."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0] if args else ""
        if name and not name.startswith("-") and self.get_command(ctx, name) is None:
            from workflows.core import problems

            hint = _LATER.get(name) or problems.did_you_mean(name, self.commands, "'ordinaut --help' lists the commands")
            raise click.UsageError(f"no command '{name}'; {hint}", ctx)
        return super().resolve_command(ctx, args)


#: Commands of the contract whose parts are not built yet.
_LATER = {
    **dict.fromkeys(("apply", "next", "schedules", "pause", "resume", "trigger", "backfill", "delete"), "it comes with schedules, in a later version"),
    **dict.fromkeys(("gateway", "approvals", "approve", "reject", "emit", "events"), "it comes with events and approvals, in a later version"),
    **dict.fromkeys(("sandbox", "login", "mcp"), "it comes with the vendor tools, in a later version"),
    **dict.fromkeys(("retry", "schema", "graph", "new", "test"), "it comes with control flow, in a later version"),
}


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
def ordinaut() -> None:
    """Durable automation pipelines on Temporal.

    \b
    Start here:
      ordinaut demo                      a whole run on this machine, nothing to install or sign up for
      ordinaut up                        the service on this machine, until Ctrl-C
      ordinaut check pipelines           finds mistakes before a run
      ordinaut run pipelines/daily-financial-reconciliation.json --mock auto
    """


for command in (demo, up, worker_command, check, run, runs, show, cancel, catalog_command):
    ordinaut.add_command(command.command)


def main(arguments: list[str] | None = None) -> None:
    """The console script. Exits 0 done, 1 the thing asked for failed, 2 usage, 3 the service cannot be reached."""
    sys.exit(_run(sys.argv[1:] if arguments is None else arguments))


def _run(arguments: list[str]) -> int:
    as_json = "--json" in arguments
    try:
        code = ordinaut.main(args=arguments, prog_name="ordinaut", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:
        error.show()
        return EXIT_USAGE
    except (click.Abort, KeyboardInterrupt):
        output.note("stopped")
        return EXIT_FAILED
    except connection.Unreachable as error:
        return _said(error, as_json, EXIT_UNREACHABLE)
    except (catalog.CatalogError, settings.SettingsError) as error:
        return _said(error, as_json, EXIT_USAGE)
    except errors.OrdinautError as error:
        return _said(error, as_json, EXIT_FAILED)
    except BrokenPipeError:
        sys.stderr.close()
        return EXIT_FAILED


def _said(error: errors.OrdinautError, as_json: bool, code: int) -> int:
    if as_json:
        output.json_document({"ok": False, "error": {"type": error.kind, "message": str(error)}})
    output.note(f"ordinaut: {error}")
    return code
