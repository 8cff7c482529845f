"""Content: theme and style, when to publish, interactive elements."""

from pipelines.suggestions.wording import Kind, Topic
from pipelines.suggestions.words import Words

CONTENT = Kind(
    "content",
    (
        Topic(
            "theme_style",
            Words("内容主题与风格", "Theme and style"),
            {
                "topic": Words("多发{to_level}主题的内容", "Publish more on the theme {to_level}"),
                "content_type": Words("多发{to_level}类型的内容", "Publish more of the type {to_level}"),
                "has_number=true": Words("在标题里写上具体数字", "Put a number into the title"),
                "has_number=false": Words("标题里不再写数字", "Do without numbers in titles"),
                "emoji_count": Words("标题里多用 {to_bare} 个表情符号", "Use {to_bare} more emoji in titles"),
                "title_length": Words("标题写得长一些", "Write longer titles"),
                "is_long_title=true": Words("标题写得长一些", "Write longer titles"),
                "is_long_title=false": Words("标题写得短一些", "Write shorter titles"),
                "duration_bin": Words("视频时长做到 {to_bare}", "Make videos of {to_bare}"),
            },
            Words(
                "挑两种主题或风格，同一批账号用抛硬币的方式轮流发", "let the same accounts alternate between two themes or styles by coin"
            ),
            Words("作品没有标注主题，或者各账号只发一种内容", "posts have no themes yet, or each account publishes one sort only"),
            also=("topic", "content_type", "duration", "title", "emoji"),
        ),
        Topic(
            "publish_time",
            Words("内容发布时间", "When to publish"),
            {
                "publish_slot=-": Words("换一个时段发布", "Publish at another time of day"),
                "publish_slot": Words("把更多作品安排在 {to_bare} 发布", "Publish more posts at {to_bare}"),
                "is_weekend=true": Words("把更多作品安排在周末发布", "Publish more posts at weekends"),
                "is_weekend=false": Words("把更多作品安排在工作日发布", "Publish more posts on working days"),
            },
            Words("选两个时段，抛硬币决定每篇在哪个时段发", "draw one of two slots by coin for every post"),
            Words("能比较的成熟作品不够", "there are too few mature posts to compare"),
            also=("publish",),
        ),
        Topic(
            "interactive_elements",
            Words("提问、投票、抽奖等互动元素", "Questions, votes and lotteries"),
            {
                "has_question=true": Words("在标题里提一个问题", "Ask a question in the title"),
                "has_question=false": Words("标题里不再提问", "Do without questions in titles"),
                "has_vote=true": Words("在作品里加入投票", "Add a vote to posts"),
                "has_vote=false": Words("作品里不再放投票", "Do without votes in posts"),
                "has_lottery=true": Words("在作品里加入抽奖", "Add a lottery to posts"),
                "has_lottery=false": Words("作品里不再放抽奖", "Do without lotteries in posts"),
            },
            Words(
                "同一批账号抛硬币决定每篇加不加这个元素", "decide by coin for every post of the same accounts whether it has the element"
            ),
            Words("用过这些元素的作品还太少", "too few posts have used them"),
            also=("has_",),
        ),
    ),
)
