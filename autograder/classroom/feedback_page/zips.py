"""Zips of the pages, named as the platform's download was, for its bulk upload of feedback.

Brightspace   a folder for each submission, named as in the download, with the page in it; where the
              download had files alone, a file whose name begins as theirs
Canvas        a file named as the student's in the download: Canvas finds the student by the numbers
              in the name, and shows the page under the name of the file that was handed in
Moodle        FULL NAME_NUMBER_assignsubmission_file_feedback.html: Moodle reads the number
"""

import io
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from ... import atomic_files
from ..intake.downloads import parse_download_name
from ..results.handins import Handin
from ..roster.students import Student
from .make_pages import page_path

PAGE = "feedback.html"
_DATE = (2000, 1, 1, 0, 0, 0)  # the same pages make the same zip
_MOODLE = re.compile(r"(?P<person>[^_]+_\d+)_assign(?:submission|feedback)_", re.DOTALL)
# The grading worksheet's columns, and its "Participant 123". Another list's numbers are of others.
_WORKSHEET = {"Identifier", "Full name"}
_MOODLE_NUMBER = re.compile(r"Participant (\d+)")
_FILE = re.compile(r"\.(?:zip|ipynb|pt|py|7z|rar|tar|t?gz|pdf|html?|txt)$", re.IGNORECASE)
_CANVAS = re.compile(r"_\d+_\d+(?:_|$)")


@dataclass
class ZipContents:
    """What goes into a zip.

    files: name in the zip → (the page, whether it is packed once more).
    nameless: students whom the platform would not find.
    """

    files: dict[str, tuple[Path, bool]] = field(default_factory=dict)
    nameless: list[str] = field(default_factory=list)


def plan_zip(platform: str, handins: Iterable[Handin], output: Path, made) -> ZipContents:
    """Decide what goes into a zip, and under which names.

    Args:
        platform: "brightspace", "canvas" or "moodle".
        handins: who handed in, and what the download called it.
        output: the folder of the pages.
        made: ids of the students whose pages are up to date.
    """
    contents = ZipContents()
    for handin in handins:
        for member in handin.members:
            if member.id not in made:
                continue
            name = _name(platform, handin, member)
            if name is None:
                contents.nameless.append(member.id)
            else:
                _add(contents, name, member, output)
    return contents


def write_zip(path: Path, contents: ZipContents) -> None:
    """Write a zip, whole or not at all.

    Raises:
        OSError: where a page cannot be read or the zip cannot be written.
    """
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, (page, is_packed) in contents.files.items():
            data = page.read_bytes()
            _write_member(archive, name, _packed(data) if is_packed else data)
    atomic_files.write(path, file.getvalue())


def _add(contents, name, member, output):
    """Add a page; where the group has one name in the download, each member's has its own."""
    if name in contents.files:
        stem, _, ending = name.rpartition(".")
        name = f"{stem}-{page_path(output, member.id).stem}.{ending}"
    contents.files[name] = page_path(output, member.id), name.lower().endswith(".zip")


def _name(platform: str, handin: Handin, member: Student) -> str | None:
    """Name a member's page in the zip; None where the platform would not find them."""
    downloaded = handin.downloads.get(member.id, "")
    if downloaded in (".", "..") or any(c in downloaded for c in "/\\\0"):
        return None
    if platform == "brightspace":
        return _brightspace_name(downloaded)
    if platform == "canvas":
        return _canvas_name(downloaded)
    return _moodle_name(downloaded, member)


def _brightspace_name(downloaded: str) -> str | None:
    """Name the page in its submission's folder, or beside its file."""
    if not downloaded or not _FILE.search(downloaded):
        return f"{downloaded}/{PAGE}" if downloaded else None
    parsed = parse_download_name(downloaded, is_folder=False)
    if parsed is None or not parsed.file:
        return None
    return downloaded.removesuffix(parsed.file) + PAGE


def _canvas_name(downloaded: str) -> str | None:
    """Keep the name; a zip stays one, since Canvas shows the page under the old ending."""
    if not _CANVAS.search(Path(downloaded).stem):
        return None
    return downloaded if downloaded.lower().endswith(".zip") else f"{_stem(downloaded)}.html"


def _stem(name: str) -> str:
    return Path(name).stem


def _moodle_name(downloaded: str, member: Student) -> str | None:
    """Name the page by the download, or by the number in Moodle's grading worksheet."""
    if match := _MOODLE.match(downloaded):
        return f"{match['person']}_assignsubmission_file_{PAGE}"
    if not member.columns.keys() >= _WORKSHEET:
        return None
    number = _MOODLE_NUMBER.fullmatch(member.columns["Identifier"].strip())
    if not number:
        return None
    person = re.sub(r'[_/\\:*?"<>|\0]', " ", member.name or member.id)
    return f"{person}_{number[1]}_assignsubmission_file_{PAGE}"


def _packed(data: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        _write_member(archive, PAGE, data)
    return file.getvalue()


def _write_member(archive, name, data):
    info = zipfile.ZipInfo(name, _DATE)
    info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
    archive.writestr(info, data)
