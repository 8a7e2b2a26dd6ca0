"""What X gives of each thing. Sources: README.md beside this file."""

from __future__ import annotations

from paloverde.platforms.capability import Capability, Given, Gives, Subject

_THREADS = (
    "X finds replies of the last 7 days only: threads older than that are searched in turn, within every 6 "
    "days, and posts that quote a post are found only where they name the account."
)

GIVES: Gives = {
    Subject.POSTS: Capability(
        Given.CAPTURED,
        "X gives only the newest 3,200 posts; older ones come from the account's download from X.",
    ),
    Subject.STORIES: Capability(Given.NONE),
    Subject.VIDEOS: Capability(Given.CAPTURED, "Videos are parts of posts and captured with them."),
    Subject.LIVE: Capability(
        Given.NEVER, "X gives no recording of a live broadcast; the post that announces it is captured."
    ),
    Subject.DRAFTS: Capability(Given.NEVER, "X shows drafts and scheduled posts to no app."),
    Subject.TAGGED: Capability(Given.CAPTURED, "X gives only the newest 800 posts that name the account."),
    Subject.COMMENTS: Capability(Given.CAPTURED, _THREADS),
    Subject.REPLIES: Capability(Given.CAPTURED, _THREADS),
    Subject.HIDDEN: Capability(
        Given.CAPTURED, "A hidden reply is captured like any other; X does not say that the account hid it."
    ),
    Subject.HELD: Capability(Given.NEVER, "X holds no replies for review and does not say what it filters."),
    Subject.EDITS: Capability(
        Given.CAPTURED,
        "Each wording has an id of its own; wordings are had as long as X still gives the post.",
    ),
    Subject.REACTIONS: Capability(
        Given.COUNT_ONLY,
        "X gives the numbers of likes and reposts with a post, and not by whom the likes are.",
    ),
    Subject.MESSAGES: Capability(
        Given.CAPTURED,
        "X gives private messages of the last 30 days; encrypted Chat is in no answer, so staff should not "
        "use it for City business.",
    ),
    Subject.ATTACHMENTS: Capability(
        Given.EXPORT_ONLY,
        "The files of private messages open only with the account's own sign-in, which is never sent to a "
        "media host; a file that X refuses is a gap, and comes from the account's download from X.",
    ),
    Subject.SUBSCRIBERS: Capability(
        Given.CAPTURED,
        "X bills the reading of every follower, every night; it does not say when somebody began to follow.",
    ),
    Subject.PROFILE: Capability(Given.CAPTURED, "X keeps no earlier versions of a profile."),
    Subject.BLOCKED: Capability(
        Given.CAPTURED,
        "Blocked and muted people are read with the rights block.read and mute.read; without them the list "
        "is a gap, and X says neither when nor by whom somebody was blocked.",
    ),
    Subject.WORD_LISTS: Capability(Given.NEVER, "X shows the list of muted words to no app."),
    Subject.MEDIA: Capability(Given.CAPTURED, "Videos are captured in the best rendition that X offers."),
}
