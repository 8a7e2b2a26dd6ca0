"""The language of questions, from text to tree. No I/O.

    street sweeping              both words, anywhere in the text (AND between words goes without saying)
    "street sweeping"            side by side, in this order
    park OR pool, NOT dog        also `and`, `or`, `not` in small letters; put them in quotes to search for
    the word (park OR pool) hours         parentheses
    street NEAR/5 sweeping       at most 5 words from each other, in any order; `w/5` is the same
    street pre/5 sweeping        the first before the second
    "street sweeping"~5          all these words, each at most 5 words from the ones before it
    park*   *gate   col*r        `*` stands for any letters
    =año   ="el año"             accents count
    #cleanup   @palmdesert       only with the sign; `cleanup` finds both
    poster:"Maria Lopez"         display name, username or id
    account: kind: platform: visibility: provenance: removed:yes
    from:2025-01-01 to:2025-06-30   posted on these Pacific days, both included
    *                            every record

NOT binds closest to what follows it, then NEAR, then AND, then OR.
"""

from __future__ import annotations

import difflib
import re
from datetime import date
from typing import NamedTuple, NoReturn

import msgspec

from paloverde.archive.registry import OTHER
from paloverde.errors import BadQuestion
from paloverde.platforms import PLATFORMS
from paloverde.records import Kind, Provenance, Visibility
from paloverde.search.tree import (
    And,
    Everything,
    Field,
    Near,
    Node,
    Not,
    Or,
    Posted,
    PostedBy,
    Removed,
    Term,
)
from paloverde.search.written import CannotBeCut, term_of

FIELDS = ("poster", "account", "kind", "platform", "visibility", "provenance", "removed", "from", "to")
_VALUES = {
    "kind": tuple(kind.value for kind in Kind),
    "platform": (*PLATFORMS, OTHER),
    "visibility": tuple(visibility.value for visibility in Visibility),
    "provenance": tuple(provenance.value for provenance in Provenance),
    "removed": ("yes", "no"),
}
_LONGEST, _DEEPEST, _FARTHEST = 4_000, 40, 250
_QUOTES = '"“”„‟«»＂'
_LEXEME = re.compile(
    rf"(?P<open>\()|(?P<close>\))|(?P<near>(?:near|w|pre)/(?P<distance>\d+)(?=[\s(]|$))"
    rf"|(?P<field>[a-zA-Z_]+):(?!//)(?P<value>[{_QUOTES}][^{_QUOTES}]*[{_QUOTES}]|[^\s()]*)"
    rf"|(?P<phrase>=?[{_QUOTES}](?P<inner>[^{_QUOTES}]*)[{_QUOTES}](?:~(?P<slop>\d+))?)|(?P<word>[^\s(){_QUOTES}]+)"
    rf"|(?P<stray>[{_QUOTES}])",
    re.IGNORECASE,
)


class Question(msgspec.Struct, frozen=True):
    """A question understood: its text, its tree, and what it means in English."""

    text: str
    tree: Node

    @property
    def sentence(self) -> str:
        return str(self.tree)


class _Lexeme(NamedTuple):
    what: str  # open, close, near, field, phrase, word, and, or, not, end
    text: str
    at: int
    match: re.Match[str] | None


def ask(text: str) -> Question:
    """The question that `text` asks; `BadQuestion` says where it is wrong and how to mend it."""
    if len(text) > _LONGEST:
        raise BadQuestion(
            f"The question has {len(text):,} characters; ask in at most {_LONGEST:,}, or ask twice."
        )
    return Question(text, _Parser(text).whole())


