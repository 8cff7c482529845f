"""Names, definitions and formulas as the release itself gives them: metrics, platforms, accounts, content types."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from dashboards.data import query
from dashboards.i18n import named, t, t_or


@dataclass(frozen=True)
class Metric:
    """One entry of the metric registry, in the reader's language."""

    name: str
    label: str
    help: str
    unit: str
    additivity: str
    good_direction: str
    sql: str | None
    numerator: str | None = None
    denominator: str | None = None

    @property
    def over_rows(self) -> str:
        """The registry's SQL of this metric over many rows: a sum, or a rate weighted by its denominator."""
        if not self.sql or self.additivity == "never":
            raise KeyError(f"the metric registry gives no formula of {self.name} over many rows")
        return f"({self.sql})"

    @property
    def of_row(self) -> str:
        """The registry's SQL of this metric within one row."""
        if self.numerator and self.denominator:
            return f"({self.numerator})::double / nullif({self.denominator}, 0)"
        return self.name


def metric(name: str) -> Metric:
    """The registry's entry for a metric; a metric it does not know keeps its column name and says so."""
    entries = query("select * from core.dim_metrics where metric = $name", name=name)
    if entries.empty:
        return Metric(name, t_or(f"metric.{name}", name), t("metric_unknown"), "count", "sum", "up", None)
    row: dict[str, Any] = entries.iloc[0].where(entries.iloc[0].notna(), None).to_dict()
    text = named(row.get("definition_zh"), row.get("definition_en"))
    lines = [
        f"**{named(row['label_zh'], row['label_en'])}**",
        text,
        t("metric_formula", formula=row.get("formula") or "—"),
        t("metric_source", source=row.get("source") or "—"),
    ]
    if row["additivity"] == "never":
        lines.append(t("metric_never"))
    return Metric(
        name=name,
        label=named(row["label_zh"], row["label_en"]),
        help="\n\n".join(line for line in lines if line),
        unit=home_currency() or "count" if row["unit"] == "money" else row["unit"] or "count",
        additivity=row["additivity"] or "sum",
        good_direction=row.get("good_direction") or "up",
        sql=row.get("sql"),
        numerator=row.get("numerator"),
        denominator=row.get("denominator"),
    )


def label(name: str) -> str:
    """A column's name for people: the registry's where it is a metric, the app's own otherwise."""
    own = t_or(f"column.{name}", "")
    return own or metric(name).label


# The accounts that publish: web shops and sites deliver events and orders, but have no reach and no posts.
PUBLISHING = """
    select account_key from marts.mart_account_daily union select account_key from marts.mart_engagement_posts
"""


def platforms() -> dict[str, str]:
    """Every platform that has a publishing account, by key, with its name; the order is the release's own."""
    rows = query(
        f"""
        select p.platform, p.name_zh, p.name_en
        from core.dim_platforms as p
        where p.platform in (select a.platform from core.dim_accounts as a where a.account_key in ({PUBLISHING}))
        order by p.platform
        """
    )
    return {row.platform: named(row.name_zh, row.name_en) or row.platform for row in rows.itertuples()}


def all_platforms() -> dict[str, str]:
    """Every platform the release knows, by key, with its name; registers are listed beside them."""
    rows = query("select platform, name_zh, name_en from core.dim_platforms")
    names = {row.platform: named(row.name_zh, row.name_en) or row.platform for row in rows.itertuples()}
    return names | {"registers": t("registers")}


def accounts() -> pd.DataFrame:
    """One row per publishing account: key, platform, name, whether it is ours, own ones first."""
    return query(
        f"""
        select account_key, platform, coalesce(account_name, account_key) as account_name, coalesce(is_owned, true) as is_owned
        from core.dim_accounts where account_key in ({PUBLISHING})
        order by is_owned desc, platform, account_name
        """
    )


def home_currency() -> str:
    """The currency most orders are in, '' without orders."""
    rows = query("select currency from core.fct_orders where currency is not null group by currency order by count(*) desc limit 1")
    return str(rows["currency"].iloc[0]) if len(rows) else ""


def account_names() -> dict[str, str]:
    """Accounts by key, named with their platform; other people's accounts say so."""
    names = platforms()
    rows = accounts()
    return {
        row.account_key: f"{names.get(row.platform, row.platform)} · {row.account_name}" + ("" if row.is_owned else t("filter.external"))
        for row in rows.itertuples()
    }


def short_names() -> dict[str, str]:
    """Accounts' own names by key, for tables that have a platform column beside."""
    rows = query("select account_key, coalesce(account_name, account_key) as account_name from core.dim_accounts")
    return {row.account_key: row.account_name for row in rows.itertuples()}


def content_types() -> dict[str, str]:
    """Every content type that posts have, by key, with its name."""
    rows = query("select distinct content_type from marts.mart_engagement_posts where content_type is not null order by 1")
    return {key: content_type(key) for key in rows["content_type"]}


def content_type(key: str) -> str:
    """A content type's name; an unknown one keeps the platform's word."""
    return t_or(f"content_type.{key}", key)


def engagement_columns() -> list[str]:
    """The columns that some platform counts as engagement, in a fixed order; only those that posts' days have."""
    rows = query(
        """
        select c.column_name from information_schema.columns as c
        where c.table_schema = 'core' and c.table_name = 'fct_post_days'
            and c.column_name in (select unnest(p.engagement_members) from core.dim_platforms as p)
        order by c.ordinal_position
        """
    )
    return list(rows["column_name"])
