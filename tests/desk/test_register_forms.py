"""A register as a form asks for it and a page shows it, from its fields alone."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

import msgspec
import pytest
from msgspec import Meta
from starlette.datastructures import FormData

from paloverde.desk.register_forms import (
    Change,
    changes_of,
    columns_of,
    facts_of,
    fields_of,
    given_in,
    title_of,
)
from paloverde.desk.typed import Typed
from paloverde.records import PACIFIC
from paloverde.watch.register import Entered, Register
from paloverde.watch.registers import ALL
from paloverde.watch.registers.people import PEOPLE, Person, Standing
from watching import NOON


class Way(StrEnum):
    MAIL = "by e-mail"
    WORD = "by word of mouth"


class Consent(msgspec.Struct, frozen=True):
    """An entry with a field of every shape."""

    who: Annotated[str, Meta(title="Who consented", extra={"of": "people"})]
    at: Annotated[datetime, Meta(title="When")]
    way: Annotated[Way, Meta(title="How")]
    is_minor: Annotated[bool, Meta(title="Of a minor")] = False
    on: Annotated[tuple[str, ...], Meta(title="On these accounts", extra={"of": "account"})] = ()
    words: Annotated[str, Meta(title="The words", extra={"long": True})] = ""
    ends: Annotated[date | None, Meta(title="Ends on")] = None
    copies: Annotated[int, Meta(title="Copies")] = 1


CONSENTS = Register(
    name="consents", title="Consents", about="Who consented to what.", entry=Consent, clauses=("P-19",),
    keepers=("clerk",), prefix="consent",
)  # fmt: skip
KNOWN = {
    "people": [("jrivera", "Joan Rivera")],
    "account": [("facebook-palmaria", "palmaria"), ("x-palmaria", "palmaria")],
}
ENTRY = Consent("jrivera", datetime(2026, 11, 20, 14, 30, tzinfo=PACIFIC), Way.MAIL, on=("x-palmaria",))


def test_each_field_is_asked_for_as_what_it_is() -> None:
    fields = {field.name: field for field in fields_of(CONSENTS, KNOWN, is_new=True)}
    assert {name: field.kind for name, field in fields.items()} == {
        "who": "text", "at": "datetime-local", "way": "choice", "is_minor": "choice", "on": "area",
        "words": "area", "ends": "date", "copies": "number",
    }  # fmt: skip
    assert [name for name, field in fields.items() if field.required] == ["who", "at", "way"]
    assert fields["who"].known == [("jrivera", "Joan Rivera")]
    assert fields["on"].hint == "One on each line. Such as: facebook-palmaria, x-palmaria."
    assert fields["way"].options[0] == ("", "choose one")
    assert (fields["is_minor"].value, fields["is_minor"].options) == ("no", [("yes", "yes"), ("no", "no")])


def test_a_form_that_changes_an_entry_says_what_it_says_and_leaves_its_name() -> None:
    values = CONSENTS.typed(ENTRY)
    fields = {field.name: field.value for field in fields_of(CONSENTS, KNOWN, values, is_new=False)}
    assert fields["at"] == "2026-11-20T14:30"
    assert fields["on"] == "x-palmaria"
    person = Person("jrivera", "Joan Rivera", Standing.STAFF)
    assert "id" not in [field.name for field in fields_of(PEOPLE, {}, PEOPLE.typed(person), is_new=False)]


def test_what_is_typed_becomes_the_entry_that_it_was() -> None:
    fields = fields_of(CONSENTS, KNOWN, CONSENTS.typed(ENTRY), is_new=False)
    typed = Typed(FormData([(field.name, field.value) for field in fields]), fields)
    assert CONSENTS.entered(given_in(CONSENTS, typed)) == ENTRY
    emptied = Typed(FormData([("who", "dlee"), ("at", "2026-11-21T09:00"), ("way", "by e-mail")]), fields)
    assert CONSENTS.entered(given_in(CONSENTS, emptied)).on == ()


def test_a_changed_entry_that_has_a_name_keeps_it() -> None:
    person = Person("jrivera", "Joan Rivera", Standing.STAFF)
    fields = fields_of(PEOPLE, {}, PEOPLE.typed(person), is_new=False)
    typed = Typed(FormData([("name", "Joan R."), ("standing", "official"), ("id", "other")]), fields)
    assert given_in(PEOPLE, typed, "jrivera")["id"] == "jrivera"


def test_a_page_says_what_each_paper_changed() -> None:
    later = msgspec.structs.replace(ENTRY, way=Way.WORD, on=("x-palmaria", "facebook-palmaria"))
    papers = [Entered("consent-2026-0001", one, n, NOON, "Cleo Park") for n, one in enumerate((ENTRY, later))]
    assert list(changes_of(CONSENTS, papers)) == [
        [],
        [
            Change("How", "by e-mail", "by word of mouth"),
            Change("On these accounts", "x-palmaria", "x-palmaria\nfacebook-palmaria"),
        ],
    ]


def test_days_and_moments_are_read_in_words_and_typed_as_they_were() -> None:
    entry = msgspec.structs.replace(ENTRY, ends=date(2027, 1, 8))
    facts = dict(facts_of(CONSENTS, entry))
    assert facts["Ends on"] == "Fri, Jan 8, 2027"
    assert "Fri, Nov 20, 2026, 2:30 p.m. PST" in facts.values()
    papers = [Entered("consent-2026-0001", one, n, NOON, "Cleo Park") for n, one in enumerate((ENTRY, entry))]
    assert list(changes_of(CONSENTS, papers))[1] == [Change("Ends on", "", "Fri, Jan 8, 2027")]
    assert CONSENTS.typed(entry)["ends"] == "2027-01-08"


def test_nothing_that_somebody_entered_is_hidden_or_endless() -> None:
    entry = msgspec.structs.replace(ENTRY, who="evil\u202egnp", words="x" * 9_000)
    facts = dict(facts_of(CONSENTS, entry))
    assert facts["Who consented"] == "evil[U+202E]gnp"
    assert len(facts["The words"]) < 4_100
    assert "Ends on" not in facts
    assert title_of(CONSENTS, entry) == "evil[U+202E]gnp"


@pytest.mark.parametrize("register", ALL.values(), ids=list(ALL))
def test_every_register_has_a_form_a_list_and_names_that_forms_of_the_desk_do_not_take(
    register: Register[object],
) -> None:
    fields = fields_of(register, {}, is_new=True)
    assert [field.label for field in fields]
    assert columns_of(register)
    names = {field.name for field in fields}
    assert not names & {"form_token", "form_from", "form_again", "seen", "q", "main"}
    assert len({field.label.casefold() for field in register.fields} | {"entry"}) == len(register.fields) + 1
