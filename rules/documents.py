"""YAML documents whose every part has a line, so that a mistake can be named where it stands."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

_DAY = re.compile(r"\b(\d{4})-(\d\d?)-(\d\d?)\b", re.ASCII)


class Mistake(NamedTuple):
    """What is wrong with one key of a document; `key` is its dotted path, "" where there is none yet."""

    line: int
    key: str
    problem: str

    def told(self, name: str) -> str:
        """The mistake as one sentence; `name` stands for the file."""
        key = f"{self.key}: " if self.key else ""
        return f"{name}, line {self.line}: {key}{self.problem}."


class DocumentError(ValueError):
    """A text is no YAML mapping; `mistake` says what it is instead."""

    def __init__(self, mistake: Mistake) -> None:
        super().__init__(mistake.problem)
        self.mistake = mistake


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML mapping that knows its lines; `what` it is stands for the path of the whole."""

    what: str
    tree: Mapping[str, Any]

    def mistake(self, path: tuple[Any, ...], problem: str) -> Mistake:
        """The mistake at `path`, with the line of its deepest part that stands in the document."""
        line, names = 1, []
        node: Any = self.tree
        for part in path:
            if not isinstance(node, CommentedMap | CommentedSeq):
                break  # pydantic goes on with the forms that a value may have
            if part == "[key]":  # pydantic's mark that the key itself is wrong
                continue
            key, mark_of = part, node.lc.item
            if isinstance(node, CommentedMap):
                # pydantic names a key that is no text, such as a day, by its repr.
                key = next((key for key in node if repr(key) == part), part)
                mark_of = node.lc.key
            names.append(str(key))
            try:
                line, node = mark_of(key)[0] + 1, node[key]
            except (KeyError, IndexError, TypeError):
                node = None
        return Mistake(line, ".".join(names) or self.what, problem)

    def mistakes(self, error: ValidationError) -> list[Mistake]:
        """What pydantic found, one mistake a place."""
        found: dict[tuple[int, str], Mistake] = {}
        for one in error.errors():
            mistake = self.mistake(one["loc"], _plain(one))
            found.setdefault((mistake.line, mistake.key), mistake)
        return [*found.values()]


def read_document(text: str, what: str) -> Document:
    """The YAML mapping in `text`; `what` it is called in messages, such as "policy".

    Raises DocumentError for what is no YAML or no mapping.
    """
    try:
        tree = YAML(typ="rt", pure=True).load(text)
    except MarkedYAMLError as error:  # a double key is one of these
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problem = (error.problem or "this is not YAML").splitlines()[0]
        raise DocumentError(Mistake(line, "", problem)) from error
    except (YAMLError, RecursionError) as error:  # a character that YAML forbids, or nested beyond sense
        raise DocumentError(Mistake(1, "", "this is not YAML")) from error
    except ValueError as error:  # a day that no calendar has; the reader does not say where
        raise DocumentError(_day_of_no_calendar(text)) from error
    if not isinstance(tree, dict):
        problem = f"this is not a {what}, which is a mapping of keys to values"
        raise DocumentError(Mistake(1, "", problem))
    return Document(what, tree)


def _day_of_no_calendar(text: str) -> Mistake:
    for number, line in enumerate(text.splitlines(), start=1):
        for found in _DAY.finditer(line):
            try:
                date(*map(int, found.groups()))
            except ValueError:
                return Mistake(number, "", f"{found[0]} is not a day of the calendar")
    return Mistake(1, "", "this is not YAML")


def _plain(error: Any) -> str:
    if error["type"] == "extra_forbidden" or error["loc"][-1:] == ("[key]",):
        return "unknown key"
    if error["type"] == "missing":
        return "missing"
    return str(error["msg"]).removeprefix("Value error, ")
