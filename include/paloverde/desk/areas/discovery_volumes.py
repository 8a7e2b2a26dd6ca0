"""The volumes of a production in discovery: built as long work, taken one by one, agreed to by another."""

from __future__ import annotations

import shutil
from typing import Any

from fastapi.responses import Response
from starlette.exceptions import HTTPException

from paloverde.desk import showing
from paloverde.desk.areas.discovery_frame import FORMS, decided, docket_of, is_last_word, shown
from paloverde.desk.areas.discovery_shelf import (
    File,
    files_of,
    folder_for,
    folder_of,
    forget,
    is_whole,
    keep_only,
    left_in,
    pieces,
    refuse_missing,
)
from paloverde.desk.areas.request_frame import Given
from paloverde.desk.asked import page_of
from paloverde.desk.files import taken
from paloverde.desk.jobs import JOBS, Progress
from paloverde.desk.rights import Act
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.desk.wording import plain
from paloverde.errors import BadQuestion, BadSetting, PersonNeeded
from paloverde.productions.docket import Docket, State, out_of_place
from paloverde.productions.order import Built, Noted, SignedOff
from paloverde.wording import some

pages = Pages()
_PER_PAGE = 50
_MOST_UNREAD = 100
_MOST_NOTE = 8_000  # characters
_CHANGED = "Something changed since you looked: this is what would be built now. Look again, then build it."
_EMPTY = "At the desk, “Begin anew” on the page of the volumes makes the folder empty."
_SEEN = "Other volumes were built since you looked: these are the ones that would go out now."


@pages.page("/discovery/{number}/volumes", Act.SEE_PRODUCTIONS)
def volumes(visit: Here, number: str) -> Response:
    """What was built, and what would be built now."""
    return _page(visit, docket_of(visit, number))


@pages.form("/discovery/{number}/volumes", Act.BUILD_BUNDLES)
def build(visit: Here, number: str, given: Given) -> Response:
    """Build what was shown, as long work; or go on with a build that was interrupted."""
    docket, city, by = docket_of(visit, number), visit.city, visit.by
    try:
        basis = _basis(visit, docket)
    except PersonNeeded as error:
        return _page(visit, docket, plain(error))
    if str(given.get("seen", "")) != basis:
        return _page(visit, docket, _CHANGED)
    path, folder = f"/discovery/{number}/volumes", folder_for(city, number, basis)
    anew = str(given.get("anew", "")) == "yes"
    if is_whole(folder) and not anew:
        return _page(visit, docket, left_in(folder))

    def work(progress: Progress) -> str:
        if anew and folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            city.volumes.build(number, folder, by, progress)
        except BadSetting as error:
            raise BadSetting(f"{error} {_EMPTY}") from error
        keep_only(city, number, folder)
        return path

    what = f"The volumes of {number}"
    return visit.go(
        JOBS.start(visit, what, f"{number} {basis[:16]}", work, again=path, act=Act.BUILD_BUNDLES)
    )


@pages.form("/discovery/{number}/volumes/{file}/take", Act.SEE_PRODUCTIONS)
def take(visit: Here, number: str, file: str) -> Response:
    """One file of what was built last. The history of the production tells who took it."""
    docket = docket_of(visit, number)
    folder, built = folder_of(visit.city, docket), docket.last(Built)
    found = [one for one in files_of(folder, built) if one.name == file] if folder and built else []
    if folder is None or not found:
        raise HTTPException(404)
    visit.pace("export")
    hash_ = f", SHA-256 {found[0].sha256}" if found[0].sha256 else ""
    words = f"{file} was taken as a file at the desk{hash_}."
    visit.city.productions.file(number, Noted(by=visit.by, at=visit.city.vault.clock(), note=words))
    kind = "application/zip" if file.endswith(".zip") else "application/octet-stream"
    return taken(f"{number} {file}", pieces(folder / file, found[0].sha256), kind)


