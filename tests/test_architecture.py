"""The parts know only what they may know: `bot -> rules, faq`, and inside the bot from the outside in."""

import ast
import io
import re
import subprocess
import sys
import tokenize
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from importlib import resources
from pathlib import Path, PurePath

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("bot", "faq", "rules")

# Which of our parts each part may import; a part not named here has to be added with a thought.
MAY_IMPORT = {
    "rules": {"rules"},
    "rules.__main__": {"rules"},
    "faq": {"faq"},
    "faq.__main__": {"faq", "rules"},  # a policy's figures reach the answers as values
    "bot.__init__": set(),
    "bot.__main__": {"bot.cli"},
    "bot.cli": {
        "bot.bulk", "bot.console", "bot.desk", "bot.doctor", "bot.dumping", "bot.forgetting", "bot.ledger",
        "bot.serve", "bot.settings", "bot.sheets", "bot.views", "faq", "rules",
    },
    "bot.bulk": {
        "bot.desk", "bot.grammar", "bot.ledger", "bot.outcomes", "bot.settings", "bot.sheets", "bot.terminal",
        "bot.views",
    },
    "bot.doctor": {
        "bot.copying", "bot.dumping", "bot.folder", "bot.forgetting", "bot.installations", "bot.ledger",
        "bot.oauth", "bot.rounds",
        "bot.scopes", "bot.sealing", "bot.settings", "faq", "rules",
    },
    "bot.installations": {"bot.days", "bot.ledger", "bot.sealing"},
    "bot.oauth": {
        "bot.clients", "bot.days", "bot.installations", "bot.ledger", "bot.scopes", "bot.workspaces",
    },
    "bot.scopes": set(),
    "bot.sealing": set(),
    "bot.workspaces": {"bot.clients", "bot.installations"},
    "bot.dumping": {"bot.copying", "bot.folder", "bot.ledger", "rules"},
    "bot.copying": {"bot.folder", "bot.ledger"},
    "bot.settings": set(),
    "bot.serve": {
        "bot.app", "bot.calendars", "bot.clients", "bot.courier", "bot.curating", "bot.desk", "bot.front",
        "bot.installations", "bot.ledger", "bot.listeners", "bot.logs", "bot.oauth", "bot.receiving",
        "bot.rounds", "bot.sealing", "bot.settings", "bot.socket_mode", "bot.starting", "bot.watching",
        "bot.web",
        "bot.workspaces", "rules",
    },
    "bot.console": {
        "bot.app", "bot.clients", "bot.courier", "bot.curating", "bot.dates", "bot.desk", "bot.filling",
        "bot.ledger", "bot.rounds", "bot.settings", "bot.standin", "bot.terminal", "bot.views", "rules",
    },
    "bot.standin": {"bot.rounds", "bot.views"},
    "bot.filling": {"bot.dates", "bot.views"},
    "bot.terminal": {"bot.views"},
    "bot.front": set(),
    "bot.shapes": set(),
    "bot.receiving": {"bot.front", "bot.metrics", "bot.shapes"},
    "bot.web": {"bot.front"},
    "bot.metrics": {"bot.front"},
    "bot.health": {"bot.front"},
    "bot.monitor": {"bot.front"},
    "bot.watching": {
        "bot.desk", "bot.health", "bot.ledger", "bot.metrics", "bot.monitor", "bot.rounds",
    },
    "bot.logs": set(),
    "bot.deliveries": {"bot.desk", "bot.ledger"},
    "bot.socket_mode": {"bot.refusals", "bot.settings"},
    "bot.starting": {"bot.refusals", "bot.settings"},
    "bot.app": {
        "bot.fetching",
        "bot.clients", "bot.deliveries",
        "bot.courier", "bot.desk", "bot.homes", "bot.ledger", "bot.listeners", "bot.views",
    },
    "bot.clients": set(),
    "bot.homes": {"bot.courier", "bot.desk", "bot.ledger", "bot.views"},
    "bot.listeners": {
        "bot.calendars", "bot.courier", "bot.deliveries", "bot.desk", "bot.downloads", "bot.grammar",
        "bot.homes", "bot.ledger",
        "bot.listeners", "bot.outcomes", "bot.pictures", "bot.sharing", "bot.sheets", "bot.signatures",
        "bot.views", "rules",
    },
    "bot.calendars": {"bot.ledger", "bot.outcomes", "bot.views", "rules"},
    "bot.pictures": {"bot.outcomes", "rules"},
    "bot.drawing": set(),  # it runs in a process of its own
    "bot.rounds": {
        "bot.courier", "bot.days", "bot.desk", "bot.fetching", "bot.ledger", "bot.outcomes", "bot.views",
    },
    "bot.courier": {
        "bot.clients", "bot.downloads", "bot.ledger", "bot.outcomes", "bot.refusals", "bot.views",
    },
    "bot.downloads": set(),
    "bot.refusals": {"bot.outcomes"},
    "bot.views": {
        "bot.dates", "bot.grammar", "bot.ledger", "bot.outcomes", "bot.signatures", "bot.views", "faq",
        "rules",
    },
    "bot.desk": {
        "bot.answering", "bot.curating", "bot.days", "bot.exporting", "bot.folder", "bot.forecasts",
        "bot.forgetting", "bot.importing", "bot.keeping", "bot.ledger", "bot.outcomes", "bot.previewing",
        "bot.reminders", "bot.saving", "bot.stating", "bot.teams", "bot.upkeep", "faq", "rules",
    },
    "bot.exporting": {"bot.days", "bot.ledger", "bot.outcomes", "bot.packing", "bot.proofs", "rules"},
    "bot.packing": {"bot.ledger", "bot.signatures", "rules"},
    "bot.keeping": {"bot.days", "bot.folder", "bot.ledger", "bot.outcomes", "bot.signatures"},
    "bot.folder": {"bot.ledger"},
    "bot.signatures": set(),
    "bot.sharing": {"bot.outcomes"},
    "bot.fetching": {
        "bot.courier", "bot.desk", "bot.downloads", "bot.keeping", "bot.ledger", "bot.outcomes",
        "bot.sharing", "bot.views",
    },
    "bot.proofs": {"bot.ledger", "bot.outcomes", "rules"},
    "bot.forgetting": {"bot.days", "bot.folder", "bot.ledger", "bot.outcomes"},
    "bot.forecasts": {"bot.ledger", "bot.outcomes", "rules"},
    "bot.importing": {"bot.days", "bot.grammar", "bot.ledger", "bot.outcomes", "bot.stating", "rules"},
    "bot.stating": {"bot.ledger", "rules"},
    "bot.previewing": {"bot.ledger", "bot.outcomes", "bot.stating", "rules"},
    "bot.teams": {"bot.days", "bot.ledger", "bot.outcomes", "bot.reminders", "rules"},
    "bot.reminders": {"bot.days", "bot.ledger", "bot.outcomes", "bot.ways", "rules"},
    "bot.ways": {"bot.days", "bot.ledger", "rules"},
    "bot.upkeep": {"bot.days", "bot.ledger"},
    "bot.answering": {
        "bot.curating", "bot.days", "bot.followups", "bot.ledger", "bot.outcomes", "bot.overheard", "faq",
        "rules",
    },
    "bot.curating": {"bot.days", "bot.ledger", "bot.outcomes", "faq"},
    "bot.followups": {"faq"},
    "bot.overheard": set(),
    "bot.saving": {"bot.days", "bot.ledger", "bot.outcomes", "rules"},
    "bot.days": {"bot.ledger"},
    "bot.outcomes": {"bot.ledger", "faq", "rules"},
    "bot.grammar": {"bot.dates", "bot.sheets", "rules"},
    "bot.sheets": set(),
    "bot.dates": set(),
    "bot.ledger": {"bot.ledger", "rules"},
}  # fmt: skip

