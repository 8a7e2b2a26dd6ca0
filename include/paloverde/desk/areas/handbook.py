"""Help: the guides, what each site never gives, and who may do what."""

from __future__ import annotations

from fastapi.responses import FileResponse, Response

from paloverde.desk.guides import SHELF, guide, names, picture
from paloverde.desk.limits import limits_of, sites, table
from paloverde.desk.people import Role
from paloverde.desk.rights import MAY, OF_ACCOUNTS, Act
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.platforms import PLATFORMS

pages = Pages()
HERE = "Help"


@pages.page("/help", Act.LOOK)
def index(visit: Here) -> Response:
    """Everything there is to read."""
    shelved = {name for _, books in SHELF for name, _ in books}
    return visit.show(
        "help_index.html",
        title="Help",
        here=HERE,
        shelf=SHELF,
        rest=[name for name in names() if name not in shelved],
    )


@pages.page("/help/limits", Act.LOOK)
def limits(visit: Here) -> Response:
    """What each site gives, and what it never does."""
    return visit.show(
        "help_limits.html",
        title="What each site gives",
        here=HERE,
        sites=sites(),
        table=table(),
        limits=[(platform.title, name, limits_of(name)) for name, platform in PLATFORMS.items()],
    )


@pages.page("/help/who", Act.LOOK)
def who(visit: Here) -> Response:
    """Which role may do what."""
    roles = [role.words for role in Role]
    rows = [(act.value, [act in MAY[role] for role in Role], act in OF_ACCOUNTS) for act in Act]
    return visit.show("help_who.html", title="Who may do what", here=HERE, roles=roles, rows=rows)


@pages.page("/help/pictures/{file}", Act.LOOK)
def picture_file(visit: Here, file: str) -> Response:
    """A picture of a guide."""
    path = picture(file)
    return FileResponse(path, media_type="image/png") if path else _not_here(visit)


@pages.page("/help/{name}", Act.LOOK)
def read(visit: Here, name: str) -> Response:
    """One guide."""
    found = guide(name, visit.url)
    if found is None:
        return _not_here(visit)
    return visit.show("help_guide.html", title=found.title, here=HERE, guide=found)


def _not_here(visit: Visit) -> Response:
    sentence = "There is no such guide. The page of help lists all there are."
    return visit.show("told.html", 404, title="Not here", here=HERE, sentence=sentence)
