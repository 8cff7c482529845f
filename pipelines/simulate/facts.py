"""What stays fixed about a post: its ids, its length and how it holds its audience."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.simulate import parameters as p

BASE62 = np.array(list("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"))
URL_SAFE = np.array(list("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"))


def post_facts(posts: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """`post_number` (19 digits at most, rising with time), `token`, `hexes`, `duration` and the audience rates of each post."""
    n = posts.height
    quality = posts["quality"].to_numpy()
    kind = posts["content_type"].to_numpy()
    low, high = (
        posts["platform"].replace_strict({k: float(v.durations[i]) for k, v in p.PLATFORMS.items()}, return_dtype=pl.Float64).to_numpy()
        for i in (0, 1)
    )
    duration = np.rint(low + (high - low) * rng.beta(1.4, 2.2, n)).astype(int)
    centre = np.select([kind == "short_video", kind == "long_video", kind == "article"], [-1.7, -1.1, 0.2], -0.9)
    completion = 1 / (1 + np.exp(-(centre + 0.4 * quality + rng.normal(0, 0.45, n))))
    completion_5s = np.where(kind == "image_text", completion, np.minimum(completion**0.45, 0.98))
    seconds = posts["published_at"].dt.epoch("s").to_numpy()
    return pl.DataFrame(
        {
            "post_number": 4_900_000_000_000_000 + (seconds - 1_600_000_000) * 1_000_000 + rng.integers(0, 10**6, n),
            "token": _random_text(rng, n, 44, URL_SAFE),
            "hexes": _random_text(rng, n, 32, BASE62[:16]),
            "duration": duration,
            "completion": completion,
            "completion_5s": completion_5s,
            "bounce_2s": np.clip((1 - completion_5s) * rng.uniform(0.55, 0.85, n), 0.02, 0.9),
            "watch_seconds": np.where(kind == "image_text", rng.uniform(3, 12, n), duration * np.clip(completion**0.7, 0.05, 0.95)),
            "cover_rate": np.clip(rng.beta(4, 30, n) * np.exp(0.15 * quality), 0.01, 0.6),
            "fan_share": rng.beta(3, 7, n),
        }
    )


def _random_text(rng: np.random.Generator, n: int, length: int, alphabet: np.ndarray) -> pl.Series:
    return pl.Series(np.ascontiguousarray(alphabet[rng.integers(0, len(alphabet), (n, length))]).view(f"<U{length}")[:, 0])


def base62(numbers: np.ndarray) -> pl.Series:
    """微博's bid: the decimal id in groups of 7 digits from the right, each group in base 62, the leading one without zeros."""
    low, middle, high = numbers % 10**7, numbers // 10**7 % 10**7, numbers // 10**14
    text = [_digits62(part) for part in (high, middle, low)]
    return pl.select(pl.lit(text[0]).str.strip_chars_start("0") + pl.lit(text[1]).str.zfill(4) + pl.lit(text[2]).str.zfill(4)).to_series()


def _digits62(part: np.ndarray) -> pl.Series:
    digits = np.stack([part // 62**k % 62 for k in (3, 2, 1, 0)], axis=1)
    return pl.Series(np.ascontiguousarray(BASE62[digits]).view("<U4")[:, 0])
