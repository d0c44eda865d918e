"""Why a credential stands where it does: the tree of reasons, in words for its member."""

import re
from collections.abc import Iterator, Sequence
from datetime import date

from rules import Explanation, Policy

from ..outcomes import Overview
from . import words
from .blocks import Reply, commands, escaped, plain, reply
from .standing import FIRST_STEP
from .troubles import hint

SHOW_ALL = "Show all reasons"
WHICH = "Which certification do you mean?"
PORTAL = "The portal has the last word: {portal}"
LEFT_OUT = "There is more than Slack shows in one message; the oldest is left out here."
AND_MORE = "and {more}, older"
UNPUBLISHED = "not published"
FIGURE = "{value}. {says} In force since {since}; source: {sources}; checked on {checked}."
FIXED = "{says} Source: {sources}; checked on {checked}."
DIFFERS = 'Sources differ: "{value}" stands in {sources}. {note}'

BULLETS = ("", "•", "◦", "▪")
INDENT = "\u00a0\u00a0\u00a0\u00a0"
WAYS_SHOWN = 3
ACTIVITIES_SHOWN, FEW_SHOWN = 20, 5
BUTTONS_SHOWN = 5
# What the short answer leaves to the whole one: it is the same for everybody, or long ago.
LATER = ("certification", "as_of", "policy.verified_on", "earlier", "done_on")
GROUPS = ("before_cycle", "after_expiry", "rejected", "future", "left_out")
_ISO = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")

Line = tuple[int, str]


def which(found: Overview) -> Reply:
    """The answer to `/ce why` where it does not say which of several certifications."""
    if not found.standings:
        return reply(FIRST_STEP)
    codes = [standing.code for standing in found.standings]
    buttons = tuple((f"Why {code}?", f"why {code}") for code in codes[:BUTTONS_SHOWN])
    return hint(WHICH, f"/ce why {codes[0]}", buttons=buttons)


def reasons(explanation: Explanation, policy: Policy, *, whole: bool) -> Reply:
    """The answer to `/ce why CODE`: the reasons to the second level, or `whole`, each with its sources."""
    everything = list(_Tree(policy, whole=True).branches(explanation))
    small = [PORTAL.format(portal=policy.links.portal)]
    if whole:
        return reply(*everything, small=small, left_out=LEFT_OUT)
    short = list(_Tree(policy, whole=False).branches(explanation))
    more = commands((SHOW_ALL, f"why {_code(explanation)} all")) if short != everything else ()
    return reply(*short, small=small, buttons=more, left_out=LEFT_OUT)


