"""The JSON of X API v2, in both vocabularies, and how it is decoded without losing a byte.

Only fields that the archive reads are declared; every other one stays in the item's payload.
The names before and after OpenAPI 2.167 (tweet/post) stand side by side, since X serves either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, TypeVar

import msgspec

from paloverde.platforms import jsontext

Form = TypeVar("Form", bound=msgspec.Struct)


class Referenced(msgspec.Struct, gc=False):
    """A post that this one answers, quotes or reposts."""

    id: str
    type: str = ""


class LongText(msgspec.Struct, gc=False):
    """The whole text of a post that is longer than 280 characters."""

    text: str | None = None


class EditControls(msgspec.Struct, gc=False):
    """Whether the author may still edit."""

    edits_remaining: int | None = None
    is_edit_eligible: bool | None = None
    editable_until: str | None = None


class Attachments(msgspec.Struct, gc=False):
    """Keys into `includes.media` and `includes.polls`."""

    media_keys: list[str] | None = None
    poll_ids: list[str] | None = None


class Withheld(msgspec.Struct, gc=False):
    """Where X hides the content, and whether for copyright."""

    country_codes: list[str] | None = None
    copyright: bool | None = None
    scope: str | None = None


class PostCounts(msgspec.Struct, gc=False):
    """The one public metric of a post that the archive compares: how many direct replies X counts."""

    reply_count: int | None = None


class Post(msgspec.Struct, gc=False):
    """A post of API v2, old and new names."""

    id: str | None = None
    text: str | None = None
    created_at: str | None = None
    author_id: str | None = None
    conversation_id: str | None = None
    lang: str | None = None
    in_reply_to_user_id: str | None = None
    in_reply_to_tweet_id: str | None = None
    in_reply_to_post_id: str | None = None
    note_tweet: LongText | None = None
    note_post: LongText | None = None
    referenced_tweets: list[Referenced] | None = None
    referenced_posts: list[Referenced] | None = None
    edit_history_tweet_ids: list[str] | None = None
    edit_history_post_ids: list[str] | None = None
    edit_controls: EditControls | None = None
    attachments: Attachments | None = None
    withheld: Withheld | None = None
    public_metrics: PostCounts | None = None


class UserCounts(msgspec.Struct, gc=False):
    """The public metrics of a user that are compared with what was received."""

    followers_count: int | None = None
    tweet_count: int | None = None
    post_count: int | None = None


class User(msgspec.Struct, gc=False):
    """A user of API v2."""

    id: str | None = None
    name: str | None = None
    username: str | None = None
    description: str | None = None
    public_metrics: UserCounts | None = None
    withheld: Withheld | None = None


class Variant(msgspec.Struct, gc=False):
    """One rendition of a video."""

    url: str | None = None
    bit_rate: int | None = None
    content_type: str | None = None


class Media(msgspec.Struct, gc=False):
    """A picture, video or animation in `includes.media`."""

    media_key: str | None = None
    type: str | None = None
    url: str | None = None
    preview_image_url: str | None = None
    variants: list[Variant] | None = None
    alt_text: str | None = None


class DmEvent(msgspec.Struct, gc=False):
    """A private message, or somebody joining or leaving its conversation."""

    id: str | None = None
    dm_event_id: str | None = None  # the name of the same id in the answer to sending a message
    event_type: str | None = None
    text: str | None = None
    created_at: str | None = None
    sender_id: str | None = None
    dm_conversation_id: str | None = None
    participant_ids: list[str] | None = None
    attachments: Attachments | None = None


class Problem(msgspec.Struct, gc=False):
    """An error of X: the whole answer, or one entry of `errors` inside a good one."""

    type: str | None = None
    title: str | None = None
    detail: str | None = None
    message: str | None = None
    status: int | None = None
    code: int | None = None
    value: str | None = None
    parameter: str | None = None
    parameters: dict[str, Any] | None = None
    resource_id: str | None = None
    resource_type: str | None = None

    @property
    def about(self) -> str:
        """The last word of the problem's address: `resource-not-found`, `credits`..."""
        return (self.type or "").rstrip("/").rpartition("/")[2]

    @property
    def words(self) -> str:
        """What X says, for people."""
        return self.detail or self.message or self.title or self.about or "X gave no reason"


