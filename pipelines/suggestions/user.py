"""Users: active and potential ones, growth, needs."""

from pipelines.suggestions.wording import Kind, Topic
from pipelines.suggestions.words import Words

USER = Kind(
    "user",
    (
        Topic(
            "active_and_potential",
            Words("活跃用户与潜在用户", "Active and potential users"),
            {
                "has_commented_7d=yes": Words("引导用户多留言评论", "Lead people to comment"),
                "has_saved_7d=yes": Words("引导用户收藏作品", "Lead people to save posts"),
                "has_shared_7d=yes": Words("引导用户分享作品", "Lead people to share posts"),
                "has_liked_7d=yes": Words("引导用户点赞", "Lead people to like posts"),
                "has_taken_coupon_7d=yes": Words("引导用户领取优惠券", "Lead people to take a coupon"),
                "message": Words("向这群用户发送消息：{to_level}", "Send this group the message {to_level}"),
                "segment_content": Words("给这群用户多推{to_level}", "Offer this group more of {to_level}"),
            },
            Words("把潜在用户随机分成两半，只触达其中一半", "split potential users at random and address one half only"),
            Words("还没有可以区分行为效果的用户数据", "user data do not tell yet what a behaviour brings"),
            also=("behaviour", "early_", "did_", "had_", "has_"),
        ),
        Topic(
            "growth_plan",
            Words("用户成长与黏性", "Growth plan and stickiness"),
            {
                "points": Words("把积分规则改为{to_level}", "Set the points rule to {to_level}"),
                "level_up": Words("把等级门槛改为{to_level}", "Set the threshold of the level to {to_level}"),
            },
            Words("随机让一半用户先用新的成长规则", "let a random half of the users begin with the new rules"),
            Words("还没有成长规则变动前后的对照", "no change of the rules has been compared yet"),
            also=("points", "level", "growth"),
        ),
        Topic(
            "needs",
            Words("用户需求与期望", "Needs and expectations"),
            {"need": Words("先解决用户提到的{to_level}", "Meet the need {to_level} first")},
            Words(
                "在问卷里让用户给需求排序，再随机对一半用户先行改进",
                "let users rank needs in a survey, then improve for a random half first",
            ),
            Words("问卷和留言还不足以比较各项需求", "surveys and messages do not allow a comparison of needs yet"),
            also=("need", "survey"),
        ),
    ),
)
