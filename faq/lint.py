"""What a curator should mend in the FAQ's files: all findings at once, each naming file and key."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from math import log, sqrt
from typing import Final, NamedTuple

from .entry import Entry, Folder, Sheet, answer_by_hand, read_all
from .text import words_of

FEWEST_PHRASINGS: Final = 8
MOST_PHRASINGS: Final = 12
LONGEST_PHRASING: Final = 120  # characters
REVIEWED_WITHIN: Final = timedelta(days=365)
SAME_QUESTION: Final = 0.92  # two phrasings that only empty words tell apart
SAME_SUBJECT: Final = 0.80  # two entries that are asked about in the same words
STEM: Final = 6  # letters of a word that see through its ending

_NUMBERS = {
    "three": 3, "four": 4, "five": 5, "six": 6, "ten": 10, "twenty-four": 24, "thirty": 30, "fifty": 50,
    "seventy": 70, "ninety": 90, "hundred": 100,
}  # fmt: skip
# Which figures are counted in the unit that stands behind a number.
_COUNTED_IN = {
    "month": re.compile(r"_months$"),
    "day": re.compile(r"_days$"),
    "course": re.compile(r"^policy\.courses"),
    "event": re.compile(r"^policy\.cap\.\w+_event$"),
    "unit": re.compile(r"^policy\.(required|units|events_most)"),
}
_TYPED = re.compile(
    rf"\b(?P<number>[0-9]+|{'|'.join(_NUMBERS)})[ -](?:(?:more|calendar|local|global|CE)[ -])*"
    r"(?:(?P<unit>month|day|course|event)s?|(?:CE|CEU|PDU|unit|point|credit)s?)\b",
    re.IGNORECASE,
)
_CODE = re.compile(r"`[^`]*`")


class Likeness(NamedTuple):
    """How alike two entries are, from 0 to 1: in all their words, and in the two closest phrasings."""

    slugs: tuple[str, str]
    of_entries: float
    of_phrasings: float
    phrasings: tuple[str, str]


def lint(
    sheets: Iterable[Sheet],
    figures: Mapping[str, str],
    known_sources: Collection[str],
    today: date | None = None,
) -> list[str]:
    """Everything that is wrong with `sheets`, one sentence each; an empty list when all is well.

    `figures` and `known_sources` are those of `faq.entry.load`. A review older than 365 days before `today`
    is a finding; without a day no review is too old.
    """
    sheets = list(sheets)
    entries, not_covered, faults = read_all(sheets, figures, known_sources)
    found = [str(fault) for fault in faults]
    files: dict[str, str] = {}
    read: dict[Folder, dict[str, Entry]] = {"entries": entries, "not_covered": not_covered}
    for sheet in sheets:
        found.extend(f"{sheet.file}: answer: {said}" for said in _typed(answer_by_hand(sheet), figures))
        if entry := read[sheet.folder].get(sheet.slug):
            files[sheet.slug] = sheet.file
            found.extend(f"{sheet.file}: {said}" for said in _phrasings(entry))
            if sheet.folder == "entries" and not entry.sources:
                found.append(f"{sheet.file}: sources: there is none; name where the answer comes from.")
            if today is not None:
                found.extend(f"{sheet.file}: reviewed_on: {said}" for said in _age(entry.reviewed_on, today))
    everything = {**entries, **not_covered}
    for likeness in likenesses({slug: entry.ways_to_ask for slug, entry in everything.items()}):
        where = " and ".join(files[slug] for slug in likeness.slugs)
        if likeness.of_phrasings >= SAME_QUESTION:
            one, other = likeness.phrasings
            found.append(
                f"{where}: phrasings: too alike ({likeness.of_phrasings:.2f}): {one!r} and {other!r}."
            )
        if likeness.of_entries >= SAME_SUBJECT:
            found.append(
                f"{where}: phrasings: the two are too alike ({likeness.of_entries:.2f}): "
                "make them one entry, or ask about each in its own words."
            )
    return found


def _phrasings(entry: Entry) -> Iterator[str]:
    # Two phrasings that are read as the same words are one.
    count = len({words_of(phrasing) for phrasing in entry.phrasings})
    if not FEWEST_PHRASINGS <= count <= MOST_PHRASINGS:
        yield f"phrasings: {count} different ones; write {FEWEST_PHRASINGS} to {MOST_PHRASINGS}."
    for phrasing in entry.phrasings:
        if len(phrasing) > LONGEST_PHRASING:
            yield f"phrasings: {phrasing[:40]!r}... is longer than {LONGEST_PHRASING} characters."


def _age(reviewed_on: date, today: date) -> Iterator[str]:
    if reviewed_on > today:
        yield f"{reviewed_on} lies after {today}; write the day on which somebody checked the sources."
    elif today - reviewed_on > REVIEWED_WITHIN:
        yield f"{reviewed_on} is more than {REVIEWED_WITHIN.days} days ago; check the sources again."


def _typed(answer: str, figures: Mapping[str, str]) -> Iterator[str]:
    """The figures of `answer` that stand there as digits or words although a placeholder gives them."""
    text = _CODE.sub("…", answer)
    for found in _TYPED.finditer(text):
        number, unit = found["number"].lower(), (found["unit"] or "unit").lower()
        value = str(_NUMBERS.get(number, number))
        names = [name for name in figures if figures[name] == value and _COUNTED_IN[unit].search(name)]
        if names:
            yield f"{found[0]!r} is typed by hand; write {_either(names)}."
    for name, value in figures.items():
        # Dates, addresses and lists of codes; a bare number or word may stand anywhere.
        if re.search(r"[0-9/]", value) and not value.isdigit() and value in text:
            yield f"{value!r} is typed by hand; write {_either([name])}."


def _either(names: Sequence[str]) -> str:
    return " or ".join(f"{{{{ {name} }}}}" for name in names)


def likenesses(ways_to_ask: Mapping[str, Sequence[str]]) -> list[Likeness]:
    """How alike each two entries are that share a word, by slug to all that they are asked as.

    The cosine between their words, each weighing the more the fewer entries have it.
    """
    read = [
        (slug, text, {word[:STEM] for word in words_of(text)})
        for slug, texts in ways_to_ask.items()
        for text in texts
    ]
    counts: dict[str, Counter[str]] = {slug: Counter() for slug in ways_to_ask}
    for slug, _, words in read:
        counts[slug].update(words)
    homes = Counter(word for count in counts.values() for word in count)
    weights = {word: log(1 + len(counts) / entries) for word, entries in homes.items()}
    whole = {
        slug: _unit({word: n * weights[word] for word, n in count.items()}) for slug, count in counts.items()
    }
    closest: dict[tuple[str, str], tuple[float, tuple[str, str]]] = {}
    before: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
    for number, (slug, text, words) in enumerate(read):
        sums: defaultdict[int, float] = defaultdict(float)
        vector = _unit({word: weights[word] for word in words})
        for word, weight in vector.items():
            for other, other_weight in before[word]:
                sums[other] += weight * other_weight
            before[word].append((number, weight))
        for other, score in sums.items():
            pair = (read[other][0], slug)
            if pair[0] != slug and (pair not in closest or score > closest[pair][0]):
                closest[pair] = (score, (read[other][1], text))
    return [
        Likeness(
            pair, sum(weight * whole[pair[1]].get(word, 0) for word, weight in whole[pair[0]].items()), *best
        )
        for pair, best in closest.items()
    ]


def _unit(weights: Mapping[str, float]) -> dict[str, float]:
    length = sqrt(sum(weight**2 for weight in weights.values()))
    return {word: weight / length for word, weight in weights.items()}
