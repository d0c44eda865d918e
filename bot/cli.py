"""`ce-bot`: the commands for whoever runs the bot. Heavy imports wait until a command needs them."""

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .settings import Settings

EPILOG = """settings, from the environment or .env:
  SLACK_BOT_TOKEN       xoxb-...   needed in Slack
  SLACK_APP_TOKEN       xapp-...   for Socket Mode
  SLACK_SIGNING_SECRET  for HTTP, where SLACK_APP_TOKEN is not set
  CE_BOT_HOST, CE_BOT_PORT         where HTTP listens (127.0.0.1, 3000)
  CE_BOT_DB             the database (data/ce-bot.db)
  CE_BOT_CURATORS       who looks after the answers: member ids, separated by commas
  CE_BOT_CURATORS_CHANNEL          the channel id that questions are passed on to"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it did its work, 1 when it could not, 2 for a wrong call or setting."""
    options = _parser().parse_args(arguments)
    try:
        command: Callable[[argparse.Namespace], int] = options.command
        return command(options)
    except KeyboardInterrupt:
        return 0
    except BrokenPipeError:  # whoever read the output has left
        return 1
    except Exception as error:  # the one place where a command's failure becomes a sentence
        if options.debug:
            raise
        return _explained(error)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ce-bot",
        description="Keeps Atlassian certifications alive: a Slack bot, and a console to try it in.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--db", metavar="FILE", help="the database (default: CE_BOT_DB or data/ce-bot.db)")
    shared.add_argument("--debug", action="store_true", help="show the full trace of an error")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    run = commands.add_parser("run", parents=[shared], help="run in Slack, or without tokens the console")
    run.set_defaults(command=_run)

    console = commands.add_parser("console", parents=[shared], help="chat with the bot here, or from a pipe")
    console.add_argument("--as", dest="name", default="you", metavar="NAME", help="who speaks (you)")
    console.add_argument("--today", metavar="DATE", help="pretend that today is this day, such as 2025-12-02")
    console.add_argument("--json", action="store_true", help="print one JSON object for each reply")
    console.set_defaults(command=_console)

    migrate = commands.add_parser("migrate", parents=[shared], help="bring the database up to date")
    migrate.set_defaults(command=_migrate)
    return parser


def _settings(options: argparse.Namespace) -> "Settings":
    from .settings import settings_here

    return settings_here(options.db)


def _run(options: argparse.Namespace) -> int:
    settings = _settings(options)
    if settings.slack is None:
        from .console import chat

        return chat(settings, connect_hint=True)
    from .serve import serve

    return serve(settings, settings.slack)


def _console(options: argparse.Namespace) -> int:
    from .console import chat

    return chat(_settings(options), name=options.name, today=options.today, as_json=options.json)


def _migrate(options: argparse.Namespace) -> int:
    from .ledger import Ledger

    database = _settings(options).database
    Ledger(database).close()
    sys.stdout.write(f"The database {database} is up to date.\n")
    return 0


def _explained(error: Exception) -> int:
    """One sentence on stderr for what is known to go wrong, and a hint for what is not."""
    from faq.entry import FaqError
    from rules import PolicyError

    from .console import DirectiveError
    from .ledger import LedgerError
    from .settings import SettingsError, SlackRefusedError

    if isinstance(error, SettingsError | DirectiveError):
        sys.stderr.write(f"ce-bot: {error}\n")
        return 2
    if isinstance(error, LedgerError | PolicyError | FaqError | SlackRefusedError):
        sys.stderr.write(f"ce-bot: {error}\n")
        return 1
    sys.stderr.write(f"ce-bot: {type(error).__name__} stopped it; --debug shows the full trace.\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
