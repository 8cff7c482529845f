"""How a suggestion is said in Chinese and English: templates, and the words for scope, metric, basis and reasons.

Every number comes in through an evidence row (`evidence.py`); nothing here computes one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipelines.suggestions import levels
from pipelines.suggestions.words import Words

Row = dict[str, Any]


@dataclass(frozen=True)
class Topic:
    """One question of a kind: the levers that answer it, and the experiment that would, where the data cannot yet."""

    topic: str
    title: Words
    levers: dict[str, Words]  # lever (or lever=level) to an imperative; {from_level} and {to_level} may stand in it
    experiment: Words  # an imperative
    missing: Words  # what is lacking where nothing was estimated at all
    also: tuple[str, ...]  # beginnings of further levers that belong here


@dataclass(frozen=True)
class Kind:
    """One group of suggestions with the questions that are always answered."""

    kind: str
    topics: tuple[Topic, ...]

    def topic_of(self, lever: str) -> Topic:
        """The topic a lever belongs to; the last one where no topic names it."""
        named = [t for t in self.topics if lever in {key.partition("=")[0] for key in t.levers}]
        alike = [t for t in self.topics if lever.startswith(t.also)]
        return [*named, *alike, self.topics[-1]][0]


ANY_LEVER = Words("把「{lever}」从{from_level}改为{to_level}", "Change {lever} from {from_level} to {to_level}")

OUTCOMES = {
    "view_count": Words("播放/阅读量", "views"),
    "impression_count": Words("曝光量", "impressions"),
    "like_count": Words("点赞数", "likes"),
    "comment_count": Words("评论数", "comments"),
    "share_count": Words("分享数", "shares"),
    "repost_count": Words("转发数", "reposts"),
    "save_count": Words("收藏数", "saves"),
    "engagement_count": Words("互动量", "engagements"),
    "first_day_view_count": Words("首日播放/阅读量", "first-day views"),
    "follower_net_count": Words("净增粉丝数", "net followers"),
    "follower_gain_count": Words("新增粉丝数", "new followers"),
    "impression": Words("曝光人数", "people reached"),
    "view": Words("浏览人数", "viewers"),
    "add_to_cart": Words("加购人数", "people with a filled cart"),
    "visit_count": Words("访问数", "visits"),
    "order_count": Words("订单数", "orders"),
    "pay_count": Words("支付数", "payments"),
    "pay": Words("支付人数", "paying people"),
    "payment": Words("支付人数", "paying people"),
    "order": Words("下单人数", "ordering people"),
    "conversion": Words("转化数", "conversions"),
    "conversion_count": Words("转化数", "conversions"),
    "paid_amount": Words("支付金额", "revenue"),
    "register": Words("注册人数", "registrations"),
    "click": Words("点击人数", "people who click"),
    "visit": Words("访问人数", "visitors"),
    "return": Words("回访人数", "returning people"),
}
BASES = {
    "A": Words("随机试验得出", "A randomised comparison found this"),
    "B": Words("与同期未采用者对比得出，前提是原有趋势一致", "Found against those who did not do it, given parallel trends"),
    "C": Words("同一账号内比较得出", "Found within the same account"),
}
# Rung C of what is not a post: who or what is compared within.
OWN_BASES = {
    "per_person": Words("同一类用户、行为之前的情况相近者相比得出", "Found among people alike in what they did before"),
    "per_month": Words("同一投放对象的花费高低与转化相比得出", "Found from what the same ad object spent from day to day"),
}
OWN_BASES["per_person_week"] = OWN_BASES["per_person"]
REASONS = {
    "too_few_accounts": Words("账号太少", "there are too few accounts"),
    "too_few_posts": Words("作品太少", "there are too few posts"),
    "too_few_people": Words("人数太少", "there are too few people"),
    "too_few_days": Words("天数太少", "there are too few days"),
    "no_overlap": Words("几乎没有账号两种做法都试过", "hardly any account has tried both ways"),
    "no_variation": Words("大家的做法都一样，没有可比的差别", "everybody does it the same way"),
    "placebo_failed": Words("安慰剂检验没通过，差别另有原因", "a placebo test failed: something else makes the difference"),
    "placebo_outcome_failed": Words("安慰剂检验没通过，差别另有原因", "a placebo test failed: something else makes the difference"),
    "reversed_between_platforms": Words("各平台的方向相反", "it turns around between platforms"),
    "no_outcome": Words("没有这项结果的数据", "there are no data on the outcome"),
    "no_accounts": Words("没有登记参与的账号或作品", "no account or post is listed for it"),
    "no_data": Words("还没有数据", "there are no data yet"),
    "no_base_data": Words("活动前没有可比的数据", "there are no figures from before to compare with"),
    "no_treated_data": Words("参与账号缺少这项数据", "the accounts that took part have no such figures"),
    "incomplete_days": Words("缺失的天数太多", "too many days are missing"),
    "e_value_failed": Words("一个不太强的隐藏因素就能解释这点差别", "a weak hidden cause could explain the difference"),
    "sample_ratio_failed": Words("随机分组的人数对不上", "the random groups do not have the sizes they were drawn with"),
    "no_interval": Words("算不出可信的区间", "no interval can be given"),
    "not_estimable": Words("和其他做法分不开", "it cannot be told apart from other things done at once"),
    "no_control": Words("没有可对照的账号", "there is nothing to compare with"),
    "pre_trend": Words("采用前走势就不一样", "the trends already differed before"),
    "pre_trend_failed": Words("采用前走势就不一样", "the trends already differed before"),
    "too_few_conversions": Words("转化太少", "there are too few conversions"),
    "too_few_rows": Words("记录太少", "there are too few rows"),
    "too_little_spend_variation": Words("每天的花费几乎一样，看不出多花少花的差别", "the amount spent a day hardly varies"),
    "no_convergence": Words("模型算不出稳定的结果", "the model found no stable result"),
    "not_running": Words("目前没有在投放", "it is not running"),
    "no_hour": Words("作品没有记录发布钟点", "the hour of publishing is not known"),
    "no_window_data": Words("验证期内没有数据", "there are no data of the window"),
    "donors_failed": Words("可对照的账号太少", "there are too few accounts to compare with"),
    "spend_variation_failed": Words("每天的花费几乎一样，看不出多花少花的差别", "the amount spent a day hardly varies"),
    "sample_size_failed": Words("样本太少", "the sample is too small"),
    "unclear_action": Words("说不清具体该做哪一类", "it is not clear what exactly to do"),
    "no_gain": Words("没有看到提升", "no gain was seen"),
    "not_significant": Words("差别还可能是偶然", "the difference may still be chance"),
    "only_a_difference": Words("只看得到差别，分不出原因", "only a difference is seen, its cause is not known"),
    "incomplete": Words("结果缺少判断所需的数字", "the result lacks figures that a judgement needs"),
    "nothing_estimated": Words("现有数据还无法比较", "the data allow no comparison yet"),
}
UNITS = {
    "per_post": Words("篇作品", "posts"),
    "per_account_day": Words("个账号日", "account days"),
    "per_person": Words("人", "people"),
    "per_person_week": Words("个用户周", "person weeks"),
    "per_month": Words("天的投放记录", "ad days"),
}
# Experiments that follow from the closest effect better than from its question.
BY_COIN = Words("同一批账号抛硬币决定每篇作品做不做", "let the same accounts decide by coin for every post whether to do it")
EXPERIMENTS = dict.fromkeys(("title_length", "is_long_title", "emoji_count", "has_number", "duration_bin"), BY_COIN) | {
    "is_weekend": Words("抛硬币决定每篇作品在工作日还是周末发", "decide by coin for every post whether it waits for the weekend"),
    "creative": Words("把两个素材随机展示给同一批人群，比较转化", "show the two at random to the same audience and compare conversions"),
    "audience": Words("同一素材随机投给这两组人群，比较转化", "show the same creative to both at random and compare conversions"),
    "budget_share": Words("抛硬币决定每天按不按新的预算投放", "decide by coin every day whether the new budget holds"),
}
# What the arms of an experiment are counted in, where that is not what the rows are.
ARMS = {"campaign": Words("个账号", "accounts"), "creative": Words("次点击", "clicks"), "audience": Words("次点击", "clicks")}
ARMS["budget_share"] = Words("天", "days")
ANY_UNIT = Words("条记录", "rows")
# What the independent units are; people themselves are not counted twice.
OWNERS = {"per_person_week": Words("人", "people"), "per_month": Words("个投放对象", "ad objects")}
ACCOUNTS = Words("个账号", "accounts")


def number(value: Any) -> str:
    """A number of an evidence row as a sentence shows it: 12300.0 is 12,300 and 0.25 stays."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.10g}"


