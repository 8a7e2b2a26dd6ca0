"""What a city posts, its residents answer and its officials write on ordinary days, and how few of it is flagged.

A finding that nobody believes is worse than none. The texts beside this module are invented, one a line; the
registers are filled as a careful city might fill them, with words that ordinary speech has, too. The bounds
are what was counted: a change that flags more of the same texts is to be looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from councils import ANAS_PAGE, COUNCIL, TERM, people
from moderated import approved, filed, words
from paloverde.records import Kind, Poster
from paloverde.watch.check import Finding
from paloverde.watch.checks import CHECKS
from paloverde.watch.registers.accounts import AccountClass, AccountPapers, PolicyVersion
from paloverde.watch.registers.bodies import Member
from paloverde.watch.registers.contacts import Contact
from paloverde.watch.registers.moderation_cases import Election
from paloverde.watch.registers.people import Person, Standing
from paloverde.watch.seen import Seen
from watching import CITY, NOON, Then, book, picture, seen

FOLDER = Path(__file__).with_name("ordinary")
SITE = "palmaria.org"
MEASURE = Election(
    "measure-b", "Measure B", ("Measure B", "Prop B"), date(2026, 8, 1), date(2026, 12, 1),
    supporting=("vote yes", "yes on B", "in favor of"), opposing=("vote no", "no on B", "against"),
)  # fmt: skip
LISTS = [
    filed(words("c", "shit", "asshole", "fuck", "fucking", "bullshit", id_="profanity-en")),
    filed(words("c", "pinche", "pendejo", "mierda", id_="profanity-es", language="es")),
    filed(
        words(
            "k", "i will kill you", "kill you all", "shoot you", "burn it down", "bomb threat", id_="threats"
        )
    ),
    filed(words("f", "work from home", "dm me for prices", domains=("casino.example",), id_="solicitation")),
]
STAFF = (
    Person("linda", "Linda Park", Standing.STAFF, may_be_named=True),
    Person("samira", "Samira Cole", Standing.STAFF, may_be_named=True),
    Person("noor", "Noor Haddad", Standing.STAFF, may_tell_emergencies=True),
)
# How many findings of each check at most; none of those that are not named.
BOUNDS = {"request-in-disguise": 4}


REGISTERS = book(
    entries={
        "people": [*people(), *STAFF],
        "bodies": [COUNCIL],
        "members": [Member("council", one.id, TERM) for one in people()],
        "word-lists": LISTS,
        "word-list-approvals": [approval for one in LISTS for approval in approved(one)],
        "elections": [MEASURE],
        "policy-versions": [PolicyVersion("2026-03", date(2026, 3, 1), "ab" * 32, "City of Palma Ria")],
        "account-papers": [
            AccountPapers(ANAS_PAGE.slug, AccountClass.OFFICIAL, official="ana", consent_on=TERM)
        ],
        "published-contacts": [Contact("760-555-0111", "City Hall")],
    },
    city_domains=(SITE,),
)


def lines(name: str) -> list[str]:
    return (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()


def ordinary_days() -> Iterator[Seen]:
    """Every line as the newest version of an item of its own."""
    for number, text in enumerate(lines("posts")):
        yield seen(text, native_id=f"1000_{number}", media=(picture(f"{number:064x}"),))
    for number, text in enumerate(lines("comments")):
        resident = Poster(f"Resident {number % 90}", None, f"7{number % 90:03}")
        post = f"1000_{number % 100}"
        yield seen(
            text, kind=Kind.COMMENT, native_id=f"c{number}", poster=resident, parent_id=post, thread_id=post
        )
    for number, text in enumerate(lines("officials")):
        yield seen(text, account=ANAS_PAGE, native_id=f"3001_{number}")


def alarms() -> dict[str, list[tuple[Finding, str]]]:
    """What each check that reads items finds in them, with the text; what it says of the registers left out."""
    items = list(ordinary_days())
    texts = {one.item: one.text for one in items}
    now = Then(NOON + timedelta(days=1), accounts=(CITY, ANAS_PAGE), items=items)
    told: dict[str, list[tuple[Finding, str]]] = {}
    for name, check in CHECKS.items():
        found: list[Finding] = []
        for item in items:
            if check.of_item is not None:
                found += check.of_item(item, REGISTERS)
            if check.of_thread is not None and check.begins is not None and check.begins(item, REGISTERS):
                thread = [one for one in items if item.native_id in (one.native_id, one.thread_id)]
                found += check.of_thread(item, thread, REGISTERS)
        if check.of_now is not None:
            found += [
                one for one in check.of_now(now, REGISTERS) if one.about in texts or name == "exact-repeats"
            ]
        told[name] = [(one, texts.get(one.about, "")) for one in found]
    return told


def test_there_are_ordinary_days_enough() -> None:
    assert len(lines("posts")) >= 120
    assert len(lines("comments")) >= 200
    assert len({*lines("posts"), *lines("comments")}) == len(lines("posts")) + len(lines("comments"))


def test_few_of_what_is_ordinary_is_flagged() -> None:
    counted = {name: len(found) for name, found in alarms().items() if found}
    over = {name: number for name, number in counted.items() if number > BOUNDS.get(name, 0)}
    assert over == {}


@pytest.mark.parametrize(
    ("text", "check"),
    [
        ("What a fucking mess.", "listed-words"),
        ("Vote yes on Measure B!", "election-words"),
        ("Under the Public Records Act I ask for all contracts.", "request-in-disguise"),
    ],
)
def test_the_same_registers_flag_what_they_are_for(text: str, check: str) -> None:
    find = CHECKS[check].of_item
    assert find is not None
    assert list(find(seen(text, kind=Kind.COMMENT), REGISTERS))
