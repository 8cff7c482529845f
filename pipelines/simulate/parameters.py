"""What is true in the simulated world: levels, rates, planted effects and people. ``truth.json`` repeats all of it.

A new effect is planted by adding a feature to `FEATURE_EFFECTS` (and its words to ``titles.py``): every count of every post is
exp(level + effects). Other worlds change some of these values: see ``truth.py`` and ``scenarios.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

DEFAULT_END = date(2026, 11, 20)  # fixed, so that a seed gives the same bytes on any day
BRAND = "青禾茶饮"
BRAND_EN = "Qinghe Tea"
MALL = "青禾商城"
SITE_ACCOUNT = f"{MALL}小程序"
DOUYIN_SHOP = "青禾茶饮抖音旗舰店"
ACCOUNT_NAMES = ("青禾茶饮", "青禾茶研所", "青禾茶饮华东", "青禾茶饮华南", "青禾生活", "青禾校园", "青禾新茶", "青禾礼物")
MATRIX_PLATFORMS = ("douyin", "xiaohongshu")  # where a brand runs accounts by region and line

BURN_IN_DAYS = 30  # posts from before the period, so that its first day is an ordinary day
AGE_DAYS = 61  # a post's counts grow for this many days (publication day included)
POSTS_PER_DAY = 0.6
STRENGTH_SD = 0.5
NOISE_SD = 0.45
BEST_HOUR_EFFECT = 0.35
FOLLOWER_ELASTICITY = 0.85
QUALITY_EFFECT = 0.6
REFERENCE_FOLLOWERS = 20_000.0

COUNTS = (
    "views", "impressions", "viewers", "likes", "endorsements", "comments", "shares", "reposts",
    "saves", "coins", "danmaku", "profile_visits", "follows", "link_clicks",
)  # fmt: skip


@dataclass(frozen=True)
class PlatformTruth:
    """One platform: the mean views of a post at 20 000 followers, how fast they come, and what people do per view."""

    name_zh: str
    mean_views: float
    maturity_hours: float
    dispersion: float
    best_hour: int | None
    median_followers: float
    rates: dict[str, float]  # per view; impressions and viewers are handled as shares, see world.py
    types: tuple[tuple[str, float, float], ...]  # content type, share of posts, log effect
    zone: str = "Asia/Shanghai"
    weekend: float = 0.08
    language: str = "zh"
    durations: tuple[float, float] = (20.0, 90.0)


PLATFORMS: dict[str, PlatformTruth] = {
    "douyin": PlatformTruth(
        "抖音", 12_000, 48, 0.55, 20, 32_000,
        {"likes": 0.032, "comments": 0.0026, "shares": 0.0034, "saves": 0.006, "profile_visits": 0.02, "follows": 0.0022},
        (("short_video", 0.8, 0.0), ("image_text", 0.2, 0.1)), durations=(15, 150),
    ),
    "xiaohongshu": PlatformTruth(
        "小红书", 5_200, 72, 0.6, None, 18_000,
        {"impression_share": 0.14, "likes": 0.042, "comments": 0.0042, "shares": 0.006, "saves": 0.034,
         "danmaku": 0.0004, "profile_visits": 0.03, "follows": 0.004},
        (("image_text", 0.65, 0.0), ("short_video", 0.35, 0.15)),
    ),
    "channels": PlatformTruth(
        "视频号", 3_400, 36, 0.5, 20, 12_000,
        {"likes": 0.011, "endorsements": 0.018, "comments": 0.0021, "shares": 0.016, "follows": 0.0025},
        (("short_video", 1.0, 0.0),),
    ),
    "wechat": PlatformTruth(
        "公众号", 2_900, 24, 0.3, None, 26_000,
        {"viewer_share": 0.82, "shares": 0.045, "saves": 0.012, "follows": 0.007, "link_clicks": 0.02},
        (("article", 1.0, 0.0),), weekend=-0.12,
    ),
    "weibo": PlatformTruth(
        "微博", 15_000, 12, 0.7, 12, 45_000,
        {"likes": 0.0065, "comments": 0.0014, "reposts": 0.0011, "follows": 0.0006},
        (("image_text", 0.7, 0.0), ("short_video", 0.2, 0.1), ("text", 0.1, -0.3)), weekend=0.04,
    ),
    "bilibili": PlatformTruth(
        "哔哩哔哩", 4_500, 96, 0.6, 18, 15_000,
        {"likes": 0.05, "comments": 0.006, "danmaku": 0.008, "saves": 0.015, "coins": 0.012, "shares": 0.005, "follows": 0.005},
        (("long_video", 1.0, 0.0),), weekend=0.15, durations=(180, 900),
    ),
    "x": PlatformTruth(
        "X", 6_000, 10, 0.7, 13, 14_000,
        {"impression_share": 1.0, "likes": 0.008, "comments": 0.0008, "shares": 0.0005, "reposts": 0.0012, "saves": 0.0007,
         "profile_visits": 0.003, "follows": 0.0004, "link_clicks": 0.004},
        (("text", 0.5, 0.0), ("image_text", 0.5, 0.2)), zone="UTC", language="en",
    ),
    "youtube": PlatformTruth(
        "YouTube", 3_000, 120, 0.6, 17, 9_000,
        {"impression_share": 0.06, "viewer_share": 0.8, "likes": 0.03, "comments": 0.003, "shares": 0.002, "follows": 0.004},
        (("long_video", 1.0, 0.0),), zone="America/Los_Angeles", language="en", durations=(120, 720),
    ),
    "facebook": PlatformTruth(
        "Facebook", 2_600, 24, 0.6, None, 16_000,
        {"viewer_share": 0.85, "likes": 0.012, "comments": 0.0012, "shares": 0.0014, "link_clicks": 0.006},
        (("image_text", 0.6, 0.0), ("short_video", 0.3, 0.2), ("link", 0.1, -0.2)), zone="America/Los_Angeles", language="en",
    ),
    "instagram": PlatformTruth(
        "Instagram", 3_800, 36, 0.6, 19, 11_000,
        {"viewer_share": 0.85, "likes": 0.04, "comments": 0.0018, "shares": 0.003, "saves": 0.006, "follows": 0.0015},
        (("image_text", 0.5, 0.0), ("short_video", 0.35, 0.3), ("carousel", 0.15, 0.1)), zone="America/Los_Angeles", language="en",
    ),
}  # fmt: skip

DEMO_PLATFORMS = ("douyin", "xiaohongshu", "channels", "wechat", "weibo", "bilibili")

# feature -> {count: log effect per unit}. An empty dict is a planted null: it looks promising and does nothing.
FEATURE_EFFECTS: dict[str, dict[str, float]] = {
    "question_title": {"comments": 0.25},
    "vote_sticker": {"comments": 0.40},
    "number_title": {},
    "emoji_count": {},
    "long_title": {"shares": -0.10},
}

TOPICS = ("new_product", "store", "health", "recipe", "behind_scenes", "festival")
TOPIC_EFFECTS = (0.20, -0.05, 0.05, 0.10, -0.15, 0.0)


@dataclass(frozen=True)
class Campaign:
    """A campaign of the first account, in days before the end of the world (both inclusive)."""

    name: str
    starts: int
    ends: int
    view_effect: float  # log, on views of its tagged posts
    click_effect: float  # log, on the click probability of its impressions


CAMPAIGNS = (
    Campaign("桂花乌龙上新季", 104, 88, 0.20, 0.20),
    Campaign("国庆城市限定", 54, 44, 0.10, 0.10),
    Campaign("双11囤茶节", 30, 9, 0.0, 0.0),  # launched into a busy season: its own effect is zero
)


@dataclass(frozen=True)
class Segment:
    """One kind of person: means per session, probabilities per step. Nobody outside the simulator reads the key."""

    name_zh: str
    share: float
    sessions_per_day: float
    lifetime_days: float
    actions: dict[str, float]  # mean number per session
    click: float
    visit: float
    register: float
    order: float
    pay: float
    coupon: float  # share of orders placed with a coupon
    channels: tuple[float, float, float, float, float]
    spend: float = 1.0
    platforms: tuple[float, ...] = field(default=(0.32, 0.26, 0.12, 0.12, 0.10, 0.08))


CHANNELS = ("organic", "paid_feed", "kol", "search", "community")

SEGMENTS: dict[str, Segment] = {
    "lurker": Segment(
        "潜水型", 0.40, 0.085, 140, {"view": 2.4, "like": 0.05, "comment": 0.01, "share": 0.01, "save": 0.05, "coupon": 0.01},
        0.28, 0.60, 0.12, 0.03, 0.75, 0.10, (0.60, 0.22, 0.08, 0.08, 0.02),
    ),
    "fan": Segment(
        "粉丝型", 0.20, 0.16, 400, {"view": 1.4, "like": 1.1, "comment": 0.45, "share": 0.12, "save": 0.30, "coupon": 0.04},
        0.36, 0.66, 0.28, 0.07, 0.85, 0.15, (0.62, 0.08, 0.14, 0.04, 0.12),
    ),
    "spreader": Segment(
        "传播型", 0.12, 0.14, 320, {"view": 1.3, "like": 0.50, "comment": 0.20, "share": 0.95, "save": 0.15, "coupon": 0.04},
        0.32, 0.62, 0.24, 0.06, 0.80, 0.15, (0.48, 0.08, 0.24, 0.04, 0.16),
    ),
    "buyer": Segment(
        "购买型", 0.16, 0.12, 360, {"view": 1.0, "like": 0.15, "comment": 0.05, "share": 0.05, "save": 0.35, "coupon": 0.08},
        0.58, 0.86, 0.60, 0.38, 0.92, 0.15, (0.26, 0.18, 0.10, 0.38, 0.08), 1.3,
    ),
    "deal_hunter": Segment(
        "羊毛型", 0.12, 0.12, 220, {"view": 0.8, "like": 0.08, "comment": 0.05, "share": 0.10, "save": 0.08, "coupon": 0.85},
        0.60, 0.86, 0.60, 0.30, 0.74, 0.92, (0.18, 0.34, 0.08, 0.14, 0.26), 0.7,
    ),
}  # fmt: skip

PEOPLE = 3_000
EVENT_DAYS = 120
FUNNEL_STEPS = ("impression", "click", "visit", "register", "order", "pay")
FUNNEL_WINDOW_DAYS = 7
CLICK_BY_CHANNEL = (0.0, 0.05, 0.15, 0.0, 0.35)  # log, on the click probability; search adds nothing, it shows who wants to buy
INTENT_SD = 0.8  # hidden wish to buy of a session: it makes people search, and makes them order
DOUYIN_SHOP_ORDERS_PER_DAY = 6.0

PRODUCTS: tuple[tuple[str, str, str, int], ...] = (  # id, name, specification, price in fen
    ("P1001", "桂花乌龙冷泡茶", "12包/盒", 4980),
    ("P1002", "茉莉绿茶原叶罐装", "100g/罐", 6800),
    ("P1003", "白桃乌龙三角茶包", "15包/袋", 3990),
    ("P1004", "青柑普洱小罐", "8粒/罐", 8800),
    ("P1005", "山楂陈皮控糖茶", "20包/盒", 4500),
    ("P1006", "青禾随行杯", "350ml", 5900),
    ("P1007", "四季春礼盒", "3罐/盒", 16800),
    ("P1008", "到店兑换券 中杯", "1张", 1600),
)
