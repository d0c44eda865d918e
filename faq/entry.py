"""The curated answers: one Markdown file each, refused at load if anything in it is wrong."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
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
    Slack mrkdwn with every figure filled in.
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


def load(figures: Mapping[str, str], known_sources: Collection[str]) -> Faq:
    """Read the packaged answers, with `figures` in place of their placeholders.

    `figures` has a value for each name that may stand in `{{ … }}`, such as "policy.active_months";
    `known_sources` are the source ids an entry may name. Raises FaqError for the first fault.
    """
    return assemble(packaged_sheets(), figures, known_sources)


def assemble(sheets: Iterable[Sheet], figures: Mapping[str, str], known_sources: Collection[str]) -> Faq:
    """Make a FAQ of `sheets`. Raises FaqError for the first fault of a sheet or between two of them."""
    entries, not_covered, faults = read_all(sheets, figures, known_sources)
    if faults:
        raise faults[0]
    everything = {**entries, **not_covered}
    matcher = Matcher({slug: entry.ways_to_ask for slug, entry in everything.items()})
    return Faq(entries, not_covered, matcher)


def read_all(
    sheets: Iterable[Sheet], figures: Mapping[str, str], known_sources: Collection[str]
) -> tuple[dict[str, Entry], dict[str, Entry], list[FaqError]]:
    """Read every sheet: the entries, the decoys, and the faults: one a sheet at most, and those between."""
    found: dict[Folder, dict[str, Entry]] = {"entries": {}, "not_covered": {}}
    read: list[tuple[Sheet, Entry]] = []
    faults: list[FaqError] = []
    for sheet in sheets:
        try:
            entry = read_entry(sheet, figures, known_sources)
        except FaqError as fault:
            faults.append(fault)
        else:
            found[sheet.folder][sheet.slug] = entry
            read.append((sheet, entry))
    if not faults:  # a link to an unreadable entry is not the link's fault
        faults.extend(_faults_between(read))
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


def read_entry(sheet: Sheet, figures: Mapping[str, str], known_sources: Collection[str]) -> Entry:
    """Read one file by itself. Raises FaqError, naming file and key, for the first fault in it."""
    parts = _PARTS.match(sheet.text)
    if parts is None:
        raise FaqError(
            f"{sheet.file}: front matter: it must stand between two lines of three dashes at the top."
        )
    front = _front_matter(sheet, parts["front"])
    if not _SLUG.fullmatch(sheet.slug):
        raise FaqError(f"{sheet.file}: name: a file name has small letters, digits and single dashes only.")
    for source in front.sources:
        if source not in known_sources:
            known = ", ".join(sorted(known_sources))
            raise FaqError(f"{sheet.file}: sources: {source!r} is not one of the policy's sources ({known}).")
    for phrasing in (front.question, *front.phrasings):
        if not words_of(phrasing):
            raise FaqError(f"{sheet.file}: phrasings: {phrasing!r} has no word to match.")
    if sheet.folder == "not_covered" and front.personal:
        raise FaqError(f"{sheet.file}: personal: nothing is computed for a topic that is not answered.")
    text = _rendered(sheet, parts["body"].strip(), figures)
    return Entry(
        slug=sheet.slug,
        question=front.question,
        phrasings=front.phrasings,
        sources=front.sources,
        reviewed_on=front.reviewed_on,
        tags=front.tags,
        see_also=front.see_also,
        personal=front.personal,
        text=text,
    )


def _front_matter(sheet: Sheet, text: str) -> _FrontMatter:
    try:
        values: Any = YAML(typ="safe", pure=True).load(text)
    except YAMLError as fault:
        problem, line = str(fault), ""
        if isinstance(fault, MarkedYAMLError):
            problem = str(fault.problem)
            if fault.problem_mark is not None:
                line = f" (line {fault.problem_mark.line + 2})"  # counted from 0, below the dashes
        raise FaqError(f"{sheet.file}: front matter{line}: {problem.splitlines()[0]}.") from fault
    except ValueError as fault:  # how the reader says 30 February; no other key holds a date
        raise FaqError(f"{sheet.file}: reviewed_on: {fault}.") from fault
    if not isinstance(values, dict):
        raise FaqError(f"{sheet.file}: front matter: it must be a list of keys with values.")
    try:
        return _FrontMatter.model_validate(values)
    except ValidationError as faults:
        first = faults.errors()[0]
        key = str(first["loc"][0]) + "".join(f"[{place}]" for place in first["loc"][1:])
        said = {"missing": "the key is missing", "extra_forbidden": "there is no such key"}
        message = said.get(first["type"], first["msg"])
        raise FaqError(f"{sheet.file}: {key}: {message}.") from faults


def _rendered(sheet: Sheet, body: str, figures: Mapping[str, str]) -> str:
    for name in _PLACEHOLDER.findall(body):
        if name not in figures:
            raise FaqError(f"{sheet.file}: answer: there is no figure {name!r} for its placeholder.")
    text = _PLACEHOLDER.sub(lambda found: figures[found[1]], body)
    if "{{" in text or "}}" in text:
        raise FaqError(f"{sheet.file}: answer: a placeholder is not written as {{{{ name }}}}.")
    if not text:
        raise FaqError(f"{sheet.file}: answer: it is empty.")
    if (length := len(text.split())) > MOST_WORDS:
        raise FaqError(f"{sheet.file}: answer: it has {length} words, more than {MOST_WORDS}.")
    return text


def _faults_between(read: Sequence[tuple[Sheet, Entry]]) -> Iterator[FaqError]:
    known = {sheet.slug for sheet, _ in read if sheet.folder == "entries"}
    files_by_slug: dict[str, str] = {}
    asked_in: dict[tuple[str, ...], str] = {}
    for sheet, entry in read:
        if files_by_slug.setdefault(sheet.slug, sheet.file) != sheet.file:
            yield FaqError(f"{sheet.file}: name: {files_by_slug[sheet.slug]} has the same name.")
        for slug in entry.see_also:
            if slug not in known:
                yield FaqError(f"{sheet.file}: see_also: there is no entry {slug!r}.")
        for phrasing in entry.ways_to_ask:
            other = asked_in.setdefault(words_of(phrasing), sheet.file)
            if other != sheet.file:
                yield FaqError(f"{sheet.file}: phrasings: {phrasing!r} is asked in {other} too.")
