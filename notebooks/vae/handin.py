"""Packs everything that you hand in into one zip, and says what is missing, open or out of date.

Nothing in here is graded, and you may read all of it. Nothing is refused: whether you hand in what
is there is yours to decide.
"""

import os
import re
import sys
import unicodedata
import zipfile
from pathlib import Path

from lab import KEEPS_WEIGHTS, NOTEBOOKS, PROFILE, WEIGHTS, LabError
from saved import names_and_group, remarks, time_saved

# The modules that came with the notebooks; every other module in the folder is your own.
COURSE_MODULES = (
    "answers.py",
    "curves.py",
    "d2l_lite.py",
    "flowchart.py",
    "handin.py",
    "lab.py",
    "printout.py",
    "saved.py",
    "selfcheck.py",
    "software.py",
)
# What each file was made from. One that is older than these may be out of date.
MADE_FROM = {
    "vae.pt": ("02_vae.ipynb", "03_loss.ipynb"),
    "cvae.pt": ("02_vae.ipynb", "03_loss.ipynb"),
    "04_training.ipynb": ("02_vae.ipynb", "03_loss.ipynb"),
    "05_latent_space.ipynb": ("02_vae.ipynb", "vae.pt"),
    "06_cvae.ipynb": ("02_vae.ipynb", "03_loss.ipynb"),
}
WRITERS = {"vae.pt": "04_training.ipynb", "cvae.pt": "06_cvae.ipynb"}
TOLERANCE = 2  # seconds that a file may be older, since copying and unpacking round times


def main():
    """Do what the command line says: `check` or `pack`."""
    os.chdir(Path(__file__).resolve().parent)
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")  # some terminals have no ✓
    wish = sys.argv[1:]
    if wish == ["check"]:
        from selfcheck import check_all

        check_all()
    elif wish == ["pack"]:
        pack_submission()
    else:
        sys.exit("Write `python lab.py check` or `python lab.py pack`.")


def pack_submission(folder="."):
    """Write GROUP-vae.zip: notebooks, weights, own modules, and one document of all notebooks."""
    if PROFILE in KEEPS_WEIGHTS:  # check and grader run this notebook, too
        print(f"Nothing is packed where LAB_PROFILE is {PROFILE}.")
        return
    folder = Path(folder)
    names, group = names_and_group(folder)
    own = own_modules(folder)
    for line in _table(folder, own) + _left_out(folder) + _who(names, group):
        print(line)
    name = file_name(group)
    document = _document(folder, name, names, group)
    _write_zip(folder, name, [*NOTEBOOKS, *WEIGHTS, *own, *document])
    print(f"\n{name}.zip is written, with the files as they were saved. Hand it in as it is.")


def file_name(group):
    """Return the zip's name without its end, from letters that every system allows."""
    plain = unicodedata.normalize("NFKD", group).encode("ascii", "ignore").decode()
    safe = re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-")[:40].strip("-")
    return f"{safe}-vae" if safe else "vae-submission"


def own_modules(folder):
    """Return the names of the Python files that did not come with the notebooks."""
    return sorted(path.name for path in folder.glob("*.py") if path.name not in COURSE_MODULES)


def _table(folder, own):
    """Return a line for each file: when it was saved, and what is to be said of it."""
    lines = []
    for name in [*NOTEBOOKS, *WEIGHTS, *own]:
        path = folder / name
        if not path.exists():
            hint = f": run {WRITERS[name]} to its end" if name in WRITERS else ""
            lines.append(f"{name:22} missing{hint}")
            continue
        said = "; ".join(_remarks(path, name in own) + _stale(path))
        lines.append(f"{name:22} saved {time_saved(path)}" + f"   {said}" * bool(said))
    return lines


def _remarks(path, is_own):
    """Return phrases on what a file leaves open."""
    if is_own:
        return ["your own module"]
    try:
        return remarks(path) if path.suffix == ".ipynb" else []
    except LabError as error:
        return [str(error).removeprefix(f"{path.name} ")]


def _stale(path):
    """Return a phrase where a file is older than those that it was made from."""
    newer = [
        source
        for source in MADE_FROM.get(path.name, ())
        if (other := path.with_name(source)).exists()
        and other.stat().st_mtime > path.stat().st_mtime + TOLERANCE
    ]
    again = WRITERS.get(path.name, path.name)
    if not newer:
        return []
    return [f"older than {' and '.join(newer)}: if that has changed, run {again} again and save it"]


def _left_out(folder):
    """Return a line on notebooks that are not packed because they have other names."""
    others = sorted(path.name for path in folder.glob("*.ipynb") if path.name not in NOTEBOOKS)
    if not others:
        return []
    return [f"\nNot packed, since the names are not those of the seven: {', '.join(others)}."]


def _who(names, group):
    """Return a line where the names or the group are not filled in."""
    missing = ["the names"] * (not names) + ["the group"] * (not group)
    if not missing:
        return [f"\nNames: {', '.join(names)}; group: {group}"]
    verb = "are" if len(missing) == 2 or not names else "is"
    return [
        f"\n{' and '.join(missing).capitalize()} {verb} empty: fill them in at the top of "
        f"{NOTEBOOKS[0]}, save it, and pack again."
    ]


def _say_replaced(path):
    """Print a line where an earlier zip or document is there, which packing replaces."""
    if path.exists():
        print(f"\n{path.name} of {time_saved(path)} is replaced by a new one.")


def _document(folder, name, names, group):
    """Write the printable document; return its file's name as a list, empty where it failed."""
    from printout import printable_document

    title = f"Variational autoencoders, group {group}" if group else "Variational autoencoders"
    try:
        content, ending = printable_document(folder, title, names)
    except Exception as error:  # noqa: BLE001 - a document that fails must not stop the packing
        reason = f"{type(error).__name__}: {error}"
        print(f"\nThe document could not be made ({reason}); everything else is packed.")
        return []
    _say_replaced(folder / f"{name}{ending}")
    (folder / f"{name}{ending}").write_bytes(content)
    if ending == ".html":
        print(
            "\nNo Chrome, Chromium or Edge was found to make a PDF, so the document is a web page. "
            "If you must hand in a PDF, open it in a browser and print it to a file."
        )
    print(f"\n{name}{ending} has all seven notebooks in one: look at it once.")
    return [f"{name}{ending}"]


def _write_zip(folder, name, files):
    """Write the files that are there into a zip, which appears when it is complete."""
    _say_replaced(folder / f"{name}.zip")
    unfinished = folder / f"{name}.zip.part"
    with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
        for file in files:
            if (folder / file).exists():
                archive.write(folder / file, file)
    unfinished.replace(folder / f"{name}.zip")
