"""Paths of the course's folders in the repository."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOLUTIONS = ROOT / "solutions" / "vae"
RELEASE = ROOT / "notebooks" / "vae"


def data_folder() -> Path:
    """Return the folder of MNIST: that in LAB_DATA, else `data/` of the repository."""
    return Path(os.environ.get("LAB_DATA") or ROOT / "data").absolute()


def python_path() -> str:
    """Return the PYTHONPATH of a process that imports this collection: its folder comes first."""
    others = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
    return os.pathsep.join(dict.fromkeys((str(ROOT), *others)))


def has_mnist() -> bool:
    """Tell whether the folder holds MNIST's test images, as torchvision lays them out."""
    raw = data_folder() / "MNIST" / "raw"
    return (raw / "t10k-images-idx3-ubyte").is_file()