class _Parser:
    """Recursive descent: one method for each line of the grammar."""

    def __init__(self, text: str) -> None:
        self.text, self.at, self.depth = text, 0, 0
        self.lexemes = [_lexeme(match) for match in _LEXEME.finditer(text)]
        self.lexemes.append(_Lexeme("end", "", len(text), None))

    @property
    def next(self) -> _Lexeme:
        return self.lexemes[self.at]

    def take(self) -> _Lexeme:
        self.at += 1
        return self.lexemes[self.at - 1]

    def wrong(self, lexeme: _Lexeme, what: str, mend: str) -> NoReturn:
        """Raise `BadQuestion` with the place under a caret."""
        line = re.sub(r"\s", " ", self.text)
        raise BadQuestion(
            f"The question cannot be understood at character {lexeme.at + 1}: {what}. {mend}\n"
            f"  {line}\n  {' ' * lexeme.at}^"
        )

    def whole(self) -> Node:
        if self.next.what == "end":
            self.wrong(self.next, "it is empty", "Write at least one word, or * for every record.")
        node = self.either()
        if self.next.what == "close":
            self.wrong(self.next, "this parenthesis closes none", "Leave it out, or open one before it.")
        return node

    def either(self) -> Node:
        nodes = [self.every()]
        while self.next.what == "or":
            self.take()
            nodes.append(self.every())
        return nodes[0] if len(nodes) == 1 else Or(tuple(nodes))

    def every(self) -> Node:
        nodes = [self.close_by()]
        while self.next.what not in ("or", "close", "end"):
            if self.next.what == "and":
                self.take()
            nodes.append(self.close_by())
        return nodes[0] if len(nodes) == 1 else And(_merged(nodes))

    def close_by(self) -> Node:
        start = self.next
        node = self.negated()
        while self.next.what == "near":
            lexeme = self.take()
            distance = int(lexeme.match["distance"]) if lexeme.match else 0
            if not 1 <= distance <= _FARTHEST:
                self.wrong(
                    lexeme, f"{distance} words are no distance", f"Write a number from 1 to {_FARTHEST}."
                )
            after = self.next
            right = self.negated()
            for side, where in ((node, start), (right, after)):
                if not _has_a_place(side):
                    self.wrong(
                        where,
                        f"{lexeme.text} needs words on both sides",
                        "Put words, phrases or (a OR b) there.",
                    )
            node = Near(node, right, distance, ordered=lexeme.text.lower().startswith("pre"))
        return node

    def negated(self) -> Node:
        if self.next.what != "not":
            return self.single()
        self.deeper(self.take())
        node = Not(self.negated())
        self.depth -= 1
        return node

    def single(self) -> Node:
        lexeme = self.take()
        match lexeme.what:
            case "open":
                return self.group(lexeme)
            case "phrase":
                return self.phrase(lexeme)
            case "field":
                return self.field(lexeme)
            case "word":
                return self.word(lexeme)
            case _:
                return self.misplaced(lexeme)

    def misplaced(self, lexeme: _Lexeme) -> NoReturn:
        name = lexeme.text
        what, mend = {
            "end": (
                "something is missing here",
                "Add the word that should follow, or take the last one away.",
            ),
            "close": ("there is nothing before this parenthesis", "Put words between the parentheses."),
            "stray": ("this quotation mark has no partner", 'Close the phrase with " or leave the mark out.'),
        }.get(
            lexeme.what,
            (
                f"{name} has nothing to join here",
                f'Put a word before and after it, or write "{name}" for the word itself.',
            ),
        )
        self.wrong(lexeme, what, mend)

    def group(self, opened: _Lexeme) -> Node:
        self.deeper(opened)
        node = self.either()
        if self.next.what != "close":
            self.wrong(opened, "this parenthesis is never closed", "Add ) where it should end.")
        self.take()
        self.depth -= 1
        return node

    def deeper(self, lexeme: _Lexeme) -> None:
        self.depth += 1
        if self.depth > _DEEPEST:
            self.wrong(
                lexeme, f"more than {_DEEPEST} levels lie inside each other", "Ask several simpler questions."
            )

    def phrase(self, lexeme: _Lexeme) -> Node:
        assert lexeme.match is not None
        inner, slop = lexeme.match["inner"], lexeme.match["slop"]
        if slop is None:
            return self.term(lexeme, inner, exact=lexeme.text.startswith("="))
        if not 1 <= int(slop) <= _FARTHEST:
            self.wrong(
                lexeme, f"~{slop} is no distance", f"Write a number from 1 to {_FARTHEST} after the ~."
            )
        words: list[Node] = [self.term(lexeme, word) for word in inner.split()]
        if len(words) < 2:
            self.wrong(lexeme, "~ needs two words or more in the quotes", "Add a word, or leave the ~ out.")
        node = words[0]
        for word in words[1:]:
            node = Near(node, word, int(slop))
        return node

    def word(self, lexeme: _Lexeme) -> Node:
        text = lexeme.text
        if text == "*":
            return Everything()
        if text in ("NEAR", "NEAR/", "W/", "PRE/"):
            self.wrong(
                lexeme, f"{text} does not say how near", "Write the number of words behind it, as in NEAR/5."
            )
        if re.match(r"[-!–−]\w", text):
            self.wrong(
                lexeme,
                f"“{text[0]}” before a word has no meaning here",
                f"Write NOT {text[1:]} to leave records out.",
            )
        if re.search(r"\w\?\w", text) and "/" not in text:
            self.wrong(
                lexeme, "“?” inside a word is not understood", f"Write {text.replace('?', '*')} instead."
            )
        return self.term(lexeme, text.removeprefix("="), exact=text.startswith("="))

    def term(self, lexeme: _Lexeme, written: str, *, exact: bool = False) -> Term:
        try:
            return term_of(written, exact=exact)
        except CannotBeCut as error:
            self.wrong(lexeme, error.what, error.mend)

    def field(self, lexeme: _Lexeme) -> Node:
        assert lexeme.match is not None
        name, value = lexeme.match["field"].lower(), lexeme.match["value"].strip(_QUOTES)
        if name not in FIELDS:
            near = difflib.get_close_matches(name, FIELDS, 1)
            hint = (
                f"Did you mean {near[0]}:? "
                if near
                else f"The fields are {', '.join(f'{f}:' for f in FIELDS)}. "
            )
            self.wrong(
                lexeme,
                f"there is no field {name}:",
                f'{hint}To search for the words, write "{lexeme.text.replace(":", " ")}".',
            )
        if not value.strip():
            self.wrong(
                lexeme,
                f"{name}: has no value",
                f"Write it directly behind the colon, as in {_example(name)}.",
            )
        if name == "poster":
            return PostedBy(self.term(lexeme, value.removeprefix("@")))
        if name in ("from", "to"):
            return self.posted(lexeme, name, value)
        value = value.lower()
        if name in _VALUES and value not in _VALUES[name]:
            near = difflib.get_close_matches(value, _VALUES[name], 1)
            hint = f"Did you mean {name}:{near[0]}?" if near else f"Write one of {', '.join(_VALUES[name])}."
            self.wrong(lexeme, f"{name}:{value} does not exist", hint)
        return Removed(value == "yes") if name == "removed" else Field(name, (value,))

    def posted(self, lexeme: _Lexeme, name: str, value: str) -> Posted:
        try:
            day = date.fromisoformat(value) if re.fullmatch(r"\d{4}-\d\d-\d\d", value) else None
        except ValueError:
            day = None
        if day is None:
            self.wrong(
                lexeme, f"{value} is no day of the calendar", f"Write year-month-day, as in {_example(name)}."
            )
        return Posted(since=day) if name == "from" else Posted(until=day)


