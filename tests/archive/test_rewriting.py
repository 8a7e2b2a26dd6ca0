"""Objects of mixed fate, written anew: answers, tables and handed-in files without what goes."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports import Office, tweet, ytd, zipped
from paloverde.archive.blanking import Blanked, blank_json, blank_plain
from paloverde.archive.commit import commit
from paloverde.archive.exchanges import (
    DESTROYED,
    ExchangeFile,
    check_exchanges,
    held_in,
    read_answers,
    with_bodies,
)
from paloverde.archive.layout import exchanges_key, records_key, sightings_key
from paloverde.archive.parquet import to_parquet
from paloverde.archive.pieces import Piece, Words
from paloverde.archive.planning import Plan, plan
from paloverde.archive.reader import Archive, SealedPart
from paloverde.archive.rewriting import without_items, write
from paloverde.archive.schema import RECORDS
from paloverde.archive.seal import Coverage, Draft, Part, Role, RunKind
from paloverde.archive.tracing import Tracer
from paloverde.capture.tables import Sighting, sighting_table
from paloverde.platforms.exchange import Exchange

AT = datetime(2026, 11, 20, 17, tzinfo=UTC)
ORDER = "order-2029-0001"


def piece(body: bytes, item: str, part: object, *, goes: bool, says: str = "") -> Piece:
    """The piece of a body that is this value, as JSON writes it."""
    text = json.dumps(part, ensure_ascii=False, separators=(",", ":")).encode()
    start = body.index(text)
    return Piece(("comment", item), start, start + len(text), goes, (says,) if says else ())


def written(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def blank(body: bytes, pieces: list[Piece], *words: Words) -> Blanked:
    blanked = blank_json(body, pieces, words)
    assert blanked is not None
    assert len(blanked.body) == len(body)
    json.loads(blanked.body)
    return blanked


def test_one_item_goes_and_its_neighbors_stay_where_they_are() -> None:
    one, two, three = ({"id": str(n), "message": f"What neighbor {n} said"} for n in (1, 2, 3))
    body = written({"data": [one, two, three], "paging": {"next": "https://example.org/?after=3"}})
    gone = blank(body, [piece(body, "2", two, goes=True)], Words(("comment", "2"), ("What neighbor 2 said",)))
    assert gone.gone == {("comment", "2")}
    assert json.loads(gone.body)["data"] == [one, {}, three]
    assert gone.body.index(written(three)) == body.index(written(three))
    assert b"neighbor 2" not in gone.body


def test_an_item_inside_of_one_that_goes_stays_whole_and_in_its_place() -> None:
    reply = {"id": "9", "message": 'A reply, with {braces} and "quotes"'}
    post = {
        "id": "1",
        "message": "What the City said",
        "comments": {"data": [{"id": "8"}, reply], "n": 2},
        "x": [1],
    }
    body = written({"data": [post]})
    pieces = [piece(body, "1", post, goes=True), piece(body, "9", reply, goes=False)]
    gone = blank(body, pieces, Words(("comment", "1"), ("What the City said",)))
    assert json.loads(gone.body) == {"data": [{"comments": {"data": [reply]}}]}
    assert gone.body.index(written(reply)) == body.index(written(reply))


def test_what_goes_inside_of_what_stays_inside_of_what_goes() -> None:
    inner = {"id": "3", "message": "the innermost one"}
    middle = {"id": "2", "message": "the one between", "comments": [inner]}
    outer = {"id": "1", "message": "the outer one", "comments": [middle]}
    body = written(outer)
    pieces = [
        piece(body, "1", outer, goes=True), piece(body, "2", middle, goes=False), piece(body, "3", inner, goes=True),
    ]  # fmt: skip
    gone = blank(body, pieces)
    assert json.loads(gone.body) == {
        "comments": [{"id": "2", "message": "the one between", "comments": [{}]}]
    }


@pytest.mark.parametrize("said", [7, -12.5, True, None, "seven"])
def test_an_item_that_is_a_bare_number_or_name_goes_and_the_answer_stays_json(said: object) -> None:
    """Downloads hold such: a setting on a line of its own is an entry like any other."""
    text = written(said)
    body = b'{"config":{"limit":' + text + b'},"quota":' + text + b"}"
    pieces = [
        Piece(("other", "1"), start, start + len(text), goes=True)
        for start in (body.index(text), body.rindex(text))
    ]
    gone = blank(body, pieces, Words(("other", "1"), ()))
    assert gone.gone == {("other", "1")}
    assert text == b"0" or text not in gone.body


def test_a_copy_that_names_the_item_goes_too() -> None:
    said = "Who is going to pay for all of this?"
    post = {"id": "5", "text": "I agree", "quoted": {"id": "2", "text": said}}
    body = written({"data": [post], "includes": {"posts": [{"id": "2", "text": said, "author_id": "7"}]}})
    gone = blank(body, [piece(body, "5", post, goes=False, says="I agree")], Words(("comment", "2"), (said,)))
    assert json.loads(gone.body) == {
        "data": [{"id": "5", "text": "I agree", "quoted": {}}], "includes": {"posts": [{}]},
    }  # fmt: skip
    assert gone.refused == {}


def test_a_reference_that_repeats_nothing_stays() -> None:
    post = {"id": "5", "text": "I agree", "referenced": [{"type": "replied_to", "id": "2"}]}
    body = written({"data": [post]})
    gone = blank(
        body, [piece(body, "5", post, goes=False)], Words(("comment", "2"), ("Who is going to pay?",))
    )
    assert gone.body == body


@pytest.mark.parametrize(
    "copy",
    [
        "Who is going to pay for all of this?",
        "Who is going to pay f…",
        "so: Who is going to pay for all of this? Hm",
    ],
)
def test_words_that_stand_elsewhere_refuse_the_item(copy: str) -> None:
    said = "Who is going to pay for all of this?"
    comment, thread = {"id": "2", "message": said}, {"id": "t", "snippet": copy}
    body = written({"data": [comment, thread]})
    pieces = [piece(body, "2", comment, goes=True), piece(body, "t", thread, goes=False)]
    gone = blank(body, pieces, Words(("comment", "2"), (said,)))
    assert gone.refused == {("comment", "2"): "its words stand also in comment t, which stays"}


def test_what_another_says_itself_is_its_own_though_it_is_the_same() -> None:
    said = "Happy holidays to all of you!"
    one, two = {"id": "1", "message": said}, {"id": "2", "message": said}
    body = written({"data": [one, two]})
    pieces = [piece(body, "1", one, goes=True), piece(body, "2", two, goes=False, says=said)]
    gone = blank(body, pieces, Words(("comment", "1"), (said,)))
    assert (gone.refused, json.loads(gone.body)) == ({}, {"data": [{}, two]})


def test_words_are_found_however_they_are_escaped() -> None:
    said = 'Ask "Ana" & <Ben> about 35° 🧹'
    comment, page = {"id": "2", "message": said}, {"id": "t", "last": said}
    for body in (
        json.dumps({"data": [comment, page]}).encode(),
        json.dumps(
            {"data": [comment, page | {"last": "Ask &quot;Ana&quot; &amp; &lt;Ben&gt; about 35° 🧹"}]}
        ).encode(),
    ):
        start, end = body.index(b'{"id": "t"'), len(body) - 2
        gone = blank_json(
            body, [Piece(("conversation", "t"), start, end, goes=False)], [Words(("comment", "2"), (said,))]
        )
        assert gone is not None
        assert ("comment", "2") in gone.refused


@given(
    st.recursive(
        st.booleans(), lambda inner: st.tuples(st.booleans(), st.lists(inner, max_size=3)), max_leaves=12
    )
)
def test_whatever_goes_what_stays_keeps_its_bytes_and_place(shape: Any) -> None:
    values: list[tuple[int, dict[str, Any], bool]] = []

    def made(one: Any) -> dict[str, Any]:
        goes, inner = one if isinstance(one, tuple) else (one, [])
        number = len(values)
        value: dict[str, Any] = {"id": f"i{number}", "message": f"what item {number:03} says"}
        values.append((number, value, goes))
        value["comments"] = {"data": [made(each) for each in inner], "count": len(inner)}
        return value

    body = written({"data": [made(shape)], "paging": {}})
    pieces = [
        piece(body, str(n), value, goes=goes, says="" if goes else value["message"])
        for n, value, goes in values
    ]
    words = [Words(("comment", str(n)), (value["message"],)) for n, value, goes in values if goes]
    gone = blank(body, pieces, *words)
    assert gone.refused == {}
    for n, value, goes in values:
        said = f'"message":"{value["message"]}"'.encode()
        assert (said in gone.body) is not goes
        assert goes or gone.body.index(said) == body.index(said)
        assert (("comment", str(n)) in gone.gone) is goes


def test_what_is_no_json_is_blanked_line_by_line() -> None:
    body = b"id,text\n1,The library is closed\n2,Where is the ramp?\n"
    start = body.index(b"1,The")
    piece = Piece(("message", "1"), start, body.index(b"2,Where"), goes=True)
    gone = blank_plain(body, [piece], [Words(("message", "1"), ("The library is closed",))])
    assert gone.body == b"id,text\n" + b" " * 23 + b"\n2,Where is the ramp?\n"
    assert blank_json(body, [piece], []) is None


def exchange(body: bytes, *, packed: bool = False) -> Exchange:
    headers = (("Content-Type", "application/json"), *((("Content-Encoding", "gzip"),) if packed else ()))
    sent = gzip.compress(body, mtime=0) if packed else body
    return Exchange(
        "https://example.org/c", (), 200, "OK", (*headers, ("Content-Length", str(len(sent)))), sent, AT
    )


def test_an_exchange_file_is_written_again_with_other_bodies_and_nothing_else_changes() -> None:
    file = ExchangeFile("test", AT)
    offsets = [
        file.add(exchange(b'{"a": 1}')),
        file.add(exchange(b'{"b": 22}', packed=True)),
        file.add(exchange(b"{}")),
    ]
    old = file.close()
    new, moved = with_bodies(old, {offsets[1]: b"{       }"}, ORDER)
    assert (new, moved) == with_bodies(old, {offsets[1]: b"{       }"}, ORDER)
    assert check_exchanges(new, where="") == 3
    assert [held.body for held in held_in(new, where="")] == [b'{"a": 1}', b"{       }", b"{}"]
    assert [held.offset for held in held_in(new, where="")] == [moved[offset] for offset in offsets]
    assert new.startswith(old[: offsets[1]])
    answers = [answer for _, answer in read_answers(new, where="")]
    assert [answer.decoded for answer in answers] == [False, True, False]
    assert answers[0] == next(iter(read_answers(old, where="")))[1]
    assert f"{DESTROYED}: {ORDER}".encode() in gzip.decompress(new)


MAIL = "From: Ana Ruiz <ana@example.org>\nTo: clerk@example.org\nDate: {}\nMessage-ID: <{}@example.org>\nSubject: {}\n\n{}\n"


def box(folder: Path) -> Path:
    said = [
        ("1", "The ramp", "The ramp at the library is broken again."),
        ("2", "Thanks", "It was mended today."),
    ]
    path = folder / "box.mbox"
    when = "Mon, 02 Mar 2026 10:00:00 -0800"
    text = "".join(
        f"From ana@example.org Mon Mar  2 10:00:00 2026\n{MAIL.format(when, *one)}\n" for one in said
    )
    path.write_text(text)
    return path


def seal_rows(office: Office, rows: list[dict[str, Any]]) -> None:
    """Seal an import that handed in some bytes and read these rows from them."""
    file = ExchangeFile("test", AT)
    file.add(exchange(b"nobody knows where it stands in here"))
    slug, day, vault = rows[0]["account"], rows[0]["date"], office.vault
    body = file.close()
    key = exchanges_key(slug, day, hashlib.sha256(body).hexdigest())
    held = vault.store.put(key, body, locked_until=None)
    rows = [
        row | {"exchange_key": key, "exchange_offset": next(held_in(body, where="")).offset} for row in rows
    ]
    table = to_parquet(pa.Table.from_pylist(rows, schema=RECORDS))
    seen = [
        Sighting(row["kind"], row["native_id"], "", "", "imported", AT, "import", row["version_sha256"])
        for row in rows
    ]
    sightings = to_parquet(sighting_table(slug, day, seen))
    parts = [Part(Role.EXCHANGES, held.key, held.version_id, held.sha256, held.size)]
    for role, key_of, one in ((Role.RECORDS, records_key, table), (Role.SIGHTINGS, sightings_key, sightings)):
        stored = vault.store.put(key_of(slug, day, hashlib.sha256(one).hexdigest()), one, locked_until=None)
        parts.append(Part(role, stored.key, stored.version_id, stored.sha256, stored.size, len(rows)))
    draft = Draft(slug, "nextdoor", day, RunKind.IMPORT, held.sha256, AT, AT, parts, Coverage(), {}, "0")
    commit(vault.store, vault.books, vault.signer, draft, office.now + timedelta(days=800))


def what_stays(office: Office, plan_: Plan) -> dict[str, bytes]:
    """What `write` would store, by role and key; nothing is stored."""
    kept: dict[str, bytes] = {}

    def keep(like: SealedPart, key: str, body: bytes, table: Any) -> Part:
        del table
        kept[key] = body
        return Part(like.part.role, key, "1", "", len(body))

    write(office.archive, plan_, ORDER, keep)
    return kept


def test_a_message_goes_out_of_a_handed_in_box_and_the_other_stays(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.take("nextdoor", box(tmp_path))
    rows = {row["text"].strip(): row for row in office.rows("nextdoor")}
    gone, stays = sorted(rows.values(), key=lambda row: "ramp" not in row["raw"].decode())
    items = {(gone["kind"], gone["native_id"])}
    made = plan(office.archive, gone["account"], "nextdoor", items, lambda _: "", {})
    assert (made.items, made.refused) == (items, {})
    kept = what_stays(office, made)
    (file,) = [body for key, body in kept.items() if key.startswith("exchanges/")]
    bodies = [held.body for held in held_in(file, where="")]
    assert not [body for body in bodies if b"ramp at the library" in body]
    assert [body for body in bodies if stays["raw"] in body]
    assert b"ramp at the library" not in b"".join(
        body for key, body in kept.items() if key.startswith("records/")
    )


def test_a_post_goes_out_of_every_download_that_was_handed_in(tmp_path: Path) -> None:
    """The second download wrote no row for it: it was known. Its bytes are found by what they are."""
    office = Office(tmp_path)
    posts = [tweet("11", "The pool opens on Monday morning"), tweet("12", "The pool is closed on Tuesday")]
    for number, more in enumerate(([], [tweet("13", "The pool has a new slide")])):
        made = {"data/tweets.js": ytd("tweets", [*posts, *more]), "data/manifest.js": "window.m = {}"}
        office.take("x", zipped(tmp_path / f"{number}.zip", made))
    items = {("post", "11")}
    made = plan(office.archive, office.row("x", "11")["account"], "x", items, lambda _: "", {})
    assert (made.items, made.refused) == (items, {})
    assert len(made.exchanges) == 2
    kept = what_stays(office, made)
    files = [
        held.body
        for key, body in kept.items()
        if key.startswith("exchanges/")
        for held in held_in(body, where="")
    ]
    assert not [body for body in files if b"opens on Monday" in body]
    assert sum(b"closed on Tuesday" in body for body in files) == 2


def moved_in(folder: Path, *natives: str, form: str = "{}\n") -> Path:
    """Another archive's records, one a line: the raw bytes of each stand in it escaped."""
    path = folder / "moved.jsonl"
    lines = [
        {
            "platform": "x", "kind": "post", "native_id": name, "text": f"Moved in from elsewhere: {name}",
            "raw": json.dumps({"id": name, "text": f"Moved in from elsewhere: {name}"}),
            "posted_at": "2026-03-02T18:00:00Z", "observed_at": "2026-03-02T19:00:00Z",
        }
        for name in natives
    ]  # fmt: skip
    path.write_text("".join(form.format(json.dumps(line)) for line in lines))
    return path