@pages.form("/discovery/{number}/volumes/agree", Act.AGREE)
def agree(visit: Here, number: str, given: Given) -> Response:
    """Agree, as somebody who did not build them, that exactly these go out; each file is compared."""
    docket, city, by = docket_of(visit, number), visit.city, visit.by
    built = docket.last(Built)
    hashes, note = built.hashes if built else "", str(given.get("note", "")).strip()[:_MOST_NOTE]
    try:
        folder = refuse_missing(folder_of(city, docket), number)
        if told := _may_not_agree(visit, docket):
            raise BadQuestion(told)
    except PersonNeeded as error:
        return _page(visit, docket, plain(error))
    if str(given.get("seen", "")) != hashes:
        return _page(visit, docket, _SEEN)

    def work(progress: Progress) -> str:
        progress("Each file is compared with the list of all files.")
        found = city.volumes.hashes_of(folder)
        city.productions.file(number, SignedOff(by=by, at=city.vault.clock(), note=note, hashes=found))
        return f"/discovery/{number}"

    what, again = f"{number} is agreed to", f"/discovery/{number}/volumes"
    return visit.go(
        JOBS.start(visit, what, f"{number} {hashes[:16]}", work, again=again, act=Act.SEE_PRODUCTIONS)
    )


def _page(visit: Visit, docket: Docket, wrong: str = "") -> Response:
    number, built = docket.number, docket.last(Built)
    if docket.state is State.GIVEN_UP:  # it may have been at the server, or while they were built
        forget(visit.city, number)
    is_current = is_last_word(docket, visit.city.productions.review(number))
    folder = folder_of(visit.city, docket)
    files = files_of(folder, built) if folder and built else []
    last = max(1, -(-len(files) // _PER_PAGE))
    page = min(page_of(visit.request.query_params), last)
    return shown(
        visit,
        number,
        "discovery_volumes.html",
        "Volumes",
        "/volumes",
        status=400 if wrong else 200,
        wrong=wrong,
        path=f"/discovery/{number}/volumes",
        built=built,
        is_here=folder is not None,
        is_given_up=docket.state is State.GIVEN_UP,
        is_current=is_current,
        files=[_line(one) for one in files[(page - 1) * _PER_PAGE : page * _PER_PAGE]],
        count=len(files),
        page=page,
        pages=last,
        unread=[showing.name(name, 300) for name in built.unread[:_MOST_UNREAD]] if built else [],
        agrees=docket.state is State.BUILT and is_current and folder is not None and visit.may(Act.AGREE),
        barred=_may_not_agree(visit, docket),
        **_buildable(visit, docket),
    )


def _buildable(visit: Visit, docket: Docket) -> dict[str, Any]:
    """What would be built now, or what is in the way of it."""
    none: dict[str, Any] = {"lacks": "", "basis": "", "left": "", "counts": [], "forms": ""}
    if not docket.is_open or not visit.may(Act.BUILD_BUNDLES):
        return none
    try:
        basis = _basis(visit, docket)
    except PersonNeeded as error:
        return none | {"lacks": plain(error)}
    return {
        "lacks": "",
        "basis": basis,
        "left": left_in(folder_for(visit.city, docket.number, basis)),
        "counts": decided(visit.city.productions.review(docket.number)),
        "forms": ", ".join(FORMS[form] for form in docket.terms.forms),
    }


def _basis(visit: Visit, docket: Docket) -> str:
    """What would be built now, as a hash. `BadQuestion` says what comes first."""
    productions = visit.city.productions
    return productions.basis(docket, productions.check_ready(docket))


def _may_not_agree(visit: Visit, docket: Docket) -> str:
    """Why this person cannot agree to the volumes now; "" where nothing is in the way."""
    built = docket.last(Built)
    if told := out_of_place(docket, SignedOff):
        return told
    if built is not None and built.by.is_same_person(visit.by):
        return "You have built these volumes: somebody else looks at them and agrees."
    return ""


def _line(file: File) -> dict[str, Any]:
    size = f"{file.size / 1_000_000:,.1f} MB" if file.size >= 100_000 else some(file.size, "byte")
    return {"name": file.name, "what": file.what, "size": size, "sha256": file.sha256}
