"""Feedback on answers, questions passed on to the curators, and the curators' inbox."""

import json
import re
from collections.abc import Sequence
from datetime import date

from faq.lint import LONGEST_PHRASING, MOST_PHRASINGS
from rules import Policy

from ..ledger import AcceptedPhrasing, AskedQuestion, Tier, Vote
from ..outcomes import Accepted, Cluster, Inbox, NotOurs, PassedOn, PhrasingRefused, PhrasingRefusedError
from . import words
from .blocks import (
    CHARACTERS_MOST,
    Block,
    Reply,
    actions,
    beside,
    button,
    commands,
    context,
    cut,
    plain,
    reply,
    section,
)

# The action of buttons that pass a question on.
POST_ACTION = "ce:post"

# The commands that the buttons stand for; but for INBOX and PHRASINGS nobody types them.
HELPFUL, UNHELPFUL, NONE, PASS, KEEP = "faq helpful", "faq unhelpful", "faq none", "faq pass", "faq keep"
INBOX, PHRASINGS = "faq inbox", "faq phrasings"
ENTRIES, TAKE, DRAFT = "faq entries", "faq take", "faq draft"
NOT_OURS, DISMISS, REOPEN = "faq refer", "faq dismiss", "faq reopen"
NAMED, UNNAMED = "named", "unnamed"
BACK = ("Back to the inbox", INBOX)

VOTED = {
    (Vote.COUNTED, True): "Thank you, I counted that. Where you stand: `/ce status`",
    (
        Vote.CHANGED,
        True,
    ): "Thank you, I counted that instead of your earlier vote. Where you stand: `/ce status`",
    (Vote.COUNTED, False): (
        "Thank you, I counted that; whoever looks after the answers sees the question, without your name. "
        "Ask again in other words: `/ce ask`"
    ),
    (Vote.CHANGED, False): (
        "Thank you, I counted that instead of your earlier vote; whoever looks after the answers sees the "
        "question, without your name. Ask again in other words: `/ce ask`"
    ),
    (Vote.SAME, True): "You said so before; each person counts once. Where you stand: `/ce status`",
    (Vote.SAME, False): "You said so before; each person counts once. Ask again in other words: `/ce ask`",
}
NONE_FITS = (
    "Thank you. Whoever looks after the answers sees the question, without your name. "
    "Try other words: `/ce ask`"
)

CONSENT = "This is what I would post in {channel}:"
CONSENT_NAMED = "With your name it begins with {asker} instead, so that somebody can write to you."
SOMEBODY = "A member"
ASKS = "{who} asks what I have no answer to:"
SEE_INBOX = "Curators: `/ce faq inbox` shows what can be made of it."
PASSED = "Posted in {channel}. You need not wait for it: `/ce help` shows what else I do."
PASSED_BEFORE = "That question is with the curators already. Ask another: `/ce ask`"
NOT_PASSED = (
    "I could not post it in {channel}: please tell whoever runs me to invite me there. The question waits in "
    "the curators' inbox all the same."
)
NOT_POSTED = "Nothing was posted. Try other words: `/ce ask`"

