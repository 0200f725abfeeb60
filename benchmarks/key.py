"""python -m benchmarks.key: run the master notebooks in full, and keep what they show and train.

They run in a copy of the master copy, in build/key, for half an hour. Only when all of them have
reached their ends do their outputs and weights replace those in solutions/vae, and only where
nobody has changed a master meanwhile.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from autograder import atomic_files
from autograder.paths import ROOT, SOLUTIONS, data_folder, python_path

PLACE = ROOT / "build" / "key"
LEFT_OUT = ("data", "__pycache__", ".ipynb_checkpoints")
RUN = ("nbconvert", "--to", "notebook", "--execute", "--inplace")
OPTIONS = (
    "--ExecutePreprocessor.timeout=-1",
    "--ExecutePreprocessor.record_timing=False",
)


class ChangedMeanwhile(Exception):
    """Masters were changed while their copies ran; str() is one sentence."""


def copy_masters(solutions: Path, place: Path) -> dict[str, bytes]:
    """Copy the master copy to a new folder; return its notebooks as they are now, by name."""
    shutil.rmtree(place, ignore_errors=True)  # of an earlier call
    shutil.copytree(solutions, place, ignore=shutil.ignore_patterns(*LEFT_OUT))
    return {path.name: path.read_bytes() for path in sorted(place.glob("*.ipynb"))}


def run_notebooks(place: Path) -> None:
    """Run all notebooks of a folder in full, in order; each keeps its outputs.

    Raises:
        subprocess.CalledProcessError: where one has an error.
    """
    own = {"LAB_PROFILE": "full", "TQDM_DISABLE": "1", "LAB_DATA": str(data_folder())}
    own["PYTHONPATH"] = python_path()  # of the checks, where they are not installed
    names = sorted(path.name for path in place.glob("*.ipynb"))
    command = [sys.executable, "-m", *RUN, *OPTIONS, *names]
    subprocess.run(command, cwd=place, env={**os.environ, **own}, check=True)


def take_over(place: Path, solutions: Path, before: dict[str, bytes]) -> list[str]:
    """Put the notebooks and weights of the copy into the master copy; return their names.

    Args:
        place: the copy.
        solutions: the master copy.
        before: its notebooks when it was copied.

    Raises:
        ChangedMeanwhile: where one of them is another by now; then nothing is replaced.
    """
    changed = [name for name, content in before.items() if _read(solutions / name) != content]
    if changed:
        raise ChangedMeanwhile(
            f"{', '.join(changed)} in {solutions} changed meanwhile, so nothing was replaced; "
            f"what ran is in {place}."
        )
    paths = [place / name for name in before] + sorted(place.glob("*.pt"))
    for path in paths:
        atomic_files.write(solutions / path.name, path.read_bytes())
    return [path.name for path in paths]


def _read(path):
    return path.read_bytes() if path.is_file() else None


def main() -> None:
    """Run the masters, and say before and after what is replaced."""
    print(
        f"The masters run in {PLACE}, for half an hour. After that their outputs, and vae.pt and "
        f"cvae.pt, replace those in {SOLUTIONS}. Ctrl+C leaves all as it is.",
        flush=True,
    )
    before = copy_masters(SOLUTIONS, PLACE)
    try:
        run_notebooks(PLACE)
        names = take_over(PLACE, SOLUTIONS, before)
    except subprocess.CalledProcessError:
        sys.exit(f"A notebook has an error, see above; {SOLUTIONS} is as it was.")
    except ChangedMeanwhile as error:
        sys.exit(str(error))
    print(f"Replaced in {SOLUTIONS}: {', '.join(names)}.")


if __name__ == "__main__":
    main()
