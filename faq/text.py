"""What a person typed, as the words that are compared."""

import html
import re
import unicodedata
from collections.abc import Iterable
from typing import Final

# Slack cuts a message at 40,000 characters; a question is over long before that, and so is our patience.
LONGEST_MESSAGE: Final = 40_000
LONGEST_QUESTION: Final = 600
MOST_WORDS: Final = 60
LONG_NUMBER: Final = 5  # digits

# The importance of a word that names a subject, one that shapes the question, one that says next to nothing.
SUBJECT: Final = 1.0
SHAPING: Final = 0.6
EMPTY: Final = 0.15

NEGATIONS: Final = frozenset({"not", "no", "never", "without", "none", "neither", "nor"})
# What has befallen a certification, an entry or an account; as `words_of` reads them.
STATES: Final = frozenset(
    {
        "expire", "suspend", "retire", "retired", "reject", "rejected", "declined", "refused", "denied",
        "fail", "failed", "lose", "lost", "missing", "missed", "wrong", "incorrect", "deleted", "closed",
        "locked", "blocked", "revoked", "pending",
    }
)  # fmt: skip

_CODE_BLOCK = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_MENTION = re.compile(r"<[@#!][^<>]*>")
_LINK = re.compile(r"<(?:https?|mailto):[^<>|]*(?:\|([^<>]*))?>|\bhttps?://\S+")
_EMOJI = re.compile(r":(?=[^:\s]*[a-z+-])[\w+'-]{1,60}:")
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_QUOTES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": " ", "´": "'", "“": " ", "”": " "})

_SHORTENED = {
    "can't": "can not", "cant": "can not", "cannot": "can not", "won't": "will not", "wont": "will not",
    "shan't": "shall not", "ain't": "is not", "dont": "do not", "doesnt": "does not", "didnt": "did not",
    "isnt": "is not", "arent": "are not", "wasnt": "was not", "hasnt": "has not", "havent": "have not",
    "shouldnt": "should not", "wouldnt": "would not", "couldnt": "could not", "im": "i am", "ive": "i have",
    "u": "you", "ur": "your", "r": "are", "pls": "please", "plz": "please", "thx": "thanks",
    "y": "why", "wat": "what", "abt": "about", "b4": "before", "hv": "have", "wen": "when", "tht": "that",
    "msg": "message", "acc": "account",
    "whats": "what is", "gonna": "going to", "wanna": "want to", "gotta": "have to",
}  # fmt: skip
_PHRASES = {
    re.compile(r"\bw/o\b"): "without",
    re.compile(r"\bcontinuing education\b"): "ce",
    re.compile(r"\blog(?:ging)? in\b"): "login",
}
_ENDINGS = re.compile(r"'(?:s|re|m|ve|ll|d)?$")

# What askers use for one another; the key is the word all others become. F24: people write all of the
# first line and mean the same.
SYNONYMS = {
    same: word
    for word, others in {
        "unit": "units ce ces ceu ceus pdu pdus cpe cpes point points credit credits credited",
        "certification": "certifications cert certs certificate certificates certificat certified",
        "course": "courses coursework courseworks class classes training trainings lesson lessons",
        "renew": "renews renewal renewals renewed renewing recert recerts recertify recertification"
        " recertifying recertified",
        "expire": "expires expired expiring expiration expirations expiry lapse lapses lapsed",
        "suspend": "suspends suspended suspending suspension suspensions",
        "event": "events conference conferences",
        "exam": "exams examination test tests",
        "enter": "enters entered entering entry entries submit submits submitted submitting submission"
        " upload uploads uploaded uploading log logs logged logging claim claims claimed claiming",
        "present": "presents presenting presented presenter presenters presentation presentations speak"
        " speaks speaking speaker speakers talk talks",
        "attend": "attends attended attending attendance attendee",
        "begin": "begins began begun beginning start starts started starting",
        "prepare": "prepares prepared preparing preparation prep",
        "recording": "recordings recorded replay replays",
        "professional": "professionals acp acps",
        "associate": "associates aca acas",
        "cost": "costs costing price prices pricing priced fee fees expensive",
        "delay": "delays delayed delaying postpone postpones postponed postponing",
        "difference": "differences differ differs different vs versus",
        "account": "accounts login logins",
        "require": "requires required requirement requirements mandatory compulsory",
    }.items()
    for same in others.split()
}

