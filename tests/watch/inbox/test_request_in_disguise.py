"""Messages that ask for records, make a claim, give notice or want to be heard become the Clerk's task (P-22)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from paloverde.archive.registry import OTHER
from paloverde.records import Account, Holder, Kind, Poster
from paloverde.steps import read
from paloverde.watch.check import Finding, Weight
from paloverde.watch.inbox.request_in_disguise import CHECK
from paloverde.watch.inbox.signs import signs_in
from paloverde.watch.seen import Seen
from watching import CITY, MAYOR, RUTH, THE_CITY, book, seen

ASKED = "Hello. I'd like copies of all invoices that the City paid for the fireworks."


def comment(text: str = ASKED, **known: object) -> Seen:
    return seen(text, **({"kind": Kind.COMMENT, "native_id": "104_7"} | known))


def found(one: Seen, domains: tuple[str, ...] = ("palmaria.example",)) -> list[Finding]:
    assert CHECK.of_item is not None
    return list(CHECK.of_item(one, book(city_domains=domains)))


class Measured(NamedTuple):
    """How many messages of the kinds were found as what they are, of how many; how many of the others flagged."""

    found: int
    of: int
    false: int
    of_others: int


def messages(table: str) -> Iterator[tuple[str, str]]:
    """What each invented message is, and its text."""
    told = tomllib.loads(Path(__file__).with_name("invented_messages.toml").read_text(encoding="utf-8"))
    for what, languages in told[table].items():
        yield from ((what, text) for texts in languages.values() for text in texts)


def measured(table: str) -> Measured:
    kinds = [(what, {sign.row.what.value for sign in signs_in(text)}) for what, text in messages(table)]
    wanted = [what in told for what, told in kinds if what != "none"]
    false = [bool(told) for what, told in kinds if what == "none"]
    return Measured(sum(wanted), len(wanted), sum(false), len(false))


def test_what_it_was_made_with_it_finds_and_it_flags_nothing_else_of_it() -> None:
    told = measured("tuned")
    assert (told.found, told.false) == (told.of, 0)
    assert told.of + told.of_others > 100


def test_it_says_of_itself_how_it_does_with_messages_that_it_was_not_made_with() -> None:
    told = measured("held_out")
    numbers = [int(number) for number in re.findall(r"\d+", CHECK.says)]
    assert numbers == [told.of, told.found, told.of_others]
    assert told.false == 0
    assert told.found / told.of > 0.8


@pytest.mark.parametrize("table", ["tuned", "held_out"])
def test_no_message_is_of_both_tables_or_there_twice(table: str) -> None:
    texts = [text for _, text in [*messages("tuned"), *messages("held_out")]]
    assert len(texts) == len(set(texts)) > 190
    assert {what for what, _ in messages(table)} == {"records", "claim", "notice", "comment", "none"}


def test_a_request_in_a_comment_is_told_with_its_words_and_its_day() -> None:
    (one,) = found(comment())
    assert one.about == "facebook-palmaria/comment/104_7"
    assert one.said == (
        "This comment seems to ask for records: “I'd like copies of all invoices”. A request counts however it is made, "
        "from the day it came; this came on Friday, November 20, 2026 (Gov. Code 7920.000 and following)."
    )
    assert [ASKED[span.start : span.end] for span in one.spans] == ["I'd like copies of all invoices"]
    assert one.rule == "inbox/requests#2/records-asked"
    assert one.weight is Weight.WARNING
    assert not one.privileged
    assert CHECK.answered_by == ("clerk", "counsel")


def test_the_next_step_leads_to_the_page_where_it_is_taken_in() -> None:
    (one,) = found(comment())
    step = re.search(r"`([^`]+)`", one.next)
    assert step is not None
    assert step[1] == (
        "paloverde request receive --channel message --on 2026-11-20 --note facebook-palmaria/comment/104_7 "
        "--text 'WORDS' --as USER"
    )
    named = read(step[1])
    assert named == (
        "“Take a request in”",
        "/requests/new?channel=message&received_on=2026-11-20&note=facebook-palmaria%2Fcomment%2F104_7",
    )


def test_an_answer_stands_ready_and_names_the_citys_website() -> None:
    (one,) = found(comment())
    assert "An answer that fits: “Thank you. Your message has gone to the City Clerk" in one.next
    assert "at palmaria.example" in one.next
    (without,) = found(comment(), domains=())
    assert "on the City’s website" in without.next


def test_who_writes_in_spanish_is_answered_in_spanish() -> None:
    (one,) = found(comment("¡Hola! SOLICITO una copia de las Actas del concejo."))
    assert "“SOLICITO una copia de las Actas”" in one.said
    assert "Su mensaje se entregó a la Secretaría" in one.next


def test_a_request_that_names_the_law_is_for_today() -> None:
    (one,) = found(comment("This is a Public Records Act request."))
    assert one.weight is Weight.URGENT


def test_a_request_is_never_told_to_ask_elsewhere() -> None:
    """It counts wherever it is made (rulebook R-10), so that no answer may send somebody away."""
    (one,) = found(comment())
    assert "need to do nothing more" in one.next
    assert "cannot be" not in one.next


def test_a_private_message_is_for_those_who_may_see_it() -> None:
    (one,) = found(seen(ASKED, kind=Kind.MESSAGE, native_id="m1"))
    assert one.private
    assert one.said.startswith("This private message seems to ask for records")
    assert not found(comment())[0].private


def test_one_message_may_be_several_things() -> None:
    text = "This is formal notice of my claim against the City. Please send me the police report."
    assert {one.which for one in found(comment(text))} == {"notice", "claim", "records"}
    assert len({one.id for one in found(comment(text))}) == 3


def test_a_claim_is_none_by_a_comment_and_counsel_hears_of_it() -> None:
    (one,) = found(comment("I am filing a claim for damages."))
    assert "no effect in law before it is given as the law prescribes (Gov. Code 910" in one.said
    assert one.next.startswith("Tell the City Attorney")


@pytest.mark.parametrize(
    "one",
    [
        seen(ASKED),
        seen(ASKED, kind=Kind.COMMENT, poster=THE_CITY),
        seen(ASKED, kind=Kind.STORY, poster=RUTH),
        seen(ASKED, kind=Kind.PROFILE, poster=RUTH),
        comment(""),
    ],
    ids=["the City's post", "the City's comment", "a story", "a profile", "no text"],
)
def test_what_the_city_says_and_what_nobody_wrote_to_it_is_passed_over(one: Seen) -> None:
    assert found(one) == []


def test_a_post_of_somebody_else_on_the_citys_page_is_looked_at() -> None:
    (one,) = found(seen(ASKED, poster=RUTH))
    assert one.said.startswith("This post seems to ask")


def test_a_forwarded_mail_is_an_email() -> None:
    custodian = Account("custodian-ana", OTHER, "ana", "Ana", Holder.OFFICIAL)
    mail = seen(ASKED, account=custodian, kind=Kind.MESSAGE, native_id="1@mail.example",
                poster=Poster(None, "ruth@mail.example"))  # fmt: skip
    (one,) = found(mail)
    assert one.said.startswith("This e-mail seems to ask for records")
    assert "--channel email" in one.next


def test_on_an_officials_account_the_day_is_a_question() -> None:
    (one,) = found(comment(account=MAYOR))
    assert "to an official; a request counts from the day the City got it" in one.said


def test_a_hostile_name_of_a_message_is_in_no_command() -> None:
    custodian = Account("custodian-ana", OTHER, "ana", "Ana", Holder.OFFICIAL)
    (one,) = found(seen(ASKED, account=custodian, kind=Kind.MESSAGE, native_id="x$(rm -rf ~)`@mail.example"))
    assert "rm -rf" not in one.next
    assert "--note ITEM" in one.next


def test_a_quotation_mark_does_not_end_the_quotation() -> None:
    (one,) = found(comment("I am requesting all “emails” about the arena."))
    assert one.said.count("“") == one.said.count("”") == 1


def test_a_phrase_does_not_go_past_the_end_of_a_sentence() -> None:
    assert found(comment("Send me a card. The records at the museum are fun.")) == []
    assert found(comment("Please send me the\nrecords of the museum.")) != []


def test_the_day_is_that_of_the_message_in_the_citys_time() -> None:
    late = datetime(2026, 11, 21, 7, 59, tzinfo=UTC)
    (one,) = found(comment(posted_at=late))
    assert "Friday, November 20, 2026" in one.said
    assert "--on 2026-11-20" in one.next


def test_it_is_of_the_citys_account() -> None:
    assert found(comment())[0].account == CITY.slug
