"""Each page has one number, families keep theirs together, and nothing privileged has a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from documents import BATES, hit, picture, sha
from hypothesis import given
from hypothesis import strategies as st

from paloverde.errors import BadQuestion
from paloverde.productions.bates import Bates
from paloverde.productions.document import Document, Ending, Run, Treatment
from paloverde.productions.numbering import Facts, Item, numbered
from paloverde.requests.redaction import File, Given, Released
from paloverde.requests.review import Verdict

FACTS = Facts(
    matter="Rivera v. City of Palmaria",
    hold="rivera",
    custodians={"facebook-palmaria": ("Ana Ruiz",)},
    account_ids={"facebook-palmaria": "100200300"},
    runs={7: Run(7, "cd" * 32, "0.1.0")},
    endings={("facebook-palmaria", "comment", "2"): Ending("Pia Lund", ("B4c",))},
)


def item(native_id: str, *, files: int = 0, is_root: bool = False, **changes: Any) -> Item:
    found = hit(native_id=native_id, media=[picture(f"{native_id}-{at}") for at in range(files)])
    given = tuple(
        File(at, Given.WHOLE, kept.sha256 or "", kept.sha256) for at, kept in enumerate(found.media)
    )
    record = Released(control=native_id, hit=found, verdict=Verdict.RESPONSIVE, files=given)
    plain: dict[str, Any] = {
        "control": f"PROD-2026-0001-{native_id}", "record": record, "is_root": is_root,
        "version_key": (*found.item, found.version_sha256), "treatment": Treatment.WHOLE,
    }  # fmt: skip
    return Item(**plain | changes)


def documents(families: Sequence[Sequence[Item]], pages: int = 1, first: int = 1) -> list[Document]:
    found = numbered(families, FACTS, BATES, lambda item, file: pages, first)
    return [document for family in found for document in family]


def test_a_record_goes_before_its_files_and_a_family_knows_its_reach() -> None:
    found = documents([[item("1", files=2, is_root=True), item("2", files=1)]], pages=2, first=11)
    assert [one.begin[-2:] for one in found] == ["11", "13", "15", "17", "19"]
    assert [one.is_record for one in found] == [True, False, False, True, False]
    assert {one.family for one in found} == {("PDC0000011", "PDC0000020")}
    assert [one.parent[-2:] for one in found] == ["", "11", "11", "11", "17"]
    assert [one.attached for one in found] == [3, 0, 0, 1, 0]


def test_nobody_is_a_recipient_of_what_they_wrote_and_the_city_is_where_nobody_else_is_known() -> None:
    message: dict[str, Any] = {
        "kind": "message",
        "thread_id": "c9",
        "poster_id": "77001",
        "poster_name": "Rosa Vale",
    }
    found = hit(native_id="5", **message)
    given = Released(control="5", hit=found, verdict=Verdict.RESPONSIVE)

    def recipients(*names: str) -> tuple[str, ...]:
        facts = msgspec.structs.replace(FACTS, recipients={(found.account, "c9"): names})
        ((document,),) = numbered([[item("5", record=given)]], facts, BATES, lambda *_: 1, 1)
        return document.recipients

    assert recipients("Rosa Vale") == (found.account,)
    assert recipients("Rosa Vale", "City of Palmaria") == ("City of Palmaria",)


def test_without_a_root_nobody_belongs_to_anybody_but_files() -> None:
    found = documents([[item("2"), item("3", files=1)]])
    assert [one.parent for one in found] == ["", "", "PDC0000002"]


def test_a_withheld_record_is_a_slip_without_files() -> None:
    slip = item("1", files=2, treatment=Treatment.WITHHELD, privileges=("AC",))
    found = documents([[slip, item("2")]])
    assert [(one.treatment, one.file) for one in found] == [
        (Treatment.WITHHELD, None),
        (Treatment.WHOLE, None),
    ]


def test_a_file_that_is_withheld_is_no_document() -> None:
    whole = item("1", files=2)
    first, second = whole.record.files
    kept_back = File(0, Given.WITHHELD, first.source)
    record = Released(
        control="1", hit=whole.record.hit, verdict=Verdict.EXEMPT_IN_PART, files=(kept_back, second)
    )
    found = documents([[item("1", record=record)]])
    assert [one.file for one in found] == [None, second]
    assert found[1].file is not None
    assert found[1].file.sha256 == sha("1-1")


def test_a_document_is_told_what_is_known_of_its_account_run_and_removal() -> None:
    (one,) = documents([[item("2", version=2, versions=3, requests=("4",))]])
    assert (one.custodians, one.account_id, one.run.seal) == (("Ana Ruiz",), "100200300", "cd" * 32)
    assert one.ending is not None
    assert (one.ending.removed_by, one.version, one.versions, one.requests) == ("Pia Lund", 2, 3, ("4",))


@given(st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=4), max_size=5), st.integers(1, 4))
def test_every_page_has_exactly_one_number(shape: list[list[int]], pages: int) -> None:
    families = [
        [item(f"{at}-{of}", files=files, is_root=not of) for of, files in enumerate(family)]
        for at, family in enumerate(shape)
    ]
    found = documents(families, pages)
    given_out = [page for one in found for page in range(BATES.page(one.begin), BATES.page(one.end) + 1)]
    assert given_out == list(range(1, len(found) * pages + 1))


@pytest.mark.parametrize("prefix", ["", "pdc", "PDC1", "1PDC", "PDC 1", "PDÇ", "P,C", "A" * 21])
def test_a_prefix_that_would_be_misread_is_refused(prefix: str) -> None:
    with pytest.raises(BadQuestion, match="prefix of Bates numbers"):
        Bates(prefix)


def test_numbers_are_read_back_and_never_overflow() -> None:
    assert BATES.page(BATES.number(123)) == 123
    with pytest.raises(BadQuestion, match="begin a new prefix"):
        Bates("P", 4).number(10_000)
    with pytest.raises(BadQuestion, match="no Bates number"):
        BATES.page("PDC123")
