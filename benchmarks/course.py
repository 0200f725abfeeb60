"""python -m benchmarks.course FOLDER [--students N] [--groups N] [--platform NAME] [--unusual].

Writes a made-up course as a learning platform gives it: FOLDER/roster.csv, and what was handed in
as FOLDER/download.zip; with --unpacked, as the folder FOLDER/submitted. The groups hand in the key,
the key with typical mistakes, and the notebooks as they were released, with their names in notebook
01. With --unusual, one group hands in nothing, one an archive that cannot be read, one late, and
one names another group.
"""

import argparse
import json
import shutil
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path

import nbformat

from autograder.assignment import NOTEBOOKS
from benchmarks.samples import write_samples
from tests.classroom.platform_world import (
    PLATFORMS,
    Person,
    download_name,
    make_people,
    roster_bytes,
    submitters,
    write_download,
)

SAMPLES = ("mistakes", "key", "untouched")  # group 1 hands in the first, and so on
RAR = b"Rar!\x1a\x07\x01\x00"


def write_course(
    folder: Path, platform: str, students: int, groups: int, unusual: bool, unpacked: bool
) -> None:
    """Write the roster and the download, and print what to expect."""
    people = make_people(students, groups)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "roster.csv").write_bytes(roster_bytes(platform, people))
    with tempfile.TemporaryDirectory(dir=folder) as name:
        download = Path(name) / "submitted"
        write_uploads(Path(name) / "samples", download, platform, people, unusual)
        if unpacked:
            shutil.move(download, folder / "submitted")
        else:
            shutil.make_archive(str(folder / "download"), "zip", download)


def write_uploads(
    samples: Path, download: Path, platform: str, people: list[Person], unusual: bool
) -> None:
    """Write what each group hands in, and print it."""
    write_samples(samples)
    handed_in = submitters(people)
    absent = handed_in.pop() if unusual else None
    unreadable = handed_in.pop() if unusual else None
    names = {person.key: SAMPLES[i % len(SAMPLES)] for i, person in enumerate(handed_in)}
    others = {handed_in[2].key: "Group 99"} if unusual else {}

    def write_zip(person, path):
        group = others.get(person.key, person.group)
        members = [each.name for each in people if each.group and each.group == person.group]
        pack(samples / names[person.key], path, members or [person.name], group)

    write_download(download, platform, handed_in, write_zip)
    for person in handed_in:
        print(f"{person.group or person.name} hands in {names[person.key]}.")
    if unusual:
        make_late(download, platform, handed_in[1])
        write_download(download, platform, [unreadable], lambda _, path: path.write_bytes(RAR))
        print(f"{unreadable.group} hands in no readable archive, {absent.group} nothing.")
        print(f"{handed_in[1].group} is late, {handed_in[2].group} names another group.")


def pack(sample: Path, path: Path, names: list[str], group: str) -> None:
    """Write a sample as a zip, with the names and the group in its first notebook."""
    first = nbformat.read(sample / NOTEBOOKS[0], as_version=4)
    cell = next(cell for cell in first.cells if cell.source.startswith("names = "))
    cell.source = f"names = {json.dumps(names, ensure_ascii=False)}\ngroup = {json.dumps(group)}"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(NOTEBOOKS[0], nbformat.writes(first))
        for file in sorted(sample.iterdir()):
            if file.name in NOTEBOOKS[1:] or file.suffix == ".pt":
                archive.write(file, file.name)


def make_late(download: Path, platform: str, person: Person) -> None:
    """Let somebody have handed in a day after the others, where the download says it."""
    path = download / download_name(platform, person)
    path.rename(download / download_name(platform, replace(person, days_late=1)))


def main() -> None:
    """Read the arguments, and write the course."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.course", description="Write a made-up course."
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--students", type=int, default=60)
    parser.add_argument("--groups", type=int, default=30, help="0: everybody works alone")
    parser.add_argument("--platform", choices=PLATFORMS, default=PLATFORMS[0])
    parser.add_argument("--unusual", action="store_true", help="with problems to look at")
    parser.add_argument("--unpacked", action="store_true", help="a folder in place of a zip")
    args = parser.parse_args()
    for name in ("roster.csv", "download.zip", "submitted"):
        if (args.folder / name).exists():
            parser.error(f"{args.folder / name} is there already: it stays, choose another folder")
    if args.unusual and args.students < 10:
        parser.error("--unusual needs at least 10 students")
    write_course(
        args.folder, args.platform, args.students, args.groups, args.unusual, args.unpacked
    )


if __name__ == "__main__":
    main()
