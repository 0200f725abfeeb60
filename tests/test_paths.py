"""Where other processes find the collection."""

import os

from autograder.paths import ROOT, python_path


def test_the_collection_comes_first_and_what_was_there_stays(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(["wheels", str(ROOT), "", "others"]))
    assert python_path().split(os.pathsep) == [str(ROOT), "wheels", "others"]
    monkeypatch.delenv("PYTHONPATH")
    assert python_path() == str(ROOT)
