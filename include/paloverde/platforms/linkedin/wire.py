"""The JSON of LinkedIn's API, and how it is decoded without losing a byte.

Only members that the archive reads are declared; every other one stays in the item's payload. Posts of the
Posts API (`/rest/posts`) and of the legacy `/v2/ugcPosts` are told apart by their members.
https://learn.microsoft.com/linkedin/marketing/community-management/shares/posts-api and .../comments-api
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from paloverde.platforms import jsontext

Form = TypeVar("Form", bound=msgspec.Struct)


class Stamp(msgspec.Struct, gc=False):
    """Who did something, and when (milliseconds since 1970). `impersonator` acted in the page's name."""

    actor: str | None = None
    impersonator: str | None = None
    time: int | None = None


class LifecycleInfo(msgspec.Struct, gc=False, rename="camel"):
    is_edited_by_author: bool | None = None


class NamedMedia(msgspec.Struct, gc=False, rename="camel"):
    """A picture, video or document by its URN. Its address takes another question."""

    id: str | None = None
    alt_text: str | None = None
    title: str | None = None


class MultiImage(msgspec.Struct, gc=False):
    images: list[NamedMedia] | None = None


class Article(msgspec.Struct, gc=False):
    """A link with its preview. `thumbnail` is the URN of a picture that the poster chose."""

    title: str | None = None
    description: str | None = None
    source: str | None = None
    thumbnail: str | None = None


class PollOption(msgspec.Struct, gc=False):
    text: str | None = None


class Poll(msgspec.Struct, gc=False):
    question: str | None = None
    options: list[PollOption] | None = None


class PostContent(msgspec.Struct, gc=False, rename="camel"):
    media: NamedMedia | None = None
    multi_image: MultiImage | None = None
    article: Article | None = None
    document: NamedMedia | None = None
    poll: Poll | None = None


class Reshare(msgspec.Struct, gc=False):
    parent: str | None = None
    root: str | None = None


class Person(msgspec.Struct, gc=False, rename="camel"):
    """The decoration of a URN (`author~`, `actor~`), where the answer carries it."""

    localized_name: str | None = None
    localized_first_name: str | None = None
    localized_last_name: str | None = None
    vanity_name: str | None = None

    @property
    def name(self) -> str | None:
        parts = (self.localized_first_name, self.localized_last_name)
        return self.localized_name or " ".join(part for part in parts if part) or None


class Post(msgspec.Struct, gc=False, rename="camel"):
    """A post of the Posts API. Times are milliseconds since 1970."""

    id: str | None = None
    author: str | None = None
    commentary: str | None = None
    created_at: int | None = None
    published_at: int | None = None
    last_modified_at: int | None = None
    lifecycle_state: str | None = None
    lifecycle_state_info: LifecycleInfo | None = None
    visibility: str | None = None
    content: PostContent | None = None
    reshare_context: Reshare | None = None
    decoration: Person | None = msgspec.field(default=None, name="author~")


class Words(msgspec.Struct, gc=False, rename="camel"):
    text: str | None = None
    inferred_locale: str | None = None


class LegacyMedium(msgspec.Struct, gc=False, rename="camel"):
    media: str | None = None
    original_url: str | None = None
    description: Words | None = None


class ShareContent(msgspec.Struct, gc=False, rename="camel"):
    share_commentary: Words | None = None
    media: list[LegacyMedium] | None = None


class Specific(msgspec.Struct, gc=False):
    share: ShareContent | None = msgspec.field(default=None, name="com.linkedin.ugc.ShareContent")


class Network(msgspec.Struct, gc=False):
    member: str | None = msgspec.field(default=None, name="com.linkedin.ugc.MemberNetworkVisibility")


class LegacyPost(msgspec.Struct, gc=False, rename="camel"):
    """A post of the legacy API, which some tools still record."""

    id: str | None = None
    author: str | None = None
    specific_content: Specific | None = None
    created: Stamp | None = None
    last_modified: Stamp | None = None
    first_published_at: int | None = None
    lifecycle_state: str | None = None
    visibility: Network | None = None


class Replies(msgspec.Struct, gc=False, rename="camel"):
    total_first_level_comments: int | None = None
    aggregated_total_comments: int | None = None


