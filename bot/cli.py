"""`ce-bot`: the commands for whoever runs the bot. Heavy imports wait until a command needs them."""

import argparse
import signal
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from io import BufferedReader

    from .settings import Settings

# Does what the options say; what the process ends with.
Command = Callable[[argparse.Namespace], int]

EPILOG = """settings, from the environment or .env:
  SLACK_BOT_TOKEN       xoxb-...   needed in Slack
  SLACK_APP_TOKEN       xapp-...   for Socket Mode
  SLACK_SIGNING_SECRET  for HTTP, where SLACK_APP_TOKEN is not set
  CE_BOT_HOST, CE_BOT_PORT         where HTTP listens (127.0.0.1, 3000)
  CE_BOT_DB             the database (data/ce-bot.db)
  CE_BOT_CURATORS       who looks after the answers: member ids, separated by commas
  CE_BOT_CURATORS_CHANNEL          the channel id that questions are passed on to
  CE_BOT_URL            https://... where HTTP is reached from the web, for calendars
  CE_BOT_METRICS_PORT   figures and health for monitoring, on this machine only (none)
  CE_BOT_LOG            text, or json for one object a line
many workspaces, by HTTP, with CE_BOT_URL and SLACK_SIGNING_SECRET, without SLACK_BOT_TOKEN:
  SLACK_CLIENT_ID, SLACK_CLIENT_SECRET   of the app that they install
  CE_BOT_TOKEN_KEY      openssl rand -base64 32; their tokens are kept under it"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it did its work, 1 when it could not, 2 for a wrong call or setting."""
    options = _parser().parse_args(arguments)
    try:
        command: Command = options.command
        return command(options)
    except KeyboardInterrupt:
        return 0 if options.command in (_run, _console) else 1  # a chat ends like this, other work is cut off
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

    def add(name: str, does: str, command: Command) -> argparse.ArgumentParser:
        says = f"{does[0].upper()}{does[1:]}."
        added = commands.add_parser(name, parents=[shared], help=does, description=says)
        added.set_defaults(command=command)
        return added

    add("run", "run in Slack, or without tokens the console", _run)

    console = add("console", "chat with the bot here, or from a pipe", _console)
    console.add_argument("--as", dest="name", default="you", metavar="NAME", help="who speaks (you)")
    console.add_argument("--today", metavar="DATE", help="pretend that today is this day, such as 2025-12-02")
    console.add_argument("--json", action="store_true", help="print one JSON object for each reply")

    add("remind", "send the reminders that are due, once", _remind)

    table = add("import", "import a member's table (CSV), or an export into a new database", _import)
    table.add_argument(
        "file", metavar="FILE", help="a table, its first row naming the columns, or what ce-bot export wrote"
    )
    table.add_argument("--member", metavar="ID", help="whose it is: a member id such as U0123ABCD")
    table.add_argument("--workspace", metavar="ID", help="the workspace id, where the database has several")
    order = table.add_mutually_exclusive_group()
    order.add_argument(
        "--day-first", action="store_true", default=None, help="01/12/2025 is the first of December"
    )
    order.add_argument(
        "--month-first",
        dest="day_first",
        action="store_false",
        default=None,
        help="01/12/2025 is the twelfth of January",
    )
    table.add_argument("--yes", action="store_true", help="save without asking what is shown before")

    forget = add("forget", "delete for good what is kept about a member or a workspace", _forget)
    forget.add_argument("--workspace", metavar="ID", required=True, help="the id of a workspace: T0123ABCD")
    forget.add_argument("--member", metavar="ID", help="the member id; without it everybody of the workspace")
    forget.add_argument("--yes", action="store_true", help="delete without asking")

    _add_upkeep(add)

    add("migrate", "bring the database up to date", _migrate)
    return parser


def _add_upkeep(add: Callable[[str, str, Command], argparse.ArgumentParser]) -> None:
    export = add("export", "write everything as JSON Lines", _export)
    export.add_argument("file", metavar="FILE", help="such as all.jsonl, or - for standard output")
    export.add_argument("--force", action="store_true", help="overwrite the file if it is there")

    backup = add("backup", "copy the database, while the bot runs", _backup)
    backup.add_argument("file", metavar="FILE", help="the backup to make")
    backup.add_argument("--force", action="store_true", help="overwrite the file if it is there")

    restore = add("restore", "put a backup in the database's place", _restore)
    restore.add_argument("file", metavar="FILE", help="the backup to restore; stop the bot before")
    restore.add_argument(
        "--force", action="store_true", help="replace a database that is not empty, which is kept beside it"
    )

    doctor = add("doctor", "look whether all is well, and what to do", _doctor)
    doctor.add_argument("--json", action="store_true", help="print one JSON object for each line")


def _settings(options: argparse.Namespace) -> "Settings":
    from .settings import settings_here

    return settings_here(options.db)


def _run(options: argparse.Namespace) -> int:
    # Until it serves, and sees to both, it ends by either in the same way.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    settings = _settings(options)
    if settings.slack is None:
        from .console import chat

        return chat(settings, connect_hint=True)
    from .serve import serve

    return serve(settings, settings.slack)


def _console(options: argparse.Namespace) -> int:
    from .console import chat

    return chat(_settings(options), name=options.name, today=options.today, as_json=options.json)


def _remind(options: argparse.Namespace) -> int:
    from .settings import NO_SLACK, SettingsError

    settings = _settings(options)
    if settings.slack is None:
        raise SettingsError(NO_SLACK)
    from .serve import remind

    found = remind(settings, settings.slack)
    reminders = "reminder" if found.sent == 1 else "reminders"
    sys.stdout.write(f"Sent {found.sent} {reminders}, {found.parked} parked, {found.later} to try again.\n")
    return 1 if found.later else 0


