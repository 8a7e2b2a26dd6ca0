"""What looks like a word in a question and was meant as something else. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable

from paloverde.search.lexemes import Mendable

_JOINS = {"&": "AND", "&&": "AND", "+": "AND", "|": "OR", "||": "OR", "!": "NOT"}


def slip_in(word: str) -> Mendable | None:
    """What a word was probably meant as, in another language of questions or by a slip of the finger."""
    found = ((match, told) for pattern, told in _SLIPS if (match := pattern.fullmatch(word)))
    return next((Mendable(*told(match)) for match, told in found), None)


def _joins(match: re.Match[str]) -> tuple[str, str]:
    join = _JOINS[match[0]]
    return (
        f"“{match[0]}” joins nothing here",
        f"Write {join}, or put a phrase with the sign in it into quotes",
    )


def _excluded(match: re.Match[str]) -> tuple[str, str]:
    return f"“{match[1]}” before a word has no meaning here", f"Write NOT {match[2]} to leave records out"


def _how_near(match: re.Match[str]) -> tuple[str, str]:
    return f"{match[0]} does not say how near", "Write the number of words behind it, as in NEAR/5"


def _not_in_words(match: re.Match[str]) -> tuple[str, str]:
    return f"{match[0]} cannot be measured: a post has no sentences or paragraphs to count", "Write w/15"


def _bare_distance(match: re.Match[str]) -> tuple[str, str]:
    return (
        f"{match[0]} does not say in which way it is near",
        f"Write w{match[0]}, or pre{match[0]} for an order",
    )


def _misspelt(match: re.Match[str]) -> tuple[str, str]:
    return (
        f"a distance ~{match[2]} stands behind a phrase in quotes",
        f'Write "{match[1]} …"~{match[2]}; {match[1]}~ finds every form of the word',
    )


# What looks like a word and was meant as something else, in other languages of questions or by a slip.
_SLIPS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], tuple[str, str]]], ...] = (
    (re.compile(r"&&?|\|\|?|[+!]"), _joins),
    (re.compile(r"([-!–−])(\w.*)"), _excluded),
    (re.compile(r"NEAR|PRE|WITHIN|W/|(?i:near|pre)/\D*"), _how_near),
    (re.compile(r"(?:w|pre|near)?/[sp]", re.IGNORECASE), _not_in_words),
    (re.compile(r"/\d+"), _bare_distance),
    (re.compile(r"(\w+)~(\d+)"), _misspelt),
)
