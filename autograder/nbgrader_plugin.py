"""Plugins of nbgrader: our grader in `nbgrader autograde`, the release, a filter for pages.

Autograde sanitises each notebook, runs it, and reads points from the outputs of its test cells.
With `use_engine` it gets the notebook as the grader restored it, and the outputs and verdicts of
the grader in place of a run.
"""

from copy import deepcopy
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

import bleach
from bleach.css_sanitizer import CSSSanitizer
from jinja2 import pass_context
from nbconvert.exporters import HTMLExporter, NotebookExporter
from nbconvert.preprocessors import TagRemovePreprocessor
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import Execute, NbGraderPreprocessor
from nbgrader.utils import is_grade, is_solution

from .assignment import NOTEBOOKS
from .submission import read_submission

if TYPE_CHECKING:
    from .grading import Report

# What a page may show of what students wrote.
HEADINGS = ["h1", "h2", "h3", "h4", "h5", "h6"]
BLOCKS = ["blockquote", "br", "details", "div", "hr", "img", "p", "pre", "summary"]
LISTS = ["dd", "dl", "dt", "li", "ol", "ul"]
WORDS = ["a", "b", "code", "del", "em", "i", "kbd", "s", "span", "strong", "sub", "sup"]
TABLES = ["table", "tbody", "td", "th", "thead", "tr"]
TAGS = frozenset(HEADINGS + BLOCKS + LISTS + WORDS + TABLES)
ATTRIBUTES = {
    "a": ["href", "title", "class"],
    "img": ["src", "alt", "title", "width", "height"],
    "ol": ["start"],
    **{tag: ["style"] for tag in ("td", "th")},
    **{tag: ["class"] for tag in ("code", "div", "pre", "span")},
}
PROTOCOLS = frozenset(["http", "https", "mailto", "data"])  # attached pictures are data
STYLE = CSSSanitizer(allowed_css_properties=["text-align"])


def use_engine(config) -> None:
    """Let Autograde grade with our engine, and let no page run what students wrote."""
    config.Autograde.exporter_class = SubmissionExporter
    config.Autograde.pre_convert_hook = partial(use_expected_names, config=config)
    defaults = Autograde.autograde_preprocessors.default() or []
    config.Autograde.autograde_preprocessors = [
        InsertVerdicts if preprocessor is Execute else preprocessor for preprocessor in defaults
    ]
    config.HTMLExporter.filters = {"markdown2html": "autograder.nbgrader_plugin.markdown2html"}


class SubmissionExporter(NotebookExporter):
    """Reads a submitted notebook as the grader restored it.

    Its parent is the Autograde converter.
    """

    # The submission that was graded last, as (assignment, student), and its report.
    _graded: "tuple[tuple[str, str], Report] | None" = None

    def from_filename(self, filename, resources=None, **more):
        """Read the notebook in a file; a submitted one, which may be broken, from the grader."""
        if resources is None or not self._is_submitted(filename, resources):
            return super().from_filename(filename, resources, **more)
        return self.from_notebook_node(self.graded(resources), resources, **more)

    def graded(self, resources):
        """Return the notebook that nbgrader converts, as graded.

        The first one of a submission grades all that nbgrader is about to convert. After an error
        nbgrader reports that the submission failed, and gives no points.

        Args:
            resources: nbconvert's, in which nbgrader says whose notebook it is.

        Raises:
            NbGraderException: where the grader has no such notebook.
            SubmissionError: where there is nothing to grade.
            SetupError: where nothing can be graded here.
            NoVerdictError: where no kernel starts, or one is lost.
        """
        ids = resources["nbgrader"]
        submission = ids["assignment"], ids["student"]
        if self._graded is None or self._graded[0] != submission:
            self._graded = submission, self._grade(*submission)
        _, report = self._graded
        name = ids["notebook"] + ".ipynb"
        if name not in report.notebooks:
            raise NbGraderException(f"The grader has no notebook {name}.")
        return report.notebooks[name]

    def _is_submitted(self, filename, resources):
        """Tell whether a file lies in a folder of submitted notebooks."""
        ids = resources["nbgrader"]
        submitted = self._folder("submitted", ids["assignment"], ids["student"])
        return Path(filename).parent == submitted

    def _grade(self, assignment, student):
        # Imported here: they load torch, which nbgrader's other commands do not need.
        from .grading import Course, grade

        folder = self._folder("submitted", assignment, student)
        course = Course(
            self._folder("source", assignment, "."), self._folder("release", assignment, ".")
        )
        self.log.info("Grading %s", folder)
        names = {Path(path).name for path in self._converter.notebooks}
        report = grade(folder, names, course=course, on_progress=self.log.debug)
        self.log.info("%s has %s of %s automatic points", folder, report.score, report.max_score)
        self.log.info("The submission's code ran in: %s", report.isolation)
        for note in report.notes:
            self.log.warning("%s: %s", student, note)
        return report

    def _folder(self, step, assignment, student):
        """Return one of nbgrader's folders: submitted, source or release."""
        course = cast(CourseDirectory, self._converter.coursedir)
        pattern = getattr(course, f"{step}_directory")
        return Path(course.format_path(pattern, student, assignment))

    @property
    def _converter(self):
        return cast(Autograde, self.parent)


