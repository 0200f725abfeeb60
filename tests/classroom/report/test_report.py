"""The report on a class: its numbers, its page without scripts, its table, and what it refuses."""

import csv
import io
import json
import re

import pytest
from typer.testing import CliRunner

from autograder.__main__ import app
from autograder.assignment import TASKS, task
from autograder.classroom.gradebook.marks import Marks, TaskMark
from autograder.classroom.report import collect
from autograder.classroom.report.page import make_page, make_table
from autograder.classroom.results.handins import Handin, write_handins
from autograder.classroom.results.store import REFUSED, WAITING, Store
from autograder.classroom.roster.students import Student
from tests.classroom.report.report_world import MISTAKES, losses_of, make_class, result_of, save

HALF = "kl-loss-formula-test"
SUM = "kl-loss-reduction-test"


@pytest.fixture
def marks(monkeypatch):
    """Marks that stand for those of a gradebook; a test fills them in."""
    found = {}
    monkeypatch.setattr(collect, "_read_marks", lambda course: found)
    return found


def read(folder):
    """Read the report of a folder of results, with marks."""
    return collect.read_report(folder, folder)


def write(folder, *submissions):
    """Write results: (name, which of the two tasks are right)."""
    with Store(folder) as store:
        for name, *rights in submissions:
            results = [
                result_of(task(each), right, MISTAKES[each])
                for each, right in zip((HALF, SUM), rights, strict=True)
            ]
            save(store, name, results)


def test_a_question_has_its_mean_and_its_correlation_with_the_rest(tmp_path):
    rights = [(1, 1), (1, 1), (0, 0), (0, 0), (1, 0), (0, 1)]
    write(tmp_path, *((f"s{index}", *each) for index, each in enumerate(rights)))
    first, second = collect.read_report(tmp_path, None).questions
    assert (first.task, first.question, first.mean, first.works) == (HALF, "10.3a", 0.5, 6)
    assert first.discrimination == pytest.approx(1 / 3)  # 4 of 6 agree, 2 do not
    assert second.discrimination == first.discrimination


def test_of_few_submissions_or_equal_points_no_discrimination_is_told(tmp_path):
    write(tmp_path, ("ada", 1, 0), ("bob", 0, 1))
    assert {row.discrimination for row in collect.read_report(tmp_path, None).questions} == {None}
    write(tmp_path / "equal", *((f"s{index}", 1, 1) for index in range(6)))
    rows = collect.read_report(tmp_path / "equal", None).questions
    assert {row.discrimination for row in rows} == {None}


def test_a_misconception_is_counted_once_for_each_submission_that_has_it(tmp_path):
    write(tmp_path, ("ada", 0, 1), ("bob", 0, 0), ("cyd", 1, 1))
    found = {row.diagnosis: row for row in collect.read_report(tmp_path, None).misconceptions}
    assert {name: row.works for name, row in found.items()} == {
        "kl-without-half": 2,
        "summed-over-images": 1,
    }
    assert found["kl-without-half"].share == pytest.approx(2 / 3)


def test_a_check_that_waits_for_another_one_is_no_misconception(tmp_path):
    with Store(tmp_path) as store:
        follows = ("gradient", "judged-after-the-values", "First the line above.")
        save(store, "ada", [result_of(task(HALF), False, follows)])
    assert collect.read_report(tmp_path, None).misconceptions == []


def test_a_check_that_good_students_fail_is_named(tmp_path):
    good = [(f"good{index}", 1, 0) for index in range(3)]
    weak = [(f"weak{index}", 0, 0) for index in range(6)]
    write(tmp_path, *good, *weak)
    [row] = collect.read_report(tmp_path, None).hard_checks
    assert (row.task, row.check, row.diagnosis) == (SUM, "reduction", "summed-over-images")
    assert (row.good, row.others) == (1.0, 1.0)


def test_answers_that_wait_are_not_counted_as_zero(tmp_path, marks):
    write(tmp_path, ("ada", 1, 1), ("bob", 1, 1))
    for name, points in (("ada", 0.5), ("bob", None)):
        mark = TaskMark("logvar-question", points, 1, waits=points is None)
        marks[name] = Marks(name, {"logvar-question": mark})
    report = read(tmp_path)
    [row] = [row for row in report.questions if row.task == "logvar-question"]
    assert (row.mean, row.works, row.waiting) == (0.5, 1, 1)
    assert [work.submission for work in report.finished] == ["ada"]
    assert report.finished[0].total == 2.5
    assert [(each.submission, each.why) for each in report.attention] == [
        ("bob", "1 answer to mark.")
    ]


def test_a_submission_that_the_gradebook_lacks_is_not_finished(tmp_path, marks):
    write(tmp_path, ("ada", 1, 1), ("bob", 1, 1))
    marks["ada"] = Marks("ada", {})
    assert [work.submission for work in read(tmp_path).finished] == ["ada"]


def test_everybody_who_needs_a_person_is_listed_with_the_reason(tmp_path):
    results = [result_of(task(HALF), True)]
    with Store(tmp_path) as store:
        save(store, "ada", results, notes=("03_loss.ipynb was renamed.",))
        save(store, "ada", [result_of(task(HALF), False)], state=WAITING)
        store.save(REFUSED, {}, "bob", {}, {}, "It holds a rar.")
        (tmp_path / "cyd.json").write_text("{")
    (tmp_path / "problems.csv").write_text("kind,who,what,way out\nmissing,Dan,Not there.,Ask.\n")
    report = collect.read_report(tmp_path, None)
    assert [(each.submission, each.kind) for each in report.attention] == [
        ("Dan", "missing"),
        ("cyd", "problem"),
        ("bob", "refused"),
        ("ada", "new points wait"),
        ("ada", "note"),
    ]
    assert "rar" in make_page(report)


