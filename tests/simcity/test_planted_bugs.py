"""Bugs planted on purpose: the audit must name each of them, or its silence about the real product means nothing.

Planting is the purpose of this file, and so it alone may patch: each bug replaces one collaborator or one function
of the product by a broken one, plays the same six nights as `test_the_scene_is_sound`, and must be named.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

import paloverde.archive.commit
import paloverde.archive.effects
import paloverde.archive.rebuild
import paloverde.archive.vault
import paloverde.capture.history
import paloverde.capture.holding
import paloverde.capture.intake
import paloverde.capture.looking
import paloverde.capture.media
import paloverde.capture.removal
import paloverde.platforms.line
from paloverde.archive.exchanges import ExchangeFile
from paloverde.archive.seal import FIRST, Part, Role, Seal, make_seal
from paloverde.archive.signing import Signer
from paloverde.capture.history import History
from paloverde.capture.intake import Intake, Place
from paloverde.capture.media import Kept
from paloverde.capture.removal import Cause, Decision, Removal
from paloverde.platforms.conversation import Found, Gap, Listing, Look, Platform, Response, Said, Seen
from paloverde.records import NOBODY, Medium, Record, Visibility
from simcity import wire
from simcity.evidence import Evidence
from simcity.planted import Planted, Told, records
from simcity.run import folder
from simcity.scene import Scene

Site = Callable[[Platform], Platform]
PACIFIC_HOURS = timedelta(hours=7)


@dataclass(frozen=True)
class Bug:
    """`plant` patches, and may give what is put before every site. `named` is what the audit may call it."""

    name: str
    named: frozenset[str]
    plant: Callable[[pytest.MonkeyPatch], Site | None]


def told_by(twist: Callable[[], Told]) -> Callable[[pytest.MonkeyPatch], Site]:
    """A bug in what a site's conversation says; each conversation is twisted anew."""
    return lambda _: lambda real: Planted(real, told=twist())


def each_record(change: Callable[[Record], Record | None]) -> Callable[[pytest.MonkeyPatch], Site]:
    return told_by(lambda: records(change))


def changed(record: Record, **more: Any) -> Record:
    return msgspec.structs.replace(record, **more)


# In what a site's conversation says.


def the_way_on_is_overlooked(_: pytest.MonkeyPatch) -> Site:
    """A page without its way on looks like the last one: the listing is complete too early."""

    def heard(response: Response) -> Response:
        body = response.body.replace(b'"next"', b'"nxxt"').replace(b'"next_token"', b'"nxxt_token"')
        return msgspec.structs.replace(response, body=body)

    return lambda real: Planted(real, heard=heard)


def a_page_is_skipped(_: pytest.MonkeyPatch) -> Site:
    """Of what stands on the second page nothing is read."""

    def heard(response: Response) -> Response:
        if not {name for name, _ in response.request.params} & {"after", "pagination_token"}:
            return response
        page = json.loads(response.body)
        page["data"] = []
        if "meta" in page:
            page["meta"]["result_count"] = 0
        return msgspec.structs.replace(response, body=json.dumps(page).encode())

    return lambda real: Planted(real, heard=heard)


def gaps_are_swallowed() -> Told:
    def told(said: Said) -> Iterable[Said]:
        if isinstance(said, Gap):
            return []
        return [msgspec.structs.replace(said, complete=True)] if isinstance(said, Listing) else [said]

    return told


def equal_words_are_one_item() -> Told:
    said_before: set[str] = set()

    def change(record: Record) -> Record | None:
        is_double = record.text is not None and record.text in said_before
        said_before.add(record.text or "")
        return None if is_double else record

    return records(change)


def another_accounts_items_come_along() -> Callable[[pytest.MonkeyPatch], Site]:
    elsewhere: list[Record] = []

    def twist(real: Platform) -> Platform:
        def told(said: Said) -> Iterable[Said]:
            if isinstance(said, Found) and said.stream in ("published_posts", "posts"):
                others = [one for one in elsewhere if one.platform != real.name][:1]
                elsewhere.extend(said.records)
                return [Found([*said.records, *others], said.unread, said.stream, said.of)]
            return [said]

        return Planted(real, told=told)

    return lambda _: twist


