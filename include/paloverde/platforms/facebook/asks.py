"""What is asked of a Facebook Page: the fields of each kind of object, and each list as a walk.

Fields are those of Page, PagePost, Comment, UnifiedThread, AdVideo, Recommendation, Album, Event and messages
of the Graph API v26.0. Members that change without anybody saying anything (likes, shares, `updated_time` of
a post) are not asked for: they would make a new version of every record every night.
"""

from __future__ import annotations

from datetime import datetime

from paloverde.platforms.graph import inbox
from paloverde.platforms.graph.course import Ask, path
from paloverde.platforms.graph.inbox import CONVERSATION_LIGHT, MESSAGE_LIGHT
from paloverde.records import Account, Kind, Record

PROFILE = (
    "id,name,username,about,bio,description,general_info,mission,founded,category,category_list,link,website,"
    "phone,emails,hours,location,single_line_address,impressum,verification_status,is_verified,is_published,cover"
)
COUNTS = "id,followers_count,fan_count"
POST_LIGHT = (
    "id,created_time,from{id,name},message,story,permalink_url,status_type,is_hidden,is_published,is_expired,"
    "parent_id,scheduled_publish_time"
)
POST = (
    f"{POST_LIGHT},backdated_time,message_tags,story_tags,place,privacy,properties,full_picture,target,via,"
    "call_to_action,child_attachments,event,timeline_visibility,admin_creator,"
    "attachments{media,media_type,subattachments,target,title,description,type,url}"
)
COMMENT_LIGHT = "id,created_time,from{id,name},message,is_hidden,is_private,parent{id},permalink_url"
COMMENT = f"{COMMENT_LIGHT},attachment,message_tags,admin_creator"
CONVERSATION = f"{CONVERSATION_LIGHT},link,name,folder,participants,former_participants,senders"
MESSAGE = f"{MESSAGE_LIGHT},attachments,shares,sticker,tags,reactions,reply_to,is_unsupported,story"

STORY = "post_id,status,creation_time,media_type,media_id,url"
VIDEO_LIGHT = "id,created_time,title,description,from,permalink_url,post_id,published"
VIDEO = f"{VIDEO_LIGHT},length,source,picture,scheduled_publish_time"
LIVE_LIGHT = "id,creation_time,title,description,status,permalink_url"
LIVE = f"{LIVE_LIGHT},from,planned_start_time,broadcast_start_time"
RATING = "created_time,has_rating,has_review,rating,recommendation_type,review_text,reviewer,open_graph_story"
EVENT_LIGHT = "id,name,description,start_time,end_time"
EVENT = f"{EVENT_LIGHT},owner,place,cover,is_canceled,is_online,ticket_uri"
ALBUM = "id,name,description,created_time,from,link,type,privacy"
REACTION = "id,name,type"
# Broadcasts that have ended are posts of the Page; these are not, or not yet.
UNENDED = '["LIVE","LIVE_STOPPED","PROCESSING","SCHEDULED_LIVE","SCHEDULED_UNPUBLISHED","UNPUBLISHED"]'

# Lists of posts: name, further parameters, whether they reach back in time (and so may have comments:
# scheduled posts have none yet).
POST_STREAMS: tuple[tuple[str, tuple[tuple[str, str], ...], bool], ...] = (
    ("published_posts", (("include_hidden", "true"), ("show_expired", "true")), True),
    ("visitor_posts", (("include_hidden", "true"), ("show_expired", "true")), True),
    ("tagged", (), True),
    ("scheduled_posts", (), False),
)


def posts(
    account: Account,
    stream: str,
    params: tuple[tuple[str, str], ...],
    since: datetime | None,
    glance: datetime | None = None,
) -> Ask:
    """One list of posts, back to `since`."""
    if since is not None:
        params = (*params, ("since", str(int(since.timestamp()))))
    purpose = f"{stream.replace('_', ' ')} of {account.handle}"
    return Ask(
        stream,
        Kind.POST,
        path(account.native_id, stream),
        POST,
        POST_LIGHT,
        purpose,
        params,
        since=since,
        glance=glance,
    )


def comments(post: str) -> Ask:
    """Every depth in the order of writing, hidden ones too (a page token sees them)."""
    return Ask(
        "comments",
        Kind.COMMENT,
        path(post, "comments"),
        COMMENT,
        COMMENT_LIGHT,
        f"comments of post {post}",
        (("filter", "stream"), ("order", "chronological"), ("summary", "true")),
        of=post,
        thread_id=post,
        counted=True,
    )


def conversations(account: Account, glance: datetime | None = None) -> Ask:
    return inbox.conversations(account, account.native_id, "messenger", CONVERSATION, glance)


def messages(thread: Record, since: datetime | None, glance: datetime | None = None) -> Ask:
    return inbox.messages(thread, MESSAGE, since, glance)


def besides(
    account: Account,
    stream: str,
    kind: Kind,
    fields: tuple[str, str],
    params: tuple[tuple[str, str], ...] = (),
    since: datetime | None = None,
) -> Ask:
    """One of the Page's further lists, with its full and its light fields."""
    bounds = (("since", str(int(since.timestamp()))),) if since else ()
    purpose = f"{stream.replace('_', ' ')} of {account.handle}"
    whole, light = fields
    where = path(account.native_id, stream)
    return Ask(stream, kind, where, whole, light, purpose, (*params, *bounds), since=since)


def reactions(post: str) -> Ask:
    """Who reacted to a post, with the site's own count to hold the list against."""
    return Ask(
        "reactions",
        Kind.REACTION,
        path(post, "reactions"),
        REACTION,
        REACTION,
        f"reactions to post {post}",
        (("summary", "total_count"),),
        of=post,
        thread_id=post,
        counted=True,
    )
