"""The sample exports of `pulse demo`: one simulated year of a made-up brand, laid into an empty landing folder."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

SEED = 7
ACCOUNTS = 3  # per platform: fewer say nothing about what works within an account
MATRIX_ACCOUNTS = 3  # more on two platforms: a best hour and a campaign's effect are judged against several other accounts


def write_samples(landing: Path) -> None:
    """Simulate into a scratch folder, then move the export files to `landing`; the truth lies beside it (`simulated-truth.json`)."""
    from pipelines.simulate import simulate

    landing.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=landing.parent, prefix=".samples-") as scratch:
        out = Path(scratch) / "out"
        simulate(out, seed=SEED, accounts=ACCOUNTS, matrix_accounts=MATRIX_ACCOUNTS, truth_path=landing.parent / "simulated-truth.json")
        for folder in sorted(out.iterdir()):
            shutil.move(folder, landing / folder.name)