# Who else's packages have a few doors each.
DOORS = {
    "slack_bolt": {
        "bot.app",
        "bot.listeners",
        "bot.console",
        "bot.oauth",
        "bot.receiving",
        "bot.serve",
        "bot.socket_mode",
    },
    "cryptography": {"bot.sealing"},
    "slack_sdk": {
        "bot.app",
        "bot.clients",
        "bot.courier",
        "bot.console",
        "bot.doctor",
        "bot.front",
        "bot.oauth",
        "bot.serve",
        "bot.socket_mode",
        "bot.standin",
        "bot.starting",
        "bot.workspaces",
    },
    "sqlite3": {"bot.ledger"},
    "websocket": {"bot.socket_mode"},
    "sqlite_utils": {"bot.ledger"},
    "rich": {"bot.terminal"},
    "readline": {"bot.console"},
    "urllib": {"bot.downloads", "bot.oauth", "bot.receiving"},
    "dotenv": {"bot.settings"},
    "granian": {"bot.web"},
    "prometheus_client": {"bot.metrics"},
    "pythonjsonlogger": {"bot.logs"},
    "pydantic": {"rules", "faq"},
    "ruamel": {"rules", "faq"},
    "dateutil": {"rules"},
    "rapidfuzz": {"faq", "bot.curating", "bot.grammar"},
    "numpy": {"faq"},
    "matplotlib": {"bot.drawing"},
    "icalendar": {"bot.calendars"},
    "snowballstemmer": {"faq"},
    "threadpoolctl": {"faq"},
}
CLOCK_AND_ENVIRONMENT = re.compile(
    r"(?:\w+\.)*(?:date\.today|datetime\.(?:now|today|utcnow)|time\.(?:time|time_ns)|os\.(?:environ|getenv))"
)
MAY_READ_THEM = {"bot.settings", "bot.cli", "bot.console", "bot.serve"}
# Of these parts others take values, never what reads and writes.
DOING = {
    "bot.ledger": {"Ledger", "Writer", "store", "writer", "migrations"},
    "bot.desk": {"Desk"},
    "bot.saving": {"Saving"},
    "bot.answering": {"Answering"},
    "bot.curating": {"Curating"},
    "bot.days": {"Days"},
    "bot.exporting": {"Exporting"},
    "bot.forgetting": {"Forgetting"},
    "bot.forecasts": {"Forecasts"},
    "bot.importing": {"Importing"},
    "bot.previewing": {"Previewing"},
    "bot.teams": {"Teams"},
    "bot.reminders": {"Reminders"},
    "bot.upkeep": {"Upkeep"},
    "bot.installations": {"Installations"},
    "bot.workspaces": {"ManyWorkspaces"},
    "bot.rounds": {"Rounds", "Ticker"},
    "bot.keeping": {"Keeping"},
    "bot.folder": {"ProofFolder"},
    "bot.fetching": {"Fetching"},
}