class InsertVerdicts(NbGraderPreprocessor):
    """Inserts the grader's outputs and verdicts, where nbgrader would run the notebook.

    Its parent is a SubmissionExporter.
    """

    def preprocess(self, nb, resources):
        """Give every code cell its outputs.

        Raises:
            NbGraderException: where points would depend on a cell without outputs.
        """
        exporter = cast(SubmissionExporter, self.parent)
        graded = {cell.id: cell for cell in exporter.graded(resources).cells}
        for cell in nb.cells:
            if cell.cell_type == "code":
                cell.outputs = deepcopy(graded[cell.id].outputs)
                _require_verdict(cell)
        return nb, resources


def _require_verdict(cell):
    """Raise NbGraderException where a test cell with points has no outputs to read them from."""
    if not is_grade(cell) or is_solution(cell) or cell.outputs:
        return
    marks = cell.metadata.nbgrader
    if marks["points"]:
        raise NbGraderException(f"No check decides the points of {marks['grade_id']}.")


def use_expected_names(assignment: str, student: str, notebooks: list[str], *, config) -> None:
    """Change the paths of a submission's notebooks, in place, to those that they should have.

    Autograde calls it before it converts them. The exporter reads these notebooks from the grader,
    so the student's files stay as they are.

    Args:
        assignment: its name, which is the name of its folder in the release.
        student: whose submission it is.
        notebooks: the paths, changed in place.
        config: nbgrader's, which says where the release is.
    """
    folder = Path(notebooks[0]).parent
    names = {Path(path).name for path in notebooks}
    if names != {path.name for path in folder.glob("*.ipynb")}:
        return  # nbgrader's option --notebook chose one of them
    course = CourseDirectory(config=config)
    release = Path(course.format_path(course.release_directory, ".", assignment))
    names = names.intersection(NOTEBOOKS).union(read_submission(folder, release).notebooks)
    notebooks[:] = sorted(str(folder / name) for name in names)


@pass_context
def markdown2html(context, source: str) -> str:
    """Convert Markdown to HTML in which tags that a browser would act on are shown as text.

    Replaces nbconvert's filter of that name: a script in an answer would act with the rights of
    whoever opens the page to grade it.
    """
    page = HTMLExporter().markdown2html(context, source)
    return bleach.clean(
        page, tags=TAGS, attributes=ATTRIBUTES, protocols=PROTOCOLS, css_sanitizer=STYLE
    )


class RemoveInstructorCells(TagRemovePreprocessor):
    """Leaves the cells tagged `instructor-only` out of the release."""

    def __init__(self, **kwargs):
        super().__init__(**{**kwargs, "enabled": True})
        self.remove_cell_tags = {"instructor-only"}
