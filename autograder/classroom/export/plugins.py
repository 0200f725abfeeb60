"""The same files by nbgrader's own command, `nbgrader export`.

    nbgrader export --exporter autograder.classroom.export.plugins.Brightspace --to grades.csv

Settings are given on the command line or in nbgrader_config.py, under the name of the plugin:
`--Brightspace.item="VAE assignment" --Brightspace.unfinished=leave`.
"""

import sys
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.plugins import ExportPlugin
from traitlets import Bool, Enum, Unicode

from ...terminal import open_console, print_error
from ..errors import ClassError
from ..intake.entries import ASSIGNMENT
from .run import DONE, Places, export_grades
from .settings import ITEM, Missing, Platform, Settings, Unfinished


class GradesExport(ExportPlugin):
    """What the exporters have in common."""

    platform = Platform.CSV
    item = Unicode(ITEM, help="the grade item's name").tag(config=True)
    questions = Bool(False, help="an item for each question, too").tag(config=True)
    decimal_comma = Bool(False, help="write 27,5 instead of 27.5").tag(config=True)
    roster = Unicode("", help="the platform's own list of students").tag(config=True)
    results = Unicode("", help="where `autograder class` keeps results").tag(config=True)
    unfinished = Enum([*Unfinished], Unfinished.REFUSE, help="students with unmarked answers").tag(
        config=True
    )
    missing = Enum([*Missing], Missing.LEAVE, help="students who handed in nothing").tag(
        config=True
    )
    dry_run = Bool(False, help="show what would change; write nothing").tag(config=True)

    def export(self, gradebook: Gradebook) -> None:
        """Write the file; end with the exit code of `autograder export` where it is not 0."""
        code = self._exit_code(gradebook)
        if code != DONE:
            sys.exit(code)

    def _exit_code(self, gradebook) -> int:
        try:
            return export_grades(
                gradebook, self._settings(), self._places(), open_console(120), self.dry_run
            )
        except ClassError as error:
            print_error(str(error))
            return error.code

    def _settings(self) -> Settings:
        policies = Unfinished(self.unfinished), Missing(self.missing)
        return Settings(self.platform, self.item, self.questions, self.decimal_comma, *policies)

    def _places(self) -> Places:
        app: Any = self.parent  # nbgrader's application
        root = Path(app.coursedir.root)
        return Places(
            Path(self.results) if self.results else root / "graded",
            Path(self.roster) if self.roster else None,
            Path(self.to) if self.to else None,
            frozenset(map(str, self.student)) or None,
            str(self.assignment[0]) if self.assignment else ASSIGNMENT,
        )


class Brightspace(GradesExport):
    """Points for Brightspace."""

    platform = Platform.BRIGHTSPACE


class Canvas(GradesExport):
    """Points for Canvas."""

    platform = Platform.CANVAS


class Moodle(GradesExport):
    """Points for Moodle: its worksheet, filled in."""

    platform = Platform.MOODLE


class Table(GradesExport):
    """A table with everything."""

    platform = Platform.CSV
