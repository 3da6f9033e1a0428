"""Content words of a segment, as the smallest pieces that are looked for on the other side."""

from __future__ import annotations

import re

from aligner.resources import load_words
from aligner.text import Token, TokenKind, digits_value, tokens

__all__ = ["content_strings"]

_LANGUAGES = ("en", "ar")
_ARTICLE = "\N{ARABIC LETTER ALEF}\N{ARABIC LETTER LAM}"
# What stands before the article (Habash 2010, 4.2), which hides it only after the preposition li-.
_PROCLITICS = re.compile("^(?:[\u0648\u0641]?[\u0628\u0643]?\u0627\u0644|[\u0648\u0641]?\u0644\u0644)(?=\\w{2})")


def content_strings(text: str) -> list[str]:
    """Give the words that carry content, without what is written before an article, and numbers as ASCII digits.

    Gives the text itself where there are none.

    >>> content_strings("It was in 1,974 that the lines were common.")
    ['1974', 'lines', 'common']
    >>> content_strings("وباليابان وللحكومة وزير")
    ['اليابان', 'الحكومة', 'وزير']
    """
    return [_string(token) for token in tokens(text) if _has_content(token)] or [text]


def _has_content(token: Token) -> bool:
    if token.kind is TokenKind.NUMBER:
        return True
    stop = load_words(f"function-words.{_LANGUAGES[token.is_arabic]}.txt")
    return token.kind is TokenKind.WORD and len(token.form) > 1 and token.form not in stop


def _string(token: Token) -> str:
    if token.kind is TokenKind.NUMBER:
        return digits_value(token.form) or token.form
    return _PROCLITICS.sub(_ARTICLE, "".join(char for char in token.text if not _is_mark(char)))


def _is_mark(char: str) -> bool:
    return "\u064b" <= char <= "\u065f" or char in "\u0640\u0670"
