"""Words for what several pages name alike: classes of negative information, lists of platforms, the scope of a figure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dashboards import format as fmt
from dashboards import registry
from dashboards.i18n import t, t_or


def category(code: Any) -> str:
    """A class of negative information as people call it."""
    return fmt.MISSING if fmt.is_missing(code) else t_or(f"category.{code}", str(code))


def text_set(code: Any) -> str:
    """The public set of texts that a model was measured on."""
    return t_or(f"labelling.set.{code}", str(code))


def platforms(codes: Iterable[str]) -> str:
    """Platform names in a line; none stands for all together."""
    names = [registry.all_platforms().get(code, code) for code in codes]
    return t("list_separator").join(names) or t("column.all_platforms")


def scope(platform: Any, account_key: Any) -> str:
    """What a figure covers: one account, one platform or everything."""
    if not fmt.is_missing(account_key):
        return registry.account_names().get(account_key, account_key)
    return t("column.all_platforms") if fmt.is_missing(platform) else registry.all_platforms().get(platform, platform)
