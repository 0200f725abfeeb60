"""The full-length training of both models beside the other tests, with what they leave of the
processor.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from autograder.target import bands
from autograder.target.training import Run
from tests.paths import ROOT

LAST = ["nice", "-n", "19"]  # in the processor's queue
RUNNING = set()  # numbers of the processes of trainings


class TrainingJob:
    """`python -m autograder target --device DEVICE`, begun now and waited for later."""

    def __init__(self, device: str):
        self._place = tempfile.TemporaryDirectory()
        self._json = Path(self._place.name) / "runs.json"
        self._output = (Path(self._place.name) / "output.txt").open("w+", encoding="utf-8")
        command = [
            sys.executable,
            "-m",
            "autograder",
            "target",
            "--device",
            device,
            "--json",
            str(self._json),
        ]
        patient = LAST if shutil.which(LAST[0]) else []
        self._process = subprocess.Popen(
            [*patient, *command],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
        )
        RUNNING.add(self._process.pid)

    def wait(self) -> tuple[int, list[Run], str]:
        """Its exit code, the runs that it wrote, and what it printed."""
        code = self._process.wait()
        runs = (
            bands.from_json(self._json.read_text(encoding="utf-8")) if self._json.exists() else []
        )
        self._output.seek(0)
        return code, runs, self._output.read()

    def close(self) -> None:
        """End it, done or not, and remove its files."""
        self._process.terminate()
        self._process.wait()
        self._output.close()
        self._place.cleanup()
