"""The folder of the release: what in it is of the last release, and how a new one replaces it."""

import contextlib
import fnmatch
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from .. import atomic_files

LIST_SUFFIX = ".sha256"  # of the list of a release's files, beside its folder
# What appears by looking at a release, in Jupyter, an editor or a file manager: nobody's work.
CACHES = (
    ".ipynb_checkpoints",
    "__pycache__",
    ".pytest_cache",
    ".ruff_cache",
    ".mypy_cache",
    ".virtual_documents",
    ".idea",
    ".DS_Store",
    "._*",
    "Thumbs.db",
    "desktop.ini",
    "*.pyc",
)
# What working in a release downloads and installs; it moves on into the next one.
KEPT = ("data", ".venv")
_NAMES_SHOWN = 8


class WorkInTheWay(Exception):
    """The folder holds files that a new release would erase; str() is one sentence."""


class ReleaseFolder:
    """The folder that students get, and the list of what the last release wrote there.

    The list stands beside the folder, not in it, in the form of `sha256sum`, and is committed with
    it. Line ends of Windows, which git may write, make no difference.

    Attributes:
        path: the folder; it need not exist.
        list_path: the file with the list.
    """

    def __init__(self, path: Path):
        self.path = path
        self.list_path = path.with_name(path.name + LIST_SUFFIX)

    def foreign_files(self) -> list[str]:
        """Return the files that are not as the last release wrote them, changed or added.

        Raises:
            OSError: where the list cannot be read.
        """
        return self._foreign_in(self.path, self._listed())

    def require_no_work(self) -> None:
        """Raise WorkInTheWay where the folder holds a file that is not of the last release."""
        self._require_none(self.foreign_files())

    @contextlib.contextmanager
    def room_beside(self) -> Iterator[Path]:
        """Give an empty folder on the same disk, which is removed afterwards.

        Raises:
            OSError: where there can be none.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        room = Path(tempfile.mkdtemp(prefix=".release-", dir=self.path.parent))
        try:
            yield room
        finally:
            shutil.rmtree(room, ignore_errors=True)

    def copy_to(self, folder: Path) -> None:
        """Copy the release, where there is one, without caches and downloads."""
        if self.path.is_dir():
            left_out = shutil.ignore_patterns(*CACHES, *KEPT)
            shutil.copytree(self.path, folder, ignore=left_out)

    def replace_with(self, new: Path) -> None:
        """Put a new release in the folder's place; downloads move into it.

        Raises:
            WorkInTheWay: where the folder holds other files; it stays as it was.
            OSError: where a folder cannot be moved, such as one that is open on Windows; likewise.
        """
        lines = _list_of(new)
        # Both, so that a crash between here and the end leaves no file that looks like work.
        self._write_list(self._listed() | lines)
        old = new.with_name(new.name + ".old")
        if self.path.exists():
            self.path.rename(old)
        try:
            # Asked once more: somebody may have saved while the new release was made.
            self._require_none(self._foreign_in(old, self._listed()))
            _swap_in(new, old, self.path)
        except BaseException:
            if old.exists():
                old.rename(self.path)
            raise
        self._write_list(lines)

    def _require_none(self, foreign):
        if foreign:
            raise WorkInTheWay(
                f"{self.path} stays as it is, because it holds what is not of the last release: "
                f"{_shown(foreign)}; move these files elsewhere, then release again (to try the "
                "notebooks, work in a copy, which `make lab` makes)."
            )

    def _foreign_in(self, folder, listed):
        return [name for name in _files(folder) if (name, _hash(folder / name)) not in listed]

    def _listed(self) -> set[tuple[str, str]]:
        """(name, hash) of the files of the last release; none where no list was kept."""
        try:
            text = self.list_path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return set()
        # Other lines, as a merge of two versions leaves them, list nothing.
        pairs = (line.split(maxsplit=1) for line in text.splitlines() if len(line.split()) > 1)
        folder = f"{self.path.name}/"
        return {(name.removeprefix(folder), digest) for digest, name in pairs}

    def _write_list(self, entries):
        lines = [f"{digest}  {self.path.name}/{name}\n" for name, digest in sorted(entries)]
        atomic_files.write(self.list_path, "".join(lines).encode())


def _swap_in(new, old, place):
    """Move the new folder to its place, with the old one's downloads; undone where that fails."""
    moved = []
    try:
        for name in KEPT:
            if (old / name).exists() and not (new / name).exists():
                (old / name).rename(new / name)
                moved.append(name)
        new.rename(place)
    except BaseException:
        for name in moved:
            (new / name).rename(old / name)
        raise


def _list_of(folder):
    """(name, hash) of the files in a folder."""
    return {(name, _hash(folder / name)) for name in _files(folder)}


def _files(folder: Path) -> list[str]:
    """Return the files and links below a folder, relative to it; without caches and downloads."""
    found = []
    for parent, folders, names in os.walk(folder):
        here = Path(parent)
        skipped = KEPT if here == folder else ()
        links = [name for name in folders if (here / name).is_symlink()]
        folders[:] = [name for name in folders if name not in skipped and not _is_cache(name)]
        files = [*links, *(name for name in names if not _is_cache(name))]
        found += [(here / name).relative_to(folder).as_posix() for name in files]
    return sorted(found)


def _is_cache(name):
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in CACHES)


def _hash(path):
    """Return the hash of a file's contents, of a text with the line ends of Unix; "" for a link."""
    if path.is_symlink() or not path.is_file():
        return ""
    try:
        content = path.read_bytes()
    except OSError:
        return ""
    is_text = b"\0" not in content
    return hashlib.sha256(content.replace(b"\r\n", b"\n") if is_text else content).hexdigest()


def _shown(names: Iterable[str]) -> str:
    names = list(names)
    shown, more = names[:_NAMES_SHOWN], len(names) - _NAMES_SHOWN
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")
