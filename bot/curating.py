"""What members say about answers, and what curators make of the questions that had none."""

import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final, NamedTuple

from faq.answer import CLOSEST_FROM, Answer
from faq.entry import Entry, Faq, with_matcher
from faq.lint import LONGEST_PHRASING, MOST_PHRASINGS
from faq.text import EMPTY, NEGATIONS, importance, words_of

from .days import Clock
from .ledger import (
    KEEP_QUESTIONS,
    AcceptedPhrasing,
    AskedQuestion,
    Ledger,
    LedgerError,
    Member,
    Settled,
    Tier,
    Vote,
    Writer,
)
from .outcomes import (
    Accepted,
    Cluster,
    Inbox,
    Near,
    NoChannelError,
    NotACuratorError,
    NothingToUndoError,
    NotOurs,
    NotYourQuestionError,
    PassedOn,
    PhrasingRefused,
    PhrasingRefusedError,
    QuestionGoneError,
    SettledAlreadyError,
)

log = logging.getLogger(__name__)

_MENTION = re.compile(r"<[@#!][^<>]*>")

LONGEST_QUESTION: Final = 500  # characters that are kept
MOST_QUESTIONS: Final = 500  # that are looked at, the newest: sorting them takes about 0.2 s
MOST_CLUSTERS: Final = 10
MOST_CANDIDATES: Final = 4  # the nearest entry, and three more in a second step
ALIKE: Final = 75  # of 100: two questions about the same
TOO_ALIKE: Final = 88  # of 100: two phrasings that nothing but a word of little weight tells apart
FAQS_KEPT: Final = 4  # a matcher takes some 10 MB and less than a second to make


class Curators(NamedTuple):
    """Who looks after the answers: members' ids, and the channel questions are passed on to."""

    members: frozenset[str] = frozenset()
    channel: str | None = None


NOBODY: Final = Curators()


