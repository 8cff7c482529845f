"""Interaction: peaks and hot topics, events, atmosphere."""

from pipelines.suggestions.wording import Kind, Topic
from pipelines.suggestions.words import Words

INTERACTION = Kind(
    "interaction",
    (
        Topic(
            "peaks_and_topics",
            Words("互动高峰与热门话题", "Peaks and hot topics"),
            {
                "publish_slot=-": Words("换一个时段发起互动", "Invite reactions at another time of day"),
                "publish_slot": Words("把互动内容安排在 {to_bare} 发布", "Place interactive posts at {to_bare}"),
                "topic": Words("多围绕{to_level}发起讨论", "Start more discussions on {to_level}"),
            },
            Words("抛硬币决定每天在哪个时段发起讨论", "draw the slot of the daily discussion by coin"),
            Words("互动的时间和话题还不够多样", "times and topics of interaction vary too little"),
            also=("publish", "topic", "peak"),
        ),
        Topic(
            "events",
            Words("线上活动", "Online events"),
            {
                "event": Words("多办{to_level}", "Hold more events of the form {to_level}"),
                "community_event": Words("多办{to_level}", "Hold more events of the form {to_level}"),
            },
            Words("抛硬币选一半社群先办活动", "let a coin choose the half of the groups that holds the event first"),
            Words("办过的活动太少，没有对照", "too few events were held, and none with a comparison"),
            also=("event", "community", "campaign"),
        ),
        Topic(
            "atmosphere",
            Words("互动氛围", "Atmosphere"),
            {
                "is_fast_reply=true": Words("首条评论出现后一小时内回复", "Reply within an hour of the first comment"),
            },
            Words("抛硬币决定每篇作品要不要在发布后尽快回复评论", "decide by coin for every post whether comments are answered soon"),
            Words("看不出品牌回复了哪些评论", "it is not known which comments the brand has answered"),
            also=("is_fast_reply", "first_reply", "reply"),
        ),
    ),
)
