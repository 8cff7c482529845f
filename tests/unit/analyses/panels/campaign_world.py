"""Accounts × days with a planted campaign effect: an event inside the window, a weekly season, AR(1) noise and local trends."""

from __future__ import annotations

import numpy as np

from pipelines.analyses.panels.did import Panel


def campaign_panel(
    seed: int, *, effect: float = 0.0, controls: int = 8, base_days: int = 56, window_days: int = 30, contamination: float = 0.0
) -> Panel:
    """One treated account and `controls` others on the log scale; the first control carries `contamination` in the window."""
    rng = np.random.default_rng(seed)
    days, units = base_days + window_days, controls + 1
    in_window = np.arange(days) >= base_days
    event = np.zeros(days)
    event[base_days + 8 : base_days + 18] = 0.35
    week = 0.15 * np.sin(2 * np.pi * np.arange(days) / 7 + rng.uniform(0, 2 * np.pi)) + rng.normal(0, 0.03, (units, days))
    loading = rng.normal(1, 0.15, (units, 1))  # accounts feel the event and the week unequally
    noise = np.zeros((units, days))
    shock = rng.normal(0, 0.12, (units, days))
    for day in range(1, days):
        noise[:, day] = 0.4 * noise[:, day - 1] + shock[:, day]
    trend = np.cumsum(rng.normal(0, 0.006, (units, days)), axis=1)
    level = rng.normal(6, 0.8, (units, 1))
    values = level + loading * (week + event) + noise + trend
    values[0, in_window] += effect
    values[1, in_window] += contamination
    return Panel(values.T, np.arange(units) == 0, in_window)
