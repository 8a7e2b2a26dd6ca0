"""The log of what is kept back: whole for the City, and for release without what would disclose."""

from __future__ import annotations

import csv
import io

import msgspec
import pytest

from paloverde.requests.exemptions import EXEMPTIONS
from paloverde.requests.gates import Exposed
from paloverde.requests.letters import Counts
from paloverde.requests.plaintext import as_text
from paloverde.requests.redaction import released
from paloverde.requests.review import Exempted, Region, Span, Verdict
from paloverde.requests.reviewed import Settled, reviewed
from paloverde.requests.withholding import COLUMNS, Audience, Entry, Row, as_csv, as_paper, log, privileges
from paloverde.search.hits import Hit, Kept
from requests_found import decision, hit, in_part, marked, sha

NUMBER = "PRA-2026-0042"
WHY = "every sentence of it is the advice"
CATCH = Exempted("EX-CATCH", {"balancing": "the complainant Maria Lopez was promised confidence"})
LAW = Exempted("EX-LAW", {"second_statute": "Welf. & Inst. Code 827"})
ATTORNEY = Exempted("EX-ATTY", {"attorney": "Ana Ruiz, for the City"})
SAID = hit(
    "Maria Lopez, 760-555-0142, told me",
    native_id="9001",
    poster_name="Omar Vidal",
    poster_id="55",
    permalink="https://x.example/omarvidal/9001",
)
TOLD = hit(
    "Advice of counsel on the claim",
    kind="message",
    native_id="m-1",
    poster_name="Ana Ruiz",
    visibility="private",
)


def part(of: Hit = SAID, *spans: Span, **more: object) -> Entry:
    made = in_part(of, *(spans or (marked(of, "Maria Lopez"), marked(of, "760-555-0142"))), **more)
    return Entry(
        hit=of, decision=made, released=released(of, made, control=f"{NUMBER}-000001"), reviewed_by="Ana Ruiz",
        sha256_released=sha("released"),
    )  # fmt: skip


def whole(of: Hit = TOLD, claim: Exempted = ATTORNEY) -> Entry:
    claim = Exempted(claim.code, {**claim.facts, "segregability": WHY})
    made = decision(of, Verdict.EXEMPT, exempted=(claim,))
    return Entry(
        hit=of, decision=made, released=released(of, made, control=f"{NUMBER}-000002"), recipients="Cleo Park"
    )  # fmt: skip


def everything(rows: list[Row]) -> str:
    return as_csv(rows).decode("utf-8-sig") + as_text(as_paper(rows, NUMBER, "City", Audience.RELEASE))


def test_the_columns_are_those_of_the_rulebook_in_their_order() -> None:
    assert COLUMNS == (
        "log_no", "request_no", "control_no", "item_id", "platform", "account", "record_type", "date_posted",
        "author", "recipients", "description", "pages_or_spans", "action", "exemption_code", "statute",
        "second_statute", "balancing_statement", "segregability_statement", "decided_by", "decided_at",
        "reviewed_by", "sha256_unredacted", "sha256_released", "privilege_type", "basis",
    )  # fmt: skip


def test_the_internal_log_has_everything() -> None:
    redacted, withheld = log(NUMBER, [part(), whole()])
    assert (redacted.log_no, redacted.control_no, redacted.item_id) == ("1", f"{NUMBER}-000001", "9001")
    assert (redacted.action, redacted.pages_or_spans) == ("redacted", "text: 2 passages")
    assert (redacted.author, redacted.statute) == ("Omar Vidal, 55", "Gov. Code 7927.700")
    assert (redacted.decided_by, redacted.reviewed_by) == ("Cleo Park, Deputy Clerk", "Ana Ruiz")
    assert (redacted.sha256_unredacted, redacted.sha256_released) == (SAID.version_sha256, sha("released"))
    assert redacted.description == "Part of a comment"
    assert (withheld.action, withheld.pages_or_spans) == ("withheld", "whole record")
    assert (withheld.privilege_type, withheld.recipients) == (
        "attorney-client privilege; attorney work product", "Cleo Park",
    )  # fmt: skip
    assert withheld.basis.endswith("attorney: Ana Ruiz, for the City.")
    assert withheld.date_posted == "Sunday, November 22, 2026, at 12:00 p.m. Pacific time"


def test_the_log_for_release_leaves_out_what_would_disclose() -> None:
    rows = log(NUMBER, [part(), whole()], Audience.RELEASE)
    assert [row.sha256_unredacted for row in rows] == ["", ""]
    assert (rows[1].author, rows[1].item_id, rows[1].recipients) == ("withheld", "withheld", "withheld")
    said = everything(rows)
    for secret in ("Lopez", "0142", "Ana Ruiz, for", "m-1", "Advice", "nobody asked", SAID.version_sha256):
        assert secret not in said


def test_an_author_who_is_not_redacted_is_named_to_the_requester() -> None:
    (row,) = log(NUMBER, [part()], Audience.RELEASE)
    assert (row.author, row.item_id) == ("Omar Vidal, 55", "9001")


def test_a_redacted_author_is_named_nowhere_and_neither_is_the_item() -> None:
    (row,) = log(NUMBER, [part(SAID, marked(SAID, "Omar Vidal", "poster_name"))], Audience.RELEASE)
    assert (row.author, row.item_id) == ("withheld", "withheld")
    assert row.pages_or_spans == "poster's name: 1 passage; poster's id"
    assert "Omar" not in everything([row])


def test_a_private_message_names_no_author_to_the_requester_even_where_one_word_is_redacted() -> None:
    message = hit(
        "Call 760-555-0142 now", kind="message", native_id="t_55", poster_name="Omar Vidal", poster_id="55"
    )
    (row,) = log(NUMBER, [part(message, marked(message, "760-555-0142"))], Audience.RELEASE)
    assert (row.author, row.item_id) == ("withheld", "withheld")


