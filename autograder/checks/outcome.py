"""A check, and its verdict as a value."""

from collections.abc import Callable
from dataclasses import dataclass

from ..probes.student import NoVerdictError, Student, StudentError

# A complaint about the student's answer in one to four sentences, or None where there is none.
Judge = Callable[[Student], str | None]


@dataclass(frozen=True)
class Outcome:
    """Verdict of one check: its name, whether it passed, and a sentence for the student."""

    name: str
    passed: bool
    message: str


class Complaint(Exception):
    """A value is unfit to be judged further; str() is the sentence for the student."""


@dataclass(frozen=True)
class Check:
    """One property that a right answer has.

    Attributes:
        name: unique within its task.
        holds: the property as a sentence, which is the message where it holds.
        judge: finds what is wrong; None where nothing is.
    """

    name: str
    holds: str
    judge: Judge

    def __call__(self, student: Student) -> Outcome:
        """Judge the student's answer.

        An error in the student's code is a failed outcome with its sentence, and so is a result
        that could not be judged.

        Raises:
            NoVerdictError: where the student's code could not be asked; nothing else is raised.
        """
        complaint = self._complaint(student)
        return Outcome(self.name, complaint is None, self.holds if complaint is None else complaint)

    def _complaint(self, student: Student) -> str | None:
        try:
            return self.judge(student)
        except NoVerdictError:
            raise
        except (Complaint, StudentError) as problem:
            return str(problem)
        except Exception as error:  # noqa: BLE001 - a value of any type may come back
            return (
                f"{self.holds} This could not be judged: what your notebook returned has another "
                f"form than the check expects ({type(error).__name__})."
            )


def check(name: str, holds: str) -> Callable[[Judge], Check]:
    """Decorate a function that judges, so that it becomes a Check of this name."""

    def decorate(judge: Judge) -> Check:
        return Check(name, holds, judge)

    return decorate
