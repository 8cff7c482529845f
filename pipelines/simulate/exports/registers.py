"""The brand's own registers as workbooks: goals, campaigns, theme rules, points, risks, crisis plans, competitors, costs, team."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from pipelines.simulate import files, news
from pipelines.simulate import parameters as p
from pipelines.simulate.exports import register_words as w
from pipelines.simulate.ledger import Ledger
from pipelines.simulate.people import People, moment
from pipelines.simulate.world import World

FOLDER = "运营台账"
LEDGER_DAYS = 120
Rows = list[dict[str, Any]]


def _save(ledger: Ledger, register: str, sheets: dict[str, tuple[str, pl.DataFrame]]) -> None:
    """One workbook; `sheets` is title -> (entity, rows). Empty sheets are left out."""
    filled = {title: (entity, table) for title, (entity, table) in sheets.items() if table.height}
    at = ledger.capture(ledger.world.scenario.all_days - 1, f"register {register}")
    data = files.xlsx_bytes({title: table for title, (_, table) in filled.items()}, "excel", at)
    ledger.write(
        FOLDER,
        f"{register}.xlsx",
        data,
        at,
        kind=f"registers.{register}",
        platform="registers",
        entity=None,
        rows=sum(table.height for _, table in filled.values()),
        tables={entity: table.height for entity, table in filled.values()},
    )


def _table(rows: Rows) -> pl.DataFrame:
    """Rows as a sheet of text and numbers; dates as text."""
    return pl.DataFrame([{k: str(v) if isinstance(v, date) else v for k, v in row.items()} for row in rows], infer_schema_length=None)


def write(world: World, people: People, ledger: Ledger) -> dict[str, Any]:
    """Write all registers of the brand; what is planted in them for the books."""
    goals = _goals(world)
    _save(ledger, "goals", {"目标": ("goals", _table(goals))})
    _save(ledger, "campaigns", {"活动": ("campaigns", _table(_campaigns(world))), "活动作品": ("campaign_posts", _campaign_posts(world))})
    _save(ledger, "content", {"主题规则": ("theme_rules", _table(_themes()))})
    points, planted = _points(world, people)
    _save(ledger, "points", {"积分规则": ("points_rules", _table(_dated(world, w.POINTS_RULES))), "积分流水": ("points_entries", points)})
    _save(ledger, "risks", {"风险": ("risks", _table(_dated(world, w.RISKS)))})
    _save(ledger, "crisis", _crisis(world))
    market = {"竞品": ("competitors", _table(w.COMPETITORS)), "市场数据": ("context_facts", _table(_dated(world, w.FACTS)))}
    _save(ledger, "market", market)
    _save(ledger, "costs", {"成本与工时": ("platform_costs", _costs(world))})
    _save(ledger, "team", {"团队成员": ("team_members", _table(_dated(world, w.TEAM)))})
    return {"goals": _table(goals).to_dicts(), "points": planted}


def _dated(world: World, rows: Rows) -> Rows:
    """Rows whose dates are written as days before the end of the world."""
    day_columns = ("日期", "生效", "截止")
    return [
        {
            k: world.scenario.end - timedelta(days=v) if isinstance(v, int) and any(d in k for d in day_columns) else v
            for k, v in row.items()
        }
        for row in rows
    ]


def _goals(world: World) -> Rows:
    """Targets that lie a little above or below what the last four weeks promise."""
    s, rows = world.scenario, []
    month = date(s.end.year, s.end.month, 1)
    month_end = (month + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    quarter = date(s.end.year, 3 * ((s.end.month - 1) // 3) + 1, 1)
    quarter_end = (quarter + timedelta(days=95)).replace(day=1) - timedelta(days=1)
    recent = slice(s.all_days - 28, s.all_days)
    for goal, kind, metric, count, platform, first, last, stretch in (
        ("抖音播放量月目标", "品牌知名度", "播放/阅读量", "views", "douyin", month, month_end, 0.95),
        ("小红书收藏月目标", "品牌形象", "收藏", "saves", "xiaohongshu", month, month_end, 1.25),
        ("公众号分享月目标", "品牌知名度", "分享", "shares", "wechat", month, month_end, 1.0),
        ("视频号播放季度目标", "市场份额", "播放/阅读量", "views", "channels", quarter, quarter_end, 1.05),
        ("公众号新增粉丝季度目标", "品牌知名度", "新增粉丝", "follower_gain", "wechat", quarter, quarter_end, 1.1),
    ):
        if platform not in s.platforms:
            continue
        is_main = count == "follower_gain"  # only the main account exports it
        accounts = world.accounts.filter((pl.col("platform") == platform) & (pl.col("rank") == 0 if is_main else True))
        mine = accounts["account_index"].to_numpy()
        daily = float(world.account_days[count][mine, recent].sum() / 28)
        days = (last - first).days + 1
        rows.append(
            {
                "目标": goal,
                "目标类别": kind,
                "指标": metric,
                "平台": p.PLATFORMS[platform].name_zh,
                "账号": accounts["account_name"][0] if is_main else None,
                "开始日期": first,
                "结束日期": last,
                "目标值": float(round(daily * days * stretch)),
                "基准值": float(round(daily * days)),
                "达标方向": "不低于",
                "负责人": "运营-01",
                "备注": None,
            }
        )
    return rows


def _campaigns(world: World) -> Rows:
    end, rows = world.scenario.end, []
    for c, words in zip(world.scenario.truth.campaigns, w.CAMPAIGN_WORDS, strict=False):
        rows.append({"活动名称": c.name, "开始日期": end - timedelta(days=c.starts), "结束日期": end - timedelta(days=c.ends), **words})
    return rows


def _campaign_posts(world: World) -> pl.DataFrame:
    """Posts that carry a campaign: by id where the platform's files have one, else by a title that only one post has."""
    carried = world.posts.filter(pl.col("campaign").is_not_null() & (pl.col("title") != ""))
    unique = world.posts.group_by("platform", "title").len().filter(pl.col("len") == 1).select("platform", "title")
    names = pl.col("platform").replace_strict({k: v.name_zh for k, v in p.PLATFORMS.items()})
    return (
        carried.join(unique, on=["platform", "title"])
        .sort("post_index")
        .select(
            活动名称="campaign",
            平台=names,
            链接类型=pl.lit("作品"),
            账号=pl.lit(p.ACCOUNT_NAMES[0]),
            作品ID=pl.when(pl.col("platform") == "weibo")
            .then(pl.col("post_number").cast(pl.String))
            .when(pl.col("platform") == "channels")
            .then(pl.lit("export/UzFfAgtgek") + pl.col("token")),
            作品标题=pl.when(~pl.col("platform").is_in(["weibo", "channels"])).then("title"),
        )
    )


