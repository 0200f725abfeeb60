"""A small course whose answers are marked on the pages of `autograder review`."""

import json
import re

import nbformat
from starlette.testclient import TestClient

from autograder.classroom.gradebook.writer import GradebookWriter
from autograder.classroom.review.command import open_desk
from autograder.classroom.review.server import make_app
from tests.classroom.stub_grading import NOTEBOOK, QUESTION, notebook

PORT, TOKEN = 8765, "a-secret"
HOME = f"http://127.0.0.1:{PORT}"
RUBRIC = "=== BEGIN MARK SCHEME ===\nEarns the point: a reason.\n=== END MARK SCHEME ==="


def hand_in(course, **answers):
    """Write submissions with these answers to the gradebook; 1/1 automatic points each."""
    with GradebookWriter(course, "vae") as writer:
        for submission, why in answers.items():
            text = json.dumps(notebook([1, 1], why))
            writer.write_submission(submission, {f"{NOTEBOOK}.ipynb": text}, None, True)


def add_master(course):
    """Write the master copy: the question, its model answer, and the rubric below."""
    master = notebook(why="Because $\\sigma > 0$.")
    master["cells"].append({**master["cells"][3], "id": "rubric", "source": RUBRIC})
    master["cells"][-1]["metadata"] = {}
    folder = course / "source" / "vae"
    folder.mkdir(parents=True)
    nbformat.write(nbformat.from_dict(master), folder / f"{NOTEBOOK}.ipynb")


class Browser:
    """A TA's browser.

    desk: what the pages show.
    http: Starlette's client.
    """

    def __init__(self, course, ta="ann", sample=0):
        self.desk = open_desk(course, ta, sample)
        app = make_app(self.desk, PORT, TOKEN)
        self.http = TestClient(app, base_url=HOME, headers={"Origin": HOME})
        self.http.get(f"/?token={TOKEN}")

    def page(self, path):
        """Open a page → its HTML."""
        answer = self.http.get(path)
        assert answer.status_code == 200, answer.text
        return answer.text

    def see(self, submission, kind="question"):
        """Open the page of a submission's answer → what is sent when it is marked."""
        marks = self.desk.book.read(QUESTION).values()
        (grade,) = [mark.grade for mark in marks if mark.submission == submission]
        html = self.page(f"/{kind}/{QUESTION}/{grade}")
        return json.loads(re.search(r"data-member='([^']*)'", html)[1])

    def mark(self, *seen, points="1", comment="", mode="mark"):
        """Save a mark of answers as they were seen → status, JSON."""
        body = {"marks": list(seen), "points": points, "comment": comment, "mode": mode}
        answer = self.http.post(f"/mark/{QUESTION}", json=body)
        return answer.status_code, answer.json()

    def next(self):
        """Go to the next answer that waits → its submission, None for none."""
        path = self.http.get(f"/question/{QUESTION}").url.path
        mark = self.desk.book.read(QUESTION).get(path.rsplit("/", 1)[-1])
        return mark.submission if mark else None