def _lexeme(match: re.Match[str]) -> _Lexeme:
    what = match.lastgroup or ""
    what = {"distance": "near", "value": "field", "inner": "phrase", "slop": "phrase"}.get(what, what)
    if what == "word" and match[0].lower() in ("and", "or", "not"):
        what = match[0].lower()
    if what == "field" and match["field"].lower() in ("http", "https", "mailto"):
        what = "word"
    return _Lexeme(what, match[0], match.start(), match)


def _merged(nodes: list[Node]) -> tuple[Node, ...]:
    """`from:` and `to:` that stand side by side are one statement of time."""
    merged: list[Node] = []
    for node in nodes:
        before = merged[-1] if merged else None
        if (
            isinstance(node, Posted)
            and isinstance(before, Posted)
            and before.until is None
            and node.since is None
        ):
            merged[-1] = Posted(before.since, node.until)
        else:
            merged.append(node)
    return tuple(merged)


def _has_a_place(node: Node) -> bool:
    """Whether a node says where in the text it is, so that distances can be measured from it."""
    if isinstance(node, Or):
        return all(_has_a_place(part) for part in node.nodes)
    return isinstance(node, Term | Near)


def _example(name: str) -> str:
    examples = {
        "from": "from:2025-01-31",
        "to": "to:2025-12-31",
        "removed": "removed:yes",
        "kind": "kind:comment",
    }
    return examples.get(name, f'{name}:"…"')
