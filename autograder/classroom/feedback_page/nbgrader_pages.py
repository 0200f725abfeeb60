"""nbgrader's own feedback pages of everybody, made by several processes."""

import json
from pathlib import Path

from ..workers.local_pool import LocalPool


def make_all_pages(root: Path, workers: int) -> tuple[list[str], list[str]]:
    """Make nbgrader's pages of a course folder in several processes.

    Args:
        root: the course folder, with nbgrader_config.py.
        workers: number of processes.

    Returns:
        The submissions that have pages, and those for which they could not be made.

    Raises:
        WorkerError: where a process failed.
    """
    with LocalPool(workers) as pool:
        futures = [pool.submit(make_share, str(root), share, workers) for share in range(workers)]
        parts = [json.loads(future.result()) for future in futures]
    made = sorted(student for part, _ in parts for student in part)
    failed = sorted(student for _, part in parts for student in part)
    return made, failed


def make_share(root: str, share: int, shares: int) -> str:
    """Make one process's share of the pages; return the result of `make_pages` as JSON text."""
    from ..gradebook.feedback_pages import make_pages  # loads nbgrader, which takes seconds

    return json.dumps(make_pages(root, share, shares))
