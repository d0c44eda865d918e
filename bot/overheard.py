"""What is said in a channel, and whether it reads as a question to nobody in particular."""

import re

# Code, quotes of others and addresses are no part of what somebody asks.
_ASIDE = re.compile(
    r"```(?:.|\n)*?(?:```|\Z)|`[^`\n]*`|^(?:>|&gt;).*$|<(?:https?|mailto):[^<>]*>", re.MULTILINE
)
_TO_SOMEBODY = re.compile(r"<@|<!subteam")
_ENDS = re.compile(r"\?(?=[\s\"'”’)*_~!?.:]|$)")
_GREETED = "hi|hello|hey|morning|quick|question|folks|team|all|everyone|everybody|so|ok|btw|just"
_GREETING = rf"(?:(?:{_GREETED})\b[\s,:;!.-]*)*"
_HELPER = r"(?:do|does|did|can|could|is|are|am|will|would|should|must|may|need)"
_BEGINS = re.compile(
    rf"^\W*{_GREETING}(?:"
    rf"(?:what|when|where|which|who|why|how)(?:\s+\S+){{0,3}}?\s+{_HELPER}\b|"
    r"(?:what|when|where|how)'?s\b|how\s+(?:long|many|much|often)\b|"
    rf"{_HELPER}(?:n't)?\s+(?:i|we|you|they|it|the|a|an|my|our|there|this|that|any\w*|somebody|someone)\b|"
    r"any(?:one|body)\b|i\s+wonder\b|wondering\b)",
    re.IGNORECASE,
)


def is_open_question(text: str) -> bool:
    """Whether a message, as Slack sends it, asks something and names nobody who is asked."""
    if _TO_SOMEBODY.search(text):
        return False
    said = _ASIDE.sub(" ", text).strip()
    return bool(_ENDS.search(said) or _BEGINS.search(said))