INBOX_LEAD = "*Questions without a good answer*, of the last 90 days, the most frequent first"
INBOX_EMPTY = (
    "Nothing waits: every question of the last 90 days had an answer, or is settled. All I do: `/ce help`"
)
INBOX_SMALL = (
    "A phrasing you add works at once in this workspace; `/ce faq phrasings` lists them. "
    "Askers' names are not kept."
)
INBOX_MORE = "{more} more behind these: settle some, and they come up."
ALSO = "Also: {others}"
WHICH = "Which of these does it ask for?"
NO_OTHER = "No other entry comes near. Make it a new entry, or leave it:"
ACCEPTED = "From now on this leads to *{entry}* in this workspace:"
FULL = "That file has all the phrasings it may: put the line in the place of the one people need least."
LEFT = "{count} left the inbox."
EXPORT = "To give it to everybody, add this line to `faq/entries/{slug}.md`, under `phrasings:`"
DRAFT_LEAD = (
    "Save this as `faq/entries/{slug}.md`, fill in what stands in capitals, and run `python -m faq lint`:"
)
DRAFT_SOURCES = "Sources it may name: {sources}"
REFERRED = "Taken out of the inbox as not ours: {count}."
DECOY = (
    "So that it is told who can help, add this line to `faq/not_covered/{slug}.md` ({question}), under "
    "`phrasings:`"
)
NO_DECOY = "No topic in `faq/not_covered` comes near; a new one there would say who can help."
PHRASINGS_LEAD = (
    "*Phrasings accepted in this workspace*; these lines give them to everybody, under `phrasings:`"
)
PHRASINGS_MORE = "{more} older ones are not shown."
NO_PHRASINGS = "No phrasing was accepted in this workspace yet."
DISMISSED = "Taken out of the inbox: {count}."
REOPENED = "Taken back; {count} in the inbox again."
REFUSED = {
    PhrasingRefused.NO_ENTRY: "There is no such entry any more: look at the inbox anew.",
    PhrasingRefused.TOO_LONG: (
        f"It is too long for a phrasing, because the files take {LONGEST_PHRASING} characters: take New "
        "entry draft instead."
    ),
    PhrasingRefused.NO_WORDS: "It has no word to match, so it would never be found.",
    PhrasingRefused.KNOWN: 'It is a way to ask "{entry}" already.',
    PhrasingRefused.TOO_ALIKE: (
        'It is too like "{like}", which belongs to "{entry}": the same words would lead to two answers.'
    ),
}

SPOKEN_MOST, OTHER_MOST, OTHERS_MOST = 300, 100, 2
PHRASINGS_MOST = 10
SLUG_WORDS = 5


def feedback_buttons(number: int) -> list[Block]:
    """Under an answer: did it help?"""
    return beside(("Helpful", f"{HELPFUL} {number}"), ("Not helpful", f"{UNHELPFUL} {number}"))


def none_button(number: int, asker: str) -> list[Block]:
    """Under suggestions: none of them; `asker` is the member who may have the question passed on."""
    return beside(("None of these", f"{NONE} {number} {asker}"))


def pass_button(number: int, asker: str) -> list[Block]:
    """Where nothing fits: pass the question on, if its asker says so."""
    return beside(("Ask the team's curators", f"{PASS} {number} {asker}"))


def voted(vote: Vote, *, helpful: bool) -> Reply:
    """The thanks for a vote."""
    return reply(VOTED[vote, helpful])


def none_fits(number: int, asker: str, *, passable: bool) -> Reply:
    """The thanks for "None of these"."""
    return reply(NONE_FITS, buttons=pass_button(number, asker) if passable else ())


# Passing on


def consent(found: PassedOn, asker: str) -> Reply:
    """What would be posted, before it is: only what stands here, and only after a yes."""
    ways = (("Post", UNNAMED), ("Post with my name", NAMED))
    buttons = [
        button(label, f"{POST_ACTION}:{way}", f"{found.asked.id} {asker} {way}") for label, way in ways
    ] + commands(("Don't post", KEEP))
    return reply(
        CONSENT.format(channel=_channel(found.channel)),
        _question_post(found.asked, SOMEBODY),
        small=[CONSENT_NAMED.format(asker=_member(asker))],
        buttons=buttons,
    )


def post(asked: AskedQuestion, asker: str | None) -> Reply:
    """What is posted in the curators' channel; `asker` only where they said so."""
    return reply(_question_post(asked, _member(asker) if asker else SOMEBODY))


def _question_post(asked: AskedQuestion, who: str) -> str:
    return f"{ASKS.format(who=who)}\n>{plain(asked.question)}\n{SEE_INBOX}"


def passed(channel: str) -> Reply:
    """The question stands in the curators' channel."""
    return reply(PASSED.format(channel=_channel(channel)))


def not_passed(channel: str) -> Reply:
    """Slack did not take the post."""
    return reply(NOT_PASSED.format(channel=_channel(channel)))