def _themes() -> Rows:
    return [
        {"规则编号": f"T{k + 1:02d}", "标签类别": "主题", "标签": name, "互斥组": "主题", "关键词": words, "优先级": k + 1, "启用": "是"}
        for k, (name, words) in enumerate(w.THEMES.items())
    ]


def _crisis(world: World) -> dict[str, tuple[str, pl.DataFrame]]:
    """Types and playbooks; the timeline of the two biggest planted crises; one drill."""
    steps = [
        {"危机类型": kind, "预案版本": 1, "步骤序号": k + 1, "应对措施": what, "责任岗位": role, "生效日期": 300, "时限（小时）": hours}
        for kind in ("通用", *(t["危机类型"] for t in w.CRISIS_TYPES[:3]))
        for k, (what, role, hours) in enumerate(w.PLAYBOOK)
    ]
    found = sorted(news.plan(world).crises, key=lambda c: -c.magnitude)[:2]
    timeline = [
        {
            "危机事件": f"{c.starts_at:%m月%d日}{c.category}舆情",
            "发生时间": f"{c.starts_at + timedelta(hours=after):%Y-%m-%d %H:%M}",
            "记录类型": kind,
            "沟通对象": to,
            "危机类型": c.category,
            "级别": min(5, max(1, round(c.magnitude / 2))),
            "平台": p.PLATFORMS[c.platform].name_zh,
            "内容摘要": what,
            "负责人": "运营-01",
        }
        for c in found
        for after, kind, to, what in w.TIMELINE
        if (c.starts_at + timedelta(hours=after)).date() <= world.scenario.end
    ]
    return {
        "危机类型": ("crisis_types", _table(w.CRISIS_TYPES)),
        "预案": ("playbooks", _table(_dated(world, steps))),
        "危机记录": ("crisis_statements", _table(timeline)),
        "演练": ("drills", _table(_dated(world, w.DRILLS))),
    }


