"""What Instagram gives of each thing. Sources: README.md beside this file."""

from __future__ import annotations

from paloverde.platforms.capability import Capability, Given, Gives, Subject

_LEFT_OUT = (
    "Instagram leaves out, without a word, comments by people whom the account restricts and comments on "
    "posts with an age limit; where its count is higher than what it lists, the difference is a named gap."
)
_LATE = (
    "Posts that are weeks old and under which nobody speaks are looked at in turn, by default once in 30 "
    "days: the first new comment there may come late, and one that is gone by then is missed."
)

GIVES: Gives = {
    Subject.POSTS: Capability(
        Given.CAPTURED,
        "Instagram lists at most the 10,000 newest posts; older and archived ones come from the account's "
        "download.",
    ),
    Subject.STORIES: Capability(
        Given.CAPTURED,
        "Instagram shows a story for 24 hours only; one that no run saw is in the download only.",
    ),
    Subject.VIDEOS: Capability(
        Given.CAPTURED,
        "Instagram gives no address of a film with a copyright claim; its still and its words are captured.",
    ),
    Subject.LIVE: Capability(
        Given.CAPTURED,
        "A live broadcast and its comments are shown only while it lasts, and Instagram gives no recording.",
    ),
    Subject.DRAFTS: Capability(Given.NEVER, "Instagram documents no way to read drafts and scheduled posts."),
    Subject.TAGGED: Capability(
        Given.CAPTURED,
        "Only public posts that tag the account in their picture; their comments, and posts that name it in "
        "their words only, are not listed.",
    ),
    Subject.COMMENTS: Capability(Given.CAPTURED, f"{_LEFT_OUT} {_LATE}"),
    Subject.REPLIES: Capability(Given.CAPTURED, _LEFT_OUT),
    Subject.HIDDEN: Capability(
        Given.CAPTURED, "Instagram does not say whether a person or its own word filter hid a comment."
    ),
    Subject.HELD: Capability(Given.NEVER, "Instagram lists no comments that it holds back as likely spam."),
    Subject.EDITS: Capability(
        Given.CAPTURED,
        "Instagram says neither that nor when something was edited; a new wording is found by comparing "
        "nights, and a wording that lived between two of them is lost.",
    ),
    Subject.REACTIONS: Capability(
        Given.COUNT_ONLY,
        "Instagram gives the number of likes of posts and comments, and names people only for reactions to "
        "messages.",
    ),
    Subject.MESSAGES: Capability(
        Given.CAPTURED,
        "Instagram shows the words of the 20 newest messages of a conversation, and no message requests that "
        "were idle for 30 days.",
    ),
    Subject.ATTACHMENTS: Capability(
        Given.CAPTURED,
        "Pictures, films and stories in messages have addresses that expire; what is gone by then is a named "
        "gap.",
    ),
    Subject.SUBSCRIBERS: Capability(
        Given.COUNT_ONLY, "Instagram tells how many follow; who they are is in the account's download only."
    ),
    Subject.PROFILE: Capability(Given.CAPTURED, "Instagram keeps no earlier versions of a profile."),
    Subject.BLOCKED: Capability(
        Given.EXPORT_ONLY, "Blocked and restricted people are in the account's download only."
    ),
    Subject.WORD_LISTS: Capability(Given.NEVER, "Instagram shows the list of hidden words to no app."),
    Subject.MEDIA: Capability(
        Given.CAPTURED, "The addresses of pictures and films are signed by the site and expire within days."
    ),
}
