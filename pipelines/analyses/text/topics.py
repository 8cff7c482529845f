"""What people talk about: topics that are found once and then frozen, and what rose this week against the weeks before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from pipelines.analyses.statistics import Array, one_thread
from pipelines.analyses.text.features import LATIN, normalise, quiet_jieba

MIN_TEXTS = 120  # distinct texts below which there are no topics to find
SAMPLE = 3000
CANDIDATES = (3, 4, 5, 6, 8, 10)
BOOTSTRAPS = 4
STABILITY_NEEDED = 0.6
TERMS_SHOWN = 10
MIN_WEIGHT = 0.05  # of a topic in a text for the text to be the topic's
SEED = 20260101


@dataclass(frozen=True)
class Topics:
    """Topics as weights over terms; `stability` is the mean Jaccard of the top terms over bootstraps."""

    terms: list[str]
    idf: Array
    weights: Array  # topic x term, rows of length 1
    stability: float
    stabilities: Array  # per topic


@lru_cache(maxsize=1)
def stop_words() -> frozenset[str]:
    """Words that say nothing about a topic."""
    return frozenset((Path(__file__).parent / "stopwords.txt").read_text(encoding="utf-8").split())


def words_of(texts: Sequence[str], own_words: Iterable[str] = ()) -> list[list[str]]:
    """Each text's words, of two characters or more and not on the stop list; own words (brands, products, campaigns) stay whole."""
    tokenizer = _tokenizer(tuple(sorted({w.strip().lower() for w in own_words if 2 <= len(w.strip()) <= 20})))
    stop, seen = stop_words(), dict[str, list[str]]()
    for text in texts:
        if text not in seen:
            words = (word.strip() for word in tokenizer.lcut(normalise(text, emoji=False)))
            seen[text] = [w for w in words if len(w) > 1 and w not in stop and (LATIN.fullmatch(w) or w.isalpha()) and not w.isdecimal()]
    return [seen[text] for text in texts]


@lru_cache(maxsize=2)
def _tokenizer(own_words: tuple[str, ...]) -> Any:
    tokenizer = quiet_jieba().Tokenizer()
    tokenizer.initialize()
    for word in own_words:
        tokenizer.add_word(word)
    return tokenizer


def counts(documents: Sequence[Sequence[str]], terms: Sequence[str]) -> Any:
    """Texts x terms, how often each occurs, as a sparse matrix."""
    from scipy import sparse

    place = {term: i for i, term in enumerate(terms)}
    pairs = [(row, place[word]) for row, words in enumerate(documents) for word in words if word in place]
    rows, columns = (np.array(side, dtype=int) for side in zip(*pairs, strict=True)) if pairs else (np.zeros(0, int), np.zeros(0, int))
    return sparse.csr_matrix((np.ones(rows.size), (rows, columns)), shape=(len(documents), len(terms)))