def test_a_post_goes_out_of_another_archive_s_lines(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.take("x", moved_in(tmp_path, "77", "78"))
    made = plan(office.archive, office.row("x", "77")["account"], "x", {("post", "77")}, lambda _: "", {})
    assert (made.items, made.refused) == ({("post", "77")}, {})
    whole = b"".join(
        held.body
        for key, body in what_stays(office, made).items()
        if key.startswith("exchanges/")
        for held in held_in(body, where="")
    )
    assert b"elsewhere: 77" not in whole
    assert b"elsewhere: 78" in whole


def test_an_item_whose_bytes_cannot_be_found_is_refused_and_nothing_of_it_is_touched(tmp_path: Path) -> None:
    """A payload that was put together from several places stands nowhere as one piece."""
    office = Office(tmp_path)
    office.take("nextdoor", box(tmp_path))
    (row, _) = office.rows("nextdoor")
    item = (row["kind"], row["native_id"])
    astray = row | {"payload_position": -1, "raw": b"put together", "text": None, "media": []}
    seal_rows(office, [astray])
    made = plan(office.archive, row["account"], "nextdoor", {item}, lambda _: "", {})
    assert (made.items, made.objects) == (frozenset(), [])
    assert "cannot be told apart" in made.refused[item]


def test_what_is_blocked_takes_only_its_own_items_with_it(tmp_path: Path) -> None:
    office = Office(tmp_path)
    for number in (1, 2):
        (tmp_path / str(number)).mkdir()
        made = {"data/tweets.js": ytd("tweets", [tweet(f"2{number}", f"Something of archive {number}")])}
        office.take(
            "x", zipped(tmp_path / str(number) / "x.zip", made | {"data/manifest.js": "window.m = {}"})
        )
    account = office.row("x", "21")["account"]
    held = office.archive.parts(Role.EXCHANGES, [account])[0].part.key
    items = {("post", "21"), ("post", "22")}
    made_plan = plan(office.archive, account, "x", items, lambda one: "is held" * (one.part.key == held), {})
    assert len(made_plan.items) == len(made_plan.refused) == 1
    assert "is held" in "".join(made_plan.refused.values())


class Counting(Archive):
    """Counts how often each table is read."""

    def __init__(self, archive: Archive) -> None:
        super().__init__(archive.store, archive.books)
        self.reads: Counter[str] = Counter()

    def table(self, part: Part, columns: Sequence[str] | None = None) -> pa.Table:
        self.reads[part.key] += 1
        return super().table(part, columns)


def test_a_table_is_read_as_often_whatever_else_is_written_again(tmp_path: Path) -> None:
    """A hundred nights must not be a hundred times as much for each night."""
    most = []
    for nights in (1, 4):
        office = Office(tmp_path / str(nights))
        for number in range(nights):
            folder = tmp_path / str(nights) / str(number)
            folder.mkdir(parents=True)
            said = {"data/tweets.js": ytd("tweets", [tweet(f"2{number}", f"Something of archive {number}")])}
            office.take("x", zipped(folder / "x.zip", said | {"data/manifest.js": "window.m = {}"}))
        account, counting = office.row("x", "20")["account"], Counting(office.archive)
        items = {("post", f"2{number}") for number in range(nights)}
        made = plan(counting, account, "x", items, lambda _: "", {})
        assert made.items == items
        write(counting, made, ORDER, lambda like, key, body, _: Part(like.part.role, key, "1", "", len(body)))
        most.append(max(counting.reads.values()))
    assert most[0] == most[1]


def test_an_unchanged_payload_is_not_kept_in_memory(tmp_path: Path) -> None:
    office = Office(tmp_path)
    said = {"data/tweets.js": ytd("tweets", [tweet(f"2{n}", f"Something that was said {n}") for n in (1, 2)])}
    office.take("x", zipped(tmp_path / "x.zip", said | {"data/manifest.js": "window.m = {}"}))
    account, item = office.row("x", "21")["account"], ("post", "21")
    made = plan(office.archive, account, "x", {item}, lambda _: "", {})
    (old,) = [one for one in made.objects if one.part.role is Role.EXCHANGES]
    tables = made.tables_of[old.part.key]
    _, moved = without_items(office.archive, Tracer(made.going), tables, old, ORDER)
    assert {raw for _, _, raw in moved.raws} == {office.row("x", "21")["raw"]}


def test_tables_are_the_same_bytes_however_often_they_are_written(tmp_path: Path) -> None:
    office = Office(tmp_path, AT + timedelta(days=1))
    office.take("nextdoor", box(tmp_path))
    (gone, _) = office.rows("nextdoor")
    made = plan(
        office.archive, gone["account"], "nextdoor", {(gone["kind"], gone["native_id"])}, lambda _: "", {}
    )
    assert what_stays(office, made) == what_stays(office, made)
    assert to_parquet(office.archive.table(made.tables[0].part)) == to_parquet(
        office.archive.table(made.tables[0].part)
    )
