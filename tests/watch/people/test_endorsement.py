"""Campaigning on officials' professional accounts (V.E.4(c), P-62)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from paloverde.records import Kind
from paloverde.watch.check import Finding
from paloverde.watch.people.endorsement import ENDORSEMENT as CHECK
from paloverde.watch.registers.accounts import AccountClass
from paloverde.watch.registers.moderation_cases import Election
from townhall import looked, officials, whichs
from watching import CITY, MAYOR, seen

RACE = Election(
    id="okafor-2026", title="Ruth Okafor for Council", names=("Okafor", "Team Ruth"),
    opens_on=date(2026, 8, 1), closes_on=date(2026, 11, 20), supporting=("team ruth all the way",),
)  # fmt: skip


def found(text: str, class_: AccountClass = AccountClass.OFFICIAL, **more: Any) -> list[Finding]:
    entries = {"account_papers": [officials(MAYOR.slug, class_)], "elections": [more.pop("race", RACE)]}
    return looked(CHECK, seen(text, account=more.pop("account", MAYOR), **more), **entries)


@pytest.mark.parametrize(
    "text", ["Vote for me on Tuesday!", "Please donate to my campaign", "I’m running for a second term"]
)
def test_campaigning_in_ones_own_matter_is_flagged(text: str) -> None:
    (one,) = found(text)
    assert one.which == "own"
    assert text[one.spans[0].start : one.spans[0].end] == one.spans[0].words


def test_a_candidate_beside_a_word_of_support_is_flagged() -> None:
    (one,) = found("Proud to endorse Ruth Okafor.")
    assert one.rule == "elections/okafor-2026#1"
    assert [span.words for span in one.spans] == ["Okafor", "endorse"]


def test_the_elections_own_words_count() -> None:
    assert whichs(found("Team Ruth all the way")) == ["okafor-2026"]


@pytest.mark.parametrize(
    "text",
    [
        "Ruth Okafor spoke at the library today.",
        "I support the new park.",
        "Okaforia is a fine restaurant, vote for it.",
        "",
    ],
)
def test_a_name_or_a_word_alone_is_let_pass(text: str) -> None:
    assert found(text) == []


def test_only_while_it_is_before_the_voters() -> None:
    over = Election(
        id="a", title="A", names=("Okafor",), opens_on=date(2026, 8, 1), closes_on=date(2026, 11, 19)
    )
    assert found("Proud to endorse Ruth Okafor.", race=over) == []


def test_campaign_and_private_accounts_may_campaign() -> None:
    assert found("Vote for me", AccountClass.CAMPAIGN) == []
    assert found("Vote for me", AccountClass.PRIVATE) == []


def test_the_citys_own_posts_are_for_another_check_and_others_comments_for_nobody() -> None:
    assert found("Vote for me", account=CITY) == []
    assert found("Vote for me", kind=Kind.COMMENT) == []