def fit(documents: Sequence[Sequence[str]]) -> Topics | None:
    """Topics of these distinct texts with the number that is most often found again; None where none is stable or texts are few."""
    documents = sorted(list(words) for words in documents if words)
    if len(documents) < MIN_TEXTS:
        return None
    if len(documents) > SAMPLE:
        chosen = np.random.default_rng(SEED).choice(len(documents), SAMPLE, replace=False)
        documents = [documents[i] for i in np.sort(chosen)]
    terms = _vocabulary(documents)
    matrix = counts(documents, terms)
    idf = np.log((1 + matrix.shape[0]) / (1 + np.asarray((matrix > 0).sum(axis=0)).ravel())) + 1
    weighted = _tfidf(matrix, idf)
    best: Topics | None = None
    with one_thread():
        for k in (k for k in CANDIDATES if k <= len(terms) // 3):
            weights = _components(weighted, k)
            stabilities = _stabilities(weighted, weights, k)
            found = Topics(terms, idf, weights, float(stabilities.mean()), stabilities)
            if best is None or found.stability >= max(best.stability, 0) or found.stability >= STABILITY_NEEDED:
                best = found  # the largest number of topics that is stable, else the most stable one
    return best if best is not None and best.stability >= STABILITY_NEEDED else None


def assign(documents: Sequence[Sequence[str]], topics: Topics) -> Array:
    """The topic each text is nearest to (cosine), -1 where it is near none."""
    weighted = _tfidf(counts(documents, topics.terms), topics.idf)
    near = np.asarray(weighted @ topics.weights.T)
    return np.where(near.max(axis=1) >= MIN_WEIGHT, near.argmax(axis=1), -1) if near.size else np.full(len(documents), -1)


def top_terms(topics: Topics, shown: int = TERMS_SHOWN) -> list[list[str]]:
    """The terms that weigh most in each topic, heaviest first, equals by the alphabet."""
    return [_heaviest(row, topics.terms, shown) for row in topics.weights]


def match(old: Topics, new: Topics) -> dict[int, int]:
    """Which old topic each new one continues (Hungarian assignment on cosine); a new one that resembles none is left out."""
    from scipy.optimize import linear_sum_assignment

    place = {term: i for i, term in enumerate(old.terms)}
    shared = [(i, place[term]) for i, term in enumerate(new.terms) if term in place]
    if not shared:
        return {}
    new_places, old_places = (list(side) for side in zip(*shared, strict=True))
    likeness = new.weights[:, new_places] @ old.weights[:, old_places].T
    rows, columns = linear_sum_assignment(-likeness)
    return {int(r): int(c) for r, c in zip(rows, columns, strict=True) if likeness[r, c] >= 0.3}


def rising(now: Array, before: Array, scale: float = 1.0) -> Array:
    """z of the log-odds of each term now against before, with what both say together as informative Dirichlet prior (Monroe et al.).

    `scale` is the prior's weight as a share of the texts before: more of it draws rare terms more strongly to no change.
    """
    total = now + before
    n_now, n_before = now.sum(), before.sum()
    if n_now == 0 or n_before == 0:
        return np.full(now.shape, np.nan)
    prior = total / total.sum() * min(n_now, n_before) * scale + 0.01
    all_prior = prior.sum()
    a, b = now + prior, before + prior
    gain = np.log(a / (n_now + all_prior - a)) - np.log(b / (n_before + all_prior - b))
    return np.asarray(gain / np.sqrt(1 / a + 1 / b))


def _vocabulary(documents: Sequence[Sequence[str]]) -> list[str]:
    seen: dict[str, int] = {}
    for words in documents:
        for word in set(words):
            seen[word] = seen.get(word, 0) + 1
    least, most = max(3, len(documents) // 500), 0.5 * len(documents)
    return sorted(word for word, n in seen.items() if least <= n <= most)


def _tfidf(matrix: Any, idf: Array) -> Any:
    from scipy import sparse
    from sklearn.preprocessing import normalize

    return normalize(matrix @ sparse.diags(idf))


def _components(weighted: Any, k: int) -> Array:
    import warnings

    from sklearn.decomposition import NMF
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        weights = NMF(k, init="nndsvda", random_state=SEED, max_iter=120, tol=1e-3).fit(weighted).components_
    size = np.linalg.norm(weights, axis=1, keepdims=True)
    return np.asarray(weights / np.where(size > 0, size, 1))


def _stabilities(weighted: Any, weights: Array, k: int) -> Array:
    from scipy.optimize import linear_sum_assignment

    rng, n = np.random.default_rng(SEED), weighted.shape[0]
    top = [set(np.argsort(-row, kind="stable")[:TERMS_SHOWN]) for row in weights]
    found = np.zeros((BOOTSTRAPS, k))
    for round_number in range(BOOTSTRAPS):
        again = _components(weighted[np.sort(rng.choice(n, n))], k)
        other = [set(np.argsort(-row, kind="stable")[:TERMS_SHOWN]) for row in again]
        jaccard = np.array([[len(a & b) / len(a | b) for b in other] for a in top])
        rows, columns = linear_sum_assignment(-jaccard)
        found[round_number, rows] = jaccard[rows, columns]
    return found.mean(axis=0)


def _heaviest(row: Array, terms: Sequence[str], shown: int) -> list[str]:
    order = sorted(range(len(terms)), key=lambda i: (-row[i], terms[i]))[:shown]
    return [terms[i] for i in order if row[i] > 0]
