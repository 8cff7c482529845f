"""Channels: which are the main ones, what differs between them, cooperation."""

from pipelines.suggestions.content import CONTENT
from pipelines.suggestions.wording import Kind, Topic
from pipelines.suggestions.words import Words

# What a platform does in its own way is about its content: the same levers in the same words.
CONTENT_LEVERS = {lever: words for topic in CONTENT.topics for lever, words in topic.levers.items()}

CHANNEL = Kind(
    "channel",
    (
        Topic(
            "main_channels",
            Words("主要运营渠道", "Main channels"),
            {
                "platform_share": Words("把更多内容投入{to_level}", "Move more of the work to {to_level}"),
                "platform": Words("把更多内容投入{to_level}", "Move more of the work to {to_level}"),
                "channel": Words("把更多引流放到{to_level}", "Lead more people in through {to_level}"),
            },
            Words("随机挑几周把一部分内容改发到另一个平台", "move part of the posts to the other platform in weeks drawn by coin"),
            Words(
                "各平台的人不同，直接比较不能说明换平台会怎样",
                "people differ between platforms: a plain comparison does not say what moving brings",
            ),
            also=("platform", "channel"),
        ),
        Topic(
            "per_platform",
            Words("各平台的做法", "Each platform's own way"),
            {
                **CONTENT_LEVERS,
                "posting_frequency": Words("把发布频率调整为{to_level}", "Set the posting frequency to {to_level}"),
            },
            Words("在这个平台抛硬币决定每周用哪种做法", "let a coin decide on this platform which way is followed each week"),
            Words("同一平台内的做法差别还太小", "within a platform the accounts do too much alike"),
            also=("posting", "frequency", *(beginning for topic in CONTENT.topics for beginning in topic.also)),
        ),
        Topic(
            "cooperation",
            Words("平台合作与资源共享", "Cooperation"),
            {
                "creator": Words("与{to_level}合作", "Work with {to_level}"),
                "cross_posting=true": Words("同一内容在几个平台同步发布", "Publish the same on several platforms"),
            },
            Words("抛硬币选一半账号先参与合作", "let a coin choose the half of the accounts that cooperates first"),
            Words("合作太少，没有对照", "there were too few cooperations, and none with a comparison"),
            also=("creator", "collab", "partner", "cross"),
        ),
    ),
)
