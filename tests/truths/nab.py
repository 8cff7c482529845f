"""The Numenta Anomaly Benchmark's rule, and our early-warning detector measured by it.

``uv run poe nab FOLDER`` scores the detector on a folder of NAB series (``realTweets/*.csv`` beside a windows file); nothing is tuned
there. The rule is that of NAB 1.1, standard profile: the first detection in a window earns up to 1 (the earlier the more), a missed
window costs 1, every detection outside costs up to 0.11; the first 15 % (at most 750 rows) of a file do not count. 0 is a detector that
says nothing, 100 a perfect one. ``test_nab.py`` holds it to the totals NAB publishes for four detectors.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

FALSE_POSITIVE_COST = 0.11
STEEPNESS = 5.0


@dataclass(frozen=True)
class Labelled:
    """One file: when each value was read, the value, and the first and last row of each labelled window."""

    name: str
    at: np.ndarray
    values: np.ndarray
    windows: list[tuple[int, int]]


def series(folder: Path, windows: Path | None = None) -> list[Labelled]:
    """Every csv under `folder` that the windows file (default: the json beside them) has labels for, by name."""
    found = windows or next(p for p in sorted(folder.glob("*.json")))
    labels: dict[str, list[list[str]]] = json.loads(found.read_text())
    out = []
    for name in sorted(labels):
        path = folder / name
        if not path.exists():
            continue
        frame = pl.read_csv(path, try_parse_dates=True)
        at = frame["timestamp"].to_numpy().astype("datetime64[s]")
        limits = [tuple(int(np.searchsorted(at, np.datetime64(edge[:19]))) for edge in window) for window in labels[name]]
        out.append(Labelled(name, at, frame["value"].to_numpy().astype(float), [(a, b) for a, b in limits]))
    return out


def _position_value(position: np.ndarray) -> np.ndarray:
    return np.where(position > 3.0, -1.0, 2 / (1 + np.exp(STEEPNESS * np.clip(position, -10, 10))) - 1)


def points(data: Labelled) -> tuple[np.ndarray, np.ndarray]:
    """What a detection at each row is worth, and the number of its window (-1 outside)."""
    rows = np.arange(len(data.values))
    worth, window_of = np.full(len(rows), -FALSE_POSITIVE_COST), np.full(len(rows), -1)
    for number, (left, right) in enumerate(data.windows):
        width = right - left + 1
        after = rows > right
        worth[after] = FALSE_POSITIVE_COST * _position_value((rows[after] - right) / max(width - 1, 1))
        inside = (rows >= left) & (rows <= right)
        best = _position_value(np.array([-1.0]))[0]
        worth[inside] = _position_value(-(right - rows[inside] + 1) / width) / best
        window_of[inside] = number
    return worth, window_of


def score(files: Sequence[tuple[Labelled, np.ndarray]]) -> float:
    """The normalised score of detections (one boolean per row) over all files together."""
    total, count = 0.0, 0
    for data, detected in files:
        worth, window_of = points(data)
        counted = np.arange(len(worth)) >= min(int(0.15 * len(worth)), 750)
        hits = detected & counted
        total += worth[hits & (window_of < 0)].sum()
        for number in range(len(data.windows)):
            mine = worth[hits & (window_of == number)]
            total += mine.max() if mine.size else -1.0
        count += len(data.windows)
    return float(100 * (total + count) / (2 * count))


def main(folder: str) -> None:
    from pipelines.analyses.warning.detector import detect_single

    files = [(data, detect_single(data.at, data.values)) for data in series(Path(folder))]
    for data, detected in files:
        print(f"{data.name:<45} {score([(data, detected)]):6.1f}   {int(detected.sum())} detections, {len(data.windows)} windows")
    print(f"{'together':<45} {score(files):6.1f}")


if __name__ == "__main__":
    main(sys.argv[1])
