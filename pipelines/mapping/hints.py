"""What a header most likely means where no known format has it: by the words in it, and only where the cells look like it."""

from __future__ import annotations

import re

from pipelines.ingest.headers import normalise_header

NUMBERS = ("count", "number", "percent", "empty")
TEXTS = ("text", "link", "id", "empty", "count")
DAYS = ("date", "datetime", "ambiguous_date", "duration", "text", "empty")
PERSONAL = r"手机|电话|姓名|地址|身份证|收件人|收货人|邮箱|phone|mobile|e-?mail|\baddress|full name|id card"
UNITS = {"minutes": r"分钟|\bmin", "hours": r"小时|\bhours?\b", "milliseconds": r"毫秒|\bms\b", "seconds": r"秒|\bsec|\(s\)"}
SIGNED = r"净|增减|变化|\bnet\b|\bchange\b|difference"

# (words in the header, looks that go with it, canonical columns: the first that the entity has). The first line that fits counts.
HINTS: list[tuple[str, tuple[str, ...], tuple[str, ...]]] = [
    (r"完播率|completion rate|watched full", NUMBERS, ("completion_rate",)),
    (r"互动率|engagement rate", NUMBERS, ("engagement_reported_rate",)),
    (r"封面点击率|thumbnail.*(?:ctr|rate)", NUMBERS, ("cover_click_rate",)),
    (r"率|占比|\brate\b|\bctr\b|percent", NUMBERS, ()),  # other shares have no column of their own
    (r"平均.*(?:时长|时间)|人均.*(?:时长|时间)|average.*(?:time|duration)|avg.*(?:time|duration)",
     (*NUMBERS, "duration"), ("average_watch_seconds",)),
    (r"(?:播放|观看|观看总)时长|watch time", (*NUMBERS, "duration"), ("watch_seconds",)),
    (r"作品时长|视频时长|duration", (*NUMBERS, "duration"), ("duration_seconds",)),
    (r"净增|净涨|net follow", NUMBERS, ("follower_net_count",)),
    (r"取关|取消关注|掉粉|unfollow|lost", NUMBERS, ("follower_loss_count",)),
    (r"涨粉|新增(?:粉丝|关注)|粉丝增|new follow|followers? gained", NUMBERS, ("follower_gain_count",)),
    (r"(?:总|累计|累积)(?:粉丝|关注)|粉丝总|^粉丝数?量?$|^followers$|total followers", NUMBERS, ("follower_total_count",)),
    (r"曝光|展现|展示|impression", NUMBERS, ("impression_count",)),
    (r"触达|覆盖人数|\breach", NUMBERS, ("reach_count",)),
    (r"(?:阅读|观看|播放|浏览)(?:总)?人数|viewers", NUMBERS, ("viewer_count",)),
    (r"主页|profile", NUMBERS, ("profile_visit_count",)),
    (r"互动[量数]|engagements?\b|interactions?\b", NUMBERS, ("engagement_count",)),
    (r"阅读|播放|观看|浏览|\bviews?\b|\bplays?\b|\breads?\b", NUMBERS, ("view_count", "video_play_count")),
    (r"点赞|赞|喜欢|\blikes?\b|reactions?", NUMBERS, ("like_count",)),
    (r"弹幕|danmaku", NUMBERS, ("danmaku_count",)),
    (r"评论|回复|\bcomments?\b|\breplies\b", NUMBERS, ("comment_count",)),
    (r"转发|repost|retweet", NUMBERS, ("repost_count", "share_count")),
    (r"分享|\bshares?\b", NUMBERS, ("share_count",)),
    (r"收藏|\bsaves?\b|bookmark|favou?rite", NUMBERS, ("save_count",)),
    (r"点击|\bclicks?\b", NUMBERS, ("click_count", "link_click_count")),
    (r"消耗|花费|消费|\bspend\b|\bspent\b|\bcost\b", NUMBERS, ("spend_amount", "fee_amount")),
    (r"(?:发布|发表|创建|投稿)(?:时间|日期)|publish|posted|post time|created", DAYS, ("published_at", "created_at")),
    (r"下单(?:时间|日期)|ordered", DAYS, ("ordered_at",)),
    (r"^(?:日期|时间|统计日期|数据日期|date|day)$", DAYS, ("business_date", "occurred_at", "published_at")),
    (r"链接|网址|\burl\b|\blink\b", ("link", "empty"), ("permalink",)),
    (r"(?:计划|广告|广告组|单元|创意|素材)\s?名称|(?:campaign|ad|ad set|ad group|creative) name", TEXTS, ("ad_entity_name", "campaign")),
    (r"(?:计划|广告|广告组|单元|创意|素材)\s?id|(?:campaign|ad|ad set|ad group|creative) id",
     ("id", "count", "text"), ("ad_entity_id", "campaign_id")),
    (r"标题|作品名|视频名|笔记名|\btitle\b|\bcaption\b|(?:post|video|note) name|文案", TEXTS, ("title",)),
    (r"正文|内容|\btext\b|\bcontent\b|message", ("text", "empty"), ("text", "title")),
    (r"(?:作品|视频|笔记|稿件|微博|文章|动态|帖子|post|video|content)\s?(?:id|编号)", ("id", "count", "text"), ("platform_post_id",)),
    (r"订单(?:编号|号)|order (?:id|no|number)", ("id", "count", "text"), ("order_id",)),
    (r"渠道|来源|\bchannel\b|\bsource\b", TEXTS, ("channel", "source_raw")),
    (r"体裁|作品类型|内容类型|稿件类型|content type|post type", TEXTS, ("content_type",)),
    (r"^(?:账号|帐号|账户|account|account name)$", TEXTS, ("account",)),
    (r"^(?:平台|platform)$", TEXTS, ("platform",)),
]  # fmt: skip


def hinted(header: str, looks_like: str, allowed: set[str]) -> str | None:
    """The canonical column whose words stand in the header and whose values look like this, where the entity has it."""
    name = normalise_header(header)
    for words, looks, options in HINTS:
        if re.search(words, name):
            return next((to for to in options if to in allowed and looks_like in looks), None)
    return None


def is_personal(header: str) -> bool:
    """Whether a header names what is never to be stored: phones, names, addresses."""
    return re.search(PERSONAL, normalise_header(header)) is not None


def hinted_unit(header: str) -> str | None:
    """The unit of a duration that stands in its header."""
    return next((unit for unit, words in UNITS.items() if re.search(words, normalise_header(header))), None)


def may_fall(header: str) -> bool:
    """Whether the header names a difference, so that negative figures are real."""
    return re.search(SIGNED, normalise_header(header)) is not None
