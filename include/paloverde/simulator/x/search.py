"""The part of X's search language that an archive uses: operators, words, OR, parentheses, minus."""

from __future__ import annotations

import re
from collections.abc import Callable

from paloverde.simulator.city import Item

Test = Callable[[Item], bool]
TOKEN = re.compile(r'\(|\)|-?"[^"]*"|[^\s()]+')


class BadQuery(ValueError):
    """The query cannot be parsed."""


def compiled(query: str) -> Test:
    """A test for posts. Spaces mean AND, which binds tighter than OR. Raises `BadQuery`."""
    tokens = TOKEN.findall(query)
    test, rest = _either(tokens)
    if rest or not tokens:
        raise BadQuery(f"there is a mistake near {' '.join(rest[:3]) or 'the beginning'!r}")
    return test


def _either(tokens: list[str]) -> tuple[Test, list[str]]:
    test, rest = _all(tokens)
    tests = [test]
    while rest and rest[0] == "OR":
        test, rest = _all(rest[1:])
        tests.append(test)
    return (lambda item: any(one(item) for one in tests)), rest


def _all(tokens: list[str]) -> tuple[Test, list[str]]:
    tests: list[Test] = []
    while tokens and tokens[0] not in {")", "OR"}:
        if tokens[0] in {"(", "-("}:
            inner, tokens = _either(tokens[1:])
            if not tokens or tokens[0] != ")":
                raise BadQuery("a closing parenthesis is missing")
            tests.append(inner)
        else:
            tests.append(_term(tokens[0]))
        tokens = tokens[1:]
    if not tests:
        raise BadQuery("a term is missing")
    return (lambda item: all(one(item) for one in tests)), tokens


def _term(token: str) -> Test:
    if token.startswith("-"):
        test = _term(token[1:])
        return lambda item: not test(item)
    operator, _, value = token.partition(":")
    if value and operator in OPERATORS:
        return OPERATORS[operator](value.lower())
    word = token.strip('"').lower()
    return lambda item: word in item.text.lower()


def _is(value: str) -> Test:
    if value == "reply":
        return lambda item: item.parent is not None
    return lambda _: False  # retweets and quotes: the city has none


OPERATORS: dict[str, Callable[[str], Test]] = {
    "conversation_id": lambda value: lambda item: item.root.first_id == value,
    "from": lambda value: lambda item: value in {item.author.username.lower(), item.author.id},
    "to": lambda value: (
        lambda item: (
            item.parent is not None and value in {item.parent.author.username.lower(), item.parent.author.id}
        )
    ),
    "in_reply_to_tweet_id": lambda value: (
        lambda item: item.parent is not None and item.parent.first_id == value
    ),
    "is": _is,
}
