"""Sentences name what to do by the table of steps, so that both doors can say it: no command is written by hand.

The table itself names real commands and switches, real pages of the desk and real fields of its forms.
"""

from __future__ import annotations

import argparse
import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from fastapi.routing import APIRoute

from paloverde.cli import COMMANDS, whole_parser
from paloverde.desk.areas import PAGES
from paloverde.requests.lint_words import how_to_give, wordings
from paloverde.steps import Step, read

ROOT = Path(__file__).parents[1] / "include" / "paloverde"
# What these say reaches people at the desk, too.
SPOKEN = ("requests", "installation", "bundles", "productions", "retention", "search")
ALONE = "bundles/verify.py"  # travels in each bundle, and knows nothing of the package
# What only IT does, or whoever stands beside IT: the desk says of these that they are commands for IT.
FOR_IT = {
    *(
        "accounts",
        "archive",
        "backup",
        "copies",
        "doctor",
        "fixity",
        "import",
        "index",
        "keys",
        "ledger",
        "rebuild",
    ),
    *("repair", "schedule", "dispose carry-out", "search --no-index", "watch again"),
}
_COMMAND = re.compile(r"`paloverde ([^`]*)`?")
_SWITCH = re.compile(r"(?<![\w-])--[a-z]")


@cache
def parsers() -> dict[str, argparse.ArgumentParser]:
    """Every command of the command line, by its words."""
    found: dict[str, argparse.ArgumentParser] = {}

    def walk(parser: argparse.ArgumentParser, words: tuple[str, ...]) -> None:
        found[" ".join(words)] = parser
        for action in parser._actions:
            if isinstance(action, argparse._SubParsersAction):
                for name, below in action.choices.items():
                    walk(below, (*words, name))

    walk(whole_parser(list(COMMANDS)), ())
    return found


def switches_of(parser: argparse.ArgumentParser) -> set[str]:
    return {option for action in parser._actions for option in action.option_strings}


def texts(source: str) -> Iterator[tuple[int, str]]:
    """The texts of a source with their lines, what is filled in as X; no docstrings."""
    tree = ast.parse(source)
    beside = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if id(node) in beside | inside:
            continue
        if isinstance(node, ast.JoinedStr):
            parts = (str(part.value) if isinstance(part, ast.Constant) else "X" for part in node.values)
            yield node.lineno, "".join(parts)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def by_hand(source: str) -> Iterator[str]:
    """Commands and switches that a source writes into its sentences by hand."""
    for line, text in texts(source):
        if "\n" in text or " " not in text:  # a sample of a file; a switch by itself is no sentence
            continue
        commands = [found[1] for found in _COMMAND.finditer(text)]
        if any(not _is_for_it(command) for command in commands) or _SWITCH.search(_COMMAND.sub("", text)):
            yield f"line {line}: {text}"
        if "{Step." in text:
            yield f"line {line} is no f-string: {text}"


def _is_for_it(command: str) -> bool:
    words = command.split(" ")
    return words[0] in FOR_IT or " ".join(words[:2]) in FOR_IT


@pytest.mark.parametrize(
    "planted",
    [
        "raise X('Nothing was searched yet: first `paloverde request search`.')",
        "told = f'{one}: run `paloverde hold reconcile {two}`'",
        "told = 'Say until when, with --until.'",
        "told = 'It needs a tick (`--private`).'",
        "told = 'first {Step.SEARCH}, then more'",
    ],
)
def test_what_is_written_by_hand_is_found(planted: str) -> None:
    assert list(by_hand(planted))


def test_what_names_a_step_or_work_of_it_is_not_found() -> None:
    assert not list(by_hand('told = f"first {Step.SEARCH.of(number)}"'))
    assert not list(by_hand("told = 'run `paloverde rebuild`, then `paloverde keys replace --lost`'"))


