"""What nbgrader runs of ours: the grader inside `nbgrader autograde`, and a release without the
instructor's cells.

Autograde sanitises each notebook, runs it, and reads points from the outputs of its test cells.
With `use_engine` it gets the notebook as the grader restored it, and the outputs and verdicts of
the grader in place of a run.
"""

from copy import deepcopy
from functools import partial
from pathlib import Path

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
    config.Autograde.pre_convert_hook = partial(use_right_names, config=config)
    config.Autograde.autograde_preprocessors = [
        Verdicts if preprocessor is Execute else preprocessor
        for preprocessor in Autograde.autograde_preprocessors.default()
    ]
    config.HTMLExporter.filters = {"markdown2html": "autograder.nbgrader_plugin.markdown2html"}


class SubmissionExporter(NotebookExporter):
    """Reads a submitted notebook as the grader restored it.

    Its parent is the Autograde converter.
    """

    _graded = None  # (assignment, student) and their report

    def from_filename(self, filename, resources=None, **more):
        """The notebook in a file; a submitted one, which may be broken or have another name, comes
        from the grader.
        """
        place = resources["nbgrader"]
        if Path(filename).parent != self._folder(
            "submitted", place["assignment"], place["student"]
        ):
            return super().from_filename(filename, resources, **more)
        return self.from_notebook_node(self.graded(resources), resources, **more)

    def graded(self, resources):
        """The notebook at hand as graded; the first one of a submission grades all that nbgrader is
        about to convert.

        Raises NbGraderException, SubmissionError, SetupError and KernelStartError; nbgrader then
        reports that the submission failed, and gives no points.
        """
        place = resources["nbgrader"]
        whose = place["assignment"], place["student"]
        if self._graded is None or self._graded[0] != whose:
            self._graded = whose, self._grade(*whose)
        name = place["notebook"] + ".ipynb"
        if name not in self._graded[1].notebooks:
            raise NbGraderException(f"The grader knows no notebook {name}.")
        return self._graded[1].notebooks[name]

    def _grade(self, assignment, student):
        from .grading import (
            Course,
            grade,
        )  # loads torch, which nbgrader's other commands do not need

        folder = self._folder("submitted", assignment, student)
        course = Course(
            self._folder("source", assignment, "."), self._folder("release", assignment, ".")
        )
        self.log.info("Grading %s", folder)
        report = grade(
            folder,
            {Path(path).name for path in self.parent.notebooks},
            course=course,
            tell=self.log.debug,
        )
        self.log.info("%s has %s of %s automatic points", folder, report.score, report.max_score)
        self.log.info("The submission's code ran in: %s", report.isolation)
        for note in report.notes:
            self.log.warning("%s: %s", student, note)
        return report

    def _folder(self, step, assignment, student):
        """One of nbgrader's folders: submitted, source or release."""
        directory = self.parent.coursedir
        return Path(
            directory.format_path(getattr(directory, f"{step}_directory"), student, assignment)
        )


class Verdicts(NbGraderPreprocessor):
    """Stands where nbgrader would run the notebook: puts the grader's outputs and verdicts into its
    cells.
    """

    def preprocess(self, nb, resources):
        """Give every code cell its outputs.

        Raises NbGraderException where points would depend on none.
        """
        graded = {cell.id: cell for cell in self.parent.graded(resources).cells}
        for cell in nb.cells:
            if cell.cell_type == "code":
                cell.outputs = deepcopy(graded[cell.id].outputs)
                marks = cell.metadata.get("nbgrader", {})
                if (
                    is_grade(cell)
                    and not is_solution(cell)
                    and marks["points"]
                    and not cell.outputs
                ):
                    raise NbGraderException(f"No check decides the points of {marks['grade_id']}.")
        return nb, resources


def use_right_names(assignment: str, student: str, notebooks: list[str], *, config) -> None:
    """Replace, in place, the paths of a folder's notebooks by those that they should have.

    Autograde's hook. The exporter reads these notebooks from the grader, so the student's files
    stay as they are. config: nbgrader's, which says where the release is.
    """
    folder, names = Path(notebooks[0]).parent, {Path(path).name for path in notebooks}
    if names != {path.name for path in folder.glob("*.ipynb")}:
        return  # `--notebook` asks for one of them
    course = CourseDirectory(config=config)
    release = Path(course.format_path(course.release_directory, ".", assignment))
    names = names.intersection(NOTEBOOKS).union(read_submission(folder, release).notebooks)
    notebooks[:] = sorted(str(folder / name) for name in names)


@pass_context
def markdown2html(context, source: str) -> str:
    """Show Markdown as HTML in which tags that a browser would act on are text.

    Stands for nbconvert's filter of that name: a script in an answer would act with the rights of
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
