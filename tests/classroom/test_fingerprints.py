"""Fingerprints: results depend on what grading uses, and on nothing else."""

from autograder.classroom.results.fingerprints import NOT_USED_BY_GRADING, course_hashes
from tests.test_architecture import PACKAGE, imported

CHANGES = {  # a file that changes → the hashes that change with it
    "autograder/__main__.py": set(),
    "autograder/classroom/run.py": set(),
    "solutions/vae/vae.pt": set(),
    "autograder/checks/losses.py": {"checks"},
    "autograder/text.py": {"checks"},
    "notebooks/vae/02_vae.ipynb": {"assignment"},
    "solutions/vae/lab.py": {"assignment"},
}


def test_hashes_are_of_what_can_change_a_result(tmp_path):
    for name in CHANGES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("before")
    for name, expected in CHANGES.items():
        before = course_hashes(tmp_path)
        (tmp_path / name).write_text("after")
        after = course_hashes(tmp_path)
        assert {part for part in after if after[part] != before[part]} == expected, name


def test_the_table_names_exactly_what_grading_does_not_import():
    modules = {path.relative_to(PACKAGE).parts[0] for path in PACKAGE.rglob("*.py")}
    unused = modules - used_by("grading") - {"__init__.py"}
    assert unused == NOT_USED_BY_GRADING


def used_by(package):
    """The files and folders of autograder/ that a package imports, directly or indirectly.

    All files of a folder count once one is imported: some are run by name, not imported.
    """
    used, unread = set(), [package]
    while unread:
        name = unread.pop()
        entry = name if (PACKAGE / name).is_dir() else f"{name}.py"
        if entry in used:
            continue
        used.add(entry)
        path = PACKAGE / entry
        for file in path.rglob("*.py") if path.is_dir() else [path]:
            unread += [names[1] for names in imported(file) if is_ours(names)]
    return used


def is_ours(names):
    return names[0] == "autograder" and len(names) > 1
