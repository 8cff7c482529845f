"""Marketing: the path to a purchase, advertising, campaigns."""

from pipelines.suggestions.wording import Kind, Topic
from pipelines.suggestions.words import Words

MARKETING = Kind(
    "marketing",
    (
        Topic(
            "conversion_path",
            Words("转化路径与漏斗", "Path and funnel"),
            {
                "funnel_step": Words(
                    "改进{from_level}在{step}这一步的体验，向{to_level}看齐",
                    "At the step {step} do for {from_level} what works for {to_level}",
                ),
                "landing_page": Words("把落地页换成{to_level}", "Use the landing page {to_level}"),
            },
            Words("在流失最多的一步随机让一半人看到新做法", "show the new way to a random half at the step that loses most"),
            Words("转化路径的数据还不够", "there are not enough data on paths"),
            also=("funnel", "step", "landing", "path"),
        ),
        Topic(
            "advertising",
            Words("广告投放", "Advertising"),
            {
                "budget_share": Words("把广告预算从{from_level}移到{to_level}", "Move ad budget from {from_level} to {to_level}"),
                "budget_share=none": Words("把{from_level}的一部分预算移到别处", "Move part of the budget of {from_level} elsewhere"),
                "creative": Words("多投{to_level}，少投{from_level}", "Show {to_level} more and {from_level} less"),
                "audience": Words("多投{to_level}，少投{from_level}", "Address {to_level} more and {from_level} less"),
                "bid": Words("把出价改为{to_level}", "Set the bid to {to_level}"),
            },
            Words("随机选一半地区或日期停掉这组广告，比较增量", "switch the ads off in a random half of regions or days and compare"),
            Words("投放数据还不足以看出增量", "ad data do not show what the ads add"),
            also=("budget", "ad_", "bid", "spend", "creative", "audience"),
        ),
        Topic(
            "campaigns",
            Words("营销活动", "Campaigns"),
            {"campaign": Words("再办一次{campaign}这样的活动", "Hold a campaign like {campaign} again")},
            Words(
                "下次活动抛硬币选一半账号先参加，另一半作对照",
                "let a coin choose half of the accounts for the next campaign and keep the rest to compare",
            ),
            Words("办过的活动没有可对照的账号", "no campaign so far had accounts to compare with"),
            also=("campaign", "experiment", "coupon"),
        ),
    ),
)
