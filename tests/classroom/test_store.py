"""The results folder: each file is whole or not there, and belongs to exactly one student."""

import json
import os

import pytest

from autograder import atomic_files
from autograder.classroom.results.store import COUNTING, REFUSED, WAITING, Store

HASHES = {"submission": "1", "checks": "2", "assignment": "3"}
STUDENTS = ("ada", "Ada", "ADA", "ada-b", "张伟")


def report(score):
    return {"tasks": [{"id": "a-test", "title": "A", "points": 1, "score": score}], "notes": []}


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path) as store:
        yield store


def reopened(store):
    store.__exit__()
    return Store(store.folder).__enter__()


def test_what_is_saved_is_there_for_the_next_run(store):
    for score, student in enumerate(STUDENTS):
        store.save(COUNTING, HASHES, student, report(score), {"a.ipynb": f"{student} \ud800"})
    again = reopened(store)
    assert again.counting.keys() == set(STUDENTS)
    for score, student in enumerate(STUDENTS):
        assert again.counting[student].score == score
        assert again.read_notebooks(again.counting[student]) == {"a.ipynb": f"{student} \ud800"}
        assert again.find_state(student, HASHES) == COUNTING
        assert again.find_state(student, {**HASHES, "checks": "new"}) is None


def test_files_of_students_differ_without_regard_to_capitals(store):
    for student in STUDENTS:
        store.save(COUNTING, HASHES, student, report(1), {"a.ipynb": student})
    assert len({path.name.casefold() for path in store.folder.glob("*.json")}) == len(STUDENTS)


def test_a_waiting_result_counts_once_it_is_accepted(store):
    store.save(COUNTING, HASHES, "ada", report(1), {"a.ipynb": "old"})
    store.save(WAITING, {**HASHES, "submission": "new"}, "ada", report(0), {"a.ipynb": "new"})
    assert reopened(store).counting["ada"].score == 1
    store.accept("ada")
    again = reopened(store)
    assert again.counting["ada"].score == 0 and not again.waiting
    assert again.read_notebooks(again.counting["ada"]) == {"a.ipynb": "new"}
    assert len(list((store.folder / "notebooks" / "ada").iterdir())) == 1


def test_a_result_that_counts_removes_older_ones_of_this_student_only(store):
    for student in ("ada", "ada-b"):
        store.save(REFUSED, HASHES, student, {}, {}, "Nothing.")
        store.save(WAITING, HASHES, student, report(0), {"a.ipynb": "waits"})
    store.save(COUNTING, HASHES, "ada", report(1), {"a.ipynb": "counts"})
    again = reopened(store)
    assert again.waiting.keys() == again.refused.keys() == {"ada-b"}
    assert again.read_notebooks(again.waiting["ada-b"]) == {"a.ipynb": "waits"}


@pytest.mark.parametrize(
    "text", ["", "[]", "3", '{"student": "ada"}', '{"student": "ada", "hashes": {}, "report": 3}']
)
def test_a_damaged_file_is_no_result(store, text):
    (store.folder / "ada.json").write_text(text)
    again = reopened(store)
    assert again.counting == {} and again.damaged == [store.folder / "ada.json"]


def test_a_file_under_another_name_is_no_result(store):
    store.save(COUNTING, HASHES, "ada", report(1), {})
    (store.folder / "bob.json").write_text((store.folder / "ada.json").read_text())
    assert reopened(store).counting.keys() == {"ada"}


@pytest.mark.parametrize("name", ["fsync", "chmod", "replace"])
def test_a_write_that_fails_leaves_the_old_file_alone(tmp_path, monkeypatch, name):
    def fail(*_):
        raise OSError(28, "No space left on device")

    path = tmp_path / "a.json"
    atomic_files.write(path, b"old")
    with monkeypatch.context() as patch, pytest.raises(OSError):
        patch.setattr(os, name, fail)
        atomic_files.write(path, b"new")
    assert path.read_bytes() == b"old" and list(tmp_path.iterdir()) == [path]


def test_a_line_after_a_cut_off_one_is_whole(tmp_path):
    path = tmp_path / "lines"
    path.write_bytes(b'\n{"a": 1}\n{"b"')
    atomic_files.append_line(path, json.dumps({"c": 3}).encode())
    assert path.read_bytes().splitlines()[-1] == b'{"c": 3}'


def test_remains_of_interrupted_writes_are_removed_and_nothing_else(tmp_path):
    (tmp_path / ".writing-abc.tmp").write_text("half")
    (tmp_path / "ada.tmp").write_text("not ours")
    atomic_files.remove_unfinished(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["ada.tmp"]