def ids_were_floats(record: Record) -> Record:
    is_number = record.native_id.isdigit()
    return changed(record, native_id=str(int(float(record.native_id)))) if is_number else record


def nothing_is_ever_sure(seen: Seen) -> Any:
    return Seen(seen.native_id, Look.UNKNOWN, "not today") if isinstance(seen, Seen) else seen


# In what the product does with it.


def deleted_without_a_look(patch: pytest.MonkeyPatch) -> None:
    """An error at the look-up counts as gone."""

    def decide(item: Any, seen: Seen, now: Any, **more: Any) -> Decision:
        if seen.look is Look.UNKNOWN:
            removal = Removal(item, Cause.UNDETERMINED, "", "an error", item.absent_since or now, now)
            return Decision("gone", seen.reason, removal)
        return paloverde.capture.removal.decide(item, seen, now, **more)

    patch.setattr(paloverde.capture.looking, "decide", decide)


def one_absence_is_enough(patch: pytest.MonkeyPatch) -> None:
    """What one listing did not show is removed, whatever the look-up says."""

    def decide(item: Any, seen: Seen, now: Any, **more: Any) -> Decision:
        if item.absent_since is not None:
            return Decision(
                "gone", "", Removal(item, Cause.UNDETERMINED, "", "absence", item.absent_since, now)
            )
        return paloverde.capture.removal.decide(item, seen, now, **more)

    patch.setattr(paloverde.capture.looking, "decide", decide)