def test_losses_are_read_from_numbers_and_not_from_sentences(tmp_path):
    with Store(tmp_path) as store:
        save(store, "ada", [losses_of(task("loss-target"), 4.5 * 32, 0.19 * 32)])
    report = collect.read_report(tmp_path, None)
    assert report.works[0].losses == {"loss-target": {"reconstruction": 144.0, "KL": 6.08}}
    assert "4.69" in make_page(report)


def test_groups_count_all_their_members(tmp_path):
    write(tmp_path, ("g1", 1, 1))
    write_handins(tmp_path, [Handin("g1", (Student("ada"), Student("bob")))])
    assert "2 students in 1 submission," in make_page(collect.read_report(tmp_path, None))


def test_the_page_runs_nothing_and_repeats_no_markup_of_students(tmp_path):
    evil = "<script>alert(1)<img src=x onerror=alert(2)>"
    with Store(tmp_path) as store:
        save(store, evil, [result_of(task(HALF), False, (evil, "no-noise", evil))], notes=(evil,))
    page = make_page(collect.read_report(tmp_path, None))
    assert "<script" not in page and "<img" not in page and "&lt;script&gt;" in page
    assert "default-src 'none'; style-src 'unsafe-inline'" in page
    assert not re.search(r'(src|href)="(?!#)', page)


def test_each_plot_says_what_it_shows_and_takes_the_colours_of_the_page(tmp_path, marks):
    marks |= make_class(tmp_path, 12)
    page = make_page(read(tmp_path))
    plots = re.findall(r"<svg [^>]*>", page)
    assert len(plots) == 4
    assert all('role="img"' in plot and 'aria-label="' in plot for plot in plots)
    assert "currentColor" in page and "var(--bar)" in page and "#0102" not in page
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_the_table_has_each_number_and_nothing_that_a_spreadsheet_computes(tmp_path, marks):
    marks |= make_class(tmp_path, 12)
    with Store(tmp_path) as store:
        save(store, "=1+1", [result_of(task(HALF), True)], notes=("=HYPERLINK()",))
    table = list(csv.DictReader(io.StringIO(make_table(read(tmp_path)).decode("utf-8-sig"))))
    totals = [row for row in table if row["part"] == "points" and row["what"] == "total"]
    assert len(totals) == 13
    with_points = [each for each in TASKS if each.points]
    assert len([row for row in table if row["what"] == "mean share"]) == len(with_points)
    assert not any(cell.startswith("=") for row in table for cell in row.values())


def test_the_command_writes_page_and_table(tmp_path):
    write(tmp_path / "graded", ("ada", 1, 0))
    done = run("--results", tmp_path / "graded", "--no-gradebook")
    assert done.exit_code == 0, done.output
    assert "ada" in (tmp_path / "graded" / "report.csv").read_text()
    assert "No gradebook was read" in (tmp_path / "graded" / "report.html").read_text()
    again = run("--results", tmp_path / "graded", "--no-gradebook")
    assert again.exit_code == 0, "an earlier report may be replaced"


@pytest.mark.parametrize(("name", "code"), [("notes.html", 1), ("notes.txt", 2), ("only.html", 1)])
def test_the_command_replaces_no_other_file(tmp_path, name, code):
    write(tmp_path / "graded", ("ada", 1, 0))
    for mine in ("notes.html", "notes.txt", "only.csv"):
        (tmp_path / mine).write_text("Mine.")
    done = run("--results", tmp_path / "graded", "--to", tmp_path / name, "--no-gradebook")
    assert done.exit_code == code
    assert all((tmp_path / each).read_text() == "Mine." for each in ("notes.html", "only.csv"))


def test_without_results_the_command_says_so(tmp_path):
    assert run("--results", tmp_path / "none").exit_code == 2
    assert not (tmp_path / "none").exists()
    (tmp_path / "empty").mkdir()
    done = run("--results", tmp_path / "empty", "--no-gradebook")
    assert done.exit_code == 2 and not (tmp_path / "empty" / "report.html").exists()


def test_results_from_before_ids_are_read(tmp_path):
    write(tmp_path, ("ada", 0, 1))
    path = tmp_path / "ada.json"
    tree = json.loads(path.read_text())
    del tree["report"]["weights"]
    for each in tree["report"]["tasks"]:
        for check in each["checks"]:
            del check["diagnosis"]
    path.write_text(json.dumps(tree))
    [row] = collect.read_report(tmp_path, None).misconceptions
    assert (row.task, row.diagnosis) == (HALF, "without-id")


def run(*arguments):
    """Run the command `report`."""
    return CliRunner().invoke(app, ["report", *map(str, arguments)])


def test_the_discrimination_of_a_question_stands_beside_its_mean(tmp_path, marks):
    marks |= make_class(tmp_path, 12)
    [plot] = re.findall(r'<svg [^>]*aria-label="Mean and.*?</svg>', make_page(read(tmp_path)), re.S)
    # Each bar, and each dot, with its height on the page.
    bars = re.findall(r'<path d="M [\d.]+ ([\d.]+) \nL [\d.]+ [\d.]+ \nL [\d.]+ ([\d.]+) ', plot)
    dots = re.findall(r'<use xlink:href="[^"]+" x="[\d.]+" y="([\d.]+)" style="fill: var', plot)
    middles = {round((float(top) + float(bottom)) / 2) for top, bottom in bars}
    assert len(dots) > 20
    assert {round(float(dot)) for dot in dots} <= middles
