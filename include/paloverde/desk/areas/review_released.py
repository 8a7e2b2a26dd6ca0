"""What a requester would get as it is decided now: a record as the bundle shows it, and the log beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import msgspec
from fastapi.responses import Response
from markupsafe import Markup

from paloverde.bundles.articles import volume_pages
from paloverde.bundles.media import MEDIA, extension
from paloverde.bundles.pages import UP, Cover
from paloverde.desk import showing
from paloverde.desk.areas.redacting import kept_of
from paloverde.desk.areas.review_plan import AT
from paloverde.desk.areas.review_record import Opened, is_picture, media_of, opened
from paloverde.desk.areas.reviewed import shown, subject_of
from paloverde.desk.asked import page_of
from paloverde.desk.rights import Act
from paloverde.desk.under_review import UnderReview, in_words
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.desk.wording import plain
from paloverde.errors import ArchiveDamaged, BadQuestion, PersonNeeded
from paloverde.requests.exemptions import Forum
from paloverde.requests.pictures import Picture, painted_over
from paloverde.requests.redaction import Given, Released
from paloverde.requests.releasing import pictures_to_paint
from paloverde.requests.review import Verdict
from paloverde.requests.withholding import Entry, Row, log

pages = Pages()
_PER_PAGE = 50
_LONGEST = 1_000  # characters of a cell of the log
_ARTICLE = '<article id="record-{}" .*?</article>'
_FILE = re.compile(rf'(href|src)="{re.escape(UP * 3 + MEDIA)}([0-9a-f]{{64}})\.\w+"')
_VERSION = re.compile(r'<a href="[^"]*#record-(\d+)">(The version (?:before|after)): record [\d,]+</a>')
_SEALED_OFF = "default-src 'none'; img-src 'self'; sandbox"
_MOST_SHOWN = 250_000  # bytes of the article


@pages.page("/requests/{number}/review/{record}/released", Act.REVIEW)
def released(visit: Here, number: str, record: str) -> Response:
    """The record as the bundle would show it."""
    one = opened(visit, number, record)
    decision = one.desk.review.decision(one.version)
    article, wrong = Markup(), ""
    if decision is None:
        wrong = "Nothing is decided about this record yet: decide first."
    elif decision.verdict is Verdict.NOT_RESPONSIVE:
        wrong = "It was found not responsive: nothing of it is handed over."
    else:
        try:
            article = _article(visit, one)
        except PersonNeeded as error:
            wrong = plain(str(error))
    return shown(
        visit,
        number,
        "review_released.html",
        f"record {one.number:,} as it is handed over",
        AT,
        path=one.path,
        article=article,
        wrong=wrong,
        stands=in_words(decision),
    )


@pages.page("/requests/{number}/review/{record}/released/{file}", Act.REVIEW)
def painted(visit: Here, number: str, record: str, file: str) -> Response:
    """A picture as it is handed over, painted over in its pixels."""
    one = opened(visit, number, record)
    kept, decision = kept_of(one, file), one.desk.review.decision(one.version)
    regions = pictures_to_paint([decision] if decision else []).get(kept.sha256 or "", ())
    try:
        body = painted_over(visit.city.archive.media(kept.sha256 or ""), regions).body
    except (BadQuestion, ArchiveDamaged) as error:
        return visit.show("told.html", 404, title="Not here", sentence=plain(str(error)))
    return Response(body, media_type="image/png", headers={"Content-Security-Policy": _SEALED_OFF})


@pages.page("/requests/{number}/review/log", Act.REVIEW)
def withheld(visit: Here, number: str) -> Response:
    """The log of what is withheld or redacted so far, as the City keeps it."""
    subject_of(visit, number)
    desk = UnderReview(visit, number)
    if desk.forum is Forum.DISCOVERY:
        return visit.go(f"/discovery/{number}/log")
    rows, wrong = list[Row](), ""
    try:
        rows = log(number, _entries(desk))
    except BadQuestion as error:
        wrong = plain(str(error))
    last = max(1, -(-len(rows) // _PER_PAGE))
    page = min(page_of(visit.request.query_params), last)
    return shown(
        visit,
        number,
        "review_log.html",
        "What is kept back so far",
        AT,
        rows=[_row(row) for row in rows[(page - 1) * _PER_PAGE : page * _PER_PAGE]],
        count=len(rows),
        page=page,
        pages=last,
        wrong=wrong,
    )


def _article(visit: Visit, one: Opened) -> Markup:
    """The record's part of the bundle's page, with our own addresses in place of the bundle's."""
    desk = one.desk
    control = desk.review.control(one.version)
    versions = desk.release.of_item(one.hit.account, one.hit.native_id)
    mine = next(found for found in versions if found.control == control)
    records = [found for found in versions if found.hit.item == mine.hit.item]  # as they may be known
    at = records.index(mine)
    made = _painted(visit, one)
    records[at] = _with_painted(mine, made)
    files = {file.sha256: f"{MEDIA}{file.sha256}.png" for file in made.values()}
    files |= {sha256: f"{MEDIA}{sha256}.{ending}" for sha256, ending in _whole(visit, one, mine)}
    now = desk.city.vault.clock()
    cover = Cover(desk.number, desk.city.settings.agency_name, now, "", "", "")
    (_, page), *_ = volume_pages(records, cover, files)
    found = re.search(_ARTICLE.format(at + 1).encode(), page, re.DOTALL)
    if found is None or len(found.group()) > _MOST_SHOWN:
        raise BadQuestion("The record is too long to be shown here whole: the bundle has it.")
    sources = {file.sha256: source for source, file in made.items()}
    numbers = {kept.sha256: number for number, kept in reversed([*enumerate(one.hit.media, 1)])}

    def file_here(match: re.Match[str]) -> str:
        source = sources.get(match[2])
        path = f"{one.path}/released/{numbers[source]}" if source else media_of(one, match[2])
        return f'{match[1]}="{Markup.escape(visit.url(path))}"'

    def version_here(match: re.Match[str]) -> str:
        control = records[int(match[1]) - 1].control
        path = visit.url(f"/requests/{desk.number}/review/{int(control.rpartition('-')[2])}/released")
        return f'<a href="{Markup.escape(path)}">{match[2]}: {control}</a>'

    text = _FILE.sub(file_here, found.group().decode())
    return Markup(_VERSION.sub(version_here, text))  # noqa: S704 the bundle's page: all in it is escaped


