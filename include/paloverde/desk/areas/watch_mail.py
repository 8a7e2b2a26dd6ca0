"""A verbal consent as somebody wrote it down in an e-mail: read into the form of a photo release (V.A.9)."""

from __future__ import annotations

from fastapi.responses import Response

from paloverde.desk.areas.watch_frame import HERE
from paloverde.desk.areas.watch_kept import kept_by, known_to, path_of
from paloverde.desk.areas.watch_registers import adding
from paloverde.desk.files import brought_alone
from paloverde.desk.register_forms import fields_of
from paloverde.desk.rights import Act
from paloverde.desk.steps import Given, Step, done, form
from paloverde.desk.typed import Field, Typed
from paloverde.desk.visit import Here, Pages
from paloverde.watch.posts.consent import given_by_mail
from paloverde.watch.registers.media import PHOTO_RELEASES

pages = Pages()
_AT = path_of(PHOTO_RELEASES)
_STEP = Step(
    "Photo release: begin with an e-mail", HERE, f"{_AT}/mail", "Read it", _AT,
    f"Back to the register “{PHOTO_RELEASES.title}”",
    (Field("document", "The e-mail", "file", "Saved from the mail program as an EML file.", True),),
    lead=(
        "An e-mail that documents a verbal consent says who consented, to what, and for whom.",
        "What is understood of it stands in the form that comes next.",
        "Nothing is filed before you have looked at it, and filled in the rest.",
    ),
)  # fmt: skip


@pages.page(f"{_AT}/mail", Act.KEEP_REGISTERS)
def mail(visit: Here) -> Response:
    """The form that takes the e-mail."""
    kept_by(visit, PHOTO_RELEASES.name)
    return form(visit, _STEP)


@pages.form(f"{_AT}/mail", Act.KEEP_REGISTERS)
def read(visit: Here, given: Given) -> Response:
    """The form of a new release, filled in with what the e-mail says."""
    mine = kept_by(visit, PHOTO_RELEASES.name)

    def do(_: Typed) -> Response:
        with brought_alone(given) as path:
            told = given_by_mail(path.read_bytes())
        fields = fields_of(mine, known_to(visit, mine), told, is_new=True)
        return form(visit, adding(visit, mine)._replace(fields=fields))

    return done(visit, _STEP, given, do)
