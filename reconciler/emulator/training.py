"""Trains a real, tiny model: which word follows which, by hashed bigrams of low rank, with SGD and clipped gradients.

Small enough for a second, real enough that losses, accuracies and checkpoints come from the data: a set with noise
trains worse, a large learning rate diverges, too many epochs overfit the validation curve, and a child that starts
from its parent's weights starts at a lower loss. Same lesson, same curve.
"""

import zlib
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from reconciler.emulator.rows import Row, words

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

COLUMNS = (
    "step",
    "train_loss",
    "train_mean_token_accuracy",
    "valid_loss",
    "valid_mean_token_accuracy",
    "full_valid_loss",
    "full_valid_mean_token_accuracy",
)
BUCKETS = 256
RANK = 12
PAIRS_A_STEP = 192
PAIRS_OF_VALIDATION = 4096
VALIDATE_EVERY = 10
BASE_RATE = 1.5
KEPT_EPOCHS = 3


@dataclass(frozen=True)
class Lesson:
    """All that determines the outcome. Equal by `key`, so that the rows need not be compared."""

    key: str
    rows: list[Row] = field(compare=False)
    validation: list[Row] = field(compare=False)
    base: str = field(compare=False)
    start: bytes | None = field(compare=False)  # the parent's weights
    epochs: int
    batch: int
    rate: float
    beta: float
    seed: int
    stop_after: int | None = None


@dataclass(frozen=True)
class Outcome:
    curve: list[list[float | None]]  # one row a step, by COLUMNS
    snapshots: dict[int, bytes]  # weights by step: ends of the last epochs, and the last step


class Weights:
    """Logits of the next word's bucket: embed[previous] @ out + bias."""

    def __init__(self, embed: Floats, out: Floats, bias: Floats):
        self.embed, self.out, self.bias = embed, out, bias

    @classmethod
    def of_base(cls, name: str) -> "Weights":
        rng = np.random.default_rng(zlib.crc32(name.encode()))
        embed = rng.normal(0, 0.3, (BUCKETS, RANK)).astype(np.float32)
        out = rng.normal(0, 0.3, (RANK, BUCKETS)).astype(np.float32)
        return cls(embed, out, np.zeros(BUCKETS, np.float32))

    @classmethod
    def unpack(cls, raw: bytes) -> "Weights":
        flat = np.frombuffer(raw, np.float16).astype(np.float32)
        embed, out, bias = np.split(flat, [BUCKETS * RANK, 2 * BUCKETS * RANK])
        return cls(embed.reshape(BUCKETS, RANK), out.reshape(RANK, BUCKETS), bias)

    def pack(self) -> bytes:
        return np.concatenate([self.embed.ravel(), self.out.ravel(), self.bias]).astype(np.float16).tobytes()

    def log_probabilities(self, previous: Ints) -> Floats:
        logits = self.embed[previous] @ self.out + self.bias
        logits -= logits.max(axis=1, keepdims=True)
        result: Floats = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
        return result

    def learn(self, pairs: Ints, emphasis: Floats, log_p: Floats, rate: float) -> None:
        """One step down the gradient of sum(emphasis x -log p(next | previous))."""
        previous, following = pairs[:, 0], pairs[:, 1]
        error = np.exp(log_p)
        error[np.arange(len(pairs)), following] -= 1
        error *= emphasis[:, None]
        to_out = self.embed[previous].T @ error
        to_embed = np.zeros_like(self.embed)
        np.add.at(to_embed, previous, error @ self.out.T)
        to_bias = error.sum(axis=0)
        norm = float(np.sqrt((to_out**2).sum() + (to_embed**2).sum() + (to_bias**2).sum()))
        scale = np.float32(rate / max(1.0, norm))
        for weights, gradient in ((self.out, to_out), (self.embed, to_embed), (self.bias, to_bias)):
            weights -= scale * gradient
            np.clip(weights, -30, 30, out=weights)


def pairs_of(prompt: str, answer: str) -> Ints:
    """(previous, next) buckets of an answer; its first word follows the prompt's last."""
    buckets = [zlib.crc32(word.encode()) % BUCKETS for word in [*words(prompt)[-1:], *words(answer)]]
    return np.array(list(pairwise(buckets)), np.int64).reshape(-1, 2)


def _score(weights: Weights, pairs: Ints) -> tuple[float, float]:
    """Mean loss and share of right guesses."""
    log_p = weights.log_probabilities(pairs[:, 0])
    loss = -float(log_p[np.arange(len(pairs)), pairs[:, 1]].mean())
    return round(loss, 5), round(float((log_p.argmax(axis=1) == pairs[:, 1]).mean()), 5)


