"""Interaction: peaks and hot topics, events, atmosphere."""

from pipelines.suggestions.wording import Kind, Topic, Words

INTERACTION = Kind(
    "interaction",
    (
        Topic(
            "peaks_and_topics",
            Words("互动高峰与热门话题", "Peaks and hot topics"),
            {
                "publish_slot": Words("把互动内容安排在 {to_level} 点之间", "Place interactive posts between the hours {to_level}"),
                "topic": Words("多围绕「{to_level}」发起讨论", "Start more discussions on {to_level}"),
            },
            Words("抛硬币决定每天在哪个时段发起讨论，连做四周", "draw the slot of the daily discussion by coin, four weeks long"),
            Words("互动的时间和话题还不够多样", "times and topics of interaction vary too little"),
            also=("publish", "slot", "hour", "topic", "peak"),
        ),
        Topic(
            "events",
            Words("线上活动", "Online events"),
            {
                "event": Words("多办「{to_level}」", "Hold more events of the form {to_level}"),
                "community_event": Words("多办「{to_level}」", "Hold more events of the form {to_level}"),
                "has_vote=true": Words("多发起投票", "Hold more votes"),
                "has_lottery=true": Words("多办抽奖", "Hold more lotteries"),
            },
            Words("抛硬币选一半社群先办活动", "let a coin choose the half of the groups that holds the event first"),
            Words("办过的活动太少，没有对照", "too few events were held, and none with a comparison"),
            also=("event", "community", "campaign", "has_vote", "has_lottery"),
        ),
        Topic(
            "atmosphere",
            Words("互动氛围", "Atmosphere"),
            {
                "fast_reply=true": Words("首条评论出现后一小时内回复", "Reply within an hour of the first comment"),
                "is_fast_reply=true": Words("首条评论出现后一小时内回复", "Reply within an hour of the first comment"),
                "first_reply_seconds": Words("把首次回复的时间缩短到「{to_level}」", "Bring the first reply to {to_level}"),
                "has_question=true": Words("在标题里提一个问题", "Ask a question in the title"),
                "has_question=false": Words("标题里不再提问", "Do without questions in titles"),
            },
            Words("抛硬币决定每篇作品要不要在发布后尽快回复评论", "decide by coin for every post whether comments are answered soon"),
            Words("看不出品牌回复了哪些评论", "it is not known which comments the brand has answered"),
            also=("first_reply", "reply", "has_question"),
        ),
    ),
)
