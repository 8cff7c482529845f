"""Campaign effects against other accounts: coverage, false positives and power."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import polars as pl

from pipelines.analyses.panels.campaign_effects import campaign_tables
from pipelines.simulate import panels
from pipelines.simulate.answers import answers
from pipelines.simulate.world import World
from tests.lab.measures import Measures

FAR = 1_000_000  # from one draw's seed to the next


def score_campaigns(world: World, measures: Measures, name: str) -> None:
    """Each planted campaign's effect on views, its interval, and whether it was called an effect."""
    truth = {row["campaign_key"]: row for row in answers(world).campaign_effects.to_dicts()}
    known = panels.campaigns(world)
    days = panels.campaign_daily(world)
    for key, planted in truth.items():
        mine = known.filter(pl.col("campaign_key") == key)
        accounts = [mine["account_key"][0], *mine["control_account_keys"][0]]
        posts = pl.DataFrame({"campaign_key": [key], "account_key": [mine["account_key"][0]], "platform": [mine["platform"][0]]})
        found = campaign_tables(
            mine.with_columns(plan_campaign_key=pl.lit(None, pl.String)), posts, days.filter(pl.col("account_key").is_in(accounts))
        )["campaign_effects"].filter((pl.col("outcome") == "view_count") & pl.col("effect").is_not_null())
        if found.is_empty():
            measures.add(f"{name}: campaigns without an estimate", True)
            continue
        row, effect = found.row(0, named=True), float(planted["effect"])
        measures.add(f"{name}: campaigns without an estimate", False)
        measures.add(f"{name}: 95 % interval of a campaign holds the truth", row["ci_low"] <= effect <= row["ci_high"])
        measures.add(f"{name}: bias of campaign effects (log)", row["effect"] - effect)
        called = not row["ci_low"] <= 0 <= row["ci_high"]
        if effect == 0:
            measures.add(f"{name}: zero campaigns called an effect", called)
        elif effect >= 0.2:
            measures.add(f"{name}: campaigns of +0.20 found", called and row["effect"] > 0)


def draws(world: World, count: int) -> Iterator[World]:
    """The world and others with the same truth whose panels were drawn anew: one panel of a seed says little about rates near 5 %."""
    for number in range(count):
        yield replace(world, scenario=replace(world.scenario, seed=world.scenario.seed + number * FAR))


def with_spill(world: World, share: float) -> World:
    """The same world, where the first control of each campaign takes this share of its effect."""
    truth = world.scenario.truth
    campaigns = tuple(replace(c, spill=share * c.effect) for c in truth.campaign_panels)
    return replace(world, scenario=replace(world.scenario, truth=replace(truth, campaign_panels=campaigns)))