def _thin(pairs: Ints, most: int) -> Ints:
    return pairs[:: -(-len(pairs) // most)] if len(pairs) > most else pairs


class _Pupil:
    def __init__(self, lesson: Lesson):
        self.lesson = lesson
        self.weights = Weights.unpack(lesson.start) if lesson.start else Weights.of_base(lesson.base)
        self.likes = [pairs_of(row.prompt, row.answer) for row in lesson.rows]
        self.dislikes = [pairs_of(row.prompt, row.rejected) for row in lesson.rows if row.rejected is not None]
        self.reference = Weights(self.weights.embed.copy(), self.weights.out.copy(), self.weights.bias.copy())
        validation = [pairs_of(row.prompt, row.answer) for row in lesson.validation]
        self.validation = (
            _thin(np.concatenate(validation), PAIRS_OF_VALIDATION) if validation else np.empty((0, 2), np.int64)
        )
        self.rate = min(BASE_RATE * lesson.rate, 50.0)

    def step(self, chosen: list[int]) -> tuple[float, float]:
        pairs = _thin(np.concatenate([self.likes[i] for i in chosen]), PAIRS_A_STEP)
        if not len(pairs):
            return 0.0, 0.0
        if self.dislikes:
            return self._prefer(pairs, np.concatenate([self.dislikes[i] for i in chosen]))
        log_p = self.weights.log_probabilities(pairs[:, 0])
        loss = -float(log_p[np.arange(len(pairs)), pairs[:, 1]].mean())
        accuracy = float((log_p.argmax(axis=1) == pairs[:, 1]).mean())
        self.weights.learn(pairs, np.full(len(pairs), 1 / len(pairs), np.float32), log_p, self.rate)
        return round(loss, 5), round(accuracy, 5)

    def _prefer(self, likes: Ints, dislikes: Ints) -> tuple[float, float]:
        """Direct preference optimisation: widen the margin between the two answers, beyond the start's own."""
        dislikes = _thin(dislikes, PAIRS_A_STEP)
        if not len(dislikes):
            return 0.0, 0.0
        pairs = np.concatenate([likes, dislikes])
        side = np.concatenate([np.full(len(likes), 1 / len(likes)), np.full(len(dislikes), -1 / len(dislikes))])
        log_p = self.weights.log_probabilities(pairs[:, 0])
        at = np.arange(len(pairs)), pairs[:, 1]
        margin = float((side * (log_p[at] - self.reference.log_probabilities(pairs[:, 0])[at])).sum())
        scaled = np.clip(self.lesson.beta * margin * 20, -60, 60)
        doubt = 1 / (1 + np.exp(scaled))
        self.weights.learn(pairs, (side * doubt).astype(np.float32), log_p, self.rate)
        return round(float(np.log1p(np.exp(-scaled))), 5), float(margin > 0)

    def validate(self, step: int, whole: bool) -> list[float | None]:
        if not len(self.validation):
            return [None] * 4
        part = np.roll(self.validation, -step * 64, axis=0)[:128]
        full = _score(self.weights, self.validation) if whole else (None, None)
        return [*_score(self.weights, part), *full]


@lru_cache(maxsize=64)
def train(lesson: Lesson) -> Outcome:
    """Takes about a second for 450 rows x 3 epochs. Deterministic, therefore remembered."""
    pupil = _Pupil(lesson)
    rng = np.random.default_rng(lesson.seed)
    curve: list[list[float | None]] = []
    snapshots: dict[int, bytes] = {}
    for epoch in range(lesson.epochs):
        order = rng.permutation(len(lesson.rows)).tolist()
        batches = [order[i : i + lesson.batch] for i in range(0, len(order), lesson.batch)]
        for index, chosen in enumerate(batches):
            step = len(curve) + 1
            loss, accuracy = pupil.step(chosen)
            whole = index == len(batches) - 1
            checks = pupil.validate(step, whole) if whole or step % VALIDATE_EVERY == 0 else [None] * 4
            curve.append([step, loss, accuracy, *checks])
            if step == lesson.stop_after:
                return Outcome(curve, {step: pupil.weights.pack()})
        if epoch >= lesson.epochs - KEPT_EPOCHS:
            snapshots[len(curve)] = pupil.weights.pack()
    return Outcome(curve, snapshots)
