"""What a run over one seed hands back: named numbers, averaged over seeds with their Monte-Carlo error."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np


@dataclass
class Measures:
    """Numbers by name. Each seed is one witness: what it holds of a name is averaged first, then the seeds are."""

    values: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def add(self, name: str, *numbers: float | bool | None) -> None:
        self.values[name] += [float(n) for n in numbers if n is not None and np.isfinite(float(n))]

    def share(self, name: str, flags: Iterable[bool]) -> None:
        self.add(name, *flags)


@dataclass(frozen=True)
class Summary:
    """Mean over seeds, its Monte-Carlo standard error, number of seeds and of single observations."""

    mean: float
    error: float
    seeds: int
    count: int


def summarise(runs: list[dict[str, list[float]]]) -> dict[str, Summary]:
    """Over all runs (one per seed): the pooled mean, with the error of a ratio estimator over seeds."""
    out = {}
    for name in sorted({n for run in runs for n in run}):
        parts = [np.array(run[name]) for run in runs if run.get(name)]
        if not parts:
            continue
        sizes, sums = np.array([p.size for p in parts]), np.array([p.sum() for p in parts])
        mean = sums.sum() / sizes.sum()
        spread = np.sqrt(((sums - mean * sizes) ** 2).sum() * len(parts) / max(len(parts) - 1, 1)) / sizes.sum()
        out[name] = Summary(float(mean), float(spread) if len(parts) > 1 else float("nan"), len(parts), int(sizes.sum()))
    return out