# Words that say nothing about the subject: they hardly match and never count as unknown.
_EMPTY_WORDS = """
    a about actually again ahead already also am an and any anybody anyhow anyone anything are as
    ask asked asking at atlassian away back basically be because been being believe besides but by can come
    comes confused correct could curious currently did do does doing done else even ever exactly example
    feel figure fine finally find folks for from general get gets getting given go goes going good got great
    guess guys had happen happens has have having heard hello help hey hi hope hoping how however i idea if in
    info information into is issue it its itself just kind know known let like likely looking lot lots make
    makes may maybe me mean means meant might mine more must my myself need needed needs now of off ok okay on
    once one only or our out over own people perhaps please possible possibly probably question questions
    quick quickly rather read really regarding regards right said same saw say says see seem seems shall she
    should show simply since so some somebody someone something soon sorry still suppose supposed sure take
    takes tell than thank thanks that the their them then there these they thing things think this those
    though through thus to told too try trying understand understood us use used using very via want
    wanted wants was way we well were what which while whether why will wish with wonder wondering would yes
    yet you your yours
"""

# Words that shape a question without naming its subject: they count, but little, and never alone.
_SHAPING_WORDS = """
    when where who several long much many often far early late later before after during until till both all
    each every other others another first last next new old older two twice time times day days date dates
    month months year years work works able allowed count counts counted valid keep keeping
"""

_EMPTY = frozenset(_EMPTY_WORDS.split())
_SHAPING = frozenset(_SHAPING_WORDS.split())


def words_of(text: str) -> tuple[str, ...]:
    """All words of `text`, normalised: two texts with equal words are the same question.

    Mentions, links, emoji, code blocks and punctuation are dropped, contractions spelled out, and words that
    askers use for one another (CE, CEU, units, points; cert, certification) become one. Empty when nothing
    is left. Only the first 600 characters outside code blocks and the first 60 words are read.
    """
    return alike(typed_words(text))


def typed_words(text: str) -> tuple[str, ...]:
    """The words of `text` as they were typed, in small letters, shortened ones spelled out; at most 60.

    A number of five digits or more is only "#": it is an order, a ticket or an account, never a subject.
    """
    plain = _CODE_BLOCK.sub(" ", text[:LONGEST_MESSAGE])[:LONGEST_QUESTION]
    plain = unicodedata.normalize("NFKC", html.unescape(plain)).casefold().translate(_QUOTES)
    plain = _EMOJI.sub(" ", _LINK.sub(r" \1 ", _MENTION.sub(" ", plain)))
    for said, meant in _PHRASES.items():
        plain = said.sub(meant, plain)
    words = (word for found in _WORD.findall(plain) for word in _spelled_out(found).split())
    return tuple("#" if word.isdigit() and len(word) >= LONG_NUMBER else word for word in words)[:MOST_WORDS]


def alike(words: Iterable[str]) -> tuple[str, ...]:
    """`words` with one word for all that askers use for one another, each said once in a row."""
    found: list[str] = []
    for word in words:
        same = SYNONYMS.get(word, word)
        if not found or found[-1] != same:  # "CE units" is one word said twice
            found.append(same)
    return tuple(found)


def _spelled_out(word: str) -> str:
    if word in _SHORTENED:
        return _SHORTENED[word]
    if word.endswith("n't"):
        return f"{word[:-3]} not"
    return _ENDINGS.sub("", word).replace("'", " ")


def importance(word: str) -> float:
    """How much a word tells of the subject: 1 if it names it, less for "when" or "90", least for "the"."""
    if word in _EMPTY or word in NEGATIONS:
        return EMPTY
    return SHAPING if word in _SHAPING or word == "#" or word.isdigit() else SUBJECT


def is_negated(words: tuple[str, ...]) -> bool:
    """Whether a "not", "never", "without" … turns the question round."""
    return not NEGATIONS.isdisjoint(words)
