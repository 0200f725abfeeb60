"""What nbgrader runs of ours: kernels in the grading profile, and a release without the instructor's cells."""

import os
from pathlib import Path

from nbconvert.preprocessors import TagRemovePreprocessor
from nbgrader.preprocessors import Execute

ROOT = Path(__file__).resolve().parent.parent
KEY = ROOT / "solutions" / "vae"


def grading_environment():
    """The environment of a kernel that grades: small data, nothing downloaded, earlier answers taken from the key."""
    return {**os.environ, "LAB_PROFILE": "grading", "LAB_ANSWERS": str(KEY), "OMP_NUM_THREADS": "1",
            "LAB_DATA": os.path.abspath(os.environ.get("LAB_DATA", KEY / "data")),
            "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}


class GradingExecute(Execute):
    """nbgrader's Execute with kernels in the grading profile, in which the hidden tests find `autograder`."""

    def start_new_kernel(self, **kwargs):
        return super().start_new_kernel(**{**kwargs, "env": grading_environment()})


class RemoveInstructorCells(TagRemovePreprocessor):
    """Leaves the cells tagged `instructor-only` out of the release."""

    def __init__(self, **kwargs):
        super().__init__(**{**kwargs, "enabled": True})
        self.remove_cell_tags = {"instructor-only"}
