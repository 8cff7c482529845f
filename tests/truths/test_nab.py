"""The rule of the Numenta Anomaly Benchmark gives what NAB publishes, and what can be worked out by hand."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from tests.truths.nab import Labelled, score, series

# `standard` in NAB's results/final_results.json
PUBLISHED = {
    "numenta": 70.10105611943965,
    "knncad": 57.99434335898808,
    "windowedGaussian": 39.649523496077585,
    "twitterADVec": 47.06195725408189,
}
CORPUS: dict[str, dict[str, Any]] = json.loads((Path(__file__).parent / "data" / "nab_detections.json").read_text())
NAB = Path(os.environ.get("NAB_DIR", "NAB"))
needs_nab = pytest.mark.skipif(not (NAB / "labels").is_dir(), reason="NAB_DIR names no folder with the benchmark")


def _labelled(name: str, rows: int, *windows: tuple[int, int]) -> Labelled:
    return Labelled(name, np.arange(rows).astype("datetime64[s]"), np.zeros(rows), list(windows))


def _detected(rows: int, *at: int) -> np.ndarray:
    return np.isin(np.arange(rows), at)


@pytest.mark.parametrize("detector", PUBLISHED)
def test_published_totals_are_reproduced(detector: str) -> None:
    files = [
        (_labelled(name, one["rows"], *map(tuple, one["windows"])), _detected(one["rows"], *one["detections"][detector]))
        for name, one in CORPUS.items()
    ]
    assert (len(files), sum(len(data.windows) for data, _ in files)) == (58, 116)
    assert score(files) == pytest.approx(PUBLISHED[detector], abs=1e-6)


def test_every_detection_is_worth_what_the_rule_says() -> None:
    """100 rows, so 15 do not count; two windows of ten rows, the second missed."""
    data = _labelled("by hand", 100, (40, 49), (70, 79))
    late = 0.11 * (2 / (1 + np.exp(5 * 3 / 9)) - 1)  # three rows behind a window whose ends are nine rows apart
    by_row = {
        (): -2.0,
        (14,): -2.0,  # in the part that does not count
        (15,): -2.11,  # before every window
        (40,): 1.0 - 1.0,  # the first row of a window
        (40, 45, 49): 1.0 - 1.0,  # only the first detection of a window earns
        (52,): -2.0 + late,
        (69,): -2.0 + 0.11 * (2 / (1 + np.exp(5 * 20 / 9)) - 1),
        (5, 20, 40, 45, 52): -0.11 + 1.0 + late - 1.0,
        (40, 70): 2.0,
    }
    for rows, points in by_row.items():
        assert score([(data, _detected(100, *rows))]) == pytest.approx(100 * (points + 2) / 4), rows
    assert score([(data, _detected(100, 5, 20, 40, 45, 52))]) == pytest.approx(45.374, abs=0.001)


def test_windows_are_found_by_their_times(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    lines = ["timestamp,value", "2026-01-01 00:00:00,1", "2026-01-01 00:05:00,2", "2026-01-01 00:20:00,3", "2026-01-01 00:25:00,4"]
    (tmp_path / "real" / "a.csv").write_text("\n".join(lines))
    labels = {"real/a.csv": [["2026-01-01 00:05:00.000000", "2026-01-01 00:20:00.000000"]], "real/absent.csv": []}
    (tmp_path / "windows.json").write_text(json.dumps(labels))
    (found,) = series(tmp_path)
    assert (found.name, found.values.tolist(), found.windows) == ("real/a.csv", [1.0, 2.0, 3.0, 4.0], [(1, 2)])


@needs_nab
def test_the_benchmark_s_own_files_give_the_same_windows_and_detections() -> None:
    found = series(NAB / "data", NAB / "labels" / "combined_windows.json")
    assert {f.name: (len(f.values), f.windows) for f in found} == {n: (o["rows"], [*map(tuple, o["windows"])]) for n, o in CORPUS.items()}
    for name, one in CORPUS.items():
        result = NAB / "results" / "twitterADVec" / Path(name).with_name(f"twitterADVec_{Path(name).name}")
        scores = pl.read_csv(result)["anomaly_score"].to_numpy()
        assert np.flatnonzero(scores >= 0.5).tolist() == one["detections"]["twitterADVec"], name
