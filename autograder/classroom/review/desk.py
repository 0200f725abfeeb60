"""What lies on a TA's desk: the answers to a question with their marks, in this TA's order."""

from collections.abc import Mapping
from dataclasses import dataclass

from ..similarity import Alike
from .alike_cache import AlikeCache
from .markbook import MarkBook
from .marks import MARKED, OPEN, Mark, order_of, remarks_of, sample_of
from .questions import Question
from .submissions import Answer, Submissions
from .tables import FIRST, SECOND

PATIENCE = 0.05  # seconds that a page waits for the comparison of all answers


@dataclass(frozen=True)
class Sheet:
    """One answer with its mark."""

    mark: Mark
    answer: Answer

    @property
    def grade(self) -> str:
        """nbgrader's id of the grade, which names the answer on all pages."""
        return self.mark.grade

    @property
    def token(self) -> str:
        """Names what the TA sees: this mark of this text."""
        return self.mark.token(self.answer.hash)

    @property
    def seen(self) -> dict[str, str]:
        """What the page sends back when the answer is marked."""
        return {"grade": self.grade, "token": self.token, "text": self.answer.hash}


@dataclass(frozen=True)
class Group:
    """Answers of other submissions with one text, which is like the answer that is shown.

    text: of the first of them.
    is_same: whether the words are the same.
    cosine: how like they are.
    waiting: what the page sends back to mark those that wait.
    marked: those that a person marked.
    """

    text: str
    is_same: bool
    cosine: float
    waiting: list[dict[str, str]]
    marked: list[Sheet]


class Desk:
    """Everything that the pages show.

    book: the marks.
    questions: grade_id → Question, in order.
    submissions: the answers.
    sample: how many answers to each question are marked twice.
    """

    def __init__(
        self,
        book: MarkBook,
        questions: Mapping[str, Question],
        submissions: Submissions,
        sample: int = 0,
    ):
        self.book, self.questions, self.submissions = book, questions, submissions
        self.sample = sample
        self._alike = AlikeCache()

    def read_sheets(self, task: str) -> dict[str, Sheet]:
        """Read grade's id → Sheet of all answers to a question, in this TA's order."""
        notebook = self.questions[task].notebook
        marks = self.book.read(task)
        return {
            grade: Sheet(
                marks[grade],
                self.submissions.read_answer(marks[grade].submission, notebook, task),
            )
            for grade in sorted(marks, key=lambda grade: order_of(self.book.ta, task, grade))
        }

    def find_next(self, sheets: Mapping[str, Sheet], after: str = "") -> str | None:
        """Find the next answer that waits for a mark, from the beginning again at the end."""
        return next_of(sheets, after, lambda sheet: sheet.mark.state == OPEN)

    def find_second(self, task: str, sheets: Mapping[str, Sheet], after: str = "") -> str | None:
        """Find the next answer of the sample that another TA has marked and this one has not."""
        chosen = sample_of(task, list(sheets), self.sample)
        ta = self.book.ta
        first, second = (self.book.read_log(kind, task) for kind in (FIRST, SECOND))
        mine = {(row["grade_id"], row["answer"]) for row in (*first, *second) if row["ta"] == ta}
        others = {(row["grade_id"], row["answer"]) for row in first if row["ta"] != ta}
        return next_of(
            sheets,
            after,
            lambda sheet: (
                sheet.grade in chosen
                and (sheet.grade, sheet.answer.hash) in others
                and (sheet.grade, sheet.answer.hash) not in mine
            ),
        )

    def alike(
        self, task: str, sheets: Mapping[str, Sheet], patience: float = PATIENCE
    ) -> Alike | None:
        """Compare the answers to a question; None while that is being done."""
        return self._alike.get(task, _texts(sheets), patience)

    def groups(self, task: str, sheets: Mapping[str, Sheet], grade: str) -> list[Group] | None:
        """Group the answers that are like one; None while the answers are being compared."""
        alike = self.alike(task, sheets)
        if alike is None:
            return None
        groups = [(alike.same(grade), True, 1.0)]
        groups += [(grades, False, cosine) for grades, cosine in alike.near(grade)]
        found = [_group([sheets[each] for each in grades], *more) for grades, *more in groups]
        return [group for group in found if group.waiting or group.marked]

    def compare_all(self) -> None:
        """Begin to compare all answers, so that they are compared when a page asks."""
        for task in self.questions:
            self.alike(task, self.read_sheets(task), patience=0)

    def remarks(self, sheets: Mapping[str, Sheet]) -> list[tuple[str, int]]:
        """List the remarks in all comments and how often each is used, the most used first."""
        counts: dict[str, int] = {}
        for sheet in sheets.values():
            for remark in dict.fromkeys(remarks_of(sheet.mark.comment)):
                counts[remark] = counts.get(remark, 0) + 1
        return sorted(counts.items(), key=lambda item: (-item[1], item[0]))

    def find_pairs(self, task: str, patience: float) -> list[tuple[Sheet, Sheet, float]] | None:
        """List the answers of different submissions that are alike; None while comparing."""
        sheets = self.read_sheets(task)
        pairs = self._alike.get_pairs(task, _texts(sheets), patience)
        if pairs is None:
            return None
        return [(sheets[each.first], sheets[each.second], each.cosine) for each in pairs]


def _group(sheets, is_same, cosine):
    waiting = [sheet.seen for sheet in sheets if sheet.mark.state == OPEN]
    marked = [sheet for sheet in sheets if sheet.mark.state == MARKED]
    text = sheets[0].answer.text if sheets else ""
    return Group(text, is_same, cosine, waiting, marked)


def _texts(sheets):
    return {grade: sheet.answer.text for grade, sheet in sheets.items()}


def next_of(sheets, after, is_wanted) -> str | None:
    """The first wanted sheet behind `after`, going round."""
    grades = list(sheets)
    start = grades.index(after) + 1 if after in sheets else 0
    for grade in grades[start:] + grades[:start]:
        if is_wanted(sheets[grade]):
            return grade
    return None