def tokens_stay_in_bodies(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(paloverde.platforms.line, "clean_body", lambda body, secrets: (body, ()))


def edits_are_no_versions(patch: pytest.MonkeyPatch) -> None:
    def version(record: Record) -> str:
        return hashlib.sha256(f"{record.kind} {record.native_id}".encode()).hexdigest()

    patch.setattr(paloverde.capture.intake, "version_sha256", version)


def every_night_is_new(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Intake, "_mark_known", lambda *_: None)


def media_are_named_by_their_address(patch: pytest.MonkeyPatch) -> None:
    keep = paloverde.capture.media.MediaKeeper._keep

    def wrong(keeper: Any, medium: Medium) -> Kept:
        kept = keep(keeper, medium)
        return Kept(hashlib.sha256(medium.url.encode()).hexdigest(), kept.size) if kept.sha256 else kept

    patch.setattr(paloverde.capture.media.MediaKeeper, "_keep", wrong)


def cut_bodies_are_accepted(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(wire, "check_length", lambda headers, body: None)


def offsets_are_one_off(patch: pytest.MonkeyPatch) -> None:
    add = ExchangeFile.add
    patch.setattr(ExchangeFile, "add", lambda file, exchange: add(file, exchange) + 1)


def positions_are_one_off(record: Record) -> Record:
    return changed(record, position=record.position + 1) if record.position >= 0 else record


def every_seal_is_the_first(patch: pytest.MonkeyPatch) -> None:
    def made(draft: Any, sequence: int, previous: str, signer: Signer) -> tuple[Seal, bytes, str]:
        return make_seal(draft, sequence, FIRST, signer)

    patch.setattr(paloverde.archive.commit, "make_seal", made)


def two_years_are_729_days(patch: pytest.MonkeyPatch) -> None:
    def added(day: date, years: int) -> date:
        return day + timedelta(days=365 * years - 1)

    patch.setattr(paloverde.archive.vault, "add_calendar_years", added)


def what_is_removed_is_held_for_a_year(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(paloverde.capture.removal, "HOLD_YEARS", 1)


def a_stored_picture_changes(patch: pytest.MonkeyPatch) -> None:
    """Somebody changes the bytes of an object that was sealed nights ago."""
    look = Evidence.look_at_all_again

    def changed(evidence: Evidence) -> None:
        picture = next(evidence._root.glob("media/sha256/*/*"))
        picture.chmod(0o600)
        picture.write_bytes(b"another picture")
        look(evidence)

    patch.setattr(Evidence, "look_at_all_again", changed)


def a_rebuild_forgets_removals(patch: pytest.MonkeyPatch) -> None:
    def effects(*asked: Any) -> Iterator[tuple[Part, Any]]:
        whole = paloverde.archive.effects.read_effects(*asked)
        return ((part, table) for part, table in whole if part.role is not Role.REMOVED)

    patch.setattr(paloverde.archive.rebuild, "read_effects", effects)


def a_dossier_forgets_what_was_said_before(patch: pytest.MonkeyPatch) -> None:
    whole = paloverde.capture.history.histories

    def forgetful(*asked: Any) -> dict[Any, History]:
        return {key: History([], one.thread, one.rest) for key, one in whole(*asked).items()}

    patch.setattr(paloverde.capture.holding, "histories", forgetful)


def evidence_leads_nowhere(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Intake, "place", property(lambda intake: Place(intake._batch.file, intake._offset + 1)))


BUGS = (
    Bug("a listing is complete too early", frozenset({"lost", "false alarm"}), the_way_on_is_overlooked),
    Bug("a page is skipped", frozenset({"lost", "false alarm"}), a_page_is_skipped),
    Bug("what is hidden is read as present", frozenset({"visibility", "not held"}),
        each_record(lambda one: changed(one, visibility=Visibility.PUBLIC)
                    if one.visibility is Visibility.HIDDEN else one)),
    Bug("deleted without a look-up", frozenset({"false removal"}), deleted_without_a_look),
    Bug("removed by one absence only", frozenset({"false removal"}), one_absence_is_enough),
    Bug("removals are never found", frozenset({"not held"}), lambda _: lambda real: Planted(real, seen=nothing_is_ever_sure)),
    Bug("a gap is swallowed", frozenset({"lost"}), told_by(gaps_are_swallowed)),
    Bug("a token is not scrubbed", frozenset({"secret"}), tokens_stay_in_bodies),
    Bug("times are read as Pacific", frozenset({"time"}),
        each_record(lambda one: changed(one, posted_at=one.posted_at and one.posted_at + PACIFIC_HOURS))),
    Bug("replies are lost", frozenset({"lost"}),
        each_record(lambda one: None if one.kind == "comment" and one.parent_id != one.thread_id else one)),
    Bug("equal words are one item", frozenset({"lost"}), told_by(equal_words_are_one_item)),
    Bug("the poster is dropped", frozenset({"poster"}), each_record(lambda one: changed(one, poster=NOBODY))),
    Bug("an edit makes no version", frozenset({"stale"}), edits_are_no_versions),
    Bug("media are named by their address", frozenset({"media"}), media_are_named_by_their_address),
    Bug("the exchange offset is one off", frozenset({"trace"}), offsets_are_one_off),
    Bug("the payload position is one off", frozenset({"trace"}), each_record(positions_are_one_off)),
    Bug("the chain of seals is broken", frozenset({"chain"}), every_seal_is_the_first),
    Bug("rows are doubled", frozenset({"doubled"}), every_night_is_new),
    Bug("a cut body is accepted", frozenset({"media"}), cut_bodies_are_accepted),
    Bug("the lock is too short", frozenset({"lock"}), two_years_are_729_days),
    Bug("the hold is too short", frozenset({"hold"}), what_is_removed_is_held_for_a_year),
    Bug("another account's item comes along", frozenset({"stranger"}), another_accounts_items_come_along()),
    Bug("ids are floats", frozenset({"stranger"}), each_record(ids_were_floats)),
    Bug("a stored picture changes", frozenset({"bytes"}), a_stored_picture_changes),
    Bug("a rebuild forgets removals", frozenset({"register"}), a_rebuild_forgets_removals),
    Bug("a dossier forgets what was said before", frozenset({"dossier"}), a_dossier_forgets_what_was_said_before),
    Bug("evidence leads nowhere", frozenset({"dossier"}), evidence_leads_nowhere),
    Bug("a missing identity has no reason", frozenset({"dossier"}),
        lambda patch: patch.setattr(paloverde.capture.holding, "completed", lambda row: row)),
)  # fmt: skip


def test_the_scene_is_sound() -> None:
    with folder() as home:
        assert Scene(home).play() == []


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name.replace(" ", "-"))
def test_the_audit_names_a_planted_bug(bug: Bug, monkeypatch: pytest.MonkeyPatch) -> None:
    site = bug.plant(monkeypatch) or (lambda real: real)
    with folder() as home:
        named = {one.what for one in played(home, site)}
    assert named & bug.named, f"{bug.name}: the audit named only {named or 'nothing'}"


def played(home: Path, site: Site) -> list[Any]:
    return Scene(home, site).play()
