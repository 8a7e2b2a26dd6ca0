"""What officials receive of City business is forwarded to the City (P-64), and who wrote is pointed there (P-65)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from councils import COUNCIL
from paloverde.archive.registry import OTHER
from paloverde.records import Account, Holder, Kind, Poster
from paloverde.watch.check import Finding
from paloverde.watch.inbox.forwarding import CHECK
from paloverde.watch.registers.inbox import Question
from paloverde.watch.seen import Seen
from watching import CITY, MAYOR, NOON, Then, book, seen

ANAS_MAIL = Account("custodian-ana-duarte", OTHER, "ana duarte", "Ana Duarte", Holder.OFFICIAL)
ACCOUNTS = (CITY, MAYOR, ANAS_MAIL)
A_WEEK_AGO = NOON - timedelta(days=7)


def comment(text: str, id_: str = "77", at: datetime = A_WEEK_AGO, **known: object) -> Seen:
    """What Ruth wrote on the mayor's account."""
    told = {"account": MAYOR, "kind": Kind.COMMENT, "native_id": id_, "observed_at": at, "thread_id": "70"}
    return seen(text, **(told | known))


def mail(text: str) -> Seen:
    poster = Poster("Ana Duarte", "ana@mail.example")
    return seen(text, account=ANAS_MAIL, kind=Kind.MESSAGE, native_id="1@mail.example", poster=poster)


def answered(under: Seen, text: str) -> Seen:
    mayor = Poster("Mayor Duarte", "mayorduarte", MAYOR.native_id)
    return comment(
        text, "78", under.observed_at + timedelta(hours=1), poster=mayor, parent_id=under.native_id
    )


def found(*items: Seen, questions: tuple[Question, ...] = (), at: datetime = NOON) -> list[Finding]:
    assert CHECK.of_now is not None
    registers = book(entries={"bodies": [COUNCIL], "questions": questions})
    return list(CHECK.of_now(Then(at, accounts=ACCOUNTS, items=items), registers))


def test_city_business_that_was_not_forwarded_is_told_once_for_the_account() -> None:
    (one,) = found(comment("Why is the zoning taking so long?"), comment("El Paseo is dark at night.", "79"))
    assert one.about == one.account == MAYOR.slug
    assert one.said == (
        "Since Friday, October 23, 2026 this account received 2 comments with words that are registered for the "
        "subjects of the City’s bodies. Of 2 no forwarded copy is archived, and no department was asked; 0 of "
        "these were pointed to the City’s website or accounts (policy V.E.4(e))."
    )
    assert one.links == ("x-mayor-duarte/comment/77", "x-mayor-duarte/comment/79")
    assert (
        "I am passing this on to the City, which answers on its own accounts and at palmaria.example"
        in one.next
    )


def test_what_was_forwarded_by_mail_is_known_by_its_words() -> None:
    said = comment("Why is the zoning\ntaking so long?")
    assert found(said, mail("Fwd: from my page\n> Why is the zoning taking\n> so long?\n-- Ana")) == []
    assert len(found(said, mail("Fwd: why is the parade so long?"))) == 1


def test_what_a_department_was_asked_is_forwarded() -> None:
    said = comment("Why is the zoning taking so long?")
    assert found(said, questions=(Question(said.item, "Planning", NOON),)) == []


def test_a_writer_who_was_pointed_to_the_citys_website_is_counted() -> None:
    said = comment("Why is the zoning taking so long?")
    (one,) = found(said, answered(said, "Please see https://palmaria.example/zoning"))
    assert "1 of these was pointed to the City’s website" in one.said
    (other,) = found(said, answered(said, "Soon!"))
    assert "0 of these were pointed" in other.said


@pytest.mark.parametrize(
    ("reply", "is_directed"),
    [
        ("Please ask on the City's website.", True),
        ("Please write to the City of Palma Ria’s official page!", True),
        ("Better ask @cityofpalmaria, they know.", True),
        ("See https://www.facebook.com/CityOfPalmaRia", True),
        ("Eso está en la página oficial de la ciudad.", True),
        ("My own website has more.", False),
        ("The city is working on it, see my page.", False),
        ("Call me at home.", False),
    ],
)
def test_accounts_of_the_city_and_words_that_lead_there_count_too(reply: str, is_directed: bool) -> None:
    said = comment("Why is the zoning taking so long?")
    (one,) = found(said, answered(said, reply))
    assert ("1 of these was pointed" in one.said) is is_directed


def test_chatter_is_none() -> None:
    assert found(comment("Happy birthday, Mayor!")) == []


def test_what_the_official_says_is_none() -> None:
    mayor = Poster("Mayor Duarte", "mayorduarte", MAYOR.native_id)
    assert found(comment("Zoning is next.", poster=mayor)) == []


def test_there_is_time_to_forward_and_an_end_to_looking_back() -> None:
    assert found(comment("Zoning?", at=NOON - timedelta(days=2))) == []
    assert len(found(comment("Zoning?", at=NOON - timedelta(days=3)))) == 1
    assert len(found(comment("Zoning?", at=NOON - timedelta(days=28)))) == 1
    assert found(comment("Zoning?", at=NOON - timedelta(days=29))) == []


def test_an_old_comment_that_was_only_now_archived_is_not_looked_at() -> None:
    assert found(comment("Zoning?", posted_at=NOON - timedelta(days=400))) == []


def test_a_comment_with_several_versions_is_one_comment() -> None:
    (one,) = found(comment("Zoning?"), comment("Zoning!", at=A_WEEK_AGO + timedelta(days=1)))
    assert "received 1 comment with" in one.said


def test_private_messages_are_told_apart_to_those_who_may_see_them() -> None:
    told = found(comment("Zoning?"), comment("Zoning?", "m1", kind=Kind.MESSAGE))
    assert [(one.which, one.private) for one in told] == [("comments", False), ("messages", True)]
    assert "1 private message with" in told[1].said


def test_the_citys_own_accounts_are_the_city() -> None:
    assert found(comment("Zoning?", account=CITY)) == []


def test_without_words_of_bodies_it_says_nothing() -> None:
    assert CHECK.of_now is not None
    then = Then(accounts=ACCOUNTS, items=[comment("Zoning?")])
    assert list(CHECK.of_now(then, book())) == []


def test_it_is_the_same_finding_while_it_lasts() -> None:
    assert found(comment("Zoning?"))[0].id == found(comment("Zoning?"), at=NOON + timedelta(days=1))[0].id