def action(topic: Topic, row: Row, language: str) -> str:
    """The imperative of an action, its levels in words."""
    exact = f"{row['lever']}={str(row['to_level']).lower()}"
    pattern = (topic.levers.get(exact) or topic.levers.get(str(row["lever"])) or ANY_LEVER).said(language)
    said = {side: levels.level(row, side, language) for side in ("from_level", "to_level")}
    campaign = levels.level(row | {"to_level": row["campaign_key"] or row["to_level"]}, "to_level", language)
    step, bare = levels.step(row["outcome"], language), levels.bare(row, "to_level", language)
    return pattern.format(lever=str(row["lever"]).replace("_", " "), campaign=campaign, step=step, to_bare=bare, **said)


def scope(row: Row, language: str) -> str:
    """Where the action applies, in words."""
    named = [
        row["platform_zh"] if language == "zh" else row["platform_en"],
        row["account_name"],
        _segment(row, language),
    ]
    parts = [str(part) for part in named if part]
    return ("、" if language == "zh" else ", ").join(parts) or ("全部平台" if language == "zh" else "all platforms")


def _segment(row: Row, language: str) -> str | None:
    name = row[f"segment_name_{language}"]
    return name and (f"「{name}」用户" if language == "zh" else f"the segment {name}")


def sentence(topic: Topic, row: Row, rung: str, language: str) -> str:
    """A suggestion: what to do where, what it brings a month with its interval, and on how much that rests."""
    values = {name: number(row[name]) for name in ("expected_gain", "expected_gain_low", "expected_gain_high", "interval_percent")}
    words = {
        "scope": scope(row, language),
        "action": action(topic, row, language),
        "outcome": OUTCOMES.get(row["outcome"], _raw(row["outcome"])).said(language),
        "basis": _basis(row, rung).said(language),
        "counts": _counts(row, language),
    }
    pattern = Words(
        "{scope}：{action}。预计每月{outcome}增加 {expected_gain}（{interval_percent}% 区间 {expected_gain_low} 至 {expected_gain_high}）。"
        "依据 {counts}，{basis}。",
        "{action} ({scope}). Expected: {expected_gain} more {outcome} a month ({interval_percent}% interval {expected_gain_low} to "
        "{expected_gain_high}). It rests on {counts}. {basis}.",
    )
    return pattern.said(language).format(**words, **values)


