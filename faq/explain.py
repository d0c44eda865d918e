"""Why a question got its answer, in words for a curator."""

from collections.abc import Iterator

from .answer import reply
from .entry import Faq
from .matcher import ANSWER_FROM, SUGGEST_FROM, Match


def explained(faq: Faq, question: str) -> str:
    """What was read, what it was matched with, what the score is made of, and what stopped an answer."""
    match = faq.matcher.match(question)
    answer = reply(faq, match)
    lines = [
        (
            "tier",
            answer.tier
            + (", but with words on who can help" if _is_decoy(faq, match, answer.answer) else ""),
        ),
        ("read as", " ".join(match.reading.words) or "nothing"),
        ("mended", _listed(f"{typed} -> {meant}" for typed, meant in match.reading.mended)),
        *_match(faq, match),
        ("guards", _listed(match.guards, "; ")),
        ("suggested", _listed(answer.suggestions)),
    ]
    return "".join(f"{name + ':':<11}{said}\n" for name, said in lines)


def _match(faq: Faq, match: Match) -> Iterator[tuple[str, str]]:
    """The best candidate, and the parts of its score."""
    if not match.candidates:
        yield "closest", "nothing"
        return
    best, reading = match.candidates[0], match.reading
    yield "closest", best.slug + (" (not covered)" if best.slug in faq.not_covered else "")
    yield "matched", repr(best.phrasing)
    yield "shared", _listed(faq.matcher.shared(reading.words, best.slug))
    yield "unknown", _listed(reading.unknown)
    made_of = f"fit {best.fit:.2f} x likeness {best.alike:.2f} x known words {reading.known:.2f}"
    yield "score", f"{best.score:.2f}, made of {made_of}"
    yield "needed", f"{SUGGEST_FROM:.2f} to be suggested, {ANSWER_FROM:.2f} to be the answer"
    others = (f"{other.slug} {other.score:.2f}" for other in match.candidates[1:4])
    yield "then", _listed(others)


def _is_decoy(faq: Faq, match: Match, text: str | None) -> bool:
    return text is not None and bool(match.candidates) and match.candidates[0].slug in faq.not_covered


def _listed(found: Iterator[str] | tuple[str, ...], between: str = ", ") -> str:
    return between.join(dict.fromkeys(found)) or "none"