@pytest.mark.parametrize("folder", SPOKEN)
def test_no_sentence_that_reaches_the_desk_writes_a_command_by_hand(folder: str) -> None:
    found = {
        f"{path.relative_to(ROOT)} {told}"
        for path in (ROOT / folder).rglob("*.py")
        if str(path.relative_to(ROOT)) != ALONE
        for told in by_hand(path.read_text(encoding="utf-8"))
    }
    assert found == set()


@pytest.mark.parametrize("words", sorted(FOR_IT))
def test_what_is_for_it_is_a_command(words: str) -> None:
    command, _, switch = words.partition(" --")
    assert command in parsers()
    assert not switch or f"--{switch}" in switches_of(parsers()[command])


def test_the_data_of_the_letters_names_steps_alone() -> None:
    told = [*how_to_give().values(), *(words.mend for words in wordings().values())]
    named = [one for text in told for one in re.findall(r"`([^`]+)`", text)]
    assert len(named) > 10
    assert [one for one in named if read(one) is None and not one.isidentifier()] == []
    assert [text for text in told if _SWITCH.search(re.sub(r"`[^`]+`", "", text))] == []


@pytest.mark.parametrize("step", [step for step in Step if not step.is_field])
def test_every_step_is_a_command_with_its_switches(step: Step) -> None:
    words = step.command.split(" ")
    named = next(
        " ".join(words[:many]) for many in range(len(words), 0, -1) if " ".join(words[:many]) in parsers()
    )
    rest = step.command.removeprefix(named)
    assert set(re.findall(r"--[a-z-]+", rest)) <= switches_of(parsers()[named])
    assert not re.search(r"(?<!-)\b[a-z]+\b(?!-)", re.sub(r"--[a-z-]+|\.[a-z]+", "", rest))


@pytest.mark.parametrize("step", [step for step in Step if step.is_field])
def test_every_field_is_a_switch(step: Step) -> None:
    assert any(step.command.split(" ")[0] in switches_of(parser) for parser in parsers().values())


@pytest.mark.parametrize("step", [step for step in Step if step.page])
def test_every_page_of_a_step_is_one_of_the_desk(step: Step) -> None:
    path = step.page.partition("?")[0].replace("NUMBER", "PRA-2026-0042")
    routes = (route for pages in PAGES for route in pages.routes if isinstance(route, APIRoute))
    assert any("GET" in route.methods and route.path_regex.match(path) for route in routes)


@pytest.mark.parametrize("step", [step for step in Step if step.is_field and step.words.startswith("“")])
def test_every_field_bears_the_name_that_stands_on_the_form(step: Step) -> None:
    label = step.words.strip("“”")
    forms = [*(ROOT / "desk").rglob("*.py"), *(ROOT / "desk").rglob("*.html")]
    assert any(label in path.read_text(encoding="utf-8") for path in forms)


@pytest.mark.parametrize("step", list(Step))
def test_a_step_that_a_sentence_names_is_read_again(step: Step) -> None:
    for told in (str(step), step.of()):
        named = read(told.strip("`"))
        assert named is not None
        assert "paloverde" not in named.words


def test_what_is_known_of_a_step_is_filled_in_and_leads_to_its_page() -> None:
    assert Step.SEARCH.of("PRA-2026-0042") == "`paloverde request search PRA-2026-0042 'WORDS'`"
    assert str(Step.SEARCH) == "`paloverde request search`"
    assert Step.ACCEPT.of("17", "23") == "`--accept 17=23`"
    named = read(Step.LETTER.of("PRA-2026-0042", "none").strip("`"))
    assert named == ("the letter “none”", "/requests/PRA-2026-0042/letters/new?kind=none")
    assert read("paloverde request search") == ("“Search for it”", "")
    assert read("paloverde review sign ../../x?y") is not None
    assert read("paloverde review sign ../../x?y").page == "/requests/..%2F..%2Fx%3Fy/review/sign"  # type: ignore[union-attr]
    assert read("paloverde rebuild") is None
    assert len({step.command for step in Step}) == len(list(Step)) == len(Step.__members__)
