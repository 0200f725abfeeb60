"""python -m autograder grade: a table for people, JSON for programs, one sentence for bad input."""

import errno
import io
import json
import os
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner

from autograder import __main__ as command_line
from autograder.assignment import Task
from autograder.checks import Outcome
from autograder.errors import SubmissionError
from autograder.grading import Report, TaskResult
from autograder.grading.course import CourseError
from autograder.grading.report import NOT_MEASURED
from tests.paths import ROOT

REASON = "the noise was scaled by the variance, not by its root, "
LONG = f"These have variance e^2: {REASON * 4}at the very end."
FIRST = Task("a-test", "1a", "first", "x.ipynb", 1, "auto")
SECOND = Task("b-test", "1b", "second", "x.ipynb", 1, "auto")
COMPLAINTS = (
    Outcome("spread", False, f"[bold]{LONG}"),
    Outcome("size", False, "No."),
    Outcome("shape", False, "No."),
)
RESULTS = (TaskResult(FIRST, (Outcome("law", True, "It holds."),)), TaskResult(SECOND, COMPLAINTS))
REPORT = Report("ada", RESULTS, ("vae.pt is missing.",), "a sandbox")


@pytest.fixture
def run(monkeypatch):
    """Run the command with a grader that returns this report, or raises this error."""

    def run(*arguments, result=REPORT):
        def grade(folder, only=None, on_progress=None, sandbox=False):
            nonlocal result
            run.only, run.sandbox, run.folder = only, sandbox, folder
            run.files = {
                path.relative_to(folder).as_posix(): path.read_text()
                for path in folder.rglob("*.*")
            }
            result = result(folder) if callable(result) else result
            if isinstance(result, Exception):
                raise result
            return result

        monkeypatch.setattr("autograder.grading.grade", grade)
        return CliRunner().invoke(command_line.app, ["grade", *map(str, arguments)])

    return run


def test_the_table_has_points_and_every_failed_message_in_full(run):
    result = run("ada")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == "ada: 1 of 2 points"
    assert "✓ a-test  1a first   1/1" in lines and "✗ b-test  1b second  0/1" in lines
    assert f"spread: [bold]{LONG}" in " ".join(" ".join(lines).split())
    assert "    size, shape: No." in lines
    assert "It holds." not in result.stdout
    assert "Note: vae.pt is missing." in lines
    assert "The submission's code ran in: a sandbox." in lines
    assert max(map(len, lines)) <= 100


def test_the_table_fits_a_narrow_terminal():
    console = Console(width=40, record=True, file=io.StringIO())
    command_line.print_report(REPORT, console)
    assert max(map(len, console.export_text().splitlines())) <= 40


@pytest.mark.parametrize("given", ["03_loss", "03_loss.ipynb", "03"])
def test_one_notebook_is_graded_alone(run, given):
    assert run("ada", "--only", given).exit_code == 0
    assert run.only == {"03_loss.ipynb"}


def test_all_notebooks_are_graded_where_none_is_named(run):
    run("ada")
    assert run.only is None


@pytest.mark.parametrize("given", ["07_discussion", "loss", ""])
def test_a_notebook_without_automatic_tasks_is_one_sentence(run, given):
    result = run("ada", "--only", given)
    assert result.exit_code == 2
    assert "choose one of the notebooks with automatic tasks: 02_vae, 03_loss" in result.stderr
    assert result.stderr.count("\n") == 1


def test_json_goes_to_a_file_beside_the_table(run, tmp_path):
    target = tmp_path / "report.json"
    run("ada", "--json", target, result=replace(REPORT, submission="earlier"))
    result = run("ada", "--json", target)
    assert "1 of 2 points" in result.stdout
    assert json.loads(target.read_text(encoding="utf-8")) == REPORT.to_json()
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("text", ["notes", "[]", '{"submission": 1}', "[" * 100_000])
def test_json_overwrites_no_file_but_an_earlier_report(run, tmp_path, text):
    target = tmp_path / "notebook.ipynb"
    target.write_text(text)
    result = run("ada", "--json", target)
    assert result.exit_code == 1 and "is there already and is kept" in result.stderr
    assert target.read_text() == text


