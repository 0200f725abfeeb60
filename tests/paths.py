"""Where the parts of the repository lie, and MNIST."""

import os
from pathlib import Path

from autograder.paths import RELEASE, ROOT, SOLUTIONS

DATA = Path(os.environ.get("LAB_DATA", ROOT / "data")).absolute()
__all__ = ["DATA", "RELEASE", "ROOT", "SOLUTIONS"]