def not_enough(topic: Topic, row: Row | None, reason: str, language: str) -> str:
    """Why there is no suggestion about a topic, and the experiment that would settle it with its size where that is known."""
    title = topic.title.said(language)
    if row is None:
        return Words(
            f"{title}：证据还不够，{topic.missing.zh}。可以这样验证：{topic.experiment.zh}。",
            f"{title}: not enough evidence; {topic.missing.en}. To settle it: {topic.experiment.en}.",
        ).said(language)
    values = {
        "title": title,
        "closest": f"{scope(row, language)}：{action(topic, row, language)}" if language == "zh" else _closest(topic, row),
        "why": _why(topic, row, reason).said(language),
        "experiment": EXPERIMENTS.get(row["lever"], topic.experiment).said(language),
        "rested": _rested(row, language),
        "size": _size(row, language),
    }
    pattern = Words(
        "{title}：证据还不够。最接近的做法是“{closest}”，但{why}{rested}。可以这样验证：{experiment}{size}。",
        "{title}: not enough evidence. The closest so far: {closest}. But {why}{rested}. To settle it: {experiment}{size}.",
    )
    return pattern.said(language).format(**values)


def _basis(row: Row, rung: str) -> Words:
    return OWN_BASES.get(row["outcome_unit"], BASES[rung]) if rung == "C" else BASES[rung]


def _why(topic: Topic, row: Row, reason: str) -> Words:
    """The reason in words; where not one row could be used, what is lacking for the question as a whole."""
    if reason == "no_outcome" and not row["n_count"]:
        return topic.missing
    return REASONS.get(reason, Words("有一项检验没通过", "a check failed"))


def _closest(topic: Topic, row: Row) -> str:
    return f"{action(topic, row, 'en')} ({scope(row, 'en')})"


def _rested(row: Row, language: str) -> str:
    if row["n_count"] is None or row["account_count"] is None:
        return ""
    counts = _counts(row, language)
    return f"（现有 {counts}）" if language == "zh" else f" ({counts} so far)"


def _counts(row: Row, language: str) -> str:
    """How much an effect rests on: rows, and the units they belong to."""
    unit = row["outcome_unit"]
    rows = f"{number(row['n_count'])} {UNITS.get(unit, ANY_UNIT).said(language)}"
    if unit == "per_person":
        return rows
    owners = f"{number(row['account_count'])} {OWNERS.get(unit, ACCOUNTS).said(language)}"
    return f"{rows}、{owners}" if language == "zh" else f"{rows} of {owners}"


def _size(row: Row, language: str) -> str:
    if row["needed_count"] is None:
        return ""
    unit = ARMS.get(row["lever"]) or UNITS.get(row["outcome_unit"], ANY_UNIT)
    needed, rows = number(row["needed_count"]), unit.said(language)
    return f"，每组约需 {needed} {rows}" if language == "zh" else f", with about {needed} {rows} in each group"


def _raw(code: Any) -> Words:
    text = str(code or "").replace("_", " ")
    return Words(text, text)
