"""The comparison of all answers, kept while the answers are the same."""

import hashlib
import threading
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor, TimeoutError
from typing import Any

from ..similarity import Alike, Pair


class AlikeCache:
    """Compares the answers of each question in the background, once for the same answers."""

    def __init__(self):
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="alike")
        self._lock = threading.Lock()
        self._futures: dict[str, tuple[str, Future[Alike], list[Future[list[Pair]]]]] = {}

    def get(self, task: str, answers: Mapping[str, str], patience: float) -> Alike | None:
        """Get the comparison; None where it is not ready after so many seconds."""
        return _wait(self._begin(task, answers)[1], patience)

    def get_pairs(
        self, task: str, answers: Mapping[str, str], patience: float
    ) -> list[Pair] | None:
        """Get all pairs that are alike; None where they are not ready after so many seconds."""
        _, alike, pairs = self._begin(task, answers)
        with self._lock:
            if not pairs:
                pairs.append(self._executor.submit(lambda: alike.result().pairs))
        return _wait(pairs[0], patience)

    def _begin(self, task, answers):
        digest = _digest(answers)
        with self._lock:
            kept = self._futures.get(task)
            if kept is None or kept[0] != digest:
                kept = digest, self._executor.submit(Alike, dict(answers)), []
                self._futures[task] = kept
            return kept


def _wait(future: Future[Any], seconds: float) -> Any:
    try:
        return future.result(seconds)
    except TimeoutError:
        return None


def _digest(answers):
    total = hashlib.sha256()
    for item in sorted(answers.items()):
        total.update(repr(item).encode("utf-8", "replace"))
    return total.hexdigest()