def _import(options: argparse.Namespace) -> int:
    from datetime import UTC, datetime

    from .bulk import refuse_member
    from .dumping import imported, is_export, opened
    from .sheets import MOST_BYTES

    with opened(options.file, cast("BufferedReader", sys.stdin.buffer)) as file:
        if is_export(options.file, file):
            refuse_member(options.member)
            said = imported(options.file, file, _settings(options).database, at=datetime.now(UTC))
            sys.stdout.write(f"{said}\n")
            return 0
        return _import_table(options, file.read(MOST_BYTES + 1))


def _import_table(options: argparse.Namespace, content: bytes) -> int:
    from contextlib import closing
    from datetime import UTC, datetime
    from pathlib import Path
    from secrets import token_hex

    from rules import load_policy

    from .bulk import import_table, member_named
    from .desk import Desk
    from .ledger import Ledger

    database = _settings(options).database
    if not Path(database).is_file():
        member_named(options.member, options.workspace, ())  # a wrong call makes no database
    with closing(Ledger(database)) as ledger:
        who = member_named(options.member, options.workspace, ledger.workspaces())
        return import_table(
            Desk(ledger, load_policy(), lambda: datetime.now(UTC), lambda _: None),
            who,
            "standard input" if options.file == "-" else Path(options.file).name,
            content,
            datetime.now(UTC),
            key=f"import {token_hex(8)}",
            day_first=options.day_first,
            yes=options.yes,
            ask=_asked if sys.stdin.isatty() and sys.stdout.isatty() else None,
        )


def _export(options: argparse.Namespace) -> int:
    from datetime import UTC, datetime

    from .dumping import STREAM, exported

    at, replace = datetime.now(UTC), options.force
    said = exported(_database(options), options.file, sys.stdout.buffer, at=at, replace=replace)
    (sys.stderr if options.file == STREAM else sys.stdout).write(f"{said}\n")
    return 0


def _backup(options: argparse.Namespace) -> int:
    from datetime import UTC, datetime

    from .dumping import backed_up

    said = backed_up(_database(options), options.file, at=datetime.now(UTC), replace=options.force)
    sys.stdout.write(f"{said}\n")
    return 0


def _restore(options: argparse.Namespace) -> int:
    from datetime import UTC, datetime

    from .dumping import restored

    said = restored(options.file, _database(options), at=datetime.now(UTC), replace=options.force)
    sys.stdout.write(f"{said}\n")
    return 0


def _database(options: argparse.Namespace) -> str:
    """The database, for what needs no other setting: a backup is made whatever is wrong with a token."""
    from .settings import database_in, variables_here

    return database_in(variables_here(), options.db)


def _doctor(options: argparse.Namespace) -> int:
    from datetime import UTC, datetime

    from .doctor import as_json, as_line, findings_here, is_well

    found = []
    for finding in findings_here(options.db, lambda: datetime.now(UTC)):
        sys.stdout.write(f"{as_json(finding) if options.json else as_line(finding)}\n")
        sys.stdout.flush()
        found.append(finding)
    return 0 if is_well(found) else 1


def _forget(options: argparse.Namespace) -> int:
    from contextlib import closing
    from datetime import UTC, datetime
    from pathlib import Path

    from .forgetting import Forgetting
    from .ledger import Ledger, LedgerUnavailableError, Member
    from .views.forgetting import of_member, of_workspace

    database, workspace, member = _settings(options).database, options.workspace, options.member
    if not Path(database).is_file():
        raise LedgerUnavailableError(f"The database {database} does not exist: name another file.")
    with closing(Ledger(database)) as ledger:
        forgetting = Forgetting(ledger, lambda: datetime.now(UTC))
        if member:
            who, named = Member(workspace, member), f"{member} of workspace {workspace}"
            stored, seal = forgetting.stored(who)
            kept = of_member(stored)
        else:
            named = f"workspace {workspace}"
            kept = of_workspace(forgetting.members(workspace), has_token=forgetting.has_token(workspace))
        if not kept:
            sys.stderr.write(f"ce-bot: Nothing is kept about {named}: check the ids.\n")
            return 1
        if not options.yes and not _agreed(f"Delete for good what is kept about {named}: {kept}? [y/N] "):
            return 1
        if not member:
            forgetting.forget_workspace(workspace)
        elif forgetting.forget(who, seal) is None:
            sys.stderr.write(f"ce-bot: Something was changed about {named} just now: run it again.\n")
            return 1
    sys.stdout.write(f"Deleted for good what was kept about {named}: {kept}.\n")
    return 0


def _agreed(question: str) -> bool:
    """Whether somebody says yes; where nobody is there to be asked, it is said what to do."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        sys.stderr.write("ce-bot: Nobody is here to be asked: --yes deletes without asking.\n")
        return False
    if _asked(question).strip().lower() in ("y", "yes"):
        return True
    sys.stdout.write("Nothing was deleted.\n")
    return False


def _asked(question: str) -> str:
    try:
        return input(question)
    except EOFError:  # whoever ends the input says no
        return ""


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

    from .bulk import NotImportedError
    from .console import DirectiveError
    from .ledger import LedgerError
    from .settings import SettingsError, SlackRefusedError

    if isinstance(error, SettingsError | DirectiveError):
        sys.stderr.write(f"ce-bot: {error}\n")
        return 2
    if isinstance(error, NotImportedError):
        sys.stderr.write(f"ce-bot: {error}\n")
        return 2 if error.is_call else 1
    if isinstance(error, LedgerError | PolicyError | FaqError | SlackRefusedError):
        sys.stderr.write(f"ce-bot: {error}\n")
        return 1
    sys.stderr.write(f"ce-bot: {type(error).__name__} stopped it; --debug shows the full trace.\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
