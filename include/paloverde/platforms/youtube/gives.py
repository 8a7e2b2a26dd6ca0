"""What YouTube gives of each thing: https://developers.google.com/youtube/v3/docs."""

from __future__ import annotations

from paloverde.platforms.capability import Capability, Given, Gives, Subject

GIVES: Gives = {
    Subject.POSTS: Capability(
        Given.NEVER,
        "Community posts (text, pictures and polls) are not in YouTube's API; keep them by an upload. "
        "Videos stand under videos and reels.",
    ),
    Subject.STORIES: Capability(Given.NONE),
    Subject.VIDEOS: Capability(
        Given.CAPTURED,
        "Title, description, times and who may see a video are captured, of shorts too; captions are not.",
    ),
    Subject.LIVE: Capability(
        Given.CAPTURED,
        "A broadcast is captured as a video; its chat only as far as it is asked for while the broadcast is "
        "on air, since YouTube gives no chat of a broadcast that has ended.",
    ),
    Subject.DRAFTS: Capability(
        Given.CAPTURED, "Private and scheduled videos are captured once they are uploaded."
    ),
    Subject.TAGGED: Capability(Given.NEVER, "YouTube does not tell which videos of others name the channel."),
    Subject.COMMENTS: Capability(
        Given.CAPTURED, "Comments that the account itself wrote on other channels come from its export."
    ),
    Subject.REPLIES: Capability(
        Given.CAPTURED, "A reply to a reply is shown as a reply to the first comment."
    ),
    Subject.HIDDEN: Capability(
        Given.NEVER,
        "A comment that the channel rejects disappears from the API like a deleted one; it is known only "
        "where a night or a look in between had captured it before.",
    ),
    Subject.HELD: Capability(
        Given.CAPTURED,
        "YouTube keeps held comments for 60 days. Those of people whom the channel hides are not shown.",
    ),
    Subject.EDITS: Capability(
        Given.CAPTURED,
        "A comment says when it was last edited; earlier wordings, and edits of videos, are known where "
        "different nights saw them.",
    ),
    Subject.REACTIONS: Capability(Given.COUNT_ONLY, "YouTube counts likes and never says whose they are."),
    Subject.MESSAGES: Capability(Given.NONE),
    Subject.ATTACHMENTS: Capability(Given.NONE),
    Subject.SUBSCRIBERS: Capability(
        Given.CAPTURED,
        "Only subscribers who made their subscriptions public are listed, at most 1,000; the number of all "
        "is rounded to three figures.",
    ),
    Subject.PROFILE: Capability(
        Given.CAPTURED, "The links on the channel's page and its verification badge are not given."
    ),
    Subject.BLOCKED: Capability(
        Given.NEVER, "Only that somebody is banned from a live chat is seen, while the broadcast is on air."
    ),
    Subject.WORD_LISTS: Capability(Given.NEVER, "Blocked words can be read only in YouTube Studio."),
    Subject.MEDIA: Capability(
        Given.EXPORT_ONLY,
        "Preview pictures are captured; the films themselves come only from Google Takeout.",
    ),
}
