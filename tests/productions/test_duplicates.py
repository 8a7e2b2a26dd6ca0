"""What came several ways is produced once, and nothing that differs is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from documents import NOON, hit, picture
from hypothesis import given
from hypothesis import strategies as st

from paloverde.productions.duplicates import singled
from paloverde.search.hits import Hit


def test_the_site_s_own_answer_goes_before_its_export() -> None:
    ours, export = hit("Open"), hit("Open", provenance="export")
    (single,) = singled([export, ours])
    assert single.hit is ours
    assert [(one.account, one.provenance) for one in single.also] == [("facebook-palmaria", "export")]


def test_two_accounts_that_show_the_same_comment_produce_it_once() -> None:
    one, two = hit("Open"), hit("Open", account="facebook-parks", observed_at=NOON + timedelta(hours=10))
    (single,) = singled([one, two])
    assert (single.hit, [other.account for other in single.also]) == (one, ["facebook-parks"])


def test_an_export_that_names_the_item_otherwise_is_known_by_who_when_and_what() -> None:
    ours, export = hit("Open"), hit("Open", provenance="export", native_id="export-5")
    assert len(singled([ours, export])) == 1
    assert len(singled([ours, hit("Shut", provenance="export", native_id="export-5")])) == 2
    later = hit("Open", provenance="export", native_id="export-5", posted_at=NOON + timedelta(seconds=1))
    assert len(singled([ours, later])) == 2


def test_a_post_of_the_account_s_own_download_that_names_nobody_is_known_by_when_and_what() -> None:
    nobody = {"poster_id": None, "poster_username": None, "poster_name": None}
    post = {"kind": "post", "native_id": "1", "thread_id": None, "parent_id": None}
    ours = hit("Open", **post)
    download = hit("Open", **post | nobody | {"native_id": "dyi-5", "provenance": "export"})
    (single,) = singled([download, ours])
    assert (single.hit, [one.native_id for one in single.also]) == (ours, ["dyi-5"])
    visitor = hit("Open", **post | {"native_id": "2", "poster_id": "88"})
    assert {one.hit.native_id for one in singled([ours, visitor, download])} == {"1", "2"}
    named = hit("Open", **post | {"native_id": "r", "provenance": "records", "poster_id": "88"})
    assert len(singled([ours, named])) == 2
    assert len(singled([hit("Open"), hit("Open", **nobody, native_id="c", provenance="export")])) == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"text": "Opens"},
        {"native_id": "2", "posted_at": NOON + timedelta(hours=1)},
        {"media": [picture()]},
        {"kind": "post"},
        {"platform": "x", "account": "x-palmaria"},
    ],
)
def test_what_differs_is_produced(changes: dict[str, object]) -> None:
    text = changes.pop("text", "Open")
    assert len(singled([hit("Open"), hit(str(text), **({"provenance": "export"} | changes))])) == 2


def test_versions_of_one_source_are_all_produced() -> None:
    shown, hidden = hit("Open"), hit("Open", visibility="hidden", version_sha256="00")
    assert [single.hit for single in singled([shown, hidden])] == [shown, hidden]


def test_one_that_is_equal_to_two_brings_all_three_together() -> None:
    ours = hit("Open", native_id="1", poster_id=None, poster_username=None)
    export = hit("Open", native_id="e", provenance="export")
    link = hit("Open", native_id="1", provenance="records")
    (single,) = singled([ours, export, link])
    assert single.hit is ours
    assert len(single.also) == 2


hits = st.lists(
    st.builds(
        lambda text, id_, way, account, seconds: hit(
            text, native_id=id_, provenance=way, account=account, posted_at=NOON + timedelta(seconds=seconds)
        ),
        st.sampled_from(["Open", "Shut", ""]),
        st.sampled_from(["1", "2", "3"]),
        st.sampled_from(["api", "export", "upload"]),
        st.sampled_from(["facebook-a", "facebook-b"]),
        st.integers(0, 1),
    ),
    max_size=12,
)


@given(hits)
def test_every_record_is_produced_or_named(all_: list[Hit]) -> None:
    found = singled(all_)
    told = [(*single.hit.item, single.hit.version_sha256, single.hit.provenance) for single in found]
    told += [
        (one.account, one.kind, one.native_id, one.version_sha256, one.provenance)
        for single in found
        for one in single.also
    ]
    assert sorted(told) == sorted((*one.item, one.version_sha256, one.provenance) for one in all_)


@given(hits)
def test_what_is_named_as_equal_says_the_same_words(all_: list[Hit]) -> None:
    words = {(*one.item, one.version_sha256): one.text for one in all_}
    for single in singled(all_):
        for one in single.also:
            assert words[one.account, one.kind, one.native_id, one.version_sha256] == single.hit.text
