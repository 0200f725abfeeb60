"""Time the checks of each task on the key, without kernels: `python -m benchmarks.checks`.

Both as the grader runs them and as `check(...)` does in a notebook, where they leave no trace.
"""

import os
import statistics
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ["MPLBACKEND"] = "Agg"

from rich.console import Console  # noqa: E402 - what is imported below reads these variables
from rich.table import Table  # noqa: E402

from autograder.assignment import AUTO, Task  # noqa: E402
from autograder.checks.by_task import CHECKS, judge  # noqa: E402
from autograder.checks.in_notebook import report  # noqa: E402
from autograder.probes.student import InProcess  # noqa: E402
from tests.mistakes.key import namespace  # noqa: E402

ROUNDS = 5  # after one that warms up


def time_task(task: Task, definitions: dict) -> tuple[float, float]:
    """Return how many seconds a task takes once: its checks alone, and `check(...)`."""
    started = time.perf_counter()
    judge(task.id, InProcess(definitions))
    judged = time.perf_counter()
    report(task.id, definitions)
    return judged - started, time.perf_counter() - judged


def main() -> None:
    """Print the medians of the rounds for each task, and of the rounds' sums."""
    namespaces = {task.notebook: namespace(task.notebook) for task in AUTO}
    rounds = [
        [time_task(task, namespaces[task.notebook]) for task in AUTO] for _ in range(1 + ROUNDS)
    ][1:]
    table = Table(
        "task",
        "checks",
        "seconds",
        "check(...)",
        title=f"{ROUNDS} rounds, median",
        show_footer=True,
    )
    table.columns[1].footer = str(sum(len(CHECKS[task.id]) for task in AUTO))
    for column in (0, 1):
        sums = [sum(times[column] for times in tasks) for tasks in rounds]
        table.columns[2 + column].footer = f"{statistics.median(sums):.2f}"
    for task, times in zip(AUTO, zip(*rounds, strict=True), strict=True):
        seconds = [f"{statistics.median(column):.3f}" for column in zip(*times, strict=True)]
        table.add_row(task.id, str(len(CHECKS[task.id])), *seconds)
    Console().print(table)


if __name__ == "__main__":
    main()