class PollOption(msgspec.Struct, gc=False):
    """One answer of a poll; how many chose it changes by itself and is not read."""

    label: str | None = None


class Poll(msgspec.Struct, gc=False):
    """A poll in `includes.polls`: its options are words of the post that asks."""

    id: str | None = None
    options: list[PollOption] | None = None


class Includes(msgspec.Struct, gc=False):
    """What the items of a page refer to."""

    users: list[User] | None = None
    media: list[Media] | None = None
    polls: list[Poll] | None = None


class Meta(msgspec.Struct, gc=False):
    """Paging: the page ends a listing where `next_token` is absent, and only there."""

    next_token: str | None = None
    result_count: int | None = None


NO_JSON = msgspec.Raw(b"")


class Envelope(msgspec.Struct, gc=False):
    """A page whose items are cut out of it as they are."""

    data: list[msgspec.Raw] | None = None
    includes: msgspec.Raw = NO_JSON
    meta: msgspec.Raw = NO_JSON
    errors: msgspec.Raw = NO_JSON


ENVELOPE = msgspec.json.Decoder(Envelope)
_DECODERS: dict[type[msgspec.Struct], msgspec.json.Decoder[Any]] = {}

_DIGITS = re.compile(rb"-?[0-9]+\Z")


def decode(form: type[Form], piece: bytes | msgspec.Raw) -> tuple[Form, str | None]:
    """One object in its form, and in words what did not fit and was set aside; an empty form of no object."""
    decoder = _DECODERS.get(form)
    if decoder is None:
        decoder = _DECODERS[form] = msgspec.json.Decoder(form)
    try:
        return decoder.decode(piece), None
    except msgspec.ValidationError:
        return _field_by_field(form, piece)


def _field_by_field(form: type[Form], piece: bytes | msgspec.Raw) -> tuple[Form, str | None]:
    given = members(piece)
    kept: dict[str, Any] = {}
    notes: list[str] = [] if given else ["something that is no object was set aside"]
    for field in msgspec.structs.fields(form):
        value = given.get(field.encode_name)
        if value is None:
            continue
        try:
            kept[field.name] = msgspec.json.decode(value, type=field.type)
        except msgspec.ValidationError as error:
            text = bytes(value)
            if field.type == str | None and _DIGITS.match(text):
                kept[field.name] = text.decode()
                notes.append(f"{field.name} came as a number instead of text")
            else:
                notes.append(f"{field.name} was set aside ({error})")
    return form(**kept), "; ".join(notes) or None


def members(piece: bytes | msgspec.Raw | None) -> dict[str, msgspec.Raw]:
    """The members of an object; none of what is no object or is not there."""
    if piece is None or bytes(memoryview(piece)[:1]) != b"{":
        return {}
    return jsontext.fields(bytes(piece))


def each(form: type[Form], array: msgspec.Raw | None) -> Iterator[Form]:
    """The objects of an array, one by one; what is no object is passed over (the exchange keeps it)."""
    if array is None or bytes(memoryview(array)[:1]) != b"[":
        return
    for piece in jsontext.elements(bytes(array)):
        if bytes(memoryview(piece)[:1]) == b"{":
            yield decode(form, piece)[0]


def included(includes: msgspec.Raw | None) -> Includes:
    """The users, media and polls that a page includes; one damaged entry does not take the others with it."""
    if includes is None or not bytes(memoryview(includes)[:1]):
        return Includes()
    found, drift = decode(Includes, includes)
    if drift is None:
        return found
    given = members(includes)
    return Includes(
        users=list(each(User, given.get("users"))),
        media=list(each(Media, given.get("media"))),
        polls=list(each(Poll, given.get("polls"))),
    )
