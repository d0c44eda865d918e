"""The words of proof: the number of an activity, after the command or beside a file that was dropped."""

import re

from ..dates import in_quotes
from .errors import WordsError
from .examples import with_example
from .line import Form, Line, read_line

NUMBER_ALONE = (
    "I cannot place {typed}: after the number comes a link, or nothing; files are dropped into our direct "
    "message."
)
NOT_A_NUMBER = "{typed} is not the number of an activity: give the one it has in the list, such as 3."

_NUMBER = re.compile(r"#?(?P<number>[0-9]{1,6})[.:]?")
# What somebody may write beside a file to say which activity it is for.
_BESIDE = re.compile(
    r"(?:/ce\s+)?(?:(?:here(?: is|'s)|this is|the|a|my)\s+)*(?:proof|certificate|evidence)?\s*"
    r"(?:(?:of|for|to)\s+)?(?:(?:activity|number|no\.?|nr\.?)\s*)?#?(?P<number>[0-9]{1,6})[.!]?",
    re.IGNORECASE,
)


def read_proof_number(text: str) -> int | None:
    """The words of `/ce proof`: the number of an activity, or None for nothing. Raises WordsError."""
    return with_example(_number, text, "proof", "/ce list")


def is_proof_link(text: str) -> bool:
    """Whether the words of `/ce proof` are a number and a link, which `/ce edit` sets."""
    try:
        line = read_line(text)
    except WordsError:
        return False
    return len(line.tokens) > 1 and bool(_NUMBER.fullmatch(line.tokens[0].text)) and _has_link(line)


def read_beside_file(text: str) -> int | None:
    """The activity that words beside a file name as what it proves; None where they say something else."""
    found = _BESIDE.fullmatch(" ".join(text.split()))
    return int(found["number"]) if found else None


def _number(text: str) -> int | None:
    line = read_line(text)
    if not line.tokens:
        return None
    first, *others = line.tokens
    found = _NUMBER.fullmatch(first.text)
    if not found:
        raise WordsError(NOT_A_NUMBER.format(typed=in_quotes(first.text)))
    if others:
        raise WordsError(NUMBER_ALONE.format(typed=in_quotes(line.between(others))), instead=(first.text,))
    return int(found["number"])


def _has_link(line: Line) -> bool:
    return any(token.form is Form.LINK for token in line.tokens)
