"""The words of the questions to X: which fields and expansions, in either vocabulary.

Each list holds only names that X's own OpenAPI definition allows for that parameter (2.159 for the old
words, 2.167 for the new ones); X refuses a question with a name that it does not know.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

Words = Literal["post", "tweet"]
Choice = Literal["post", "tweet", "auto"]
Params = tuple[tuple[str, str], ...]

USER_FIELDS = (
    "created_at,description,entities,id,location,name,profile_banner_url,profile_image_url,protected,"
    "public_metrics,url,username,verified,verified_type,withheld"
)
MEDIA_FIELDS = "alt_text,duration_ms,height,media_key,preview_image_url,type,url,variants,width"
POLL_FIELDS = "duration_minutes,end_datetime,id,options,voting_status"
EVENT_TYPES = "MessageCreate,ParticipantsJoin,ParticipantsLeave"

_POST_FIELDS: dict[Words, str] = {
    "post": (
        "article,attachments,conversation_id,created_at,display_text_range,edit_controls,entities,geo,id,lang,"
        "note_post,possibly_sensitive,public_metrics,reply_settings,source,text,withheld"
    ),
    "tweet": (
        "article,attachments,author_id,conversation_id,created_at,display_text_range,edit_controls,"
        "edit_history_tweet_ids,entities,geo,id,in_reply_to_user_id,lang,note_tweet,possibly_sensitive,"
        "public_metrics,referenced_tweets,reply_settings,source,text,withheld"
    ),
}
_POST_EXPANSIONS: dict[Words, str] = {
    "post": (
        "attachments.media_keys,attachments.poll_ids,author_id,edit_history_post_ids,in_reply_to_user_id,"
        "referenced_posts"
    ),
    "tweet": (
        "attachments.media_keys,attachments.poll_ids,author_id,edit_history_tweet_ids,in_reply_to_user_id,"
        "referenced_tweets.id,referenced_tweets.id.author_id"
    ),
}
_EVENT_FIELDS: dict[Words, str] = {
    "post": "attachments,created_at,dm_conversation_id,entities,event_type,id,text",
    "tweet": (
        "attachments,created_at,dm_conversation_id,entities,event_type,id,participant_ids,referenced_tweets,"
        "sender_id,text"
    ),
}
_EVENT_EXPANSIONS: dict[Words, str] = {
    "post": "attachments.media_keys,participant_ids,referenced_posts,sender_id",
    "tweet": "attachments.media_keys,participant_ids,referenced_tweets.id,sender_id",
}


def about_posts(words: Words) -> Params:
    """Everything that the archive keeps about posts, their authors and media."""
    return (
        (f"{words}.fields", _POST_FIELDS[words]),
        ("expansions", _POST_EXPANSIONS[words]),
        ("user.fields", USER_FIELDS),
        ("media.fields", MEDIA_FIELDS),
        ("poll.fields", POLL_FIELDS),
    )


def about_users(_: Words) -> Params:
    """Everything that the archive keeps about users."""
    return (("user.fields", USER_FIELDS),)


def about_messages(words: Words) -> Params:
    """Everything that the archive keeps about private messages."""
    return (
        ("dm_event.fields", _EVENT_FIELDS[words]),
        ("event_types", EVENT_TYPES),
        ("expansions", _EVENT_EXPANSIONS[words]),
        ("user.fields", USER_FIELDS),
        ("media.fields", MEDIA_FIELDS),
    )


def as_time(moment: datetime) -> str:
    """A time as X reads it (RFC 3339, whole seconds)."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
