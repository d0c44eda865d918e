"""The assistant's pane: what is said when it is opened, and what it suggests to ask."""

from .blocks import Prompt, Reply, reply

GREETING = (
    "Ask me about renewing Atlassian certifications: I answer from a list that people look after, with "
    "sources, and say so where I do not know."
)
# Suggested to everybody, and by manifest.yml, too.
PROMPTS = (
    Prompt("How do I renew?", "How do I renew my certification?"),
    Prompt("What earns CE units?", "What earns CE units, and how many?"),
    Prompt("Can I take the exam instead?", "Can I take the exam instead, and when?"),
    Prompt("What if I miss the date?", "What is the time between suspension and expiration?"),
)
# In the place of the first for those whose certifications are known.
PERSONAL = Prompt("What am I missing?", "How do I see what I still need?")


def greeting() -> Reply:
    """The first line of a thread in the pane."""
    return reply(GREETING)


def prompts(*, is_enrolled: bool) -> tuple[Prompt, ...]:
    """Up to four questions to suggest; the first is about the member's own dates, where they are known."""
    return (PERSONAL, *PROMPTS[1:]) if is_enrolled else PROMPTS
