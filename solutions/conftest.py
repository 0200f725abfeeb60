"""For nbval in solutions/vae: kernels find the checks, and leave the weights of the key alone."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def pytest_configure():
    """Set the environment of the kernels that nbval starts.

    In the profile `check`, notebooks neither write weights of a short training over those of the
    key nor pack a submission, as they would in others.
    """
    paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    os.environ["LAB_PROFILE"] = "check"
    os.environ.setdefault("LAB_DATA", str(ROOT / "data"))
