"""Submissions that are alike: answers in words, code, and files of weights.

Alike is no proof: two right answers to a short question are often nearly the same. What is rare in
the class weighs more (term frequency times inverse document frequency), so that common phrases, and
code that everybody has from the notebook, count for little.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sklearn.feature_extraction.text import TfidfVectorizer

from ..similarity import Alike
from .answers import code_tokens
from .works import Work

ALIKE_CODE = 0.9  # cosine
MIN_TOKENS = 100  # of all code together
_ROWS = 500  # similarities are computed for so many documents at a time


@dataclass(frozen=True)
class Pair:
    """Two submissions that are alike.

    texts: task → cosine of the two answers.
    code: cosine of all code, None where it is not alike.
    weights: names of the files that are equal.
    """

    one: str
    other: str
    texts: Mapping[str, float] = field(default_factory=dict, hash=False)
    code: float | None = None
    weights: tuple[str, ...] = ()


def alike_pairs(works: Sequence[Work]) -> list[Pair]:
    """Find all pairs of submissions that have something alike, the most striking first."""
    texts: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    for task in dict.fromkeys(task for work in works for task in work.texts):
        documents = {work.submission: work.texts[task] for work in works if task in work.texts}
        for pair in Alike(documents).pairs:
            one, other = sorted((pair.first, pair.second))
            texts[one, other][task] = pair.cosine
    code = _alike_code({work.submission: work.code for work in works})
    weights = _equal_weights(works)
    pairs = [
        Pair(*pair, texts.get(pair, {}), code.get(pair), weights.get(pair, ()))
        for pair in {*texts, *code, *weights}
    ]
    return sorted(sorted(pairs, key=lambda pair: (pair.one, pair.other)), key=_rank, reverse=True)


def _rank(pair: Pair) -> tuple:
    """Sort by equal files first, then by how much is alike."""
    return bool(pair.weights), len(pair.texts) + (pair.code or 0), sum(pair.texts.values())


def _alike_code(documents: Mapping[str, str]) -> dict[tuple[str, str], float]:
    """Find pairs whose code is alike: (one, other) → cosine."""
    tokens = {name: code_tokens(text) for name, text in documents.items()}
    tokens = {name: each for name, each in tokens.items() if len(each) >= MIN_TOKENS}
    if len(tokens) < 2:
        return {}
    names = sorted(tokens)
    analyzer: Any = lambda name: _ngrams(tokens[name])  # noqa: E731 - typed as a name
    vectors = TfidfVectorizer(analyzer=analyzer).fit_transform(names)
    found = {}
    for start in range(0, len(names), _ROWS):
        similar = (vectors[start : start + _ROWS] @ vectors.T).tocoo()
        for row, column, cosine in zip(similar.row, similar.col, similar.data, strict=True):
            if start + row < column and cosine >= ALIKE_CODE:
                found[names[start + row], names[column]] = min(float(cosine), 1.0)
    return found


def _ngrams(tokens: list[str]) -> list[str]:
    """List all runs of 4 to 6 tokens."""
    return [
        " ".join(tokens[start : start + size])
        for size in range(4, 7)
        for start in range(len(tokens) - size + 1)
    ]


def _equal_weights(works: Sequence[Work]) -> dict[tuple[str, str], tuple[str, ...]]:
    """Find pairs of submissions with equal files of weights."""
    owners: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for work in works:
        for name, digest in work.weights.items():
            owners[digest].append((work.submission, name))
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for owned in owners.values():
        ordered = sorted(owned)
        for index, (one, name) in enumerate(ordered):
            for other, _ in ordered[index + 1 :]:
                if one != other:
                    found[one, other].append(name)
    return {pair: tuple(dict.fromkeys(names)) for pair, names in found.items()}
