"""The language of questions, from text to tree. No I/O, no clock.

    street sweeping              both words, anywhere in the text (AND between words goes without saying)
    "street sweeping"            side by side, in this order
    park OR pool, NOT dog        also `and`, `or`, `not` in small letters; put them in quotes to search for
    the word (park OR pool) hours         parentheses
    street NEAR/5 sweeping       at most 5 words from each other, in any order; `w/5` is the same
    street pre/5 sweeping        the first before the second
    "street sweeping"~5          all these words, each at most 5 words from the ones before it
    park*   *gate   col*r        `*` stands for any letters
    colo?r                       `?` inside a word stands for one letter or digit
    park~                        every form of the word: all that have its stem (English)
    =año   ="el año"             accents count
    #cleanup   @palmdesert       only with the sign; `cleanup` finds both
    poster:"Maria Lopez"         display name, username or id
    account: kind: platform: visibility: provenance: language: removed:yes
    has:media                    also has:picture, has:video, has:link
    link:palmdesert.gov          in a web address that stands in the text
    in:2025  in:2025-03  in:"last fiscal year"   posted on these Pacific days; words: `search/fiscal.py`
    from:2025-01-01 to:yesterday    posted on these Pacific days, both included; so is in:2025-01..2025-06
    *                            every record

NOT binds closest to what follows it, then NEAR, then AND, then OR.
"""

from __future__ import annotations

from datetime import date
from typing import NoReturn

import msgspec

from paloverde.errors import BadQuestion
from paloverde.search.fields import field_of
from paloverde.search.lexemes import QUOTES, Lexeme, Mendable, lexemes, refuse
from paloverde.search.slips import slip_in
from paloverde.search.tree import And, Everything, Near, Node, Not, Or, Posted, Term
from paloverde.search.written import in_all_forms, term_of

_LONGEST, _DEEPEST, _FARTHEST = 4_000, 40, 250


class Question(msgspec.Struct, frozen=True):
    """A question understood: its text, its tree, and what it means in English.

    `lasting` is the text that asks the same on any day and without a switch: `last month` is written out in
    days, and `~` stands behind each word that is looked for in all its forms.
    """

    text: str
    tree: Node
    lasting: str

    @property
    def sentence(self) -> str:
        return str(self.tree)


def ask(text: str, today: date | None = None, *, stemming: bool = False) -> Question:
    """The question that `text` asks; `BadQuestion` says where it is wrong and how to mend it.

    `today` is the day of asking, Pacific; without it words such as `last month` are refused, as they must be
    where a question is kept and asked again. With `stemming` every word is looked for in all its forms.
    """
    _refuse_longer(text)
    parser = _Parser(text, today, stemming=stemming)
    tree, lasting = parser.whole(), parser.lasting()
    _refuse_longer(lasting)
    return Question(text, tree, lasting)


def _refuse_longer(text: str) -> None:
    if len(text) > _LONGEST:
        raise BadQuestion(
            f"The question has {len(text):,} characters; ask in at most {_LONGEST:,}, or ask twice."
        )