def _costs(world: World) -> pl.DataFrame:
    """Money and hours of every month and platform. Some platforms cost more than they bring."""
    s, rng = world.scenario, world.scenario.rng("costs")
    months = pl.date_range(s.start.replace(day=1), s.end, "1mo", eager=True)
    rows: Rows = []
    for platform in (k for k in s.platforms if k in w.MONTHLY_COSTS):
        for kind, (amount, hours) in w.MONTHLY_COSTS[platform].items():
            factor = np.exp(rng.normal(0, 0.12, len(months)))
            for month, f in zip(months, factor, strict=True):
                rows.append(
                    {
                        "费用项目": f"{kind}费用",
                        "月份": month,
                        "平台": p.PLATFORMS[platform].name_zh,
                        "费用类别": kind,
                        "金额": float(round(amount * f)),
                        "币种": "CNY",
                        "工时": float(round(hours * f)) if hours else None,
                    }
                )
    return _table(rows)


def _points(world: World, people: People) -> tuple[pl.DataFrame, dict[str, Any]]:
    """The ledger of members who bought: earned by paying, sharing and registering, spent on rewards; some rows that should be looked at."""
    s, rng = world.scenario, world.scenario.rng("points")
    first = max(s.all_days - LEDGER_DAYS, p.BURN_IN_DAYS) * 86400
    events = people.events.filter(pl.col("second") >= first)
    buyers = events.filter(pl.col("event_type") == "pay").select("person").unique()
    day = pl.col("second") // 86400
    earned = events.join(buyers, on="person", how="semi").filter(pl.col("event_type").is_in(["pay", "share", "register"]))
    earned = earned.sort("person", "second").with_columns(nth=pl.int_range(pl.len()).over("person", "event_type", day))
    earned = earned.filter((pl.col("event_type") != "share") | (pl.col("nth") < 3)).select(
        "person",
        "second",
        "user_id",
        kind=pl.lit("获得"),
        points=pl.when(pl.col("event_type") == "pay")
        .then(pl.col("amount_fen") // 100)
        .when(pl.col("event_type") == "share")
        .then(5)
        .otherwise(50),
        rule=pl.col("event_type").replace_strict({"pay": "消费得积分", "share": "分享得积分", "register": "注册礼"}),
        reward=pl.lit(None, dtype=pl.String),
        order=pl.when(pl.col("event_type") == "pay").then("order_id"),
    )
    totals = earned.group_by("person", "user_id").agg(total=pl.col("points").sum(), second=pl.col("second").max()).sort("person")
    u = pl.Series(rng.random(totals.height))
    spent = totals.filter((pl.col("total") >= 100) & (u < 0.55)).select(
        "person",
        pl.col("second") + 3600,
        "user_id",
        kind=pl.lit("兑换"),
        points=-(pl.col("total") // 100 * 100),
        rule=pl.lit("积分兑换"),
        reward=pl.when(pl.col("total") >= 300).then(pl.lit("青禾随行杯")).otherwise(pl.lit("5元券")),
        order=pl.lit(None, dtype=pl.String),
    )
    odd = totals.head(3).select(
        "person",
        pl.col("second") + 7200,
        "user_id",
        kind=pl.lit("调整"),
        points=pl.lit(5000, dtype=pl.Int64),
        rule=pl.lit("人工调整"),
        reward=pl.lit(None, dtype=pl.String),
        order=pl.lit(None, dtype=pl.String),
    )
    entries = pl.concat([earned, spent, odd], how="vertical_relaxed").filter(pl.col("second") < s.all_days * 86400 - 600)
    entries = entries.sort("person", "second", "kind", maintain_order=True).with_columns(balance=pl.col("points").cum_sum().over("person"))
    broken = pl.int_range(pl.len()) % 401 == 200  # a balance that somebody typed wrong
    entries = entries.with_columns(shown=pl.when(broken).then(pl.col("balance") + 10).otherwise("balance"), broken=broken)
    table = entries.sort("second", "person", maintain_order=True).select(
        流水号=pl.lit("JF") + pl.int_range(1, pl.len() + 1).cast(pl.String).str.zfill(8),
        发生时间=moment(s, pl.col("second")).dt.strftime("%Y-%m-%d %H:%M:%S"),
        用户ID="user_id",
        流水类型="kind",
        积分变动="points",
        余额="shown",
        规则名称="rule",
        兑换物品="reward",
        关联订单="order",
    )
    by_kind = dict(entries.group_by("kind").agg(pl.col("points").sum()).sort("kind").iter_rows())
    return table, {
        "entries": table.height,
        "by_kind": by_kind,
        "wrong_balances": int(entries["broken"].sum()),
        "odd_adjustments": odd.height,
    }
