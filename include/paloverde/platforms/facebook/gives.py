"""What Facebook gives of each thing. Sources: README.md beside this file."""

from __future__ import annotations

from paloverde.platforms.capability import Capability, Given, Gives, Subject

_WHO = "Facebook gives nobody's username, and sometimes withholds who wrote a comment."
_LATE = (
    "Posts that are weeks old and under which nobody speaks are looked at in turn, by default once in 30 "
    "days: the first new comment there may come late, and one that is gone by then is missed."
)

GIVES: Gives = {
    Subject.POSTS: Capability(Given.CAPTURED),
    Subject.STORIES: Capability(
        Given.CAPTURED,
        "A story says in words neither what it shows nor who saw it; its picture or film is captured.",
    ),
    Subject.VIDEOS: Capability(
        Given.CAPTURED,
        "A video or reel that a post shows is captured as that post, and is no record of its own.",
    ),
    Subject.LIVE: Capability(
        Given.CAPTURED,
        "A broadcast is captured as its announcement, and once it has ended as the post that shows it.",
    ),
    Subject.DRAFTS: Capability(
        Given.CAPTURED, "Scheduled posts are captured; drafts made in Meta's own tools are in no answer."
    ),
    Subject.TAGGED: Capability(
        Given.CAPTURED,
        "Posts that tag the Page stand on other people's walls; where Facebook does not show their comments, "
        "each is a gap.",
    ),
    Subject.COMMENTS: Capability(Given.CAPTURED, f"{_WHO} {_LATE}"),
    Subject.REPLIES: Capability(Given.CAPTURED, _WHO),
    Subject.HIDDEN: Capability(Given.CAPTURED, "Facebook does not say who hid a comment, or when."),
    Subject.HELD: Capability(
        Given.NEVER,
        "What Facebook filters as spam comes as a hidden comment or not at all, and is not marked.",
    ),
    Subject.EDITS: Capability(
        Given.CAPTURED,
        "Facebook marks no edit and keeps no earlier wording; those are kept that a night or a sweep saw.",
    ),
    Subject.REACTIONS: Capability(
        Given.CAPTURED,
        "Who reacted is asked for the posts of the last seven days; Facebook names only some of the people.",
    ),
    Subject.MESSAGES: Capability(
        Given.CAPTURED,
        "Facebook shows the words of only the 20 newest messages of a conversation; older ones that no "
        "earlier night saw are gaps.",
    ),
    Subject.ATTACHMENTS: Capability(Given.CAPTURED),
    Subject.SUBSCRIBERS: Capability(
        Given.COUNT_ONLY, "Facebook gives the number of followers, and not who they are."
    ),
    Subject.PROFILE: Capability(Given.CAPTURED, "Facebook keeps no earlier versions of a Page's own words."),
    Subject.BLOCKED: Capability(
        Given.CAPTURED,
        "Facebook gives the names of blocked people, and neither when nor by whom they were blocked.",
    ),
    Subject.WORD_LISTS: Capability(Given.NEVER, "Facebook shows a Page's list of blocked words to no app."),
    Subject.MEDIA: Capability(
        Given.CAPTURED, "Addresses of files are signed and expire; a file that is late is a gap."
    ),
}
