"""The sample exports of `pulse demo`: one simulated year of a made-up brand, laid into an empty landing folder."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

SEED = 7
ACCOUNTS = 3  # per platform: fewer say nothing about what works within an account


def write_samples(landing: Path) -> None:
    """Simulate into a scratch folder, then move the export files to `landing`; the truth lies beside it (`simulated-truth.json`)."""
    from pipelines.simulate import simulate

    landing.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=landing.parent, prefix=".samples-") as scratch:
        out = Path(scratch) / "out"
        simulate(out, seed=SEED, accounts=ACCOUNTS, truth_path=landing.parent / "simulated-truth.json")
        for folder in sorted(out.iterdir()):
            shutil.move(folder, landing / folder.name)
