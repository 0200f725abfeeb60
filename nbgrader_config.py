"""nbgrader's settings: its folders are ours, and its autograding is done by our grader."""

import os
import sys
from pathlib import Path

from nbgrader.converters import GenerateAssignment
from nbgrader.preprocessors import IncludeHeaderFooter

root = Path(__file__).resolve().parent
# nbgrader calls `alembic` by name: find the one of this environment, also where it is not
# activated.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])

sys.path.insert(0, str(root))
from autograder.nbgrader_plugin import RemoveInstructorCells, use_engine  # noqa: E402
from autograder.release.generate import guard_release, pack_checks  # noqa: E402

# nbgrader defines get_config where it runs this file.
c = get_config()  # noqa: F821  # pyright: ignore[reportUndefinedVariable]

c.CourseDirectory.course_id = "vae-course"
c.CourseDirectory.root = str(root)
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "notebooks"
c.CourseDirectory.db_url = f"sqlite:///{root / 'gradebook.db'}"
packed = ["submission.zip", "vae-submission.*", "*-vae.zip", "*-vae.pdf", "*-vae.html"]
c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", "data", *packed]

# The instructor's cells stay in solutions/; rubrics stand in locked cells, and come back for the TA
# when grading.
defaults = GenerateAssignment.preprocessors.default() or []
c.GenerateAssignment.preprocessors = [IncludeHeaderFooter, RemoveInstructorCells] + defaults[1:]
c.ClearMarkScheme.enforce_metadata = False

# Generating erases nothing: the new release is made beside the old one, and swapped in where the
# folder holds nobody's work.
guard_release()

# Students get the checks that grade, as notebooks/vae/checks.zip. Without the next line they see
# the asserts alone, and `check(...)` grades without saying anything in advance.
pack_checks(c)

# Without the next line nbgrader runs the notebooks itself, and the test cells in them decide;
# docs/instructor.md says in which environment.
use_engine(c)
c.Execute.timeout = 120  # seconds for a cell, where nbgrader runs the notebooks itself