def test_a_target_that_was_not_measured_is_neither_right_nor_wrong():
    target = TaskResult(
        Task("loss", "1c", "loss", "x.ipynb", 0, "target"),
        (Outcome(NOT_MEASURED, False, "No MNIST."),),
    )
    console = Console(width=80, record=True, file=io.StringIO())
    command_line.print_report(replace(REPORT, results=(target,)), console)
    text = console.export_text()
    assert "– loss" in text and "✗" not in text and "No MNIST." in text


@pytest.mark.parametrize("name", ["team.zip", "team-vae (1).ZIP"])
def test_a_zip_is_graded_as_the_folder_in_it(run, tmp_path, name):
    with zipfile.ZipFile(tmp_path / name, "w") as archive:
        archive.writestr("team/02_vae.ipynb", "{}")
        archive.writestr("team/photo.ipynb.rar", "?")
    result = run(tmp_path / name)
    assert result.exit_code == 0
    assert run.files == {"team/02_vae.ipynb": "{}"} and not run.folder.exists()
    assert run.folder.name == Path(name).stem


def test_what_is_wrong_with_a_zip_is_one_line_that_names_it(run, tmp_path):
    bad = tmp_path / "bad.zip"
    bad.write_text("no zip")
    result = run(bad, result=lambda folder: SubmissionError(f"{folder} holds nothing."))
    assert result.exit_code == 2 and result.stderr.startswith(f"{bad} holds nothing. submission")
    assert "damaged, or no zip file" in result.stderr and result.stderr.count("\n") == 1
    outside = tmp_path / "outside.zip"
    with zipfile.ZipFile(outside, "w") as archive:
        archive.writestr("../../\x1b[2Jx.ipynb", "{}")
    result = run(outside)
    assert result.exit_code == 2 and "outside of it" in result.stderr
    assert result.stderr.startswith(f"{outside}: ") and "\x1b" not in result.stderr


def test_the_course_itself_is_not_graded(run):
    result = run(ROOT)
    assert result.exit_code == 2 and "holds the course itself" in result.stderr


def test_every_command_has_an_example_in_the_help():
    result = CliRunner().invoke(command_line.app, ["--help"], prog_name="autograder")
    commands = typer.main.get_command(command_line.app).commands
    examples = result.stdout.partition("Examples\n")[2].split("\n")
    assert sorted(commands) == sorted(line.split()[1] for line in examples if line)
    assert all(line.startswith("  autograder ") for line in examples if line)


def test_json_on_standard_output_is_all_that_stands_there(run):
    result = run("ada", "--json", "-")
    assert json.loads(result.stdout) == REPORT.to_json()
    assert "1 of 2 points" in result.stderr


def test_what_cannot_be_written_is_one_sentence(run, tmp_path):
    result = run("ada", "--json", tmp_path / "nowhere" / "report.json")
    assert result.exit_code == 1
    assert "cannot be written" in result.stderr and result.stderr.count("\n") == 1
    assert "1 of 2 points" in result.stdout  # the verdict is not lost


def test_a_full_temporary_folder_is_one_sentence(run):
    result = run("ada", result=OSError(errno.ENOSPC, "No space left on device", "/tmp/x"))
    assert result.exit_code == 1 and result.stderr.count("\n") == 1
    assert "Make room on that disk" in result.stderr


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_a_terminal_without_our_signs_gets_the_rest(encoding):
    code = (
        "import autograder.__main__ as m; m._program(); print('✓ Zoë', file=m.sys.stderr);"
        " m.open_console().print('✓ 14 points')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": encoding},
        capture_output=True,
    )
    assert done.returncode == 0 and b"? 14 points" in done.stdout
    assert done.stderr.startswith(b"? Zo")


def test_a_broken_course_is_one_sentence(run):
    result = run("ada", result=CourseError("lab.py is missing."))
    assert (result.exit_code, result.stderr) == (1, "lab.py is missing.\n")


@pytest.mark.parametrize(
    ("folder", "sentence"),
    {"nowhere": "is not a folder.", ".": "holds none of the seven notebooks"}.items(),
)
def test_bad_folders_are_one_sentence_and_exit_code_2(tmp_path, folder, sentence):
    result = CliRunner().invoke(command_line.app, ["grade", str(tmp_path / folder)])
    assert result.exit_code == 2
    assert sentence in result.stderr and result.stderr.count("\n") == 1
    assert result.stdout == ""


def test_a_sandbox_is_required_only_where_that_is_asked(run):
    assert run("ada").exit_code == 0 and not run.sandbox
    assert run("ada", "--require-sandbox").exit_code == 0 and run.sandbox
