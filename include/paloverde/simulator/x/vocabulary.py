"""The two sets of names that X uses on the wire: "tweet" up to OpenAPI 2.166, "post" from 2.167 on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    fields: str
    history: str
    referenced: str
    referenced_expansions: frozenset[str]
    note: str
    includes: str
    reposts: str
    count: str
    pinned: str
    recent: str
    problems: str
    resource: str


OLD = Words(
    fields="tweet.fields",
    history="edit_history_tweet_ids",
    referenced="referenced_tweets",
    referenced_expansions=frozenset({"referenced_tweets.id"}),
    note="note_tweet",
    includes="tweets",
    reposts="retweet_count",
    count="tweet_count",
    pinned="pinned_tweet_id",
    recent="most_recent_tweet_id",
    problems="https://api.twitter.com/2/problems/",
    resource="tweet",
)
NEW = Words(
    fields="post.fields",
    history="edit_history_post_ids",
    referenced="referenced_posts",
    referenced_expansions=frozenset({"referenced_posts", "referenced_posts.id"}),
    note="note_post",
    includes="posts",
    reposts="repost_count",
    count="post_count",
    pinned="pinned_post_id",
    recent="most_recent_post_id",
    problems="https://api.x.com/2/problems/",
    resource="post",
)


def spoken(query: dict[str, str], default: str) -> Words:
    """The vocabulary that a request speaks, or the site's own where it does not say."""
    if NEW.fields in query:
        return NEW
    if OLD.fields in query:
        return OLD
    wanted = query.get("expansions", "") + query.get("user.fields", "")
    if "_post" in wanted:
        return NEW
    if "_tweet" in wanted:
        return OLD
    return NEW if default == "post" else OLD


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


COMMON = _names(
    "article attachments author_id card_uri community_id context_annotations conversation_id created_at "
    "display_text_range edit_controls entities geo id in_reply_to_user_id lang matched_media_notes "
    "media_metadata non_public_metrics note_request_suggestions organic_metrics paid_partnership "
    "possibly_sensitive promoted_metrics public_metrics reply_settings scopes source "
    "suggested_source_links suggested_source_links_with_counts text withheld"
)
USER = _names(
    "affiliation confirmed_email connection_status created_at description entities id is_identity_verified "
    "location most_recent_tweet_id most_recent_post_id name parody pinned_tweet_id pinned_post_id "
    "profile_banner_url profile_image_url protected public_metrics receives_your_dm subscribes_to_you "
    "subscription subscription_type url username verified verified_followers_count verified_type withheld"
)
MEDIA = _names(
    "alt_text duration_ms height media_key non_public_metrics organic_metrics preview_image_url "
    "promoted_metrics public_metrics type url variants width"
)
POLL = _names("duration_minutes end_datetime id options voting_status")
EVENT = _names(
    "attachments created_at dm_conversation_id entities event_type id participant_ids referenced_tweets "
    "referenced_posts sender_id text"
)


def post_fields(words: Words) -> frozenset[str]:
    extra = {words.history, words.referenced, words.note}
    return COMMON | extra | ({"article_title"} if words is NEW else set())