class Entity(msgspec.Struct, gc=False):
    image: str | None = None
    video: str | None = None
    document: str | None = None


class CommentContent(msgspec.Struct, gc=False):
    """A picture or link in a comment."""

    entity: Entity | None = None
    type: str | None = None
    url: str | None = None


class Comment(msgspec.Struct, gc=False, rename="camel"):
    """A comment, or a reply where `parent_comment` names what it answers."""

    id: str | None = None
    urn: str | None = msgspec.field(default=None, name="$URN")
    comment_urn: str | None = None
    actor: str | None = None
    message: Words | None = None
    object: str | None = None
    parent_comment: str | None = None
    created: Stamp | None = None
    last_modified: Stamp | None = None
    comments_summary: Replies | None = None
    content: list[CommentContent] | None = None
    decoration: Person | None = msgspec.field(default=None, name="actor~")


class Reaction(msgspec.Struct, gc=False, rename="camel"):
    """A reaction, or a like of the older `socialActions` list."""

    id: str | None = None
    urn: str | None = msgspec.field(default=None, name="$URN")
    actor: str | None = None
    created: Stamp | None = None
    root: str | None = None
    object: str | None = None
    reaction_type: str | None = None
    decoration: Person | None = msgspec.field(default=None, name="actor~")


class Decorated(msgspec.Struct, gc=False):
    """What a notification quotes of a post or comment."""

    entity: str | None = None
    owner: str | None = None
    text: str | None = None


class Activity(msgspec.Struct, gc=False):
    comment: Decorated | None = None
    share: Decorated | None = None


class Notification(msgspec.Struct, gc=False, rename="camel"):
    """Something that happened on the page: commented, edited, deleted, mentioned."""

    notification_id: int | str | None = None
    action: str | None = None
    organizational_entity: str | None = None
    source_post: str | None = None
    decorated_source_post: Decorated | None = None
    generated_activity: str | None = None
    decorated_generated_activity: Activity | None = None
    last_modified_at: int | None = None


class Organization(msgspec.Struct, gc=False, rename="camel"):
    """A Company Page."""

    id: int | str | None = None
    localized_name: str | None = None
    localized_description: str | None = None
    description: dict[str, Any] | str | None = None
    vanity_name: str | None = None
    localized_website: str | None = None


class Role(msgspec.Struct, gc=False, rename="camel"):
    """What a member may do on a page."""

    role: str | None = None
    state: str | None = None
    organization: str | None = None
    organization_target: str | None = None
    role_assignee: str | None = None


class Asset(msgspec.Struct, gc=False, rename="camel"):
    """A picture, video or document: where its bytes are for now."""

    id: str | None = None
    status: str | None = None
    download_url: str | None = None


class Link(msgspec.Struct, gc=False):
    rel: str | None = None
    href: str | None = None


class Paging(msgspec.Struct, gc=False):
    """`total` may be left out; only a `next` among the links says that there is more."""

    start: int | None = None
    count: int | None = None
    total: int | None = None
    links: list[Link] | None = None


class Trouble(msgspec.Struct, gc=False, rename="camel"):
    """An error answer."""

    status: int | None = None
    code: str | None = None
    message: str | None = None
    service_error_code: int | None = None


_DECODERS: dict[type[msgspec.Struct], msgspec.json.Decoder[Any]] = {}


def decode(form: type[Form], sound: bytes) -> tuple[Form, str | None]:
    """One object in its form, and in words what did not fit and was set aside.

    Raises `msgspec.DecodeError` where the text is no JSON object.
    """
    decoder = _DECODERS.setdefault(form, msgspec.json.Decoder(form))
    try:
        return decoder.decode(sound), None
    except msgspec.ValidationError:
        return _member_by_member(form, jsontext.fields(sound))


def _member_by_member(form: type[Form], given: dict[str, msgspec.Raw]) -> tuple[Form, str | None]:
    kept: dict[str, Any] = {}
    notes: list[str] = []
    for field in msgspec.structs.fields(form):
        value = given.get(field.encode_name)
        if value is None:
            continue
        try:
            kept[field.name] = msgspec.json.decode(value, type=field.type)
        except msgspec.ValidationError as error:
            notes.append(f"{field.encode_name} was set aside ({error})")
    return form(**kept), "; ".join(notes) or None
