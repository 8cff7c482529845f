"""`uv run poe score [--seeds N]`: the engine on simulated worlds with planted truth, with Monte-Carlo error, beside what is required.

Seeds begin at 1000 and were not looked at while methods were built (those used lower ones). The engine sees frames in the shape of the
warehouse's own tables, never the truth; `--files N` also sends N small worlds through export files, ingestion and dbt (minutes each) and
compares the books.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from tests.lab.measures import Measures, Summary, summarise

FIRST_HELD_BACK_SEED = 1000
SCENARIOS = ("S2", "S3", "S4", "S5", "S6", "S7", "S8", "S9")
PANELS = 5  # campaign panels per world
EVERY = 4  # the other scenarios run on every fourth seed


def one_seed(job: tuple[int, bool]) -> dict[str, list[float]]:
    """Every measure of one seed, by name."""
    from pipelines.simulate.scenarios import scenario
    from pipelines.simulate.world import build
    from tests.lab.attribution import score_attribution
    from tests.lab.campaigns import draws, score_campaigns, with_spill
    from tests.lab.content import score_effects
    from tests.lab.crises import score_crises
    from tests.lab.festivals import score_forecasts
    from tests.lab.loop import score_loop

    seed, with_scenarios = job
    measures = Measures()
    baseline = build(scenario("S1", seed=seed))
    score_effects(baseline, measures, "S1")
    score_crises(baseline, measures, "S1")
    for drawn in draws(baseline, PANELS):
        score_campaigns(drawn, measures, "S1")
        score_campaigns(with_spill(drawn, 0.5), measures, "S1, a control with half the effect")
    score_loop(baseline, measures)
    score_attribution(baseline, measures)
    score_forecasts(seed, measures)
    score_effects(build(scenario("S0", seed=seed)), measures, "S0")
    for name in SCENARIOS if with_scenarios else ():
        world = build(scenario(name, seed=seed))
        score_effects(world, measures, name)
        if name == "S8":
            for drawn in draws(world, PANELS):
                score_campaigns(drawn, measures, name)
    return dict(measures.values)


Requirements = dict[str, tuple[str, Callable[[float], bool]]]


def at_most(limit: float) -> tuple[str, Callable[[float], bool]]:
    return f"≤ {limit:g}", lambda value: value <= limit


def at_least(limit: float) -> tuple[str, Callable[[float], bool]]:
    return f"≥ {limit:g}", lambda value: value >= limit


def between(low: float, high: float) -> tuple[str, Callable[[float], bool]]:
    return f"{low:g} – {high:g}", lambda value: low <= value <= high


REQUIRED = {
    "S1: bias of has_question on comment_count (log)": between(-0.02, 0.02),
    "S1: 95 % interval of has_question holds the truth": between(0.92, 0.99),
    "S1: null features rejected at 5 %": at_most(0.08),
    "S1: false discoveries among actionable content effects": at_most(0.10),
    "S1: regret of the best slot (log)": at_most(0.07),
    "S1: 90 % interval of the selected slot holds the truth": at_least(0.85),
    "S0: suggestion families": at_most(0.1),
    "S1: 95 % interval of a campaign holds the truth": between(0.90, 0.97),
    "S1: zero campaigns called an effect": at_most(0.10),
    "S1: campaigns of +0.20 found": at_least(0.75),
    "S1: crises found within a day": at_least(0.9),
    "S1: false alerts a week": at_most(0.5),
    "S1: alerts in the benign peak, per run": at_most(0.5),
    "forecasts, festivals: error against repeating last week": at_most(0.75),
}
REQUIRED_OF_FILES = {
    "files: rows lost (neither loaded, duplicate nor rejected)": at_most(0),
    "files: files read otherwise than written": at_most(0),
    "files: figures of the warehouse unlike the books": at_most(0),
    "files: account days unlike the books": at_most(0),
    "files: false alerts a week": at_most(0.5),
}


def derived(found: dict[str, Summary], runs: list[dict[str, list[float]]]) -> dict[str, Summary]:
    """Ratios of sums over seeds, with their error from resampling seeds: forecasts against the naive, realised against predicted."""
    out = dict(found)
    festivals = [f"forecasts, {season}: error" for season in ("双11", "Spring Festival")]
    naive = [f"{name} of repeating last week" for name in festivals]
    for name, above, below in (
        ("forecasts, festivals: error against repeating last week", festivals, naive),
        ("loop: slope of realised on predicted (target 1)", ["pairs: products"], ["pairs: squares"]),
    ):
        parts = np.array([[sum(sum(run.get(n, [])) for n in names) for names in (above, below)] for run in map(with_products, runs)])
        if parts[:, 1].sum() > 0:
            draws = np.random.default_rng(1).integers(0, len(parts), (2000, len(parts)))
            spread = parts[draws].sum(axis=1)
            error = np.std(spread[:, 0] / np.maximum(spread[:, 1], 1e-12))
            count = sum(len(run.get(above[0], [])) for run in map(with_products, runs))
            out[name] = Summary(float(parts[:, 0].sum() / parts[:, 1].sum()), float(error), len(parts), count)
    return {name: summary for name, summary in out.items() if not name.startswith("pairs")}


def with_products(run: dict[str, list[float]]) -> dict[str, list[float]]:
    """The run with the products that a regression through the origin needs."""
    predicted, realised = run.get("pairs: predicted", []), run.get("pairs: realised", [])
    products = [p * r for p, r in zip(predicted, realised, strict=True)]
    return run | {"pairs: products": products, "pairs: squares": [p * p for p in predicted]}


def report(found: dict[str, Summary], required: Requirements) -> bool:
    """Print every measure beside its requirement; whether all are met."""
    met = True
    print(f"{'measure':<76}{'mean':>9}{'± 95 %':>9}{'n':>7}   required")
    for name, one in found.items():
        verdict = ""
        if name in required:
            words, holds = required[name]
            met &= (ok := holds(one.mean))
            verdict = f"{words:<13} {'met' if ok else 'NOT MET'}"
        print(f"{name:<76}{one.mean:>9.3f}{1.96 * one.error:>9.3f}{one.count:>7}   {verdict}")
    if missing := required.keys() - found.keys():
        print("not measured:", ", ".join(sorted(missing)))
    return met and not missing


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--seeds", type=int, default=40, help="how many worlds of each main scenario (default 40; 0: only --files)")
    parser.add_argument("--first", type=int, default=FIRST_HELD_BACK_SEED, help="the first seed")
    parser.add_argument("--processes", type=int, default=multiprocessing.cpu_count())
    parser.add_argument("--files", type=int, default=0, help="worlds to send through files, ingestion and dbt as well")
    parser.add_argument("--json", type=Path, help="also write the figures there")
    options = parser.parse_args()
    begun = time.monotonic()
    jobs = [(seed, seed % EVERY == 0) for seed in range(options.first, options.first + options.seeds)]
    runs: list[dict[str, list[float]]] = []
    # a fresh process per world: frames of a hundred worlds would not fit beside each other
    with multiprocessing.get_context("spawn").Pool(options.processes, maxtasksperchild=4) as pool:
        for number, run in enumerate(pool.imap_unordered(one_seed, jobs), 1):
            runs.append(run)
            print(f"\r{number} of {len(jobs)} seeds, {time.monotonic() - begun:.0f} s", end="", flush=True)
    print()
    found = derived(summarise(runs), runs) if runs else {}
    met = report(found, REQUIRED) if runs else True
    if options.files:
        from tests.lab.whole import whole_world

        whole = summarise([whole_world(seed) for seed in range(options.first, options.first + options.files)])
        met &= report(whole, REQUIRED_OF_FILES)
        found |= whole
    if options.json:
        figures: dict[str, Any] = {name: vars(one) for name, one in found.items()}
        options.json.write_text(json.dumps(figures, ensure_ascii=False, indent=1), encoding="utf-8")
    verdict = "all requirements met" if met else "NOT all requirements met"
    print(f"{len(jobs)} seeds from {options.first}, {time.monotonic() - begun:.0f} s; {verdict}")


if __name__ == "__main__":
    main()
