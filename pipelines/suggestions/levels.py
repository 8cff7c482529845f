"""Levels in words: what a lever is set from and to, as people say it. Names that people gave are quoted as they wrote them."""

from __future__ import annotations

from typing import Any

from pipelines.suggestions.words import Words

Row = dict[str, Any]
PLAIN = {
    "true": Words("有", "with"),
    "false": Words("没有", "without"),
    "yes": Words("有", "with"),
    "no": Words("没有", "without"),
    "with": Words("有", "with"),
    "without": Words("没有", "without"),
    "other": Words("其他", "others"),
    "unknown": Words("未知", "unknown"),
    "current_mix": Words("现在的安排", "things as they are"),
}
# What stands before `=` in a level, around the name of what is meant.
DIMENSIONS = {
    "segment": Words("{}用户", "the segment {}"),
    "platform": Words("{}", "{}"),
    "channel": Words("{}渠道", "the channel {}"),
    "content_type": Words("{}内容", "the content {}"),
    "ad_group": Words("广告组{}", "the ad group {}"),
    "audience": Words("人群{}", "the audience {}"),
    "creative": Words("素材{}", "the creative {}"),
    "campaign": Words("计划{}", "the campaign {}"),
}
CHANNELS = {
    "search": Words("搜索", "search"),
    "direct": Words("直接访问", "direct visits"),
    "organic": Words("自然流量", "organic"),
    "referral": Words("外部链接", "referral"),
    "social": Words("社交媒体", "social media"),
    "email": Words("邮件", "e-mail"),
    "paid": Words("付费推广", "paid"),
    "paid_feed": Words("信息流广告", "paid feed"),
    "kol": Words("达人", "KOL"),
    "community": Words("社群", "community"),
}
CONTENT_TYPES = {
    "video": Words("视频", "video"),
    "short_video": Words("短视频", "short video"),
    "long_video": Words("长视频", "long video"),
    "image": Words("图文", "image"),
    "image_text": Words("图文", "image and text"),
    "note": Words("笔记", "note"),
    "article": Words("文章", "article"),
    "text": Words("文字", "text"),
    "live": Words("直播", "live"),
    "audio": Words("音频", "audio"),
    "story": Words("快拍", "story"),
    "photo": Words("图片", "photo"),
    "album": Words("图集", "album"),
    "carousel": Words("轮播", "carousel"),
    "poll": Words("投票", "poll"),
    "thread": Words("串帖", "thread"),
    "repost": Words("转发", "repost"),
    "reply": Words("回复", "reply"),
    "link": Words("链接", "link"),
    "product": Words("商品", "product"),
    "page": Words("页面", "page"),
    "other": Words("其他类型", "other types"),
}
STEPS = {
    "impression": Words("曝光", "impression"),
    "view": Words("浏览", "view"),
    "click": Words("点击", "click"),
    "visit": Words("访问", "visit"),
    "register": Words("注册", "registration"),
    "add_to_cart": Words("加购", "cart"),
    "order": Words("下单", "order"),
    "pay": Words("支付", "payment"),
}
CODES = {"channel": CHANNELS, "content_type": CONTENT_TYPES}


def step(code: Any, language: str) -> str:
    """A step of a funnel in words."""
    return STEPS[code].said(language) if code in STEPS else _quoted(str(code or ""), language)


def level(row: Row, side: str, language: str) -> str:
    """The level `from_level` or `to_level` of an evidence row: in words where it is a code, quoted where it is a name."""
    code = str(row[side] or "")
    dimension, _, value = code.rpartition("=")
    dimension = dimension if dimension in DIMENSIONS else ""
    name = row.get(f"{side.removesuffix('_level')}_name_{language}")
    known = CODES.get(dimension or str(row["lever"]), {}).get(value if dimension else code)
    if name is not None:
        text = _quoted(name, language) if language == "zh" else str(name)
    elif known is not None:
        text = _quoted(known.zh, language) if language == "zh" else known.en
    elif not dimension and code in PLAIN and row["lever"] not in ("topic", "campaign"):
        text = PLAIN[code].said(language)
    else:
        text = _quoted(value if dimension else code, language)
    return DIMENSIONS[dimension].said(language).format(text) if dimension else text


def bare(row: Row, side: str, language: str) -> str:
    """The same without quotes or the word for its dimension: hours, seconds, counts."""
    return str(row.get(f"{side.removesuffix('_level')}_name_{language}") or row[side] or "")


def _quoted(text: str, language: str) -> str:
    return f"「{text}」" if language == "zh" else f"“{text}”"
