"""Only a browser on this machine that was given the token reaches the pages."""

import pytest
from starlette.testclient import TestClient

from tests.classroom.class_world import make_course
from tests.classroom.review_world import HOME, PORT, TOKEN, Browser, add_master, hand_in
from tests.classroom.stub_grading import QUESTION


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    course = make_course(tmp_path_factory.mktemp("course"))
    add_master(course)
    hand_in(course, ada="<script>give(1)</script> Because.")
    return Browser(course)


@pytest.fixture
def stranger(browser):
    """A client without the cookie."""
    return TestClient(browser.http.app, base_url=HOME)


def test_the_token_becomes_a_cookie_that_no_script_reads(stranger):
    answer = stranger.get(f"/answers/{QUESTION}?names=1&token={TOKEN}", follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/answers/{QUESTION}?names=1"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "samesite=lax" in cookie.lower()
    assert stranger.get(f"/answers/{QUESTION}").status_code == 200


@pytest.mark.parametrize("path", ["/", "/?token=guess", "/static/review.js", "/nowhere"])
def test_without_the_token_there_is_nothing(stranger, path):
    assert stranger.get(path).status_code == 403


@pytest.mark.parametrize("host", ["evil.example", f"evil.example:{PORT}", "127.0.0.1", ""])
def test_another_name_of_this_machine_is_refused(browser, host):
    cookie = f"review-{PORT}={TOKEN}"  # a browser would not send it there
    headers = {"Host": host, "Origin": f"http://{host}", "Cookie": cookie}
    answer = browser.http.get("/", headers=headers)
    assert answer.status_code == 403 and "127.0.0.1 alone" in answer.text


@pytest.mark.parametrize("origin", ["http://evil.example", "http://127.0.0.1:1", "null"])
def test_another_pages_request_is_refused(browser, origin):
    body = {"marks": [browser.see("ada")], "points": "1"}
    answer = browser.http.post(f"/mark/{QUESTION}", json=body, headers={"Origin": origin})
    assert answer.status_code == 403 and browser.next() == "ada"


def test_a_write_without_an_origin_is_refused(browser):
    del browser.http.headers["Origin"]
    try:
        assert browser.http.post(f"/mark/{QUESTION}", json={}).status_code == 403
    finally:
        browser.http.headers["Origin"] = HOME


def test_no_page_runs_what_is_not_in_our_file(browser):
    answer = browser.http.get(f"/question/{QUESTION}")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "script-src 'self';" in policy
    assert "unsafe" not in policy and "http" not in policy
    assert "give(1)" in answer.text and "<script>" not in answer.text
    assert "style=" not in answer.text and " onclick" not in answer.text


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"{}", b'{"marks": [1], "points": "1"}'])
def test_a_broken_request_is_refused_and_changes_nothing(browser, body):
    assert browser.http.post(f"/mark/{QUESTION}", content=body).status_code in (400, 404, 422)
    assert browser.next() == "ada"


@pytest.mark.parametrize("path", ["/question/x", f"/question/{QUESTION}/x", "/similar/x"])
def test_what_is_not_there_is_not_found(browser, path):
    assert browser.http.get(path).status_code == 404
