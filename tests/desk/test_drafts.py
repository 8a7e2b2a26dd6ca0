"""What waits to be confirmed: for whoever asked, for a day, whatever else goes on in the folder."""

from __future__ import annotations

import os
import secrets
import threading
import time
from pathlib import Path

import msgspec
import pytest

from paloverde.desk.drafts import Done, Drafts
from paloverde.errors import BadQuestion

DAY = 24 * 3600


class Note(msgspec.Struct, frozen=True):
    text: str


def new() -> str:
    return secrets.token_hex(16)


def test_a_draft_is_for_whoever_asked_for_it_and_for_this_server_alone(tmp_path: Path) -> None:
    drafts, id_ = Drafts(tmp_path / "drafts"), new()
    drafts.put(id_, "cleo", Note("pool"))
    assert drafts.get(id_, "cleo", Note)[0] == Note("pool")
    with pytest.raises(BadQuestion, match="not kept any more"):
        drafts.get(id_, "ana", Note)
    (kept,) = (tmp_path / "drafts").iterdir()
    assert (kept.stat().st_mode & 0o777, kept.parent.stat().st_mode & 0o777) == (0o600, 0o700)


@pytest.mark.parametrize("id_", ["", "x", "../../key.pem", "0" * 32, "A" * 32, f"{'0' * 32}\n"])
def test_a_draft_that_is_not_there_is_said_to_be_gone(tmp_path: Path, id_: str) -> None:
    for folder in (tmp_path, tmp_path / "never made"):
        with pytest.raises(BadQuestion, match="not kept any more"):
            Drafts(folder).get(id_, "cleo", Note)


def test_old_drafts_go_with_a_new_one_and_new_ones_stay(tmp_path: Path) -> None:
    drafts, old, young = Drafts(tmp_path), new(), new()
    for id_, age in ((old, DAY + 60), (young, DAY - 60)):
        drafts.put(id_, "cleo", Note(id_))
        (file,) = tmp_path.glob(f"{id_}*")
        os.utime(file, (time.time() - age,) * 2)
    drafts.put(new(), "cleo", Note("now"))
    assert drafts.get(young, "cleo", Note)[0] == Note(young)
    with pytest.raises(BadQuestion):
        drafts.get(old, "cleo", Note)


def test_a_file_that_goes_while_the_folder_is_looked_through_is_in_nobodys_way(tmp_path: Path) -> None:
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")  # listed, and not there when it is looked at
    drafts, id_ = Drafts(tmp_path), new()
    drafts.put(id_, "cleo", Note("pool"))
    assert drafts.get(id_, "cleo", Note)[0] == Note("pool")


def test_several_who_throw_away_the_same_old_drafts_at_once_all_keep_theirs(tmp_path: Path) -> None:
    drafts, ids, failed = Drafts(tmp_path), [new() for _ in range(8)], []
    for _ in range(300):
        file = tmp_path / f"{new()}-old.json"
        file.touch()
        os.utime(file, (time.time() - 2 * DAY,) * 2)
    together = threading.Barrier(len(ids))

    def put(id_: str) -> None:
        together.wait()
        try:
            drafts.put(id_, "cleo", Note(id_))
        except OSError as error:
            failed.append(error)

    threads = [threading.Thread(target=put, args=(id_,)) for id_ in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert [drafts.get(id_, "cleo", Note)[0].text for id_ in ids] == ids
    assert len([*tmp_path.iterdir()]) == len(ids)


def test_whoever_goes_back_to_what_is_done_is_told_where_it_is_seen(tmp_path: Path) -> None:
    drafts, id_ = Drafts(tmp_path), new()
    drafts.put(id_, "cleo", Note("pool"))
    drafts.done(id_, "cleo", "/holds/LIT-2026-03")
    with pytest.raises(Done, match="confirmed already") as found:
        drafts.get(id_, "cleo", Note)
    assert found.value.path == "/holds/LIT-2026-03"
    with pytest.raises(BadQuestion, match="not kept any more"):
        drafts.get(id_, "ana", Note)
    for file in tmp_path.iterdir():
        os.utime(file, (time.time() - DAY - 60,) * 2)
    drafts.put(new(), "cleo", Note("now"))
    with pytest.raises(BadQuestion, match="not kept any more"):
        drafts.get(id_, "cleo", Note)


def test_all_of_somebodys_drafts_are_found_and_nobody_elses(tmp_path: Path) -> None:
    drafts, ids = Drafts(tmp_path), [new() for _ in range(3)]
    assert [*drafts.of("cleo", Note)] == []
    for id_ in ids:
        drafts.put(id_, "cleo", Note(id_))
    drafts.put(new(), "ana", Note("hers"))
    drafts.done(ids[0], "cleo", "/")
    assert {id_: note.text for id_, note in drafts.of("cleo", Note)} == {id_: id_ for id_ in ids[1:]}
