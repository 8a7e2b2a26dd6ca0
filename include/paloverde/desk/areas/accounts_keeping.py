"""IT's forms about accounts: register one, change it, no longer archive it, hand in its token.

Each does what the command `paloverde accounts` does, by the same functions, with the same ledger entry.
"""

from __future__ import annotations

from typing import Any

from fastapi.responses import Response
from starlette.datastructures import FormData, UploadFile

from paloverde.archive.registry import OTHER, all_accounts
from paloverde.desk.areas.accounts import HERE, account_of, site_of
from paloverde.desk.asked import Wrong
from paloverde.desk.rights import Act
from paloverde.desk.showing import name
from paloverde.desk.steps import Given, Step, done, form
from paloverde.desk.typed import Field, Typed
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.desk.wording import plain
from paloverde.errors import BadQuestion, PersonNeeded
from paloverde.installation.history import newest_runs, token_kept
from paloverde.platforms import PLATFORMS
from paloverde.records import Account, Holder
from paloverde.wording import some

pages = Pages()
_LONGEST = 100_000  # characters of a token with all that the site answered beside it
_SITES = [*((name, platform.title) for name, platform in PLATFORMS.items()), (OTHER, "Another site")]
_HOLDERS = [
    (Holder.CITY.value, "the City’s"),
    (Holder.OFFICIAL.value, "an official’s own, on which City business is done"),
]
_HOLDER = Field(
    "holder", "Whose it is", "choice", "Policy V.E.4(d) binds what officials delete.", True, _HOLDERS
)
_HANDLE = Field(
    "handle", "Its name there", hint="The user or page name, such as cityofpalmdesert.", required=True
)
_NEW = (
    Field("platform", "Site", "choice", "A site that is not listed is only imported.", True, _SITES),
    Field(
        "native_id",
        "Its number there",
        hint="What the site calls it for good: a number, a URN (LinkedIn), a channel id (YouTube).",
        required=True,
    ),
    _HANDLE,
    Field(
        "slug",
        "The archive’s name for it",
        hint="Small letters, digits and single hyphens, such as facebook-cityofpalmdesert. Papers cite it.",
        required=True,
    ),
    _HOLDER,
)


@pages.page("/register-account", Act.KEEP_ACCOUNTS)
def new(visit: Here) -> Response:
    """The form of an account that is not registered yet."""
    return form(visit, _registering())


@pages.form("/register-account", Act.KEEP_ACCOUNTS)
def register(visit: Here, given: Given) -> Response:
    """Register it. No night asks for it before its token is there."""

    def do(typed: Typed) -> Response:
        slug = typed.needed("slug")
        if slug in {one.slug for one in all_accounts(visit.city.vault.books)}:
            raise Wrong("slug", "An account of this name is registered already: change that one on its page.")
        told = Account(
            slug,
            typed.choice("platform"),
            typed.needed("native_id"),
            typed.needed("handle"),
            Holder(typed.choice("holder")),
        )
        visit.city.register_account(told, visit.actor)
        if told.platform == OTHER:
            return visit.go(f"/accounts/{slug}", f"{slug} is registered. What there is of it is imported.")
        return visit.go(f"/accounts/{slug}/token", f"{slug} is registered. Now it needs its token.")

    return done(visit, _registering(), given, do)


@pages.page("/accounts/{slug}/change", Act.KEEP_ACCOUNTS)
def changing(visit: Here, slug: str) -> Response:
    """Its name at the site, and whose it is."""
    return form(visit, _change(account_of(visit, slug)))


@pages.form("/accounts/{slug}/change", Act.KEEP_ACCOUNTS)
def change(visit: Here, slug: str, given: Given) -> Response:
    """Bring what is known of it up to date; one that was retired is archived again."""
    mine = account_of(visit, slug)

    def do(typed: Typed) -> Response:
        holder = Holder(typed.choice("holder"))
        told = Account(mine.slug, mine.platform, mine.native_id, typed.needed("handle"), holder)
        visit.city.register_account(told, visit.actor)
        return visit.go(f"/accounts/{slug}", f"{slug} is registered so.")

    return done(visit, _change(mine), given, do)


@pages.page("/accounts/{slug}/retire", Act.KEEP_ACCOUNTS)
def retiring(visit: Here, slug: str) -> Response:
    """What would follow if the account were no longer archived."""
    return form(visit, _retirement(visit, account_of(visit, slug)))


@pages.form("/accounts/{slug}/retire", Act.KEEP_ACCOUNTS)
def retire(visit: Here, slug: str, given: Given) -> Response:
    """Retire it where something is sealed for it, else take it off."""
    mine = account_of(visit, slug)

    def do(typed: Typed) -> Response:
        del typed
        if visit.city.remove_account(mine.slug, visit.actor):
            return visit.go("/accounts", f"{mine.slug} is off the list.")
        return visit.go(f"/accounts/{mine.slug}", f"{mine.slug} is retired. Its records stay.")

    return done(visit, _retirement(visit, mine), given, do)


