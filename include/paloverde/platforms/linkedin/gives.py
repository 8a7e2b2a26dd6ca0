"""What LinkedIn gives of a Company Page. Sources: README.md beside this file."""

from __future__ import annotations

from paloverde.platforms.capability import Capability, Given, Gives, Subject

_PAGE_INBOX = "LinkedIn opens the inbox of a page to no app; messages there must be kept by hand."

GIVES: Gives = {
    Subject.POSTS: Capability(Given.CAPTURED),
    Subject.STORIES: Capability(Given.NONE),
    Subject.VIDEOS: Capability(Given.CAPTURED, "They are posts with a video."),
    Subject.LIVE: Capability(
        Given.CAPTURED, "A broadcast is a post with a video; what was chatted during it is its comments."
    ),
    Subject.DRAFTS: Capability(
        Given.CAPTURED, "Drafts are given; posts scheduled on the site itself are not, until they appear."
    ),
    Subject.TAGGED: Capability(
        Given.CAPTURED,
        "A notification tells of a post or comment that mentions the page, with its text; the post itself is "
        "not given, and after 60 days neither is the notification.",
    ),
    Subject.COMMENTS: Capability(
        Given.CAPTURED,
        "Who commented is given as an id; the name would need another permission and may not be kept. Under "
        "posts that are weeks old, comments are asked for where a notification tells of them, and else in "
        "turn, 25 posts a night.",
    ),
    Subject.REPLIES: Capability(Given.CAPTURED),
    Subject.HIDDEN: Capability(Given.NEVER, "Nothing says that a comment is hidden."),
    Subject.HELD: Capability(Given.NEVER, "LinkedIn shows nothing that its own filters hold back."),
    Subject.EDITS: Capability(
        Given.CAPTURED,
        "A post says that it was edited, a comment when; wordings between two nights are known only from "
        "notifications, which LinkedIn keeps for 60 days.",
    ),
    Subject.REACTIONS: Capability(
        Given.CAPTURED,
        "Of posts, by whom as an id; reactions to comments are not asked for.",
    ),
    Subject.MESSAGES: Capability(Given.NEVER, _PAGE_INBOX),
    Subject.ATTACHMENTS: Capability(Given.NEVER, _PAGE_INBOX),
    Subject.SUBSCRIBERS: Capability(Given.COUNT_ONLY, "LinkedIn never says who follows a page."),
    Subject.PROFILE: Capability(Given.CAPTURED),
    Subject.BLOCKED: Capability(Given.NEVER, "The list of people whom a page has banned is not given."),
    Subject.WORD_LISTS: Capability(Given.NEVER, "LinkedIn gives no list of words that are moderated."),
    Subject.MEDIA: Capability(
        Given.CAPTURED, "Pictures, videos and documents of posts and comments, not the picture behind a link."
    ),
}
