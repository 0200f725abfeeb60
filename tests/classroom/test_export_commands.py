"""`python -m autograder export` and `nbgrader export`: exit codes, and the same file by both."""

import pytest
from nbgrader.apps import ExportApp
from typer.testing import CliRunner

from autograder.__main__ import app
from tests.classroom.export_world import course, make_roster, template

__all__ = ["course", "template"]  # fixtures
PLUGINS = "autograder.classroom.export.plugins"
BRIGHTSPACE = "Username,VAE assignment Points Grade,End-of-Line Indicator\n"


@pytest.fixture
def run(course, monkeypatch):
    """run("--for", "csv") → (exit code, what was printed), in the folder of the course."""
    monkeypatch.chdir(course)
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments):
        result = CliRunner().invoke(app, ["export", *map(str, arguments)])
        return result.exit_code, result.output

    return run


def run_nbgrader(course, plugin, *arguments):
    """Run `nbgrader export` in this process."""
    exporter = ExportApp()
    exporter.load_cwd_config = False
    exporter.initialize([f"--exporter={PLUGINS}.{plugin}", *arguments], root=str(course))
    exporter.start()


def test_the_file_is_where_the_user_says_and_else_in_the_results(run, course):
    code, printed = run("--for", "brightspace", "--unfinished", "zero")
    path = course / "graded" / "exports" / "grades-brightspace.csv"
    assert code == 0 and path.read_text() == f"{BRIGHTSPACE}ada,1.5,#\nbob,2,#\n"
    assert "ids are written as Username" in printed
    assert run("--for", "brightspace", "--unfinished", "zero", "--to", course / "x.csv")[0] == 0
    assert (course / "x.csv").read_bytes() == path.read_bytes()


def test_nothing_is_written_where_answers_wait(run, course):
    code, printed = run("--for", "csv")
    assert code == 3 and "--unfinished leave" in printed
    assert not (course / "graded" / "exports").exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--for", "moodle", "--questions"], "A Moodle worksheet has one grade"),
        (["--for", "moodle", "--unfinished", "zero"], "Moodle takes its own grading worksheet"),
        (["--for", "canvas", "--item", "=1+1"], "begins with none of = + - @"),
        (["--for", "paper"], "paper"),
    ],
)
def test_options_that_do_not_fit_end_with_2_and_one_sentence(run, arguments, sentence):
    code, printed = run(*arguments)
    assert code == 2 and sentence in printed and "Traceback" not in printed


def test_somebody_whose_points_are_not_in_the_file_ends_with_1(run, course):
    roster = make_roster(course, "Username,id\nada,ada\n")
    code, printed = run("--for", "brightspace", "--roster", roster, "--unfinished", "zero")
    assert code == 1 and "NOT in the file" in printed


def test_no_empty_gradebook_is_made_where_there_is_none(run, course):
    (course / "gradebook.db").unlink()
    code, printed = run("--for", "csv")
    assert code == 1 and "gradebook.db" in printed and "Traceback" not in printed
    assert not (course / "gradebook.db").exists()


def test_a_roster_that_is_not_there_is_named(run, course):
    code, printed = run("--for", "csv", "--roster", course / "no-roster.csv")
    assert code == 2 and "no-roster.csv" in printed and "Traceback" not in printed


def test_a_file_that_cannot_be_written_is_named(run, course):
    code, printed = run("--for", "csv", "--unfinished", "zero", "--to", course / "no" / "x.csv")
    assert code == 1 and "no" in printed and "Traceback" not in printed


def test_nbgraders_exporter_writes_the_same_file(run, course):
    run("--for", "brightspace", "--unfinished", "zero", "--to", course / "ours.csv")
    policy = "--Brightspace.unfinished=zero"
    run_nbgrader(course, "Brightspace", "--to", str(course / "theirs.csv"), policy)
    assert (course / "ours.csv").read_bytes() == (course / "theirs.csv").read_bytes()


def test_nbgraders_exporter_writes_those_who_are_asked_for(run, course):
    run("--for", "csv", "--unfinished", "zero")
    run_nbgrader(course, "Table", "--student=['ada']", "--to", str(course / "ada.csv"))
    rows = (course / "ada.csv").read_text(encoding="utf-8-sig").splitlines()
    assert [row.split(",")[0] for row in rows] == ["id", "ada"]
    assert "No grade differs" in run("--for", "csv", "--unfinished", "zero")[1]


@pytest.mark.parametrize("plugin", ["Brightspace", "Canvas", "Table"])
def test_nbgraders_exporter_stops_at_unmarked_answers(course, plugin):
    with pytest.raises(SystemExit) as stop:
        run_nbgrader(course, plugin)
    assert stop.value.code == 3


def test_nbgraders_exporter_says_what_does_not_fit(course, capsys):
    with pytest.raises(SystemExit) as stop:
        run_nbgrader(course, "Moodle", "--Moodle.questions=True")
    assert stop.value.code == 2 and "one grade" in capsys.readouterr().err