@pages.page("/accounts/{slug}/token", Act.KEEP_ACCOUNTS)
def token(visit: Here, slug: str) -> Response:
    """Whether a token is kept, and the form of another one."""
    return _token_page(visit, _asked(visit, slug))


@pages.form("/accounts/{slug}/token", Act.KEEP_ACCOUNTS, keeps=False)
def put_token(visit: Here, slug: str, given: Given) -> Response:
    """Keep the token. What was typed is never shown again, not even where it is refused."""
    mine = _asked(visit, slug)
    try:
        told = visit.city.put_token(mine.slug, _handed_in(given), visit.actor)
    except PersonNeeded as error:
        return _token_page(visit, mine, str(error))
    words = [plain(one) for one in told if "`paloverde health" not in one]  # said by the page that follows
    return visit.go(
        f"/accounts/{slug}/health", " ".join([*words, "Now check whether it opens this account."])
    )


@pages.page("/accounts/{slug}/token/forget", Act.KEEP_ACCOUNTS)
def forgetting(visit: Here, slug: str) -> Response:
    """What would follow if the token were no longer kept."""
    return form(visit, _forgetting(_asked(visit, slug)))


@pages.form("/accounts/{slug}/token/forget", Act.KEEP_ACCOUNTS)
def forget(visit: Here, slug: str) -> Response:
    """Take the token off."""
    mine = _asked(visit, slug)
    visit.city.forget_token(mine.slug, visit.actor)
    return visit.go(f"/accounts/{slug}", f"The token of {mine.slug} is no longer kept.")


def _registering() -> Step:
    return Step(
        title="Register an account",
        here=HERE,
        action="/register-account",
        button="Register the account",
        back="/accounts",
        back_words="Back to the accounts",
        fields=_NEW,
        lead=[
            "From the next night on it is archived, as soon as it has a token.",
            (
                "Its number and the archive’s name for it never change: look at them twice. Until something "
                "is archived for it, it can be taken off again."
            ),
        ],
    )


def _change(mine: Account) -> Step:
    fields = [_HANDLE._replace(value=mine.handle), _HOLDER._replace(value=mine.holder.value)]
    return _step(
        mine,
        title=f"Change {mine.slug}",
        action="change",
        button="Keep it so",
        fields=fields,
        facts=[("Site", site_of(mine)), ("Its number there", name(mine.native_id, 200))],
    )


def _retirement(visit: Visit, mine: Account) -> Step:
    _, runs = newest_runs(visit.city.vault.books, mine.slug, 1, 1)
    if runs:
        lead = [
            "No night, sweep or check asks for it any more, and its kept token is forgotten.",
            (
                f"All that was archived stays and is found as before: {some(runs, 'sealed run')}. It can be "
                "archived again later; what is posted and taken away in between is lost."
            ),
        ]
    else:
        lead = ["Nothing was archived for it yet: it goes off the list, and its kept token is forgotten."]
    title = f"No longer archive {mine.slug}"
    return _step(mine, title=title, action="retire", button=title, lead=lead, final=True)


def _forgetting(mine: Account) -> Step:
    title = f"Forget the token of {mine.slug}"
    lead = [("No night can ask the site for this account until another token is handed in. The token itself "
            "stays valid at the site: end it there, too, if somebody may have seen it.")]  # fmt: skip
    return _step(mine, title=title, action="token/forget", button="Forget the token", lead=lead, final=True)


def _step(mine: Account, *, action: str, **more: Any) -> Step:
    path = f"/accounts/{mine.slug}"
    return Step(here=HERE, action=f"{path}/{action}", back=path, back_words=f"Back to {mine.slug}", **more)


def _asked(visit: Visit, slug: str) -> Account:
    """The account, where nights ask for it: no other has a token."""
    mine = account_of(visit, slug)
    if mine.platform == OTHER or mine.slug not in {one.slug for one in visit.city.accounts()}:
        raise BadQuestion("No night asks for this account, so that it has no token.")
    return mine


def _token_page(visit: Visit, mine: Account, refused: str = "") -> Response:
    return visit.show(
        "accounts_token.html",
        400 if refused else 200,
        title=f"Token of {mine.slug}",
        here=HERE,
        account=mine,
        site=site_of(mine),
        is_kept=token_kept(visit.city.vault.books, mine.slug) is not None,
        refused=refused,
    )


def _handed_in(given: FormData) -> str:
    """The token that was typed or brought as a file. It is read in memory, and written nowhere."""
    typed, file = given.get("token"), given.get("document")
    text = typed if isinstance(typed, str) else ""
    if isinstance(file, UploadFile) and file.filename:
        if text.strip():
            raise BadQuestion("Hand in the token once: typed, or as a file.")
        text = file.file.read(_LONGEST + 1).decode("utf-8", "replace")
    if not text.strip() or len(text) > _LONGEST:
        raise BadQuestion(f"There is no token in that: it is {'too long' if text.strip() else 'empty'}.")
    return text
