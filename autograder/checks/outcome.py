"""A check's verdict as a value, and the decorator that makes checks."""

import functools
from collections.abc import Callable
from dataclasses import dataclass

from ..probes.student import NoVerdictError, Student, StudentError


@dataclass(frozen=True)
class Outcome:
    """What one check found: its name, the verdict, and a sentence for the student."""

    name: str
    passed: bool
    message: str


class Complaint(Exception):
    """Raised inside a check when a value is unfit to be judged further; str() is the sentence for
    the student.
    """


def check(name: str, holds: str) -> Callable:
    """Make `f(student) -> complaint or None` a check `f(student) -> Outcome`; `holds` is its
    message when it passes.

    An error in the student's code is a failed outcome with its sentence, and so is a result that
    could not be judged. The check raises nothing but NoVerdictError.
    """

    def decorate(judge: Callable[[Student], str | None]) -> Callable[[Student], Outcome]:
        @functools.wraps(judge)
        def run(student: Student) -> Outcome:
            try:
                complaint = judge(student)
            except NoVerdictError:
                raise
            except (Complaint, StudentError) as problem:
                complaint = str(problem)
            except Exception as error:  # noqa: BLE001 - a value of any type may come back; a check still ends in a verdict
                complaint = (
                    f"{holds} This could not be judged: what your notebook answered has another "
                    f"form than the check asks for ({type(error).__name__})."
                )
            return Outcome(name, complaint is None, holds if complaint is None else complaint)

        run.name = name
        return run

    return decorate
