"""What each kind of node shows, field by field. Names follow the Graph API reference, v26.0.

A field that this city never fills is listed in `UNFILLED`: it may be asked for, and stays out.
"""

from __future__ import annotations

from paloverde.simulator import texts
from paloverde.simulator.city import State
from paloverde.simulator.graph.fields import Field
from paloverde.simulator.graph.lists import here
from paloverde.simulator.graph.view import Nodes, Show, nested, stamp
from paloverde.simulator.instagram.objects import (
    alt_text,
    attachments,
    children,
    comments_count,
    media_type,
    media_url,
    owner,
    parent_id,
    participants,
    permalink,
    person,
    product_type,
    reactions,
    recipients,
    replies,
    shortcode,
    thumbnail,
    touched,
)

USER: dict[str, Show] = {
    "id": lambda view, *_: view.account.id,
    "ig_id": lambda view, *_: int(view.account.id[-10:]),
    "username": lambda view, *_: view.account.username,
    "name": lambda view, *_: view.account.name,
    "biography": lambda view, *_: view.account.bio,
    "website": lambda *_: texts.SITE,
    "followers_count": lambda view, *_: len(view.presence.followers),
    "follows_count": lambda *_: 12,
    "media_count": lambda view, *_: sum(
        view.presence.there(post) for post in view.presence.posts if post.stream == "own"
    ),
    "profile_picture_url": lambda view, *_: view.file("profile.png"),
    "has_profile_pic": lambda *_: True,
    "is_published": lambda *_: True,
}
USER |= dict.fromkeys(("media", "stories", "tags", "live_media"), nested)
MEDIA: dict[str, Show] = {
    "id": lambda _, item, __: item.id,
    "ig_id": lambda _, item, __: str(int(item.id) * 137 % 10**19),
    "caption": lambda _, item, __: item.text if item.stream != "live" else None,
    "timestamp": lambda _, item, __: stamp(item.at),
    "permalink": lambda view, item, _: permalink(view, item),
    "shortcode": lambda _, item, __: shortcode(item),
    "media_type": media_type,
    "media_product_type": product_type,
    "media_url": media_url,
    "thumbnail_url": thumbnail,
    "username": lambda _, item, __: item.author.username,
    "owner": owner,
    "alt_text": alt_text,
    "comments_count": comments_count,
    "like_count": lambda _, item, __: item.likes,
    "is_comment_enabled": lambda *_: True,
    "is_shared_to_feed": lambda view, item, field: (
        True if product_type(view, item, field) == "REELS" else None
    ),
    "is_ai_generated": lambda *_: False,
    "video_title": lambda _, item, __: item.text if item.stream == "live" else None,
    "live_status": lambda _, item, __: "ACTIVE" if item.stream == "live" else None,
    "children": children,
    "comments": nested,
}
CHILD: dict[str, Show] = {
    "id": lambda _, child, __: child.medium.native_id,
    "media_type": lambda _, child, __: "VIDEO" if child.medium.type == "video" else "IMAGE",
    "media_url": lambda view, child, _: view.file(child.medium.name),
    "thumbnail_url": lambda view, child, _: (
        view.file(child.medium.name.replace(".mp4", ".png")) if child.medium.type == "video" else None
    ),
    "alt_text": lambda _, child, __: child.medium.alt_text or None,
    "permalink": lambda view, child, _: permalink(view, child.post),
    "timestamp": lambda _, child, __: stamp(child.post.at),
    "username": lambda _, child, __: child.post.author.username,
    "owner": lambda _, child, __: {"id": child.post.author.id},
}
COMMENT: dict[str, Show] = {
    "id": lambda _, item, __: item.id,
    "text": lambda _, item, __: item.text,
    "timestamp": lambda _, item, __: stamp(item.at),
    "username": lambda _, item, __: item.author.username,
    "from": lambda _, item, __: person(item.author),
    "hidden": lambda _, item, __: item.state is State.HIDDEN,
    "like_count": lambda _, item, __: item.likes,
    "parent_id": parent_id,
    "media": lambda view, item, field: view.render("media", item.root, field.inner or [Field("id")]),
    "user": lambda view, item, _: {"id": item.author.id} if item.author is view.account else None,
    "replies": replies,
}
THREAD: dict[str, Show] = {
    "id": lambda _, thread, __: thread.id,
    "updated_time": touched,
    "message_count": lambda view, thread, _: len(here(view, thread)),
    "participants": participants,
    "messages": nested,
}
MESSAGE: dict[str, Show] = {
    "id": lambda _, item, __: item.id,
    "created_time": lambda _, item, __: stamp(item.at),
    "from": lambda _, item, __: person(item.author),
    "to": recipients,
    "message": lambda _, item, __: item.text,
    "attachments": attachments,
    "reactions": reactions,
    "is_unsupported": lambda *_: False,
}
PAGE: dict[str, Show] = {
    "id": lambda view, *_: view.page_id,
    "name": lambda view, *_: view.account.name,
    "instagram_business_account": lambda view, _, field: view.render(
        "user", None, field.inner or [Field("id")]
    ),
    "conversations": nested,
}

NODES: dict[str, dict[str, Show]] = {
    "page": PAGE, "user": USER, "media": MEDIA, "child": CHILD, "comment": COMMENT, "thread": THREAD,
    "message": MESSAGE,
}  # fmt: skip
TYPES = {
    "page": "Page", "user": "IGUser", "media": "IGMedia", "child": "IGMedia", "comment": "IGComment",
    "thread": "UnifiedThread", "message": "UnifiedMessage",
}  # fmt: skip
DEFAULTS: dict[str, str] = {
    "page": "name,id", "user": "id", "media": "id", "child": "id", "comment": "timestamp,text,id",
    "thread": "id,updated_time", "message": "id,created_time",
}  # fmt: skip
_MEDIA = """
audio_id boost_ads_list boost_eligibility_info branded_content_partner_promote collaborators
copyright_check_information current_live_viewer_count has_poll has_slider ingest_first_video_received_time
ingest_is_ready_to_start ingest_key ingest_last_heartbeat_time ingest_state ingest_url ingest_video_height
ingest_video_width insights legacy_instagram_media_id live_reactions media_audio_type product_tags
reposts_count saved_count shares_count total_comments_count total_like_count total_views_count view_count
"""
_USER = """
agencies authorized_adaccounts available_catalogs branded_content_ad_permissions
branded_content_advertisable_medias branded_content_tag_approval business_discovery catalog_product_search
collaboration_invites collaborative_media collaborative_media_search connected_threads_user
content_publishing_limit conversations creator_marketplace_creators dataset insights
instagram_backed_threads_user legacy_instagram_user_id mentioned_comment mentioned_media messenger_profile
mini_shop_storefront notification_message_tokens owner_business product_appeal recently_searched_hashtags
scheduled_media shopping_product_tag_eligibility shopping_review_status subscribed_apps thread_owner
upcoming_events welcome_message_flows
"""
_THREAD = """
can_reply folder former_participants is_owner is_subscribed link linked_group name scoped_thread_key senders
snippet unread_count wallpaper
"""
UNFILLED: dict[str, frozenset[str]] = {
    "user": frozenset(_USER.split()),
    "media": frozenset(_MEDIA.split()),
    "child": frozenset({"ig_id", "shortcode", "like_count"}),
    "comment": frozenset({"legacy_instagram_comment_id"}),
    "thread": frozenset(_THREAD.split()),
    "message": frozenset({"shares", "story", "reply_to", "tags", "sticker"}),
}

SHOWN = Nodes(NODES, TYPES, DEFAULTS, UNFILLED)