class Curating:
    """Votes, questions passed on, and the curators' inbox; `faq` gives the answers everybody shares."""

    def __init__(
        self, ledger: Ledger, clock: Clock, faq: Callable[[], Faq], curators: Curators = NOBODY
    ) -> None:
        self.channel = curators.channel
        self._curators = curators.members
        self._ledger = ledger
        self._clock = clock
        self._faq = faq
        self._extended = lru_cache(maxsize=FAQS_KEPT)(self._extend)

    def is_curator(self, who: Member) -> bool:
        """Whether the member looks after the answers."""
        return who.id in self._curators

    # Answers

    def faq_of(self, workspace: str) -> Faq:
        """The answers everybody shares, with the phrasings this workspace accepted."""
        with self._ledger.faq() as reader:
            accepted = reader.phrasings(workspace)
        return self._extended(accepted) if accepted else self._faq()

    def _extend(self, accepted: tuple[AcceptedPhrasing, ...]) -> Faq:
        """The shared answers with more phrasings, without those that have since come into the files."""
        faq = self._faq()
        known = {words for _, _, words in _asked_as(faq)}
        entries = dict(faq.entries)
        for one in accepted:
            if one.entry in entries and words_of(one.phrasing) not in known:
                entry = entries[one.entry]
                entries[one.entry] = replace(entry, phrasings=(*entry.phrasings, one.phrasing))
        return with_matcher(entries, faq.not_covered)

    # Members

    def log(self, workspace: str, question: str, answer: Answer) -> int | None:
        """Keep a question without its asker and whom it mentions: its number.

        None where nothing is left of it, or it cannot be kept now.
        """
        text = one_line(_MENTION.sub(" ", question), LONGEST_QUESTION)
        if not text:
            return None
        tier = Tier.NOT_COVERED if answer.tier == "none" and answer.answer else Tier(answer.tier)
        try:
            with self._ledger.write() as writer:
                return writer.faq.log_question(workspace, text, tier, answer.entry, self._clock())
        except LedgerError:
            log.exception("A question was answered and not kept.")
            return None

    def vote(self, writer: Writer, who: Member, number: int, *, helpful: bool) -> Vote:
        """Count whether an answer helped, once for each member.

        Raises QuestionGoneError.
        """
        found = writer.faq.vote(who, number, helpful=helpful)
        if found is None:
            raise QuestionGoneError
        return found

    def question(self, who: Member, number: int) -> AskedQuestion:
        """The question of the member's workspace with this number.

        Raises QuestionGoneError.
        """
        with self._ledger.faq() as reader:
            found = reader.question(who.workspace, number)
        if found is None:
            raise QuestionGoneError
        return found

    def to_pass_on(self, who: Member, number: int, asker: str) -> PassedOn:
        """What would be passed on to the curators, if its asker says so.

        Raises QuestionGoneError, NotYourQuestionError and NoChannelError.
        """
        if who.id != asker:
            raise NotYourQuestionError
        if self.channel is None:
            raise NoChannelError
        return PassedOn(self.question(who, number), self.channel, is_first=True)

    def pass_on(self, who: Member, number: int, asker: str) -> PassedOn:
        """Note that the asker wants a question passed on, which is done once.

        Raises QuestionGoneError, NotYourQuestionError and NoChannelError.
        """
        found = self.to_pass_on(who, number, asker)
        with self._ledger.write() as writer:
            is_first = writer.faq.pass_on(who.workspace, number, self._clock())
        return found._replace(is_first=is_first)

    # Curators

    def inbox(self, who: Member) -> Inbox:
        """The clusters of questions that wait for a curator, the most frequent first.

        Raises NotACuratorError.
        """
        self._check(who)
        faq = self.faq_of(who.workspace)
        clusters = sorted(self._clusters(who), key=_by_frequency)
        shown = tuple(
            cluster._replace(nearest=nearest(faq, cluster.spoken.question)[:1])
            for cluster in clusters[:MOST_CLUSTERS]
        )
        return Inbox(shown, len(clusters) - len(shown))

    def cluster(self, who: Member, number: int) -> Cluster:
        """The questions like the one with this number, with up to four entries they may mean.

        Raises NotACuratorError, QuestionGoneError and SettledAlreadyError.
        """
        cluster = self._cluster(who, number)
        near = nearest(self.faq_of(who.workspace), cluster.spoken.question)
        return cluster._replace(nearest=near[:MOST_CANDIDATES])

    def accept(self, writer: Writer, who: Member, number: int, slug: str) -> Accepted:
        """Let a question lead to an entry in this workspace from now on, and settle those like it.

        Raises NotACuratorError, QuestionGoneError, SettledAlreadyError and PhrasingRefusedError.
        """
        cluster = self._cluster(who, number)
        faq = self.faq_of(who.workspace)
        phrasing = self.question(who, number).question
        _refuse(faq, phrasing, slug)
        writer.faq.accept_phrasing(who.workspace, slug, phrasing, number, self._clock())
        settled = writer.faq.settle(who.workspace, cluster.numbers, Settled.PHRASING, number)
        is_full = len(self._faq().entries[slug].phrasings) >= MOST_PHRASINGS
        return Accepted(number, phrasing, Near(slug, faq.entries[slug].question), settled, is_full)

    def dismiss(self, writer: Writer, who: Member, number: int) -> Cluster:
        """Take the questions like this one out of the inbox.

        Raises NotACuratorError, QuestionGoneError and SettledAlreadyError.
        """
        cluster = self._cluster(who, number)
        writer.faq.settle(who.workspace, cluster.numbers, Settled.DISMISSED, number)
        return cluster

    def refer(self, writer: Writer, who: Member, number: int) -> NotOurs:
        """The same, as a topic not covered.

        Raises NotACuratorError, QuestionGoneError and SettledAlreadyError.
        """
        cluster = self._cluster(who, number)
        writer.faq.settle(who.workspace, cluster.numbers, Settled.NOT_OURS, number)
        return NotOurs(cluster, nearest_decoy(self.faq_of(who.workspace), cluster.spoken.question))

    def phrasings(self, who: Member) -> tuple[AcceptedPhrasing, ...]:
        """The phrasings accepted in the member's workspace, the newest first.

        Raises NotACuratorError.
        """
        self._check(who)
        with self._ledger.faq() as reader:
            return reader.phrasings(who.workspace)[::-1]

    def reopen(self, writer: Writer, who: Member, number: int) -> int:
        """Take back what was settled under a number, a phrasing with it; how many questions are back.

        Raises NotACuratorError and NothingToUndoError.
        """
        self._check(who)
        found = writer.faq.reopen(who.workspace, number)
        if found is None:
            raise NothingToUndoError
        return found

    def _check(self, who: Member) -> None:
        if not self.is_curator(who):
            raise NotACuratorError

    def _cluster(self, who: Member, number: int) -> Cluster:
        self._check(who)
        for cluster in self._clusters(who):
            if number in cluster.numbers:
                return cluster
        self.question(who, number)
        raise SettledAlreadyError

    def _clusters(self, who: Member) -> list[Cluster]:
        with self._ledger.faq() as reader:
            waiting = reader.unanswered(who.workspace, (self._clock() - KEEP_QUESTIONS).date())
        return clusters_of(waiting[-MOST_QUESTIONS:])


