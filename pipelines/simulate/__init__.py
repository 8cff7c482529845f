"""A made-up brand's world and the export files its platforms would give: demo, tests and benchmark use the same."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

from pipelines.simulate import dirt as dirt_files
from pipelines.simulate import parameters as p
from pipelines.simulate.books import truth as books
from pipelines.simulate.exports import ads, creators, douyin_shop, mall_orders, registers, site_events, survey, voices
from pipelines.simulate.large import large_events, large_posts
from pipelines.simulate.ledger import Ledger
from pipelines.simulate.people import build_people
from pipelines.simulate.world import Scenario, build

__all__ = ["Simulation", "large_events", "large_posts", "simulate"]


@dataclass(frozen=True)
class Simulation:
    """Where the files are, how many, and the books they must agree with."""

    out: Path
    truth_path: Path
    truth: dict[str, Any]

    @property
    def files(self) -> list[Path]:
        return [self.out / entry["file"] for entry in self.truth["files"]]


def simulate(
    out: Path,
    seed: int = 7,
    days: int = 365,
    accounts: int = 2,
    scale: float = 1.0,
    end: date | None = None,
    platforms: Sequence[str] | None = None,
    dirt: bool = True,
    event_style: Literal["csv", "sensors", "ga4"] = "csv",
    truth_path: Path | None = None,
    matrix_accounts: int = 0,
) -> Simulation:
    """Write the export files of a world to `out/<account>/<file>` and its books to `truth_path` (default `out/truth.json`).

    The same arguments give the same bytes, so writing again changes nothing; a different file of the same name is never overwritten
    (FileExistsError). ValueError: a platform the simulator cannot write, or a scenario too small to write.
    """
    chosen = tuple(dict.fromkeys(platforms)) if platforms else p.DEMO_PLATFORMS
    if unknown := [k for k in chosen if k not in p.PLATFORMS]:
        raise ValueError(f"cannot simulate {', '.join(unknown)}; there are: {', '.join(p.PLATFORMS)}")
    if days < 14 or accounts < 1 or scale <= 0:
        raise ValueError("a simulation needs at least 14 days, 1 account and a scale above 0")
    out.mkdir(parents=True, exist_ok=True)
    world = build(
        Scenario(
            seed=seed,
            days=days,
            accounts=accounts,
            scale=scale,
            end=end or p.DEFAULT_END,
            platforms=chosen,
            matrix_accounts=matrix_accounts,
        )
    )
    people = build_people(world)
    ledger = Ledger(out, world, dirt)
    for platform in chosen:
        import_module(f"pipelines.simulate.exports.{platform}").write(world, ledger)
    site_events.write(world, people, ledger, event_style)
    mall_orders.write(world, people, ledger)
    shop = douyin_shop.write(world, ledger)
    brand: dict[str, Any] = {}
    if set(p.DEMO_PLATFORMS) <= set(chosen):  # the whole brand: what others say, advertising, a survey, its registers
        voices.write_comments(world, ledger)
        brand = {
            "mentions": voices.write_mentions(world, ledger),
            "ads": ads.write(world, ledger),
            "creators": creators.write(world, ledger),
            "survey": survey.write(world, ledger),
            "registers": registers.write(world, people, ledger),
        }
    if dirt:
        dirt_files.write_strangers(world, ledger)
    found = books(world, people, site_events.log(world, people), ledger, shop) | brand
    path = truth_path or out / "truth.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(found, ensure_ascii=False, indent=1, default=str) + "\n", encoding="utf-8")
    return Simulation(out, path, found)
