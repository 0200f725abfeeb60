"""Time the checks of each task on the key, without kernels: `python -m benchmarks.checks`."""

import os
import statistics
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ["MPLBACKEND"] = "Agg"

from rich.console import Console  # noqa: E402 - what is imported below reads these variables
from rich.table import Table  # noqa: E402

from autograder.assignment import AUTO, Task  # noqa: E402
from autograder.checks.by_task import CHECKS  # noqa: E402
from autograder.probes.student import InProcess  # noqa: E402
from tests.mistakes.key import namespace  # noqa: E402

ROUNDS = 5  # after one that warms up


def time_checks(task: Task, definitions: dict) -> float:
    """Return how many seconds the checks of a task take once."""
    student = InProcess(definitions)
    started = time.perf_counter()
    for check in CHECKS[task.id]:
        check(student)
    return time.perf_counter() - started


def main() -> None:
    """Print the median of the rounds for each task, and of the rounds' sums."""
    namespaces = {task.notebook: namespace(task.notebook) for task in AUTO}
    rounds = [
        [time_checks(task, namespaces[task.notebook]) for task in AUTO] for _ in range(1 + ROUNDS)
    ]
    rounds = rounds[1:]
    table = Table("task", "checks", "seconds", title=f"{ROUNDS} rounds, median", show_footer=True)
    table.columns[1].footer = str(sum(len(CHECKS[task.id]) for task in AUTO))
    table.columns[2].footer = f"{statistics.median(map(sum, rounds)):.2f}"
    for task, column in zip(AUTO, zip(*rounds, strict=True), strict=True):
        table.add_row(task.id, str(len(CHECKS[task.id])), f"{statistics.median(column):.3f}")
    Console().print(table)


if __name__ == "__main__":
    main()
