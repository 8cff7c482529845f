"""Positive, neutral, negative or abstain: a small model on the project's own sentences and, once there are enough, on own labels."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from pipelines.analyses.statistics import Array, one_thread
from pipelines.analyses.text.features import Vectoriser
from pipelines.analyses.text.training import bank

CLASSES = ("negative", "neutral", "positive")  # in the order of the probabilities' columns
ABSTAIN = "abstain"
OWN_LABELS_NEEDED = 300  # before that many, accuracy on them is not worth a number and the shipped model stands
OWN_WEIGHT = 4.0  # of one own label beside one sentence of the bank, once there are enough of them
PRECISION = 0.90  # that a class must reach in cross-validation at and above its threshold
LOWEST_THRESHOLD = 0.50  # real texts are less clear than sentences of the bank: below even odds nothing is decided
NEVER = 1.01  # a threshold no probability reaches
FOLDS = 5
SEED = 20260101
CODE = ("sentiment.py", "features.py", "lexicon.yaml")


@dataclass(frozen=True)
class Measure:
    """How well predictions held on texts not trained on; rates are None where there is nothing to tell."""

    n: int
    accuracy: float | None
    low: float | None  # Wilson, 95 %
    high: float | None
    balanced: float | None  # mean recall over the classes
    negative_precision: float | None  # of the texts decided to be negative
    decided: float | None  # share of texts without abstaining


@dataclass(frozen=True)
class Model:
    """A fitted model and the probability from which each class is said."""

    version: str
    vectoriser: Vectoriser
    classifier: Any
    thresholds: tuple[float, float, float]
    bank_count: int
    own_count: int
    is_own: bool  # whether own labels were enough to be trained on with greater weight
    bank_measure: Measure
    own_measure: Measure | None

    def probabilities(self, texts: Sequence[str]) -> Array:
        """One row per text, columns as in `CLASSES`; equal texts are judged once."""
        if not texts:
            return np.zeros((0, len(CLASSES)))
        distinct = sorted(set(texts))
        found = _probabilities(self.classifier, self.vectoriser.transform(distinct))
        place = {text: i for i, text in enumerate(distinct)}
        return found[[place[text] for text in texts]]


def decide(probabilities: Array, thresholds: Sequence[float]) -> Array:
    """The likeliest class where it reaches its threshold, else abstain."""
    best = probabilities.argmax(axis=1)
    sure = probabilities.max(axis=1) >= np.asarray(thresholds)[best] if len(best) else best.astype(bool)
    return np.where(sure, np.array(CLASSES, dtype=object)[best], ABSTAIN)


def set_thresholds(probabilities: Array, labels: Array) -> tuple[float, float, float]:
    """Per class the lowest probability from which its precision is `PRECISION` or more; `NEVER` where none is."""
    best, top = probabilities.argmax(axis=1), probabilities.max(axis=1)
    found = []
    for place, name in enumerate(CLASSES):
        chosen = best == place
        order = np.argsort(-top[chosen], kind="stable")
        right = (labels[chosen] == name)[order]
        precise = np.flatnonzero(np.cumsum(right) >= PRECISION * np.arange(1, right.size + 1))
        precise = precise[precise >= min(20, max(right.size - 1, 0))]  # a handful of lucky ones sets no threshold
        found.append(max(float(top[chosen][order][precise[-1]]), LOWEST_THRESHOLD) if precise.size else NEVER)
    return found[0], found[1], found[2]


def measure(probabilities: Array, labels: Sequence[str], thresholds: Sequence[float] = (0.0, 0.0, 0.0)) -> Measure:
    """Accuracy of the likeliest class, and what the thresholds make of it."""
    truth = np.array(labels, dtype=object)
    if truth.size == 0:
        return Measure(0, None, None, None, None, None, None)
    likeliest = np.array(CLASSES, dtype=object)[probabilities.argmax(axis=1)]
    right = likeliest == truth
    low, high = wilson(int(right.sum()), truth.size)
    recalls = [float(right[truth == name].mean()) for name in CLASSES if (truth == name).any()]
    decided = decide(probabilities, thresholds)
    said = decided == CLASSES[0]
    return Measure(
        n=int(truth.size),
        accuracy=float(right.mean()),
        low=low,
        high=high,
        balanced=float(np.mean(recalls)),
        negative_precision=float((truth[said] == CLASSES[0]).mean()) if said.any() else None,
        decided=float((decided != ABSTAIN).mean()),
    )


def wilson(successes: int, n: int, z: float = 1.959964) -> tuple[float, float]:
    """The 95 % interval of a share; (0, 1) where n is 0."""
    if n == 0:
        return 0.0, 1.0
    share, extra = successes / n, z**2 / n
    middle, half = (share + extra / 2) / (1 + extra), z * np.sqrt(share * (1 - share) / n + extra / (4 * n)) / (1 + extra)
    return max(float(middle - half), 0.0), min(float(middle + half), 1.0)


def cross_validated(texts: Sequence[str], labels: Sequence[str], *, emoji: bool = True, folds: int = FOLDS) -> Array:
    """Probabilities of each text from a model trained on the other folds of the same labelled set; columns as in `CLASSES`."""
    from sklearn.model_selection import StratifiedKFold

    truth, found = np.array(labels, dtype=object), np.zeros((len(texts), len(CLASSES)))
    for train, test in StratifiedKFold(folds, shuffle=True, random_state=SEED).split(np.zeros(len(texts)), truth):
        vectoriser = Vectoriser(emoji=emoji)
        matrix = vectoriser.fit_transform([texts[i] for i in train])
        with one_thread():
            classifier = _fit(matrix, truth[train], np.ones(train.size), strength=4.0)
        found[test] = _probabilities(classifier, vectoriser.transform([texts[i] for i in test]))
    return found


def held_out(texts: Sequence[str], labels: Sequence[str], others: Sequence[str], truth: Sequence[str], *, emoji: bool = True) -> Measure:
    """How a model trained on a labelled set does on others, with or without emoji."""
    vectoriser = Vectoriser(emoji=emoji)
    matrix = vectoriser.fit_transform(texts)
    with one_thread():
        classifier = _fit(matrix, np.array(labels, dtype=object), np.ones(len(labels)), strength=4.0)
    return measure(_probabilities(classifier, vectoriser.transform(others)), truth)


def code_version() -> str:
    """A short hash of the code, the lexicon and the bank: with another one, thresholds are set anew."""
    here = Path(__file__).parent
    parts = [(here / name).read_bytes() for name in CODE] + [bank.version().encode()]
    return hashlib.sha256(b"\n".join(parts)).hexdigest()[:10]


@lru_cache(maxsize=1)
def shipped() -> Model:
    """The model trained on the bank alone."""
    return train([], [])


def train(own_texts: Sequence[str], own_labels: Sequence[str]) -> Model:
    """The model on the bank and own labels: from `OWN_LABELS_NEEDED` on they weigh more, set the thresholds and measure the accuracy."""
    pairs = sorted(zip(own_texts, own_labels, strict=True))
    own = np.array([text for text, _ in pairs], dtype=object)
    own_truth = np.array([label for _, label in pairs], dtype=object)
    is_own = len(pairs) >= OWN_LABELS_NEEDED and len(set(own_truth)) > 1
    sentences = bank.sentences()
    truth = np.array([s.label for s in sentences], dtype=object)
    folds = np.array([s.fold for s in sentences])
    vectoriser = Vectoriser()
    matrix = vectoriser.fit_transform([s.text for s in sentences] + list(own))
    bank_rows = matrix[: len(sentences)]
    labels, weights = np.concatenate([truth, own_truth]), np.ones(len(sentences) + own.size)
    weights[len(sentences) :] = OWN_WEIGHT if is_own else 1.0
    with one_thread():
        held_out = np.zeros((truth.size, len(CLASSES)))
        for fold in range(bank.FOLDS):  # two folds of the bank share no clause
            there, here = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
            held_out[here] = _probabilities(_fit(bank_rows[there], truth[there], np.ones(there.size)), bank_rows[here])
        own_held_out = _own_held_out(matrix, labels, weights, len(sentences)) if is_own else None
        classifier = _fit(matrix, labels, weights)
    thresholds = set_thresholds(held_out, truth) if own_held_out is None else set_thresholds(own_held_out, own_truth)
    mark = hashlib.sha256("\n".join(f"{t}|{label}" for t, label in pairs).encode()).hexdigest()[:6] if pairs else ""
    return Model(
        version="-".join(part for part in (code_version(), f"own{len(pairs)}" if pairs else "", mark) if part),
        vectoriser=vectoriser,
        classifier=classifier,
        thresholds=thresholds,
        bank_count=len(sentences),
        own_count=len(pairs),
        is_own=is_own,
        bank_measure=measure(held_out, truth.tolist(), thresholds),
        own_measure=measure(own_held_out, own_truth.tolist(), thresholds) if own_held_out is not None else None,
    )


def _own_held_out(matrix: Any, labels: Array, weights: Array, bank_count: int) -> Array:
    from sklearn.model_selection import StratifiedKFold

    own = np.arange(bank_count, matrix.shape[0])
    found = np.zeros((own.size, len(CLASSES)))
    counts = {name: int((labels[own] == name).sum()) for name in set(labels[own])}
    truth = np.where(np.array([counts[name] < FOLDS for name in labels[own]]), "rare", labels[own])
    for train, test in StratifiedKFold(FOLDS, shuffle=True, random_state=SEED).split(np.zeros(own.size), truth):
        rows = np.concatenate([np.arange(bank_count), own[train]])
        found[test] = _probabilities(_fit(matrix[rows], labels[rows], weights[rows]), matrix[own[test]])
    return found


def _fit(matrix: Any, labels: Array, weights: Array, strength: float = 0.5) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=strength, class_weight="balanced", max_iter=100, tol=1e-3).fit(
        matrix, labels.astype(str), sample_weight=weights
    )


def _probabilities(classifier: Any, matrix: Any) -> Array:
    """The classifier's probabilities with a column for each of `CLASSES`, 0 for one it has never seen."""
    found = np.zeros((matrix.shape[0], len(CLASSES)))
    found[:, [CLASSES.index(name) for name in classifier.classes_]] = classifier.predict_proba(matrix)
    return found
