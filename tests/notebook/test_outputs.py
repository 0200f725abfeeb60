"""What a kernel shows becomes bounded outputs that act nowhere, whatever it sends."""

import json

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat import v4

from autograder.notebook import outputs
from autograder.notebook.outputs import (
    CUT,
    CellOutputs,
    explanation,
    limited_outputs,
    outputs_that_fit,
)

PNG = "iVBORw0KGgo="


def stream(text, name="stdout"):
    return {"msg_type": "stream", "content": {"name": name, "text": text}}


def display(kind="display_data", name=None, **data):
    names = {
        "plain": "text/plain",
        "html": "text/html",
        "png": "image/png",
        "svg": "image/svg+xml",
        "js": "text/js",
    }
    data = {names[key]: value for key, value in data.items()}
    return {
        "msg_type": kind,
        "content": {
            "data": data,
            "metadata": {},
            "execution_count": 1,
            "transient": {"display_id": name},
        },
    }


def error(text):
    return {
        "msg_type": "error",
        "content": {"ename": "E", "evalue": text, "traceback": [text, "end"]},
    }


def clear(wait):
    return {"msg_type": "clear_output", "content": {"wait": wait}}


def shown(*messages):
    """What is kept of the messages: texts, or {media type: content}."""
    cell = CellOutputs()
    for message in messages:
        cell.add(message)
    kept = cell.all()
    nbformat.validate(v4.new_notebook(cells=[v4.new_code_cell("", outputs=kept)]))
    return [
        dict(output.data) if "data" in output else output.get("text", output.get("evalue"))
        for output in kept
    ]


# What a kernel sends → what is kept.
SHOWN = {
    "prints in a row are one output": (
        [stream("a"), stream("b\n"), stream("c", "stderr")],
        ["ab\n", "c"],
    ),
    "a picture and its text": (
        [display(plain="<Figure>", png=PNG)],
        [{"text/plain": "<Figure>", "image/png": PNG}],
    ),
    "HTML and scripts leave their text": (
        [display(plain="<H>", html="<script>", js="go()")],
        [{"text/plain": "<H>"}],
    ),
    "HTML alone leaves nothing": ([display(html="<script>")], []),
    "a result": ([display("execute_result", plain="3.0")], [{"text/plain": "3.0"}]),
    "an error": ([error("no")], ["no"]),
    "cleared at once": ([stream("a"), clear(False), stream("b")], ["b"]),
    "cleared by the next output": (
        [stream("a"), clear(True), display(plain="b")],
        [{"text/plain": "b"}],
    ),
    "cleared by nothing": ([stream("a"), clear(True)], ["a"]),
    "updated": (
        [display(name="n", plain="1"), stream("x"), display("update_display_data", "n", plain="2")],
        [{"text/plain": "2"}, "x"],
    ),
    "updated under another name": (
        [display(name="n", plain="1"), display("update_display_data", "m", plain="2")],
        [{"text/plain": "1"}],
    ),
    "a progress bar": ([stream("1%\r"), stream("50%\r99%\r\nend")], ["99%\nend"]),
    "lone surrogates": ([stream("a\ud800")], ["a?"]),
    "no output": ([{"msg_type": "status", "content": {"execution_state": "idle"}}], []),
}


@pytest.mark.parametrize("messages, kept", SHOWN.values(), ids=SHOWN)
def test_messages_become_outputs(messages, kept):
    assert shown(*messages) == kept


def test_a_result_is_shown_but_is_no_number_of_points():
    cell = CellOutputs()
    cell.add(display("execute_result", plain="1.0"))
    assert [output.output_type for output in cell.all()] == ["display_data"]


LONG = {
    "endless prints": [stream("x" * 1000)] * 500,
    "one large print": [stream("x" * 10**7)],
    "many outputs": [display(plain="x")] * 5000,
    "alternating streams": [stream("x"), stream("y", "stderr")] * 5000,
    "large pictures": [display(plain="p", png="A" * 10**6)] * 20,
    "large texts": [display(plain="x" * 10**5)] * 20,
    "updates that grow": [display(name="n", plain="x")]
    + [display("update_display_data", "n", svg="x" * 10**7)],
}


@pytest.mark.parametrize("messages", LONG.values(), ids=LONG)
def test_what_is_too_much_is_cut_and_a_sentence_says_so(messages):
    kept = shown(*messages, error("the end"))
    assert kept[-1] == CUT
    assert "the end" in kept
    assert len(json.dumps(kept)) < 1.1 * (outputs.MAX_TEXT + outputs.MAX_ERROR + outputs.MAX_IMAGES)


def test_a_long_error_keeps_its_head():
    kept = CellOutputs()
    kept.add(error("x" * 10**6))
    (output,) = kept.all()
    assert output.ename == "E" and len(json.dumps(output)) < 3 * outputs.MAX_ERROR


def test_all_cells_of_a_notebook_share_a_room():
    shown = [v4.new_output("stream", text="x" * 1000)]
    kept, room = outputs_that_fit(shown, 1500)
    assert kept == shown and 0 < room < 500
    kept, left = outputs_that_fit(shown, room)
    assert "not kept" in kept[0].text and left == room


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=8,
)
kinds = st.sampled_from(
    ["stream", "display_data", "execute_result", "error", "clear_output", "update_display_data"]
)
fields = st.sampled_from(
    [
        "name",
        "text",
        "data",
        "metadata",
        "transient",
        "ename",
        "evalue",
        "traceback",
        "wait",
        "execution_count",
    ]
)
data = st.dictionaries(
    st.sampled_from(["text/plain", "image/png", "text/html"]), json_values, max_size=3
)
contents = st.dictionaries(fields, json_values | data, max_size=6)


messages = st.fixed_dictionaries(
    {"msg_type": kinds | json_values, "content": contents | json_values}
)


@pytest.mark.parametrize(
    "content, media_types, limit",
    [
        ("x" * 150_000, ("text/plain", "text/latex"), outputs.MAX_TEXT),
        ("x" * (3 * 2**20), ("image/png", "image/jpeg"), outputs.MAX_IMAGES),
    ],
)
def test_the_forms_of_one_output_share_the_limits_of_the_cell(content, media_types, limit):
    cell = CellOutputs()
    for _ in range(2):
        data = {media_type: content for media_type in media_types}
        cell.add({"msg_type": "display_data", "content": {"data": data, "metadata": {}}})
    kept = [output.data for output in cell.all() if "data" in output]
    assert sum(len(text) for data in kept for text in data.values()) <= limit


@settings(max_examples=300, deadline=None)
@given(st.lists(messages, max_size=5))
def test_malformed_messages_are_ignored(messages):
    shown(*messages)


@given(json_values | st.lists(contents.map(lambda fields: {"output_type": "stream", **fields})))
def test_malformed_outputs_of_a_file_are_ignored(values):
    nbformat.validate(
        v4.new_notebook(cells=[v4.new_code_cell("", outputs=limited_outputs(values))])
    )


def test_outputs_of_a_file_are_kept():
    picture = v4.new_output("display_data", data={"image/png": PNG, "text/plain": "<Figure>"})
    kept = [v4.new_output("stream", text="a"), picture]
    assert limited_outputs(kept) == kept


def test_the_graders_own_word_is_an_error_without_a_traceback():
    assert explanation("This cell took long.").traceback == ["This cell took long."]
