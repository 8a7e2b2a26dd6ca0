"""What a question asks of a record, for people who never saw the language of questions. Pure.

The notice of a litigation hold says so what a custodian must keep.
"""

from __future__ import annotations

from collections.abc import Sequence

from paloverde.search.tree import (
    And,
    Everything,
    Field,
    Has,
    LinkedTo,
    Near,
    Node,
    Not,
    Or,
    Posted,
    PostedBy,
    Removed,
    Term,
)
from paloverde.wording import spoken

_OF_FIELD = {
    "account": "is of the account {}",
    "kind": "is of the kind {}",
    "platform": "stands on {}",
    "visibility": "was seen as {}",
    "provenance": "reached the City as {}",
    "language": "is, as its site says, in the language {}",
}
_HAS = {
    "media": "has a picture, a video or another file",
    "picture": "has a picture",
    "video": "has a video",
    "link": "has a web address in its text",
}


def described(tree: Node) -> str:
    """What a record must be like, to stand behind a comma: “that contains the word “pool””."""
    return "whatever it says" if isinstance(tree, Everything) else f"that {_clause(tree)}"


def _clause(node: Node) -> str:
    match node:
        case Term() | Near():
            return f"contains {_noun(node)}"
        case And(nodes) | Or(nodes):
            return _of_several(nodes, every=isinstance(node, And))
        case Not(inner):
            return _denied(inner)
        case PostedBy(term):
            return f"was posted by “{term.written}”"
        case LinkedTo(term):
            return f"has a web address in its text that holds {_named(term)}"
        case Posted():
            return _posted(node)
        case Everything():
            return "is there at all"
    return _fact(node)


def _fact(node: Node) -> str:
    """What is known of a record beside its words, its poster and its day."""
    match node:
        case Field(name, values):
            return _OF_FIELD[name].format(" or ".join(value.replace("_", " ") for value in values))
        case Has(what):
            return _HAS[what]
        case Removed(yes):
            return "was found hidden or removed" if yes else "was not found hidden or removed"
    raise AssertionError(node)


def _of_several(nodes: Sequence[Node], *, every: bool) -> str:
    if all(isinstance(node, Term | Near) for node in nodes):
        return f"contains {'all' if every else 'at least one'} of these: {_nouns(nodes)}"
    return (" and " if every else " or ").join(_inside(node) for node in nodes)


def _inside(node: Node) -> str:
    """A clause beside others, in parentheses where it could be taken apart wrongly."""
    return f"({_clause(node)})" if isinstance(node, And | Or | Not) else _clause(node)


def _denied(node: Node) -> str:
    match node:
        case Term() | Near():
            return f"does not contain {_noun(node)}"
        case Or(nodes) if all(isinstance(one, Term | Near) for one in nodes):
            return f"contains none of these: {_nouns(nodes)}"
        case PostedBy(term):
            return f"was not posted by “{term.written}”"
    return f"is not one that {_clause(node)}"


def _noun(node: Node) -> str:
    match node:
        case Term():
            return _named(node)
        case Near(left, right, 1, ordered):
            how = "directly before" if ordered else "directly beside"
            return f"{_noun(left)} {how} {_noun(right)}"
        case Near(left, right, distance, ordered):
            how = f"at most {distance} words {'before' if ordered else 'from'}"
            return f"{_noun(left)} {how} {_noun(right)}"
        case And(nodes) | Or(nodes):
            return f"({'all' if isinstance(node, And) else 'one'} of these: {_nouns(nodes)})"
    return f"something that {_clause(node)}"


def _named(term: Term) -> str:
    if any(piece.wild for piece in term.pieces):
        what = f"a word or words such as “{term.written}”, where {_gaps(term)}"
    elif any(piece.stemmed for piece in term.pieces):
        plain = term.written.replace("~", "")
        what = (
            f"“{plain}” in any of its forms"
            if term.length == 1
            else f"the words “{plain}” side by side, in any of their forms"
        )
    elif term.length > 1:
        what = f"the words “{term.written}” side by side"
    else:
        what = f"“{term.written}”" if term.pieces[0].sign else f"the word “{term.written}”"
    return f"{what}, with its accents" if any(piece.exact is not None for piece in term.pieces) else what


def _gaps(term: Term) -> str:
    folded = "".join(piece.folded for piece in term.pieces)
    signs = {"*": "* stands for any letters", "?": "? stands for one letter"}
    return " and ".join(told for sign, told in signs.items() if sign in folded)


def _nouns(nodes: Sequence[Node]) -> str:
    said = [_noun(node) for node in nodes]
    return ("; " if any("," in one for one in said) else ", ").join(said)


def _posted(node: Posted) -> str:
    if node.since is not None and node.until is not None:
        return f"was posted from {spoken(node.since)} to {spoken(node.until)}"
    if node.since is not None:
        return f"was posted on or after {spoken(node.since)}"
    return f"was posted on or before {spoken(node.until)}" if node.until is not None else "was ever posted"
