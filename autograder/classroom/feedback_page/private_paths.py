"""Paths of the grading machine, taken out of what students read."""

import re
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from ...paths import ROOT

# Folders of any Unix machine in which people and programs keep their files.
_HOMES = ["home", "root", "Users", "private", "Volumes", "nfs", "mnt", "media"]
_SYSTEM = ["tmp", "var", "usr", "opt", "srv", "data", "work", "scratch"]
_USUAL = "|".join(_HOMES + _SYSTEM)
_REST = r"(?:/[^\s'\"`<>:;,()\[\]]*)*"


class PathScrubber:
    """Replaces each absolute path by the name of its file.

    folders: more folders than the usual ones, such as those of the course.
    """

    def __init__(self, folders: Iterable[Path] = ()):
        own = [*folders, ROOT, Path.home(), Path(tempfile.gettempdir()), Path(sys.prefix)]
        known = {str(path.absolute()) for path in own} - {"/"}
        starts = sorted(map(re.escape, known), key=len, reverse=True)
        usual = rf"/(?:{_USUAL})(?=/)"
        self._pattern = re.compile(rf"(?<![\w./])(?:{'|'.join(starts)}|{usual})(?![\w.-]){_REST}")

    def scrub(self, text: str) -> str:
        """Return the text without absolute paths."""
        return self._pattern.sub(self._last_part, text)

    @staticmethod
    def _last_part(match):
        """Keep the name of a file; a folder may be somebody's name."""
        path = match[0].rstrip("/.")
        name = path.rpartition("/")[2]
        return ("…/" + name if "." in name else "…") + match[0][len(path) :]
