"""What every platform's file is made from."""

from dataclasses import dataclass
from pathlib import Path

from ..roster.students import Roster, Student
from .cells import number, read_number
from .columns import Column, Points
from .errors import ExportError
from .grades import ClassGrades
from .settings import Settings


@dataclass(frozen=True)
class Sheet:
    """All that a file of grades is made from.

    roster: None where there is none.
    roster_path: its file.
    points: see `points_of_class`.
    """

    settings: Settings
    grades: ClassGrades
    columns: list[Column]
    points: Points
    roster: Roster | None = None
    roster_path: Path | None = None

    @property
    def students(self) -> list[Student]:
        """The students of the file, in the order of the roster."""
        return [grade.student for grade in self.grades.students]

    def cell(self, student: Student, column: Column, before: str = "") -> str:
        """Write a student's points; where they have none, what the platform has already.

        Args:
            student: of the roster.
            column: of points.
            before: what the roster's file has in this cell.
        """
        value = self.points[student.id][column.key]
        return before if value is None else number(value, self.settings.decimal_comma)

    def comes_from(self, *platforms: str) -> bool:
        """Tell whether there is a roster, and one of these kinds."""
        return self.roster is not None and self.roster.platform in platforms


def require_maximum(header: str, on_platform: str, maximum: float, platform: str) -> None:
    """Refuse where the platform's item has another maximum: the points would say something else.

    Raises:
        ExportError: with the way out.
    """
    found = read_number(on_platform)
    if found is not None and found != maximum:
        raise ExportError(
            f"{platform} has a maximum of {number(found)} points for “{header}”, and the "
            f"assignment has {number(maximum)}: set it to {number(maximum)} there, and download "
            "the file again; or choose another --item."
        )
