"""Ordering a production in discovery: what was demanded, where it is looked for, how it goes out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from paloverde.archive.registry import all_accounts
from paloverde.desk import showing
from paloverde.desk.areas.discovery_frame import HERE, docket_of, sha256_of
from paloverde.desk.areas.request_frame import Given
from paloverde.desk.asked import Wrong
from paloverde.desk.rights import Act
from paloverde.desk.typed import Field, Typed
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.desk.wording import plain
from paloverde.errors import BadQuestion, PersonNeeded
from paloverde.productions.bates import Bates
from paloverde.productions.docket import Docket
from paloverde.productions.order import Demand, Families, Terms
from paloverde.productions.plan import LARGEST, SMALLEST, Form
from paloverde.search.described import described
from paloverde.search.question import ask

pages = Pages()
_MB = 1_000_000
_ROWS, _MORE, _MOST_ROWS = 3, 5, 100  # of demands: on a new form, added at once, at most
_FAMILIES = (
    (Families.WHOLE, "the whole thread: the post at its root, and all that was said under it"),
    (Families.PARENT, "the post at its root"),
    (Families.NONE, "nothing: each record alone"),
)
_FORMS: Mapping[Form, str] = {
    Form.DAT: "Load file for review platforms (Concordance and Relativity, .dat)",
    Form.PAGES: "Pages with Bates numbers in their feet (tagged PDF), and the Opticon file that names them",
    Form.EDRM: "EDRM XML",
    Form.TABLES: "Tables (CSV, JSON lines, Parquet)",
    Form.RSMF: "Conversations day by day (RSMF 2.0)",
    Form.WACZ: "Web archive (WACZ)",
}
_WHY = Field("why", "Why it is changed", "text", "In one sentence; it stands in the history.", True)
_LAST = Field("note", "Anything else, in a few words")


@pages.page("/discovery/order", Act.ORDER_PRODUCTIONS)
def order(visit: Here) -> Response:
    """Say what is to be produced."""
    return _page(visit, None, _values(Terms(matter="", prefix="")), (), _ROWS)


@pages.form("/discovery/order", Act.ORDER_PRODUCTIONS, adds=True)
def ordered(visit: Here, given: Given) -> Response:
    """Order it, under the next number of its year."""
    return _taken(visit, None, given)


@pages.page("/discovery/meaning/{row}", Act.ORDER_PRODUCTIONS)
def meaning(visit: Here, row: str, q: str = "") -> Response:
    """What the question of a demand means, while it is typed. Nothing is searched by it."""
    if not (row.isascii() and row.isdigit() and len(row) <= len(str(_MOST_ROWS))):
        raise HTTPException(404)
    told = wrong = ""
    try:
        told = f"It finds every record {described(ask(q).tree)}." if q.strip() else ""
    except BadQuestion as error:
        wrong = plain(error)
    title = "What the question means"
    return visit.show(
        "discovery_meaning.html", title=title, here=HERE, row=row, meaning=showing.name(told, 2_000),
        wrong=wrong,
    )  # fmt: skip


@pages.page("/discovery/{number}/change", Act.ORDER_PRODUCTIONS)
def change(visit: Here, number: str) -> Response:
    """The order as it stands, to be changed."""
    docket = docket_of(visit, number)
    terms = docket.terms
    if len(terms.demands) > _MOST_ROWS:
        told = f"The order has {len(terms.demands):,} demands, more than a page holds: IT changes it for you."
        return visit.show("told.html", title=f"{number}: its order", here=HERE, sentence=told)
    return _page(visit, docket, _values(terms), terms.accounts, len(terms.demands) + 1)


@pages.form("/discovery/{number}/change", Act.ORDER_PRODUCTIONS)
def changed(visit: Here, number: str, given: Given) -> Response:
    """Change the order; its records have to be chosen again."""
    return _taken(visit, docket_of(visit, number), given)


def _taken(visit: Visit, docket: Docket | None, given: Given) -> Response:
    """File the order of the form, or show it again with what is wrong."""
    rows = min(_MOST_ROWS, sum(name.startswith("question-") for name in given))
    fields = [field for _, group in _groups(visit, docket, rows) for field in group]
    typed, accounts = Typed(given, fields), tuple(map(str, given.getlist("account")))
    wrong: dict[str, str] = {}
    if given.get("more"):
        return _page(visit, docket, typed.values, accounts, rows + _MORE)
    try:
        terms = _terms(typed, accounts, rows)
        if docket is None:
            made = visit.city.productions.order(terms, visit.by, typed.text("note"))
            told = f"{made.number} is ordered. Its records are chosen next."
            return visit.go(f"/discovery/{made.number}", told=told)
        if str(given.get("seen", "")) != sha256_of(docket.terms):
            raise BadQuestion(
                "Somebody else has changed the order meanwhile: open this page again, then change it."
            )
        why = typed.needed("why")
        visit.city.productions.change(docket.number, terms, why, visit.by, docket.papers)
    except Wrong as error:
        wrong = {error.field: plain(error)}
    except PersonNeeded as error:
        wrong = {"": plain(error)}
    else:
        told = "The order is changed. Its records have to be chosen again."
        return visit.go(f"/discovery/{docket.number}", told=told)
    return _page(visit, docket, typed.values, accounts, rows, wrong, 400)


def _page(
    visit: Visit,
    docket: Docket | None,
    values: Mapping[str, str],
    accounts: Sequence[str],
    rows: int,
    wrong: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    path = f"/discovery/{docket.number}" if docket else "/discovery"
    slugs = [(one.slug, f"{one.slug} ({one.platform})") for one in all_accounts(visit.city.vault.books)]
    return visit.show(
        "discovery_order.html",
        status,
        title=f"Change the order of {docket.number}" if docket else "Order a production",
        here=HERE,
        path=path,
        seen=sha256_of(docket.terms) if docket else "",
        is_new=docket is None,
        groups=_groups(visit, docket, min(rows, _MOST_ROWS)),
        values=values,
        wrong=wrong or {},
        slugs=slugs,
        accounts=accounts,
        is_full=rows >= _MOST_ROWS,
    )


def _groups(visit: Visit, docket: Docket | None, rows: int) -> list[tuple[str, list[Field]]]:
    """The fields, each group with what stands above it."""
    return [
        ("The matter", [*([_WHY] if docket else []), *_of_matter()]),
        ("What was demanded", [field for row in range(1, rows + 1) for field in _of_demand(row)]),
        ("Where it is looked for", _of_source(visit, docket.terms.hold if docket else "")),
        ("What comes along", _of_families()),
        ("How it goes out", [*_of_forms(), *([] if docket else [_LAST])]),
    ]


def _of_matter() -> list[Field]:
    default = str(Bates("X").digits)
    return [
        Field("matter", "Matter", "text", "As the other side reads it on every load file.", True),
        Field("prefix", "Prefix of the Bates numbers", "text",
              "Capital letters, such as PDC. No number of a prefix is ever given twice.", True),
        Field("digits", "Their digits", "number", f"Left empty: {default}."),
    ]  # fmt: skip


def _of_demand(row: int) -> list[Field]:
    """What a row is for is said at the first alone."""
    number = "As the demand counts itself, such as 12. Left empty: a search that no demand asked for."
    question = "A question as in a search. The same number may stand twice, with two questions."
    return [
        Field(f"number-{row}", f"Demand {row}: its number", "text", number if row == 1 else ""),
        Field(f"question-{row}", f"Demand {row}: what finds its answer", "text",
              question if row == 1 else "", help=f"/discovery/meaning/{row}"),
    ]  # fmt: skip


def _of_source(visit: Visit, before: str) -> list[Field]:
    """`before` is the hold of the order as it stands: it may be chosen though it was released since."""
    kept = visit.city.holds
    holds = [hold for hold in kept.all() if hold.id == before or kept.is_active(hold)]
    options = [(hold.id, showing.name(f"{hold.id}: {hold.matter}")) for hold in holds]
    return [
        Field("hold", "The hold whose records are looked at", "choice",
              "With demands besides: what of the hold answers one of them.",
              options=[("", "none: the whole archive"), *options]),
        Field("items", "Or a list of items, one a line", "area", "An address, an id, or account/kind/id."),
        Field("since", "Posted on or after", "date", "What has no date is in."),
        Field("until", "Posted on or before", "date"),
        Field("private", "Private messages and lists of subscribers, too; each look is noted", "tick"),
    ]  # fmt: skip


def _of_families() -> list[Field]:
    options = [(how.value, words) for how, words in _FAMILIES]
    return [Field("families", "What comes along with a record that is found", "choice", options=options)]


def _of_forms() -> list[Field]:
    sizes = f"From {SMALLEST // _MB:,} to whatever your disc holds; left empty: {LARGEST // _MB:,}."
    by_name = "Print a character that no font has by its name, in place of refusing it"
    return [
        *(Field(f"form-{form.value}", words, "tick") for form, words in _FORMS.items()),
        Field("volume", "Largest volume, in megabytes before packing", "number", sizes),
        Field("confidentiality", "Designation on every page", "text",
              "Such as CONFIDENTIAL. Left empty: none."),
        Field("custodians", "Custodians, one a line", "area",
              "Account = name, such as facebook-palmaria = Ana Ruiz. Of all others it is the agency."),
        Field("by_name", by_name, "tick"),
    ]  # fmt: skip


def _terms(typed: Typed, accounts: tuple[str, ...], rows: int) -> Terms:
    return Terms(
        matter=typed.needed("matter"),
        prefix=typed.needed("prefix"),
        digits=typed.number("digits") or Bates("X").digits,
        hold=typed.choice("hold"),
        items=typed.lines("items"),
        demands=tuple(_demands(typed, rows)),
        accounts=accounts,
        since=typed.day("since"),
        until=typed.day("until"),
        include_private=typed.is_ticked("private"),
        families=Families(typed.choice("families")),
        custodians=_custodians(typed),
        confidentiality=typed.text("confidentiality"),
        forms=tuple(form for form in Form if typed.is_ticked(f"form-{form.value}")),
        most_bytes=(typed.number("volume") or LARGEST // _MB) * _MB,
        by_name=typed.is_ticked("by_name"),
    )


def _demands(typed: Typed, rows: int) -> Iterator[Demand]:
    for row in range(1, rows + 1):
        number, question = typed.text(f"number-{row}"), typed.text(f"question-{row}")
        if not question and not number:
            continue
        if not question:
            raise Wrong(f"question-{row}", "Write what is looked for to answer this demand.")
        try:
            ask(question)
        except BadQuestion as error:
            raise Wrong(f"question-{row}", str(error)) from error
        yield Demand(number, question)


def _custodians(typed: Typed) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for line in typed.lines("custodians"):
        account, _, name = (part.strip() for part in line.partition("="))
        if not (account and name):
            raise Wrong("custodians", "Write an account and a name with = between them.")
        found[account] = (*found.get(account, ()), name)
    return found


def _values(terms: Terms) -> dict[str, str]:
    """An order as the fields of the form have it."""
    plainly = msgspec.to_builtins(terms)
    values = {name: plainly[name] or "" for name in ("matter", "prefix", "hold", "since", "until")}
    values |= {"confidentiality": terms.confidentiality, "families": terms.families.value}
    values |= {"digits": str(terms.digits), "volume": str(terms.most_bytes // _MB)}
    values |= {f"form-{form.value}": "yes" for form in terms.forms}
    values |= {"private": "yes" if terms.include_private else "", "by_name": "yes" if terms.by_name else ""}
    values["items"] = "\n".join(terms.items)
    values["custodians"] = "\n".join(
        f"{of} = {one}" for of, names in terms.custodians.items() for one in names
    )
    for row, demand in enumerate(terms.demands, 1):
        values |= {f"number-{row}": demand.number, f"question-{row}": demand.question}
    return values
