"""make: alone it lists its targets, and no target guesses what to grade or erases a copy."""

import os
import shutil
import subprocess

import pytest

from tests.paths import ROOT

pytestmark = pytest.mark.skipif(not shutil.which("make"), reason="there is no make")


def make(*words, cwd=ROOT):
    # The tests may run under make, whose flags another make would take over.
    environment = {name: text for name, text in os.environ.items() if "MAKE" not in name}
    return subprocess.run(
        ["make", *words], cwd=cwd, env=environment, text=True, capture_output=True
    )


def test_bare_make_lists_the_targets_and_does_nothing_else():
    done = make()
    assert done.returncode == 0 and done.stdout == make("help").stdout
    for target in ("demo", "lab", "release", "grade", "help"):
        assert f"\n{target}: " in "\n" + done.stdout


def test_grade_without_a_folder_asks_for_it_and_sets_nothing_up(tmp_path):
    shutil.copy(ROOT / "Makefile", tmp_path)
    done = make("grade", cwd=tmp_path)
    assert done.returncode != 0 and done.stdout == ""
    assert "make grade DIR=path/to/folder-or-zip" in done.stderr and done.stderr.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["Makefile"]


def test_the_copy_to_work_in_is_made_once_and_never_overwritten(tmp_path):
    shutil.copy(ROOT / "Makefile", tmp_path)
    release = tmp_path / "notebooks" / "vae"
    release.mkdir(parents=True)
    (release / "02_vae.ipynb").write_text("released")
    assert make("work", cwd=tmp_path).returncode == 0
    work = tmp_path / "work" / "02_vae.ipynb"
    assert work.read_text() == "released"
    work.write_text("my work")
    (release / "02_vae.ipynb").write_text("released again")
    assert make("work", cwd=tmp_path).returncode == 0
    assert work.read_text() == "my work"


def test_no_target_but_release_writes_the_release():
    text = (ROOT / "Makefile").read_text()
    assert text.count("generate_assignment") == 1 and "rm -f notebooks" not in text