class _Tree:
    """One telling of a tree; what stands in it more than once is told once."""

    def __init__(self, policy: Policy, *, whole: bool) -> None:
        self._policy = policy
        self._whole = whole
        self._told: set[str] = set()

    def branches(self, root: Explanation) -> Iterator[str]:
        """A paragraph for the status, and one for each of the reasons right under it."""
        code = _code(root)
        yield _sentence(root).replace(code, f"*{code}*", 1)
        children = root.children
        # What is long ago comes last, where it is cut first.
        for child in sorted(children, key=lambda child: (child.key in GROUPS) + 2 * (child.key == "earlier")):
            lines = list(self._lines(child, root, 1))
            if lines:
                yield "\n".join(f"{INDENT * (depth - 1)}{_bullet(depth)} {text}" for depth, text in lines)

    def _lines(self, node: Explanation, parent: Explanation, depth: int) -> Iterator[Line]:
        key = node.key
        if not self._whole and (key in LATER or depth > 2) and not _is_doubt(key):
            return
        if _is_figure(key) and not self._whole:
            for child in node.children:
                yield from self._lines(child, parent, depth)
            return
        text = self._text(node, parent)
        if text:
            yield depth, text
        yield from self._below(node, depth + 1 if text else depth)

    def _below(self, node: Explanation, depth: int) -> Iterator[Line]:
        children: Sequence[Explanation] = node.children
        left_out = 0
        if node.key == "ways" and not self._whole:
            children = sorted(children, key=lambda way: len(way.children))[:WAYS_SHOWN]
        elif node.key in GROUPS:
            children = children[::-1][: ACTIVITIES_SHOWN if self._whole else FEW_SHOWN]
            left_out = len(node.children) - len(children)
        elif node.key == "earlier":
            children = children[::-1]
        for child in children:
            yield from self._lines(child, node, depth)
        if left_out:
            yield depth, AND_MORE.format(more=words.count(left_out, "activity", "activities"))

    def _text(self, node: Explanation, parent: Explanation) -> str:
        """A node in words; empty for what stands elsewhere already."""
        key = node.key
        if key in ("done_on", "ways") or (key.startswith("way ") and parent.key != "ways"):
            return ""
        if key == "policy.verified_on" and parent.key != "status":
            return ""
        if _is_doubt(key):
            return self._doubt(node, parent)
        if _is_figure(key) and key != "policy.verified_on":
            return self._once(self._figure(node))
        if key.startswith("activity "):
            number, done_on = key.removeprefix("activity "), node.children[0].value
            assert isinstance(done_on, date)
            return f"*{plain(number)}* · {words.day(done_on)} · {plain(node.note)}"
        if key == "renewal":
            assert isinstance(node.value, date)
            note = plain(node.note)
            return f"{words.day(node.value)}: {note[0].lower()}{note[1:]}"
        if key in GROUPS:
            return f"{words.count(len(node.children), 'activity', 'activities')}: {_sentence(node)}"
        if key == "warning":
            return f":information_source: {_sentence(node)}"
        return _sentence(node)

    def _doubt(self, node: Explanation, parent: Explanation) -> str:
        """A reading, or where sources differ: in full the first time, then its first sentence.

        Beside an activity it is said only once, for there may be many.
        """
        text = plain(with_weekdays(node.note))
        if node.key.endswith(".differs"):
            text = DIFFERS.format(sources=self._sources(node), value=escaped(str(node.value)), note=text)
            return self._once(text)
        if self._once(text):
            return text
        return "" if parent.key.startswith("activity ") else text.partition(". ")[0] + "."

    def _once(self, text: str) -> str:
        if text in self._told:
            return ""
        self._told.add(text)
        return text

    def _figure(self, node: Explanation) -> str:
        says, sources = plain(with_weekdays(node.note)), self._sources(node)
        checked = words.day(self._policy.verified_on)
        if not sources:
            return says
        if node.effective_from is None:
            return FIXED.format(says=says, sources=sources, checked=checked)
        value = UNPUBLISHED if node.value is None else str(node.value)
        unit = f" {node.unit}" if isinstance(node.value, int) else ""
        since = words.day(node.effective_from)
        return FIGURE.format(
            value=f"{value[0].upper()}{value[1:]}{unit}",
            says=says,
            since=since,
            sources=sources,
            checked=checked,
        )

    def _sources(self, node: Explanation) -> str:
        return words.listed([_source(self._policy, source) for source in node.sources])


def _code(root: Explanation) -> str:
    return next(str(child.value) for child in root.children if child.key == "certification")


def _source(policy: Policy, name: str) -> str:
    """A source as a link, or its title alone where its address is none that can be opened."""
    source = policy.sources[name]
    title = escaped(source.title)
    if not source.address.startswith("https://") or " " in source.address or "…" in source.address:
        return title
    return f"<{escaped(source.address)}|{title.replace('|', '/')}>"


def _is_doubt(key: str) -> bool:
    return key.startswith("reading.") or key.endswith(".differs")


def _is_figure(key: str) -> bool:
    return key.startswith("policy.") and not key.endswith(".differs")


def _bullet(depth: int) -> str:
    return BULLETS[min(depth, len(BULLETS) - 1)]


def _sentence(node: Explanation) -> str:
    """A node's note, its days with their weekdays, and the one it is about in bold."""
    if node.key == "warning":  # it may hold what people typed, where a date stays as it is
        return plain(node.note)
    about = node.value.isoformat() if isinstance(node.value, date) else ""
    return plain(with_weekdays(node.note, about))


def with_weekdays(text: str, bold: str = "") -> str:
    """A note with its ISO days as people read them, one of them in bold."""

    def day(found: re.Match[str]) -> str:
        shown = words.day(date.fromisoformat(found[0]))
        return f"*{shown}*" if found[0] == bold else shown

    return _ISO.sub(day, text)
