"""What still counts of a cell that failed: some of its statements, run one by one.

A right answer is not lost because of what stands above it in its cell: an import that the grader
lacks, a mounted drive, a magic, a training that takes too long.
"""

from collections.abc import Container, Sequence
from dataclasses import dataclass, field

from ..assignment import ANSWERS
from ..kernels import CELL_SECONDS, StudentKernel
from ..notebook.cells import Part, read_code
from ..notebook.dependencies import STAR, parts_that_count, statements_for
from ..notebook.magics import dropped_lines
from ..notebook.outputs import CellResult


@dataclass
class Rescue:
    """What running a cell's statements one by one gave.

    Attributes:
        bound: the names that are bound now.
        failures: name → why the statement that binds it failed.
        died: how the kernel ended, None where it did not.
    """

    bound: set[str] = field(default_factory=set)
    failures: dict[str, str] = field(default_factory=dict)
    died: str | None = None

    def note(self, subject: str, error: str) -> str:
        """Return the sentence on it for the report."""
        names = ", ".join(sorted(self.bound - {STAR})) or "all of a module"
        return f"{subject} {error}; its imports and definitions were run alone: {names}."


def needed_statements(sources: Sequence[str]) -> frozenset[str]:
    """Return the statements on which a notebook's functions, classes and answers depend."""
    defined = (read_code(source).defined for source in sources)
    return frozenset(statements_for(set(ANSWERS).union(*defined), sources))


def rescue(
    kernel: StudentKernel,
    source: str,
    needed: Container[str],
    failed: CellResult | None,
    deadline: float,
) -> Rescue:
    """Run what counts of a cell that failed, each statement alone.

    Args:
        kernel: in which the cell failed, or one in which it must not run as a whole.
        source: the cell.
        needed: the statements that answers depend on, as `needed_statements` returns them.
        failed: how it ended; what stands above the line that failed has run. None where it has
            not been tried.
        deadline: of the kernel's own time, after which nothing more runs.

    Raises:
        KernelLostError: the kernel ended, and not by the cell's code.
    """
    found = Rescue()
    parts = parts_that_count(source, needed)
    for part in _below_the_failure(parts, source, failed):
        seconds = deadline - kernel.own_seconds()
        if seconds <= 0:
            break
        result = kernel.run_cell(_on_its_line(part, source), min(CELL_SECONDS, seconds))
        if result.status == "died":
            found.died = result.error
            break
        if result.error:
            found.failures.update(dict.fromkeys(part.names, result.error))
        else:
            found.bound |= part.names
    return found


def _below_the_failure(parts, source, failed):
    """Return the statements that the failing one kept from running; all where it is unknown."""
    if failed is None or failed.line is None:
        return parts
    failed_line = failed.line + dropped_lines(source)
    text = source.split("\n")[failed_line - 1 : failed_line]
    shares_its_line = ";" in "".join(text)
    return [part for part in parts if part.line + shares_its_line > failed_line]


def _on_its_line(part: Part, source: str) -> str:
    """Return a statement below so many comments that messages name its line in the cell."""
    return "#\n" * (part.line - 1 - dropped_lines(source)) + part.text
