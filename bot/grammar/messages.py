"""What a message says of an activity, as Slack sends it: a title, a link, and the kind where it is named."""

import re
from dataclasses import dataclass
from html import unescape
from itertools import pairwise

from rules import Kind

from .activities import LONGEST_TITLE, title_of
from .line import MOST_CHARACTERS, SLACK_LINK, bare, cleaned

_LABELLED = re.compile(r"<[@#!][^<>|]*\|(?P<label>[^<>]*)>")
_CHANNEL = re.compile(r"<#[^<>|]*\|")
_NAMED_BY_ID = re.compile(r"<[@#!][^<>]*>")
_OTHER_LINK = re.compile(r"<(?:mailto|tel):[^<>|]*\|(?P<label>[^<>]*)>")
_BARE_LINK = re.compile(r"https?://[^\s<>|]+", re.IGNORECASE)
_EMOJI = re.compile(r"(?<!\w):(?=[a-z+-])[a-z0-9_+'-]+(?:::skin-tone-\d)?:(?!\w)")
# What of a message is looked at for a title: markup inside markup takes long to tell apart.
LINES_MOST, LINE_MOST = 20, 1000
# Marks around words: bold, italic, struck out, code.
_AROUND = re.compile(r"(?<![^\W_])(?P<mark>[*_~`]{1,3})(?=\S)(?P<inside>.+?)(?<=\S)(?P=mark)(?![^\W_])")
_BEFORE = re.compile(r"^(?:&gt;|[>•◦▪\-–—*]|\d{1,2}[.)])\s+")
# What names a kind in a sentence without doubt; "team" or "session" may be about anything.
_CLEARLY = {
    "course": Kind.COURSE, "courses": Kind.COURSE, "coursework": Kind.COURSE, "webinar": Kind.COURSE,
    "training": Kind.COURSE, "global event": Kind.GLOBAL_EVENT, "local event": Kind.LOCAL_EVENT,
    "meetup": Kind.LOCAL_EVENT, "user group": Kind.LOCAL_EVENT, "presentation": Kind.PRESENTATION,
    "presented": Kind.PRESENTATION,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class MessageWords:
    """What was found in a message; None stands for what it does not say."""

    title: str | None
    link: str | None
    kind: Kind | None


def read_message(text: str) -> MessageWords:
    """What a message with this text, as Slack sends it, says of an activity.

    The title is its first line that says something, the link the first web address in it.
    """
    lines = (_line(line[:LINE_MOST]) for line in text.split("\n", LINES_MOST)[:LINES_MOST])
    titles = ((line, title_of(_cut(line))) for line in lines)
    line, title = next(((line, title) for line, title in titles if title), ("", None))
    found = SLACK_LINK.search(text) or _BARE_LINK.search(text)
    link = None
    if found:
        address = found["address"] if found.re is SLACK_LINK else found[0].rstrip(".,;:!?)]")
        link = unescape(address) if len(address) <= MOST_CHARACTERS else None
    return MessageWords(title, link, _kind(line))


def _line(line: str) -> str:
    """A line without markup, mentions, emoji codes and addresses; labels stay."""
    line = SLACK_LINK.sub(lambda link: "" if _is_address(link["label"]) else link["label"], line)
    line = _OTHER_LINK.sub(lambda link: link["label"], line)
    line = _CHANNEL.sub("<#|#", line)
    line = _LABELLED.sub(lambda name: name["label"], line)
    line = _BARE_LINK.sub("", _NAMED_BY_ID.sub("", line))
    line = _BEFORE.sub("", line.strip())
    for _ in range(3):  # bold within italic within struck out
        line = _AROUND.sub(lambda marked: marked["inside"], line)
    return cleaned(_EMOJI.sub("", unescape(line))).strip(" ,;:|-–—")


def _is_address(label: str | None) -> bool:
    """Whether a link says no more than where it goes."""
    return not label or "://" in label or label.startswith("www.")


def _cut(line: str) -> str:
    return line if len(line) <= LONGEST_TITLE else f"{line[: LONGEST_TITLE - 1].rstrip()}…"


def _kind(line: str) -> Kind | None:
    """The kind that a line names, if it clearly names one and no other."""
    words = [bare(word) for word in line.split()]
    pairs = [f"{first} {second}" for first, second in pairwise(words)]
    named = {_CLEARLY[name] for name in (*words, *pairs) if name in _CLEARLY}
    return named.pop() if len(named) == 1 else None
