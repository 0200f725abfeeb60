"""Answers that are alike: the same words, or nearly the same."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

NEAR = 0.7  # cosine; rewordings of one text reach it, two people's own words rarely do
MIN_WORDS = 8  # "Yes, because of the KL term." is the same in many honest answers
MOST = 20  # near texts of one text
_ROWS = 200  # of the cosines' matrix that are in memory at once


@dataclass(frozen=True)
class Pair:
    """Two answers to one question that are alike.

    cosine: 1 where the words are the same.
    """

    first: str
    second: str
    cosine: float


def normalise(text: str) -> str:
    """The words of an answer, whatever its spaces and capitals."""
    return " ".join(text.casefold().split())


class Alike:
    """The answers to one question, compared with each other.

    answers: submission → text.
    """

    def __init__(self, answers: Mapping[str, str]):
        self._texts = {key: normalise(text) for key, text in answers.items()}
        self._of_text: dict[str, list[str]] = {}
        for key, text in self._texts.items():
            self._of_text.setdefault(text, []).append(key)
        self._unique = [text for text in self._of_text if text]
        self._rows = {text: row for row, text in enumerate(self._unique)}
        try:
            vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5))
            self._matrix = vectorizer.fit_transform(self._unique)
        except ValueError:  # no letters at all
            self._matrix = None

    def same(self, key: str) -> list[str]:
        """List the others whose answer has the same words."""
        return [other for other in self._of_text[self._texts[key]] if other != key]

    def near(self, key: str) -> list[tuple[list[str], float]]:
        """List who has nearly the same answer: those of one text, and its cosine; nearest first."""
        row = self._rows.get(self._texts[key])
        if self._matrix is None or row is None:
            return []
        neighbours = self._neighbours(self._cosines(row, row + 1)[0], row)
        return [(self._of_text[self._unique[other]], cosine) for other, cosine in neighbours]

    @functools.cached_property
    def pairs(self) -> list[Pair]:
        """List all pairs of longer answers that are alike, the nearest first.

        Of answers with the same words, each is paired with the first of them alone.
        """
        found = []
        for first, *others in self._of_text.values():
            if _is_long(self._texts[first]):
                found += [Pair(first, other, 1.0) for other in others]
        for start in range(0, len(self._unique), _ROWS) if self._matrix is not None else ():
            for row, cosines in enumerate(self._cosines(start, start + _ROWS), start):
                found += self._pairs_of(row, cosines)
        return sorted(found, key=lambda pair: -pair.cosine)

    def _pairs_of(self, row, cosines):
        if not _is_long(self._unique[row]):
            return []
        first = self._of_text[self._unique[row]][0]
        return [
            Pair(first, self._of_text[self._unique[other]][0], cosine)
            for other, cosine in self._neighbours(cosines, row)
            if other > row
        ]

    def _cosines(self, start, end):
        assert self._matrix is not None
        return (self._matrix[start:end] @ self._matrix.T).toarray()

    @staticmethod
    def _neighbours(cosines, row):
        """(row, cosine) of the near ones, the nearest first."""
        nearest = np.argsort(-cosines)[: MOST + 1]
        return [
            (int(each), round(float(cosines[each]), 3))
            for each in nearest
            if each != row and cosines[each] >= NEAR
        ]


def _is_long(text):
    return len(text.split()) >= MIN_WORDS or len(text) >= 8 * MIN_WORDS
