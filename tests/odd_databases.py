"""Databases that are not as this ce-bot makes them."""

from contextlib import closing
from pathlib import Path

from sqlite_utils import Database

from bot.ledger import Ledger
from bot.ledger.migrations import migrations


def older(path: Path) -> None:
    """One of a ce-bot before this."""
    with closing(Database(path)) as db:
        migrations.apply(db, stop_before="m003_faq")


def of_another_program(path: Path) -> None:
    """One that is not ours."""
    with closing(Database(path)) as db:
        db["notes"].insert({"text": "dear diary"})


def newer(path: Path) -> None:
    """One of a ce-bot after this; what stands there is kept."""
    Ledger(path).close()
    with closing(Database(path)) as db:
        db["_sqlite_migrations"].insert({"migration_set": "ce-bot", "name": "m999_later", "applied_at": ""})
