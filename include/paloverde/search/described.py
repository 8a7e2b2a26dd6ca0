"""What a question asks of a record, for people who never saw the language of questions. Pure.

The notice of a litigation hold says so what a custodian must keep.
"""

from __future__ import annotations

from collections.abc import Sequence

from paloverde.retention.hold_scope import spoken
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

_OF_FIELD = {
    "account": "is of the account {}",
    "kind": "is of the kind {}",
    "platform": "stands on {}",
    "visibility": "was seen as {}",
    "provenance": "reached the City as {}",
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
        case Field(name, values):
            return _OF_FIELD[name].format(" or ".join(value.replace("_", " ") for value in values))
        case Removed(yes):
            return "was found hidden or removed" if yes else "was not found hidden or removed"
        case Posted():
            return _posted(node)
    return "is there at all"


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
        what = f"a word or words such as “{term.written}”, where * stands for any letters"
    elif term.length > 1:
        what = f"the words “{term.written}” side by side"
    else:
        what = f"“{term.written}”" if term.pieces[0].sign else f"the word “{term.written}”"
    return f"{what}, with its accents" if any(piece.exact is not None for piece in term.pieces) else what


def _nouns(nodes: Sequence[Node]) -> str:
    said = [_noun(node) for node in nodes]
    return ("; " if any("," in one for one in said) else ", ").join(said)


def _posted(node: Posted) -> str:
    if node.since is not None and node.until is not None:
        return f"was posted from {spoken(node.since)} to {spoken(node.until)}"
    if node.since is not None:
        return f"was posted on or after {spoken(node.since)}"
    return f"was posted on or before {spoken(node.until)}" if node.until is not None else "was ever posted"
