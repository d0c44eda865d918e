"""The curated answers: one Markdown file each, refused at load if anything in it is wrong."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, Strict, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from .matcher import Matcher
from .text import words_of

MOST_WORDS: Final = 90  # of an answer; more is not read in a chat

Folder = Literal["entries", "not_covered"]
Personal = Literal["dates", "missing", "waiting", "several", "exam_window", "lateness"]

_PARTS = re.compile(r"\A---[ \t]*\n(?P<front>.*?)^---[ \t]*\n(?P<body>.*)\Z", re.DOTALL | re.MULTILINE)
_PLACEHOLDER = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class FaqError(ValueError):
    """A file of the FAQ cannot be used; the sentence names the file and the key."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One file as it was written; its name without the ending is the slug."""

    folder: Folder
    slug: str
    text: str

    @property
    def file(self) -> str:
        """Where a curator finds it."""
        return f"{self.folder}/{self.slug}.md"


@dataclass(frozen=True, slots=True)
class Entry:
    """A curated answer, or a decoy: a topic we must not answer, whose text says who can help.

    `personal` names the line computed from the asker's own dates that belongs under the answer. `text` is
    Slack mrkdwn with every figure filled in. `small_talk` marks a decoy that is a greeting or the like: its
    one line is the whole reply, and nobody has to look into the question.
    """

    slug: str
    question: str
    phrasings: tuple[str, ...]
    sources: tuple[str, ...]
    reviewed_on: date
    tags: tuple[str, ...]
    see_also: tuple[str, ...]
    personal: Personal | None
    text: str
    small_talk: bool = False

    @property
    def ways_to_ask(self) -> tuple[str, ...]:
        """The question and its other phrasings."""
        return (self.question, *self.phrasings)


@dataclass(frozen=True, slots=True)
class Faq:
    """All entries and decoys by slug, and the matcher that knows both."""

    entries: Mapping[str, Entry]
    not_covered: Mapping[str, Entry]
    matcher: Matcher


_Words = Annotated[str, Field(min_length=1)]