def sources() -> Iterator[tuple[str, str]]:
    """Each of our modules with its text."""
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            yield ".".join(file.relative_to(ROOT).with_suffix("").parts), file.read_text(encoding="utf-8")


SOURCES = dict(sources())
TREES = {module: ast.parse(text) for module, text in SOURCES.items()}


def part_of(module: str) -> str:
    """The part of the software that a module belongs to: `bot.views.words` to `bot.views`."""
    package, _, rest = module.partition(".")
    if package == "bot":
        return f"bot.{rest.partition('.')[0] or '__init__'}"
    return module if module.endswith(".__main__") else package


def imports_in(module: str, tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Each imported module, in full, and the name taken from it ("" for the module itself)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = module.split(".")[: -node.level] if node.level else []
            target = ".".join([*base, *([node.module] if node.module else [])])
            for alias in node.names:
                inner = f"{target}.{alias.name}"
                known = inner in SOURCES or f"{inner}.__init__" in SOURCES
                yield (inner, "") if known else (target, alias.name)


IMPORTS = {module: list(imports_in(module, tree)) for module, tree in TREES.items()}


def is_ours(target: str) -> bool:
    return target.partition(".")[0] in PACKAGES


def test_imports_are_read_in_every_form_there_is() -> None:
    text = (
        "import os.path\nfrom rules import Policy\nfrom . import words\nfrom .blocks import reply\n"
        "from .. import grammar\nfrom ..desk import Desk\n"
        "def f():\n    import sqlite3\n    from rules.history import Kind\n"
    )
    assert list(imports_in("bot.views.changes", ast.parse(text))) == [
        ("os.path", ""),
        ("rules", "Policy"),
        ("bot.views.words", ""),
        ("bot.views.blocks", "reply"),
        ("bot.grammar", ""),
        ("bot.desk", "Desk"),
        ("sqlite3", ""),
        ("rules.history", "Kind"),
    ]
    assert list(imports_in("bot.listeners.__init__", ast.parse("from . import ce"))) == [
        ("bot.listeners.ce", "")
    ]


@pytest.mark.parametrize("module", SOURCES)
def test_a_module_imports_only_what_its_part_may_know(module: str) -> None:
    part = part_of(module)
    assert part in MAY_IMPORT, f"{part} is new: say in MAY_IMPORT what it may know"
    ours = {part_of(target) for target, _ in IMPORTS[module] if is_ours(target)}
    assert {one.removesuffix(".__main__") for one in ours} <= MAY_IMPORT[part] | {part}


def test_no_two_parts_know_each_other() -> None:
    def reached(part: str, seen: frozenset[str] = frozenset()) -> set[str]:
        others = MAY_IMPORT.get(part, set()) - seen - {part}
        return others.union(*(reached(other, seen | others) for other in others))

    for part, others in MAY_IMPORT.items():
        for other in others - {part, part.removesuffix(".__main__")}:
            assert part not in reached(other), f"{part} and {other} know each other"


def test_every_part_with_rules_exists() -> None:
    assert {part_of(module) for module in SOURCES} == set(MAY_IMPORT)


@pytest.mark.parametrize("package", DOORS)
def test_a_package_of_others_comes_in_by_its_doors_only(package: str) -> None:
    users = {
        part_of(module).removesuffix(".__main__")
        for module, found in IMPORTS.items()
        for target, _ in found
        if target.partition(".")[0] == package
    }
    assert users
    assert users <= DOORS[package]


@pytest.mark.parametrize(
    "part",
    [
        "rules",
        "faq",
        "bot.desk",
        "bot.saving",
        "bot.exporting",
        "bot.proofs",
        "bot.forgetting",
        "bot.keeping",
        "bot.folder",
        "bot.packing",
        "bot.signatures",
        "bot.sharing",
        "bot.calendars",
        "bot.forecasts",
        "bot.importing",
        "bot.stating",
        "bot.previewing",
        "bot.sheets",
        "bot.downloads",
        "bot.pictures",
        "bot.drawing",
        "bot.teams",
        "bot.reminders",
        "bot.ways",
        "bot.upkeep",
        "bot.refusals",
        "bot.answering",
        "bot.curating",
        "bot.followups",
        "bot.overheard",
        "bot.days",
        "bot.views",
        "bot.ledger",
        "bot.grammar",
        "bot.dates",
    ],
)
def test_the_inner_parts_know_nothing_of_slack(part: str) -> None:
    for module, found in IMPORTS.items():
        if part_of(module).removesuffix(".__main__") == part:
            assert not [target for target, _ in found if target.startswith("slack")], module


@pytest.mark.parametrize("part", ["rules", "faq"])
def test_the_pure_parts_read_no_clock(part: str) -> None:
    stopwatch = ("time", "perf_counter")  # tells how long something took, never what time it is
    for module, found in IMPORTS.items():
        if part_of(module).removesuffix(".__main__") == part:
            targets = {target for target, name in found if (target, name) != stopwatch}
            assert not {"time", "zoneinfo", "sqlite3"} & targets, module
            assert stopwatch not in found or module == "faq.__main__", module


def test_what_computes_is_loaded_with_the_first_question_only() -> None:
    """`/ce status` never pays for the matcher. (sqlite_utils looks for numpy by itself.)"""
    program = (
        "import sys\nimport bot.app, bot.desk, bot.serve\n"
        "heavy = {'rapidfuzz', 'snowballstemmer', 'threadpoolctl', 'faq.scores', 'faq.models'}\n"
        "heavy |= {'matplotlib', 'bot.drawing'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("part", ["bot.views", "bot.listeners", "bot.courier"])
def test_views_and_listeners_take_values_and_leave_reading_and_writing_to_the_desk(part: str) -> None:
    for module, found in IMPORTS.items():
        if part_of(module) != part:
            continue
        for target, name in found:
            if part == "bot.views":
                assert name not in DOING.get(part_of(target), ()), f"{module} takes {name}"
            assert name != "Ledger", f"{module} takes the ledger itself"
            assert not re.fullmatch(r"bot\.ledger\.\w+", target), f"{module} reaches into the ledger"


def test_the_ledger_is_opened_only_where_the_bot_is_put_together() -> None:
    opening = {
        part_of(module)
        for module, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Ledger"
    }
    assert opening == {"bot.cli", "bot.console", "bot.serve"}


def clock_and_environment(text: str) -> list[str]:
    """Where a text reads the clock or the environment."""
    found = [
        ast.unparse(node)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Attribute) and CLOCK_AND_ENVIRONMENT.fullmatch(ast.unparse(node))
    ]
    taken = {("time", "time"), ("os", "environ"), ("os", "getenv"), ("os", "putenv")}
    return [
        *found,
        *(f"{module} {name}" for module, name in imports_in("x", ast.parse(text)) if (module, name) in taken),
    ]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("date.today()", True),
        ("datetime.date.today()", True),
        ("datetime.now(UTC)", True),
        ("datetime.utcnow()", True),
        ("time.time()", True),
        ("os.environ['X']", True),
        ("os.getenv('X')", True),
        ("from time import time", True),
        ("from os import environ", True),
        ("datetime.combine(day, noon)", False),
        ("time.monotonic()", False),
        ("self.today(who)", False),
        ("environ.get('PATH_INFO')", False),
    ],
)
def test_the_clock_and_the_environment_are_seen(text: str, read: bool) -> None:
    assert bool(clock_and_environment(text)) is read