def _painted(visit: Visit, one: Opened) -> dict[str, Picture]:
    """The pictures of the record that are painted over, as they are handed over, by the archived file's
    hash.
    """
    decision = one.desk.review.decision(one.version)
    regions = pictures_to_paint([decision] if decision else [])
    return {source: painted_over(visit.city.archive.media(source), some) for source, some in regions.items()}


def _with_painted(mine: Released, made: Mapping[str, Picture]) -> Released:
    """The record with its painted pictures, as the bundle names them."""
    media = list(mine.hit.media)
    for file in mine.files:
        if file.source in made:
            picture = made[file.source]
            media[file.number] = msgspec.structs.replace(
                media[file.number], sha256=picture.sha256, size=len(picture.body), not_captured=None
            )
    return msgspec.structs.replace(mine, hit=msgspec.structs.replace(mine.hit, media=media))


def _whole(visit: Visit, one: Opened, mine: Released) -> Iterator[tuple[str, str]]:
    """Each file that is given whole, with its extension: of what may be a picture by its bytes."""
    for file in mine.files:
        if file.given is Given.WHOLE:
            kept = one.hit.media[file.number]
            told = is_picture(kept)
            yield file.source, extension(visit.city.archive.media(file.source)[:64]) if told else "bin"


def _entries(desk: UnderReview) -> Iterator[Entry]:
    """What is kept back of each record."""
    signature = desk.review.signature
    signer = signature.by.name if signature else ""
    for stands, found in desk.release.kept_back():
        hit = desk.hits[stands.decision.version]
        yield Entry(hit=hit, decision=stands.decision, released=found, reviewed_by=signer)


def _row(row: Row) -> dict[str, str]:
    names = ("log_no", "control_no", "description", "pages_or_spans", "action", "exemption_code", "statute",
             "basis", "segregability_statement", "decided_by")  # fmt: skip
    return {name: showing.name(getattr(row, name), _LONGEST) for name in names} | {
        "path": f"/{int(row.control_no.rpartition('-')[2])}"
    }
