"""nbgrader's step that makes the release, without its way of emptying the folder first."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn, cast

from nbgrader.apps import api, generateassignmentapp
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import SaveCells
from traitlets import Bool

from .. import packed_checks
from ..errors import describe_os_error
from .folder import ReleaseFolder, WorkInTheWay

# Files of the master copy that are the instructor's: weights of the key, what handing in made of
# it, data, hidden files.
NOT_RELEASED = ("*.pt", "*.pth", "*.zip", "*.zip.part", "*.pdf", "*.html", "data", ".*")


class WriteRelease(GenerateAssignment):
    """Makes a release beside the old one and swaps it in whole, where nobody's work is erased.

    nbgrader's own way empties the folder, writes into it, and deletes it where a notebook fails.
    """

    with_checks = Bool(
        False, help="Whether to write the checks into the release, for `check` of lab.py."
    ).tag(config=True)

    _room: Path | None = None  # where the new release is made

    @property
    def _output_directory(self):
        return super()._output_directory if self._room is None else str(self._room)

    def convert_notebooks(self):
        """Make the release of each assignment.

        Raises:
            NbGraderException: where it cannot be made, or would erase work; the old one is kept.
        """
        assignments = sorted(self.assignments.items())
        for source, notebooks in assignments:
            self.assignments = {source: notebooks}
            try:
                self._release(Path(source).name)
            except WorkInTheWay as error:
                self._give_up(str(error), error)
            except OSError as error:
                said = describe_os_error(error, self._output_directory)
                self._give_up(f"No release is made, and that of before stays. {said}", error)

    def _give_up(self, sentence, error) -> NoReturn:
        self.log.error(sentence)
        raise NbGraderException(sentence) from error

    def _release(self, assignment):
        # Resolved, so that a link to the release stays one.
        folder = ReleaseFolder(Path(self._format_dest(assignment, ".")).resolve())
        whole = self._course.notebook_id == "*"
        if whole and folder.path.exists() and not self.force:
            self.log.warning("%s is there already; --force makes it anew.", folder.path)
            return
        folder.require_no_work()
        with folder.room_beside() as room:
            if not self.no_database:
                with self._writing_to(room / "rehearsal"), self._without_gradebook():
                    self._convert(folder, assignment, whole)
            with self._writing_to(room / "release"):
                new = self._convert(folder, assignment, whole)
            if new.is_dir():
                folder.replace_with(new)

    def _convert(self, folder, assignment, whole) -> Path:
        """Convert the notebooks; return the folder of the new release, where there is one."""
        new = Path(self._format_dest(assignment, ".")).resolve()
        if not whole:
            new.parent.mkdir(parents=True)
            folder.copy_to(new)
        super().convert_notebooks()
        return new

    @contextmanager
    def _without_gradebook(self) -> Iterator[None]:
        """Convert without telling the gradebook, which a release that fails would half change."""
        exporter = self.exporter
        self.exporter = self.exporter_class(parent=self, config=self.config)
        for preprocessor in self.preprocessors:
            if preprocessor is not SaveCells:
                self.exporter.register_preprocessor(preprocessor)
        self.no_database = True
        try:
            yield
        finally:
            self.exporter, self.no_database = exporter, False

    @property
    def _course(self):
        return cast(CourseDirectory, self.coursedir)

    @contextmanager
    def _writing_to(self, room) -> Iterator[None]:
        self._room = room
        try:
            yield
        finally:
            self._room = None

    def init_assignment(self, assignment_id, student_id):
        """Copy the other files of the master copy, without the instructor's; add the checks."""
        course = self._course
        ignored = course.ignore
        course.ignore = [*ignored, *NOT_RELEASED]
        try:
            super().init_assignment(assignment_id, student_id)
        finally:
            course.ignore = ignored
        if self.with_checks:
            folder = Path(self._format_dest(assignment_id, student_id))
            folder.mkdir(parents=True, exist_ok=True)
            packed_checks.write(folder)


def guard_release() -> None:
    """Let all of nbgrader's ways to a release go through WriteRelease.

    nbgrader has no setting for the class of its converter, so the modules of the command and of
    the Formgrader, which make one, get ours. nbgrader's settings of GenerateAssignment hold.
    """
    for module in (api, generateassignmentapp):
        setattr(module, GenerateAssignment.__name__, WriteRelease)


def pack_checks(config) -> None:
    """Let the release have the checks, for `check` of lab.py."""
    config.WriteRelease.with_checks = True
