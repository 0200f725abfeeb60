"""Attacks by what is handed in: zip files, links, names, sizes."""

import io
import os
import shutil
import stat
import zipfile

from . import LOSS, VAE, Attack

SPACES = b" " * 10**6


def large(folder, world):
    """Add weights of 2 GB, which take no room on the disk."""
    with open(folder / "vae.pt", "wb") as file:
        file.truncate(2 * 2**30)


def links(folder, world):
    """Link a notebook to the key's, and weights to a file of the system."""
    (folder / LOSS).unlink()
    for name in (VAE, LOSS):
        (folder / name).symlink_to(world.course / "solutions" / "vae" / name)
    (folder / "vae.pt").symlink_to("/etc/passwd")
    (folder / "inner").symlink_to(world.course / "solutions")


def time(folder, world):
    """Add a time of submission whose time zone is a file that blocks its reader."""
    (folder / "timestamp.txt").write_text("2024-01-02 12:00:00 /proc/kmsg")


def pipe(folder, world):
    """Add a named pipe as a notebook, whose reader waits for ever."""
    os.mkfifo(folder / VAE)


def zipped(*members):
    """Replace the folder by a zip file of the notebook and of more members, (name, bytes)."""

    def build(folder, world):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(folder / LOSS, LOSS)
            for member, data in members:
                archive.writestr(member, data)
        shutil.rmtree(folder.parent)
        folder.parent.with_name(f"{folder.parent.name}.zip").write_bytes(packed.getvalue())

    return build


def link(name):
    """Return a member that is a symbolic link."""
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


_SLIP = [
    ("../" * 8 + "tmp/hostile-mark.ipynb", "{}"),
    ("../../autograder/hostile-mark.txt", "x"),
    ("/tmp/hostile-mark.ipynb", "{}"),
]

ATTACKS = (
    Attack(
        "a weights file of 2 GB",
        "show('there is', os.listdir('.'))",
        "vae.pt is larger than 50 MB",
        build=large,
    ),
    Attack("links out of the folder", says="is a link to a file outside", build=links),
    Attack("a pipe in place of a notebook", says="02_vae.ipynb is not a file", build=pipe),
    Attack("a time zone that is a file", "show(1 + 1)", "ValueError: 2", build=time),
    Attack("zip slip", says="would lie outside of it", build=zipped(*_SLIP)),
    Attack(
        "a zip bomb", says="over 100 times its size", build=zipped(("06_cvae.ipynb", SPACES * 150))
    ),
    Attack(
        "a zip file with a link in it",
        says="which is a link or a device",
        build=zipped((link(VAE), "/etc/passwd")),
    ),
    Attack(
        "a notebook name with ..",
        says="would lie outside of it",
        build=zipped(("vae/..\\..\\..\\solutions\\vae\\03_loss.ipynb", "{}")),
    ),
    Attack(
        "the name of one of the grader's files", "show(1 + 1)", "ValueError: 2", student="gradebook"
    ),
)
