"""A check, and its verdict as a value."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ..probes.student import NoVerdictError, Student, StudentError
from .diagnosis import failure_id, id_of, named, other_than

# A complaint about the student's answer in one to four sentences, or None where there is none.
Judge = Callable[[Student], str | None]


@dataclass(frozen=True)
class Outcome:
    """Verdict of one check.

    Attributes:
        name: of the check.
        passed: whether the property holds.
        message: a sentence for the student.
        diagnosis: stable id of what is wrong, by which a class is counted; "" where it passed.
        numbers: what was measured, by its name; none for most checks.
    """

    name: str
    passed: bool
    message: str
    diagnosis: str = ""
    numbers: Mapping[str, float] = field(default_factory=dict, hash=False)

    @classmethod
    def failed(
        cls, name: str, sentence: str, numbers: Mapping[str, float] | None = None
    ) -> "Outcome":
        """Make the verdict of a check that failed; a sentence without an id gets the check's."""
        diagnosis = id_of(sentence) or other_than(name)
        return cls(name, False, str(sentence), diagnosis, numbers or {})


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
        if complaint is None:
            return Outcome(self.name, True, self.holds)
        return Outcome.failed(self.name, complaint)

    def _complaint(self, student: Student) -> str | None:
        try:
            return self.judge(student)
        except NoVerdictError:
            raise
        except Complaint as problem:
            return problem.args[0]
        except StudentError as problem:
            return named(failure_id(str(problem)), str(problem))
        except Exception as error:  # noqa: BLE001 - a value of any type may come back
            return named(
                "cannot-be-judged",
                f"{self.holds} This could not be judged: what your notebook returned has another "
                f"form than the check expects ({type(error).__name__}).",
            )


def check(name: str, holds: str) -> Callable[[Judge], Check]:
    """Decorate a function that judges, so that it becomes a Check of this name."""

    def decorate(judge: Judge) -> Check:
        return Check(name, holds, judge)

    return decorate