def passed_before() -> Reply:
    """The question was passed on once, and is not again."""
    return reply(PASSED_BEFORE)


def kept() -> Reply:
    """The asker said no."""
    return reply(NOT_POSTED)


# The inbox


def inbox(found: Inbox) -> Reply:
    """The clusters that wait, each with what can be made of it."""
    if not found.clusters:
        return reply(INBOX_EMPTY)
    numbered = 0
    lines, blocks = [INBOX_LEAD], [section(INBOX_LEAD)]
    room, more = CHARACTERS_MOST - len(INBOX_LEAD), found.more
    for cluster in found.clusters:
        text = _cluster(cluster)
        buttons = _choices(cluster, numbered)
        numbered += len(buttons)
        room -= len(text) + sum(len(one["text"]["text"]) for one in buttons)
        if room < 0:
            more += 1
            continue
        lines.append(text)
        blocks += [section(text), actions(buttons)]
    small = [INBOX_SMALL, *([INBOX_MORE.format(more=more)] if more else [])]
    return Reply("\n".join([*lines, *small]), [*blocks, *map(context, small)])


def _cluster(cluster: Cluster) -> str:
    questions = cluster.questions
    how = [
        f"Asked {words.count(len(questions), 'time', 'times')}",
        f"last on {words.day(_last(cluster))}",
    ]
    unhelpful = sum(one.tier is not Tier.NONE for one in questions)
    if unhelpful:
        how.append(words.count(unhelpful, "answer that did not help", "answers that did not help"))
    lines = [f"*{_shown(cluster.spoken.question, SPOKEN_MOST)}*", " · ".join(how)]
    if others := cluster.wordings[1 : 1 + OTHERS_MOST]:
        lines.append(ALSO.format(others=" / ".join(_shown(other, OTHER_MOST) for other in others)))
    return "\n".join(lines)


def _choices(cluster: Cluster, first: int) -> list[Block]:
    number = cluster.spoken.id
    choices = [
        *(
            (cut(f"Add as phrasing of {one.question}"), f"{TAKE} {number} {one.slug}")
            for one in cluster.nearest
        ),
        *([("Another entry", f"{ENTRIES} {number}")] if cluster.nearest else []),
        ("New entry draft", f"{DRAFT} {number}"),
        ("Not ours", f"{NOT_OURS} {number}"),
        ("Dismiss", f"{DISMISS} {number}"),
    ]
    return commands(*choices, first=first)


def entries(cluster: Cluster) -> Reply:
    """The second step of adding a phrasing: the entries that come next."""
    number = cluster.spoken.id
    others = [(cut(one.question), f"{TAKE} {number} {one.slug}") for one in cluster.nearest[1:]]
    after = [("New entry draft", f"{DRAFT} {number}"), BACK] if not others else [BACK]
    return reply(_cluster(cluster), WHICH if others else NO_OTHER, buttons=commands(*others, *after))


def accepted(found: Accepted) -> Reply:
    """A phrasing that works now, and the line that gives it to everybody."""
    return reply(
        f"{ACCEPTED.format(entry=plain(found.entry.question))}\n>{plain(found.phrasing)}",
        _line(EXPORT.format(slug=found.entry.slug), found.phrasing),
        small=[FULL if found.is_full else "", LEFT.format(count=_questions(found.settled))],
        buttons=_undo(found.number),
    )