class _FrontMatter(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    question: _Words
    phrasings: Annotated[tuple[_Words, ...], Field(min_length=1)]
    sources: tuple[_Words, ...]
    reviewed_on: Annotated[date, Strict()]
    tags: tuple[_Words, ...]
    see_also: tuple[_Words, ...]
    personal: Personal | None = None
    small_talk: Annotated[bool, Strict()] = False


def load(figures: Mapping[str, str], known_sources: Collection[str]) -> Faq:
    """Read the packaged answers, with `figures` in place of their placeholders.

    `figures` has a value for each name that may stand in `{{ … }}`, such as "policy.active_months";
    `known_sources` are the source ids an entry may name. The same are read once and shared.
    Raises FaqError for the first fault.
    """
    return _loaded(tuple(sorted(figures.items())), tuple(sorted(known_sources)))


@lru_cache(maxsize=2)
def _loaded(figures: tuple[tuple[str, str], ...], known_sources: tuple[str, ...]) -> Faq:
    return assemble(packaged_sheets(), dict(figures), known_sources)


def assemble(sheets: Iterable[Sheet], figures: Mapping[str, str], known_sources: Collection[str]) -> Faq:
    """Make a FAQ of `sheets`. Raises FaqError for the first fault of a sheet or between two of them."""
    entries, not_covered, faults = read_all(sheets, figures, known_sources)
    if faults:
        raise faults[0]
    return with_matcher(entries, not_covered)


def with_matcher(entries: Mapping[str, Entry], not_covered: Mapping[str, Entry]) -> Faq:
    """A FAQ of entries and decoys, with a matcher that has learnt every way to ask them."""
    everything = {**entries, **not_covered}
    matcher = Matcher({slug: entry.ways_to_ask for slug, entry in everything.items()})
    return Faq(entries, not_covered, matcher)


def read_all(
    sheets: Iterable[Sheet], figures: Mapping[str, str], known_sources: Collection[str]
) -> tuple[dict[str, Entry], dict[str, Entry], list[FaqError]]:
    """Read every sheet: the entries, the decoys, and all faults, those between two sheets last.

    An entry with a fault is among the entries if at least its front matter can be read.
    """
    sheets = list(sheets)
    found: dict[Folder, dict[str, Entry]] = {"entries": {}, "not_covered": {}}
    read: list[tuple[Sheet, Entry]] = []
    faults: list[FaqError] = []
    names: dict[str, Sheet] = {}
    for sheet in sheets:
        entry, faults_in_sheet = _read(sheet, figures, known_sources)
        faults.extend(faults_in_sheet)
        if (first := names.setdefault(sheet.slug, sheet)) is not sheet:
            faults.append(FaqError(f"{sheet.file}: name: {first.file} has the same name."))
        if entry is not None:
            found[sheet.folder][sheet.slug] = entry
            read.append((sheet, entry))
    # A link to an entry that cannot be read is not the link's fault.
    known = {sheet.slug for sheet in sheets if sheet.folder == "entries"}
    faults.extend(_faults_between(read, known))
    return found["entries"], found["not_covered"], faults


def packaged_sheets() -> Iterator[Sheet]:
    """The files of this package, entries first, by name. Raises FaqError for one that is not UTF-8."""
    folders: tuple[Folder, ...] = ("entries", "not_covered")
    for folder in folders:
        for file in sorted(files(__package__).joinpath(folder).iterdir(), key=lambda file: file.name):
            if file.name.endswith(".md"):
                try:
                    text = file.read_text(encoding="utf-8")
                except UnicodeDecodeError as fault:
                    raise FaqError(
                        f"{folder}/{file.name}: text: it is not UTF-8; save it as UTF-8."
                    ) from fault
                yield Sheet(folder, file.name.removesuffix(".md"), text)


def answer_by_hand(sheet: Sheet) -> str:
    """What somebody typed as the answer, with a mark where each placeholder stands; "" if it is not found."""
    parts = _PARTS.match(sheet.text)
    return _PLACEHOLDER.sub("…", parts["body"]).strip() if parts else ""


def _read(
    sheet: Sheet, figures: Mapping[str, str], known_sources: Collection[str]
) -> tuple[Entry | None, list[FaqError]]:
    """The entry, if its front matter can be read, and everything that is wrong with the file."""
    parts = _PARTS.match(sheet.text)
    if parts is None:
        problem = "it must stand between two lines of three dashes at the top."
        return None, [FaqError(f"{sheet.file}: front matter: {problem}")]
    front, problems = _front_matter(parts["front"])
    if not _SLUG.fullmatch(sheet.slug):
        problems.append("name: a file name has small letters, digits and single dashes only.")
    text = _PLACEHOLDER.sub(lambda found: figures.get(found[1], found[0]), parts["body"].strip())
    if front is not None:
        problems.extend(_problems_of(front, sheet, known_sources))
        if front.small_talk and "\n" in text:
            problems.append("answer: small talk is answered in one line.")
    problems.extend(_problems_in(parts["body"], text, figures))
    faults = [FaqError(f"{sheet.file}: {problem}") for problem in problems]
    if front is None:
        return None, faults
    entry = Entry(
        slug=sheet.slug,
        question=front.question,
        phrasings=front.phrasings,
        sources=front.sources,
        reviewed_on=front.reviewed_on,
        tags=front.tags,
        see_also=front.see_also,
        personal=front.personal,
        text=text,
        small_talk=front.small_talk,
    )
    return entry, faults


def _problems_of(front: _FrontMatter, sheet: Sheet, known_sources: Collection[str]) -> Iterator[str]:
    for source in front.sources:
        if source not in known_sources:
            known = ", ".join(sorted(known_sources))
            yield f"sources: {source!r} is not one of the policy's sources ({known})."
    for phrasing in (front.question, *front.phrasings):
        if not words_of(phrasing):
            yield f"phrasings: {phrasing!r} has no word to match."
    if sheet.folder == "not_covered" and front.personal:
        yield "personal: nothing is computed for a topic that is not answered."
    if sheet.folder == "entries" and front.small_talk:
        yield "small_talk: it belongs into not_covered, beside what else is no question to us."


def _front_matter(text: str) -> tuple[_FrontMatter | None, list[str]]:
    """The values, or None, and what is wrong with them."""
    try:
        values: Any = YAML(typ="safe", pure=True).load(text)
    except YAMLError as fault:
        problem, line = str(fault), ""
        if isinstance(fault, MarkedYAMLError):
            problem = str(fault.problem)
            if fault.problem_mark is not None:
                line = f" (line {fault.problem_mark.line + 2})"  # counted from 0, below the dashes
        return None, [f"front matter{line}: {problem.splitlines()[0]}."]
    except ValueError as fault:  # how the reader says 30 February; no other key holds a date
        return None, [f"reviewed_on: {fault}."]
    if not isinstance(values, dict):
        return None, ["front matter: it must be a list of keys with values."]
    try:
        return _FrontMatter.model_validate(values), []
    except ValidationError as faults:
        said = {"missing": "the key is missing", "extra_forbidden": "there is no such key"}
        problems = [
            f"{fault['loc'][0]}"
            + "".join(f"[{place}]" for place in fault["loc"][1:])
            + f": {said.get(fault['type'], fault['msg'])}."
            for fault in faults.errors()
        ]
        faulty = {fault["loc"][0] for fault in faults.errors()}
    try:  # without a faulty key that may be left out the rest can be looked at, too
        rest = {key: value for key, value in values.items() if key not in faulty}
        return _FrontMatter.model_validate(rest), problems
    except ValidationError:
        return None, problems


def _problems_in(body: str, text: str, figures: Mapping[str, str]) -> Iterator[str]:
    for name in _PLACEHOLDER.findall(body):
        if name not in figures:
            yield f"answer: there is no figure {name!r} for its placeholder."
    if re.search(r"\{\{|\}\}", _PLACEHOLDER.sub("…", body)):
        yield "answer: a placeholder is not written as {{ name }}."
    if not text:
        yield "answer: it is empty."
    if (length := len(text.split())) > MOST_WORDS:
        yield f"answer: it has {length} words, more than {MOST_WORDS}."


def _faults_between(read: Sequence[tuple[Sheet, Entry]], known: Collection[str]) -> Iterator[FaqError]:
    asked_in: dict[tuple[str, ...], str] = {}
    for sheet, entry in read:
        for slug in entry.see_also:
            if slug not in known:
                yield FaqError(f"{sheet.file}: see_also: there is no entry {slug!r}.")
        for phrasing in entry.ways_to_ask:
            other = asked_in.setdefault(words_of(phrasing), sheet.file)
            if other != sheet.file:
                yield FaqError(f"{sheet.file}: phrasings: {phrasing!r} is asked in {other} too.")
