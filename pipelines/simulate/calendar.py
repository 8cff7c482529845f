"""How the calendar moves the world: weekday, holidays, shopping festivals. Log effects per day."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

SPRING_FESTIVAL = {
    2019: (2, 5), 2020: (1, 25), 2021: (2, 12), 2022: (2, 1), 2023: (1, 22), 2024: (2, 10), 2025: (1, 29), 2026: (2, 17),
    2027: (2, 6), 2028: (1, 26), 2029: (2, 13), 2030: (2, 3), 2031: (1, 23), 2032: (2, 11), 2033: (1, 31), 2034: (2, 19), 2035: (2, 8),
}  # fmt: skip

EFFECTS = {
    "spring_festival_attention": -0.30,
    "national_day_attention": 0.15,
    "shopping_attention": 0.06,
    "spring_festival_orders": -0.80,
    "shopping_orders": 0.45,
    "shopping_peak_orders": 0.60,
    "weekend_orders": 0.10,
    "holiday_posting": -0.60,
    "weekend_posting": -0.25,
    "shopping_posting": 0.20,
    "yearly_attention": 0.08,
}
PEAKS = {(6, 1), (6, 18), (10, 31), (11, 11)}


def day_list(first: date, count: int) -> list[date]:
    return [first + timedelta(days=i) for i in range(count)]


def flags(days: list[date]) -> dict[str, np.ndarray]:
    """Calendar facts of each day as 0/1 arrays, and the phase of the year."""
    festival = [date(y, *md) for y, md in SPRING_FESTIVAL.items()]
    return {
        "weekend": np.array([d.weekday() >= 5 for d in days], float),
        "spring_festival": np.array([any(-2 <= (d - f).days <= 6 for f in festival) for d in days], float),
        "national_day": np.array([d.month == 10 and d.day <= 7 for d in days], float),
        "shopping": np.array([(5, 25) <= (d.month, d.day) <= (6, 18) or (10, 21) <= (d.month, d.day) <= (11, 11) for d in days], float),
        "peak": np.array([(d.month, d.day) in PEAKS for d in days], float),
        "phase": np.array([2 * np.pi * d.timetuple().tm_yday / 365.25 for d in days]),
    }


def attention(days: list[date], weekend: float) -> np.ndarray:
    """Log effect of each day on how much people look at posts; `weekend` is the platform's own."""
    f = flags(days)
    return (
        weekend * f["weekend"]
        + EFFECTS["spring_festival_attention"] * f["spring_festival"]
        + EFFECTS["national_day_attention"] * f["national_day"]
        + EFFECTS["shopping_attention"] * f["shopping"]
        - EFFECTS["yearly_attention"] * np.cos(f["phase"])  # tea drinks sell in summer
    )


def ordering(days: list[date]) -> np.ndarray:
    """Log effect of each day on orders."""
    f = flags(days)
    return (
        EFFECTS["weekend_orders"] * f["weekend"]
        + EFFECTS["spring_festival_orders"] * f["spring_festival"]
        + EFFECTS["shopping_orders"] * f["shopping"]
        + EFFECTS["shopping_peak_orders"] * f["peak"]
    )


def posting(days: list[date]) -> np.ndarray:
    """Log effect of each day on how many posts an account publishes."""
    f = flags(days)
    holiday = np.maximum(f["spring_festival"], f["national_day"])
    return EFFECTS["weekend_posting"] * f["weekend"] + EFFECTS["holiday_posting"] * holiday + EFFECTS["shopping_posting"] * f["shopping"]