def draft(cluster: Cluster, today: date, policy: Policy) -> Reply:
    """A file for a new entry, with the question's wordings in it and the rest to be filled in."""
    phrasings: list[str] = []
    for wording in cluster.wordings[:MOST_PHRASINGS]:
        if len(wording) <= LONGEST_PHRASING:
            phrasings.append(wording)
    question = phrasings[0] if phrasings else cluster.spoken.question[:LONGEST_PHRASING]
    lines = [
        "---",
        f"question: {_quoted(question)}",
        "phrasings:",
        *(f"  - {_quoted(phrasing)}" for phrasing in phrasings[1:] or ["HOW ELSE PEOPLE ASK IT"]),
        "sources: [SOURCE]",
        f"reviewed_on: {today.isoformat()}",
        "tags: []",
        "see_also: []",
        "---",
        "*THE ANSWER IN ONE SENTENCE.* WHAT ELSE MATTERS, WITH FIGURES AS {{ policy.… }}.",
        "",
        "Next: ONE STEP.",
    ]
    return reply(
        DRAFT_LEAD.format(slug=_slug(question)),
        _code(lines),
        small=[DRAFT_SOURCES.format(sources=", ".join(sorted(policy.sources)))],
        buttons=commands(("Take it out of the inbox", f"{DISMISS} {cluster.spoken.id}"), BACK),
    )


def referred(found: NotOurs) -> Reply:
    """Questions that are not ours, and the line by which they are told who can help."""
    lead = REFERRED.format(count=_questions(len(found.cluster.questions)))
    question = found.cluster.spoken.question
    fits = len(question) <= LONGEST_PHRASING
    if found.decoy and fits:
        asks = DECOY.format(slug=found.decoy.slug, question=plain(found.decoy.question))
        return reply(lead, _line(asks, question), buttons=_undo(found.cluster.spoken.id))
    return reply(lead, small=[] if found.decoy else [NO_DECOY], buttons=_undo(found.cluster.spoken.id))


def dismissed(found: Cluster) -> Reply:
    """Questions taken out of the inbox."""
    return reply(DISMISSED.format(count=_questions(len(found.questions))), buttons=_undo(found.spoken.id))


def reopened(questions: int) -> Reply:
    """What was settled is open again."""
    return reply(REOPENED.format(count=_questions(questions)), buttons=commands(BACK))


def refused(error: PhrasingRefusedError) -> str:
    """Why a question does not become a phrasing, in one sentence."""
    return REFUSED[error.reason].format(entry=error.entry, like=cut(error.like, OTHER_MOST))


def phrasings(found: Sequence[AcceptedPhrasing]) -> Reply:
    """What works in this workspace beyond the files, the newest first, as lines for the files."""
    if not found:
        return reply(NO_PHRASINGS, buttons=commands(BACK))
    shown = found[:PHRASINGS_MOST]
    slugs = dict.fromkeys(one.entry for one in shown)
    lines = [
        f"`faq/entries/{slug}.md`\n"
        + _code([f"  - {_quoted(one.phrasing)}" for one in shown if one.entry == slug])
        for slug in slugs
    ]
    undo = [(cut(f"Undo {one.phrasing}"), f"{REOPEN} {one.question}") for one in shown]
    more = len(found) - len(shown)
    return reply(
        PHRASINGS_LEAD,
        *lines,
        small=[PHRASINGS_MORE.format(more=more)] if more else [],
        buttons=commands(*undo, BACK),
    )


def _line(asks: str, phrasing: str) -> str:
    return f"{asks}\n{_code([f'  - {_quoted(phrasing)}'])}"


def _code(lines: Sequence[str]) -> str:
    shown = "\n".join(plain(line) for line in lines)
    return f"```\n{shown}\n```"


def _quoted(text: str) -> str:
    """A text as YAML reads it back, whatever is in it."""
    return json.dumps(text, ensure_ascii=False)


def _slug(question: str) -> str:
    """A name for the file of a new entry."""
    return "-".join(re.findall("[a-z0-9]+", question.lower())[:SLUG_WORDS]) or "new-entry"


def _undo(number: int) -> list[Block]:
    return commands(("Undo", f"{REOPEN} {number}"), BACK)


def _questions(number: int) -> str:
    return words.count(number, "question", "questions")


def _last(cluster: Cluster) -> date:
    return cluster.questions[-1].asked_on


def _shown(text: str, most: int) -> str:
    return plain(cut(text, most))


def _channel(channel: str) -> str:
    return f"<#{channel}>"


def _member(member: str) -> str:
    return f"<@{member}>"
