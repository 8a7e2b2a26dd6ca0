"""What the ledger's entries tell at the desk: a plain sentence for every kind that the source can write."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from string import Formatter

import pytest

from desk.shelves import HOSTILE
from paloverde.archive.ledger import Entry, Event
from paloverde.desk.deed_words import DAYS, SENTENCES
from paloverde.desk.deeds import KINDS, deed, facts, proofs
from paloverde.requests import events
from paloverde.requests.lifecycle import name_of

ROOT = Path(__file__).parents[2] / "include" / "paloverde"
WRITERS = ("archive", "capture", "retention", "requests", "installation", "commands", "desk")
TELLERS = {"tell", "_tell", "Event"}  # their first argument is the kind
AT = datetime(2026, 11, 19, 5, tzinfo=UTC)


def kinds(source: str) -> Iterator[str]:
    """The kinds of entries that a source names: where it tells, files, or hands a `what` on."""
    tree = ast.parse(source)
    constants = dict(_constants(tree))
    places = dict(_places(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _of_a_call(node, places, constants)
        elif isinstance(node, ast.FunctionDef) and any(_hands_on(one, places) for one in ast.walk(node)):
            yield from _named_what(node, constants)


def _named_what(function: ast.FunctionDef, constants: Mapping[str, ast.expr]) -> Iterator[str]:
    """What a function assigns to its `what`, or goes through by it."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assign | ast.AnnAssign) and "what" in _targets(node) and node.value:
            yield from _texts(node.value, constants)
        elif (
            isinstance(node, ast.For)
            and "what" in ast.unparse(node.target)
            and isinstance(node.iter, ast.Tuple)
        ):
            for one in node.iter.elts:
                yield from _texts(one.elts[0] if isinstance(one, ast.Tuple) else one, constants)


def _hands_on(node: ast.AST, places: Mapping[str, int]) -> bool:
    """Whether a call hands a `what` on to whatever writes it."""
    if not isinstance(node, ast.Call):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    given = [*node.args, *(keyword.value for keyword in node.keywords if keyword.arg == "what")]
    return name in {"file", *TELLERS, *places} and any(getattr(one, "id", "") == "what" for one in given)


def _of_a_call(node: ast.Call, places: Mapping[str, int], constants: Mapping[str, ast.expr]) -> Iterator[str]:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    for keyword in node.keywords:
        if keyword.arg == "what" and name in {"file", *places}:
            yield from _texts(keyword.value, constants)
    at = 0 if name in TELLERS else places.get(name)
    if at is not None and len(node.args) > at:
        yield from _texts(node.args[at], constants)


def _texts(node: ast.expr, constants: Mapping[str, ast.expr]) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp():
            yield from _texts(node.body, constants)
            yield from _texts(node.orelse, constants)
        case ast.Name(id=name) if name in constants:
            yield from _texts(constants[name], constants)
        case ast.Subscript(value=ast.Name(id=name)) if name in constants:
            yield from _texts(constants[name], constants)
        case ast.Dict():
            for value in node.values:
                yield from _texts(value, constants)


def _targets(node: ast.Assign | ast.AnnAssign) -> list[str]:
    """The names that are assigned to, each of several at once."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return [one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name)]


def _constants(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            yield from ((name, node.value) for name in _targets(node))


def _places(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Functions of ours that take a `what`, and at which place."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            names = [one.arg for one in node.args.args if one.arg != "self"]
            if "what" in names and any(_files(one) for one in ast.walk(node)):
                yield node.name, names.index("what")


def _files(node: ast.AST) -> bool:
    return isinstance(node, ast.keyword) and node.arg == "what"


def written() -> dict[str, str]:
    """Every kind that the package writes, and where."""
    found: dict[str, str] = {}
    for folder in WRITERS:
        for path in (ROOT / folder).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            if any(word in text for word in ("Cabinet", "Event(", "Journal", "_tell(", "changes.tell(")):
                found |= {kind: str(path.relative_to(ROOT)) for kind in kinds(text) if " " in kind}
    return found


def entry(what: str, about: Mapping[str, str]) -> Entry:
    return Entry(7, "0" * 64, Event(what, "clerk Ana Ruiz", AT, dict(about)), "1" * 64)


def test_kinds_are_found_where_they_are_told_filed_and_handed_on() -> None:
    source = """