def one_line(text: str, most: int) -> str:
    """What was typed, in one line of at most so many characters, without what could be taken for markup."""
    shown = "".join(char if char.isprintable() else " " for char in text.replace("`", "'"))
    line = " ".join(shown.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def clusters_of(questions: Sequence[AskedQuestion]) -> list[Cluster]:
    """Similar questions together: each joins the first question it is most like, or begins a cluster."""
    from rapidfuzz import fuzz, process  # here, as only curators need it

    keys: list[str] = []
    members: list[list[AskedQuestion]] = []
    for question in questions:
        key = _key(question.question)
        found = process.extractOne(key, keys, scorer=fuzz.ratio, score_cutoff=ALIKE)
        if found is None:
            keys.append(key)
            members.append([question])
        else:
            members[found[2]].append(question)
    return [Cluster(tuple(found), _spoken(found)) for found in members]


def nearest(faq: Faq, question: str) -> tuple[Near, ...]:
    """The entries a question comes closest to, best first."""
    return tuple(_near(faq.entries, faq, question))


def nearest_decoy(faq: Faq, question: str) -> Near | None:
    """The topic not covered that a question comes closest to, if any is near."""
    return next(_near(faq.not_covered, faq, question), None)


def _near(entries: Mapping[str, Entry], faq: Faq, question: str) -> Iterator[Near]:
    for candidate in faq.matcher.match(question).candidates:
        if candidate.slug in entries and candidate.score >= CLOSEST_FROM:
            yield Near(candidate.slug, entries[candidate.slug].question)


def _key(question: str) -> str:
    """The words of a question that say something or turn it round, in the order of the alphabet."""
    words = words_of(question)
    telling = {word for word in words if importance(word) > EMPTY or word in NEGATIONS}
    return " ".join(sorted(telling or set(words)))


def _spoken(found: Sequence[AskedQuestion]) -> AskedQuestion:
    """The question that speaks for its cluster: in the wording used most, then the shortest, the oldest."""
    times: dict[tuple[str, ...], int] = {}
    for question in found:
        words = words_of(question.question)
        times[words] = times.get(words, 0) + 1
    return min(
        found, key=lambda one: (-times[words_of(one.question)], len(one.question), one.asked_on, one.id)
    )


def _by_frequency(cluster: Cluster) -> tuple[int, int, str]:
    newest = cluster.questions[-1].asked_on
    return -len(cluster.questions), -newest.toordinal(), cluster.spoken.question


def _asked_as(faq: Faq) -> Iterator[tuple[Entry, str, tuple[str, ...]]]:
    """Each entry and decoy with each way to ask it, and the words that are compared."""
    for entry in (*faq.entries.values(), *faq.not_covered.values()):
        for phrasing in entry.ways_to_ask:
            yield entry, phrasing, words_of(phrasing)


def _refuse(faq: Faq, phrasing: str, slug: str) -> None:
    """Refuse what the check of the files would refuse, too.

    Raises PhrasingRefusedError.
    """
    if slug not in faq.entries:
        raise PhrasingRefusedError(PhrasingRefused.NO_ENTRY)
    if len(phrasing) > LONGEST_PHRASING:
        raise PhrasingRefusedError(PhrasingRefused.TOO_LONG)
    from rapidfuzz import fuzz, process

    words = words_of(phrasing)
    if not words:
        raise PhrasingRefusedError(PhrasingRefused.NO_WORDS)
    others = list(_asked_as(faq))
    for entry, _, other_words in others:
        if other_words == words:
            raise PhrasingRefusedError(PhrasingRefused.KNOWN, entry.question)
    elsewhere = [(entry, other, _key(other)) for entry, other, _ in others if entry.slug != slug]
    keys = [key for _, _, key in elsewhere]
    if like := process.extractOne(_key(phrasing), keys, scorer=fuzz.ratio, score_cutoff=TOO_ALIKE):
        entry, other, _ = elsewhere[like[2]]
        raise PhrasingRefusedError(PhrasingRefused.TOO_ALIKE, entry.question, other)