@pytest.mark.parametrize("module", [module for module in SOURCES if part_of(module) not in MAY_READ_THEM])
def test_only_the_outermost_parts_read_the_clock_and_the_environment(module: str) -> None:
    assert clock_and_environment(SOURCES[module]) == []


BARE = re.compile(r"#\s*(?:type:\s*ignore(?!\[[\w, -]+\])|noqa(?!:\s*[A-Z]+\d+))")


@pytest.mark.parametrize(
    ("comment", "bare"),
    [
        ("# type: ignore", True),
        ("# type:ignore # why", True),
        ("# noqa", True),
        ("# type: ignore[union-attr]", False),
        ("# type: ignore[misc, arg-type]", False),
        ("# noqa: S608 - constants", False),
        ("# ignore what is typed", False),
    ],
)
def test_a_bare_exception_is_seen(comment: str, bare: bool) -> None:
    assert bool(BARE.search(comment)) is bare


def test_whatever_is_not_checked_says_which_check() -> None:
    files = [file for folder in (*PACKAGES, "tests") for file in (ROOT / folder).rglob("*.py")]
    bare = [
        f"{file.relative_to(ROOT)}:{token.start[0]}"
        for file in files
        if "node_modules" not in file.parts
        for token in tokenize.generate_tokens(io.StringIO(file.read_text(encoding="utf-8")).readline)
        if token.type == tokenize.COMMENT and BARE.search(token.string)
    ]
    assert bare == []