LOOKED = "moon looked at"
class A:
    def b(self):
        self._tell("moon seen", by)
        what = "moon full" if full else "moon new"
        for what, moons in (("moon rises", 1), ("moon sets", 2)):
            self._tell(what, by)
        cabinet.file(S, "x", y, what="moon filed")
        self._put(x, "moon put", by)
        ledger.append(Event(LOOKED, by, now, {}))
    def _put(self, x, what, by):
        cabinet.file(S, x, what=what)
"""
    told = {
        "moon looked at",
        "moon seen",
        "moon full",
        "moon new",
        "moon filed",
        "moon put",
        "moon rises",
        "moon sets",
    }
    assert set(kinds(source)) == told


def test_every_kind_of_entry_that_is_written_has_a_sentence() -> None:
    found = written()
    assert len(found) > 70
    assert {kind: where for kind, where in found.items() if kind not in SENTENCES} == {}


def test_every_event_of_a_request_has_a_sentence() -> None:
    types = [one for one in vars(events).values() if isinstance(one, type) and issubclass(one, events.Event)]
    named = {f"request: {name_of(one)}" for one in types if one is not events.Event}
    assert len(named) > 15
    assert named <= set(SENTENCES)


def test_every_look_at_something_private_has_a_sentence() -> None:
    looks = {"record"}
    for path in (ROOT / "desk" / "areas").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id="seen"), args=[_, _, ast.Constant(value=str(look))]):
                    looks.add(look)
    assert len(looks) > 2
    assert {f"private {look} looked at" for look in looks} <= set(SENTENCES)


@pytest.mark.parametrize("what", sorted(SENTENCES))
def test_a_sentence_says_what_the_entry_is_about_and_is_of_a_kind_of_the_list(what: str) -> None:
    fields = {field for _, field, _, _ in Formatter().parse(SENTENCES[what]) if field}
    about = {field: "2026-11-18" if field in DAYS else f"the {field}" for field in fields}
    told = deed(entry(what, about))
    assert "{" not in told.what
    assert told.about == ""
    assert all(("Wednesday, November 18, 2026" if one in DAYS else f"the {one}") in told.what.lower()
               or one in DAYS for one in fields)  # fmt: skip
    assert any(word in what for _, words in KINDS.values() for word in words)
    if fields:
        assert deed(entry(what, {})).what == what[:1].upper() + what[1:]


def test_a_cause_is_told_in_words() -> None:
    told = deed(entry("removal cause settled", {"item": "x/comment/1", "cause": "author"}))
    assert told.what == "It was settled who or what removed x/comment/1: its author."
    assert told.about == ""


def test_a_letter_is_called_by_its_name() -> None:
    told = deed(entry("letter sent", {"request": "PRA-2026-0042", "letter": "part"}))
    assert told.what == "PRA-2026-0042: the letter “Released in part” was sent."


def test_hashes_and_series_stand_with_the_proof_alone() -> None:
    about = {"hold": "LIT-1", "items": "1200", "series": "hold-items", "paper_sha256": "ab" * 32, "seal": "c"}
    told = entry("hold looked", about)
    assert deed(told).what == "It was looked what has joined the hold LIT-1; it keeps 1,200 in all."
    assert deed(told).about == ""
    assert ("hold", "LIT-1") in facts(told)
    assert "hold-items" not in str(facts(told))
    assert ("series", "hold-items") in proofs(told)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_of_an_entry_break_no_sentence(text: str) -> None:
    told = deed(entry("search made", {"question": text, "hits": text, "day": text}))
    assert told.what.startswith("It was searched: ")
    assert "\u202e" not in told.what + told.about
    assert deed(entry("night sealed", {"account": "{account.x}", "day": "{0}"})).what == (
        "{account.x} was archived for the night of {0}."
    )
