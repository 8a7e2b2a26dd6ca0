"""Who said something, as lists and titles name it: never an id alone, and never “unknown”."""

from __future__ import annotations

import pytest

from paloverde.desk.showing import poster
from requests_found import hit

PERSON, PAGE = "urn:li:person:f9oFQ59ww3", "urn:li:organization:34752162"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"poster_name": "Rosa Vale", "poster_id": PERSON}, "Rosa Vale"),
        ({"poster_username": "rosa"}, "rosa"),
        ({"poster_id": PERSON}, f"somebody whom the site does not name ({PERSON})"),
        ({"poster_missing": "WITHHELD"}, "somebody whom the site does not name"),
        ({"poster_missing": "DELETED_ACCOUNT"}, "somebody whose account was deleted"),
        ({"kind": "post", "poster_id": PAGE}, f"the account’s own page ({PAGE})"),
        ({"kind": "comment", "poster_id": PAGE}, f"a page that the site does not name ({PAGE})"),
        ({"kind": "post", "provenance": "upload", "poster_id": PAGE}, f"a page that the site does not name ({PAGE})"),
    ],
)  # fmt: skip
def test_a_poster_without_a_name_is_told_in_words(more: dict[str, str], said: str) -> None:
    nobody = {"poster_name": None, "poster_username": None, "poster_id": None, "poster_missing": None}
    assert poster(hit(**nobody | more)) == said