# Folders


def ignored_folders() -> list[str]:
    """The folders that git ignores, as patterns."""
    lines = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    return [line.rstrip("/") for line in lines if line.endswith("/")]


def test_there_are_no_top_level_folders_but_these() -> None:
    folders = {path.name for path in ROOT.iterdir() if path.is_dir()}
    ours = {
        name
        for name in folders
        if not name.startswith(".") and not any(fnmatch(name, pattern) for pattern in ignored_folders())
    }
    assert ours - {"docs"} == {"bot", "rules", "faq", "tests"}


def test_no_test_folder_hides_a_package() -> None:
    """With tests/bot/__init__.py, `import bot` in a test would find the tests."""
    for package in PACKAGES:
        assert not (ROOT / "tests" / package).exists()
    assert not (ROOT / "tests" / "__init__.py").exists()


def test_every_folder_with_code_is_a_package() -> None:
    folders = {file.parent for package in PACKAGES for file in (ROOT / package).rglob("*.py")}
    assert [folder for folder in folders if not (folder / "__init__.py").exists()] == []


# What the wheel carries


def wheel_patterns() -> dict[str, list[str]]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        found: dict[str, list[str]] = tomllib.load(file)["tool"]["setuptools"]["package-data"]
    return found


def test_every_file_that_is_no_code_is_named_for_the_wheel() -> None:
    patterns = wheel_patterns()
    forgotten = [
        str(file.relative_to(ROOT))
        for package in PACKAGES
        for file in (ROOT / package).rglob("*")
        if file.is_file()
        and file.suffix not in (".py", ".pyc")
        and not any(
            PurePath(file.relative_to(ROOT / package)).match(pattern) for pattern in patterns.get(package, ())
        )
    ]
    assert forgotten == []


@pytest.mark.parametrize(
    ("package", "folder", "ending", "fewest"),
    [("rules", "policies", ".yml", 1), ("faq", "entries", ".md", 20), ("faq", "not_covered", ".md", 5)],
)
def test_policies_and_answers_are_found_as_resources(
    package: str, folder: str, ending: str, fewest: int
) -> None:
    found = [file for file in (resources.files(package) / folder).iterdir() if file.name.endswith(ending)]
    assert len(found) >= fewest
    assert all(file.read_text(encoding="utf-8").strip() for file in found)
    assert any(fnmatch(f"{folder}/x{ending}", pattern) for pattern in wheel_patterns()[package])