class _Parser:
    """Recursive descent: one method for each line of the grammar."""

    def __init__(self, text: str, today: date | None, *, stemming: bool) -> None:
        self.text, self.today, self.stemming = text, today, stemming
        self.at = self.depth = 0
        self.lexemes = lexemes(text)
        self.written_out: list[tuple[Lexeme, str]] = []

    def lasting(self) -> str:
        """The text with what depends on the day or on the switch written out."""
        parts, at = [], 0
        for lexeme, instead in self.written_out:
            parts += [self.text[at : lexeme.at], instead]
            at = lexeme.at + len(lexeme.text)
        return "".join([*parts, self.text[at:]])

    @property
    def next(self) -> Lexeme:
        return self.lexemes[self.at]

    def take(self) -> Lexeme:
        self.at += 1
        return self.lexemes[self.at - 1]

    def wrong(self, lexeme: Lexeme, what: str, mend: str) -> NoReturn:
        refuse(self.text, lexeme.at, what, mend)

    def whole(self) -> Node:
        if self.next.what == "end":
            raise BadQuestion("The question is empty. Write at least one word, or * for every record.")
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
            distance = int(lexeme.group("distance") or 0)
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

    def misplaced(self, lexeme: Lexeme) -> NoReturn:
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

    def group(self, opened: Lexeme) -> Node:
        self.deeper(opened)
        node = self.either()
        if self.next.what != "close":
            self.wrong(opened, "this parenthesis is never closed", "Add ) where it should end.")
        self.take()
        self.depth -= 1
        return node

    def deeper(self, lexeme: Lexeme) -> None:
        self.depth += 1
        if self.depth > _DEEPEST:
            self.wrong(
                lexeme, f"more than {_DEEPEST} levels lie inside each other", "Ask several simpler questions."
            )

    def phrase(self, lexeme: Lexeme) -> Node:
        inner, slop = lexeme.group("inner"), lexeme.group("slop")
        exact = lexeme.text.startswith("=")
        if self.stemming and not exact:
            inner = in_all_forms(inner)
            self.written_out.append((lexeme, f'"{inner}"' + (f"~{slop}" if slop else "")))
        if not slop:
            return self.term(lexeme, inner, exact=exact)
        if not 1 <= int(slop) <= _FARTHEST:
            self.wrong(lexeme, f"~{slop} is no distance", f"Write a number from 1 to {_FARTHEST} after the ~")
        words: list[Node] = [self.term(lexeme, word, exact=exact) for word in inner.split()]
        if len(words) < 2:
            self.wrong(lexeme, "~ needs two words or more in the quotes", "Add a word, or leave the ~ out")
        node = words[0]
        for word in words[1:]:
            node = Near(node, word, int(slop))
        return node

    def word(self, lexeme: Lexeme) -> Node:
        if lexeme.text == "*":
            return Everything()
        if slip := slip_in(lexeme.text):
            self.wrong(lexeme, slip.what, slip.mend)
        if lexeme.text.startswith("="):
            return self.term(lexeme, lexeme.text[1:], exact=True)
        if not self.stemming:
            return self.term(lexeme, lexeme.text)
        self.written_out.append((lexeme, in_all_forms(lexeme.text)))
        return self.term(lexeme, in_all_forms(lexeme.text))

    def term(self, lexeme: Lexeme, written: str, *, exact: bool = False) -> Term:
        try:
            return term_of(written, exact=exact)
        except Mendable as error:
            self.wrong(lexeme, error.what, error.mend)

    def field(self, lexeme: Lexeme) -> Node:
        name, value = lexeme.group("field").lower(), lexeme.group("value").strip(QUOTES)
        if not value and self.next.what == "open":
            what = f"{name}: takes one value at a time"
            self.wrong(lexeme, what, f"Put the field before each value, as in ({name}:… OR {name}:…)")
        try:
            node = field_of(name, value, self.today)
        except Mendable as error:
            self.wrong(lexeme, error.what, error.mend)
        if isinstance(node, Posted) and node.called:
            days = [day.isoformat() for day in (node.since, node.until) if day is not None]
            self.written_out.append((lexeme, f"{name}:{'..'.join(days)}"))
        return node


def _merged(nodes: list[Node]) -> tuple[Node, ...]:
    """`from:` and `to:` that stand side by side are one statement of time."""
    merged: list[Node] = []
    for node in nodes:
        match merged[-1:], node:
            case [Posted(since, None, before)], Posted(None, until, after):
                merged[-1] = Posted(since, until, " ".join(called for called in (before, after) if called))
            case _:
                merged.append(node)
    return tuple(merged)


def _has_a_place(node: Node) -> bool:
    """Whether a node says where in the text it is, so that distances can be measured from it."""
    if isinstance(node, Or):
        return all(_has_a_place(part) for part in node.nodes)
    return isinstance(node, Term | Near)