def test_each_exemption_of_a_record_is_a_row_with_its_own_statutes() -> None:
    privacy = Exempted("EX-PRIV", {"privacy": "the caller's, who is no official"})
    entry = part(
        SAID,
        marked(SAID, "Maria Lopez"),
        marked(SAID, "760-555-0142", code="EX-LAW"),
        exempted=(privacy, LAW),
    )
    first, second = log(NUMBER, [entry])
    assert [(row.log_no, row.exemption_code) for row in (first, second)] == [
        ("1", "EX-LAW"),
        ("2", "EX-PRIV"),
    ]
    assert (first.statute, first.second_statute) == ("Gov. Code 7927.705", "Welf. & Inst. Code 827")
    assert first.pages_or_spans == second.pages_or_spans == "text: 1 passage"


def test_the_weighing_is_its_own_column() -> None:
    (row,) = log(NUMBER, [whole(SAID, CATCH)])
    assert row.balancing_statement == CATCH.facts["balancing"]
    assert "promised" not in row.basis


def test_regions_and_files_are_counted_and_never_shown() -> None:
    picture = hit("See", media=[Kept(type="photo", alt_text="A house", sha256=sha("p"), size=3)])
    made = decision(
        picture, Verdict.EXEMPT_IN_PART, regions=(Region(sha("p"), 1, 1, 5, 5, "EX-PRIV"),),
        exempted=(Exempted("EX-PRIV", {"privacy": "the owner of the house"}),),
    )  # fmt: skip
    entry = Entry(hit=picture, decision=made, released=released(picture, made, control="c"))
    (row,) = log(NUMBER, [entry])
    assert row.pages_or_spans == "pictures: 1 region"
    assert row.description == "Part of a comment with 1 file"


def test_what_is_handed_over_whole_has_no_row() -> None:
    given = decision(SAID)
    assert log(NUMBER, [Entry(hit=SAID, decision=given, released=released(SAID, given, control="c"))]) == []


def test_the_description_tells_nothing_of_the_words_nor_how_many_they_are() -> None:
    short, long = hit("No"), hit("No " * 500)
    rows = [log(NUMBER, [whole(one, CATCH)], Audience.RELEASE)[0] for one in (short, long)]
    assert rows[0] == rows[1]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "＝"])
def test_no_cell_is_a_formula_for_a_spreadsheet(start: str) -> None:
    formula = hit("x", poster_name=f"{start}cmd()", native_id="7")
    body = as_csv(log(NUMBER, [whole(formula, CATCH)]))
    (line,) = csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline=""))
    assert line["author"] == f"'{start}cmd()"


def test_the_csv_has_the_columns_and_survives_quotes_and_lines() -> None:
    odd = hit("x", poster_name='A "b"\nc, d', native_id="7")
    body = as_csv(log(NUMBER, [whole(odd, CATCH)]))
    assert body.startswith(b"\xef\xbb\xbflog_no,request_no,")
    (line,) = csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline=""))
    assert tuple(line) == COLUMNS
    assert line["author"] == 'A "b"\nc, d'


def test_the_paper_says_for_whom_it_is() -> None:
    internal, outside = (
        as_text(as_paper(log(NUMBER, [part()], one), NUMBER, "City of Palmaria", one)) for one in Audience
    )
    assert "does not go to the requester" in " ".join(internal.split())
    assert "For the requester." in outside
    assert "Not verified by counsel yet: EX-" in " ".join(internal.split())
    assert "verified" not in outside
    assert "Nothing was withheld or redacted." in as_text(as_paper([], NUMBER, "City of Palmaria"))


def test_privileges_are_those_of_exemptions_that_there_are() -> None:
    assert privileges().keys() <= EXEMPTIONS.keys()


def test_why_nothing_could_be_separated_is_printed_as_it_was_written() -> None:
    for audience in Audience:
        (row,) = log(NUMBER, [whole()], audience)
        assert row.segregability_statement == WHY
        assert WHY not in row.basis


# What the letters claim of the same decisions


def test_the_review_adds_up_to_what_the_letter_claims() -> None:
    entries = [part(), whole(), whole(hit("more", kind="message", native_id="m-2"))]
    given = decision(hit("open", native_id="3"))
    pairs = [Settled(entry.decision, entry.released) for entry in entries]
    pairs.append(Settled(given, released(hit("open", native_id="3"), given, control="c")))
    come = reviewed(pairs, [Exposed("EX-HOME", 1)])
    assert come.counts == Counts(2, 1, 2)
    assert [(c.code, c.redacted, c.withheld, c.retained) for c in come.claims] == [
        ("EX-ATTY", 0, 2, 2), ("EX-PRIV", 1, 0, 1),
    ]  # fmt: skip
    assert [(one.name, one.title) for one in come.deniers] == [("Cleo Park", "Deputy Clerk")]
    assert "Maria Lopez" in come.needles
    assert come.private_records == 0
    assert come.exposed == (Exposed("EX-HOME", 1),)


def test_one_exemption_with_two_second_statutes_is_two_claims() -> None:
    other = msgspec.structs.replace(LAW, facts={"second_statute": "Pen. Code 293"})
    entries = [whole(SAID, LAW), whole(SAID, other), whole(SAID, LAW)]
    come = reviewed([Settled(entry.decision, entry.released) for entry in entries])
    assert [(c.facts["second_statute"], c.withheld) for c in come.claims] == [
        ("Pen. Code 293", 1), ("Welf. & Inst. Code 827", 2),
    ]  # fmt: skip
