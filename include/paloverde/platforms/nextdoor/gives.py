"""What Nextdoor gives of each thing. Sources: README.md beside this file."""

from __future__ import annotations

from paloverde.platforms.capability import Capability, Given, Gives, Subject

_NO_AUTHOR = (
    "Nextdoor does not say who wrote a comment; a screenshot or notice that names them can be imported."
)
_MESSAGES = (
    "Nextdoor's API gives no private messages; what staff receive there must be forwarded by e-mail or "
    "uploaded, and imported here."
)

GIVES: Gives = {
    Subject.POSTS: Capability(
        Given.CAPTURED, "Nextdoor gives the posts of the registered profile in one answer."
    ),
    Subject.STORIES: Capability(Given.NONE),
    Subject.VIDEOS: Capability(Given.CAPTURED, "Videos are parts of posts and captured with them."),
    Subject.LIVE: Capability(Given.NONE),
    Subject.DRAFTS: Capability(Given.NEVER, "Nextdoor shows drafts and scheduled posts to no app."),
    Subject.TAGGED: Capability(
        Given.NEVER, "Nextdoor gives no posts of others, whether they name the agency or not."
    ),
    Subject.COMMENTS: Capability(Given.CAPTURED, _NO_AUTHOR),
    Subject.REPLIES: Capability(Given.CAPTURED, _NO_AUTHOR),
    Subject.HIDDEN: Capability(
        Given.NEVER, "A comment that was hidden or removed is left out, and Nextdoor does not say by whom."
    ),
    Subject.HELD: Capability(Given.NEVER, "Nextdoor does not give what it holds back."),
    Subject.EDITS: Capability(
        Given.CAPTURED,
        "Nextdoor marks no edit and keeps no earlier wording; those are kept that a night saw.",
    ),
    Subject.REACTIONS: Capability(
        Given.CAPTURED, "Nextdoor gives each reaction as a number, and not whose it is or when it was made."
    ),
    Subject.MESSAGES: Capability(Given.NEVER, _MESSAGES),
    Subject.ATTACHMENTS: Capability(Given.NEVER, _MESSAGES),
    Subject.SUBSCRIBERS: Capability(
        Given.NEVER, "Nextdoor gives neither a list nor a number of subscribers."
    ),
    Subject.PROFILE: Capability(
        Given.CAPTURED, "Nextdoor gives name, place and picture of the agency's profile."
    ),
    Subject.BLOCKED: Capability(Given.NEVER, "Nextdoor shows to no app whom an agency blocks or mutes."),
    Subject.WORD_LISTS: Capability(
        Given.NEVER, "Nextdoor has no list of moderated words that an app could read."
    ),
    Subject.MEDIA: Capability(
        Given.CAPTURED, "Pictures and videos of posts are captured; comments come without any."
    ),
}
