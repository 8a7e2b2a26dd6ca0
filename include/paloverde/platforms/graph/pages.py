"""A page of a listing, what it hangs under, and how to go on."""

from __future__ import annotations

from typing import Protocol

import msgspec

from paloverde.records import Kind, Reading


class Setting(msgspec.Struct, frozen=True, gc=False):
    """What the question tells about the answer: nothing for a file, the post for its comments.

    `parent_id` is what each item hangs under where that is not the thread itself.
    """

    kind: Kind | None = None
    thread_id: str | None = None
    parent_id: str | None = None


NOWHERE = Setting()


class Cursors(msgspec.Struct, gc=False):
    after: str | None = None


class Paging(msgspec.Struct, gc=False):
    """`next` is an address; it says that there is more, and it carries a token: only its cursors are used."""

    cursors: Cursors | None = None
    next: str | None = None


class Page(msgspec.Struct):
    """An answer as a listing: what it holds, how to go on, and the site's own count."""

    reading: Reading
    paging: Paging
    declared: int | None = None


class Reads(Protocol):
    """How a site's answers become records. Both raise `Unreadable`."""

    def read(self, payload: bytes, setting: Setting) -> Reading: ...
    def read_page(self, payload: bytes, setting: Setting) -> Page: ...
