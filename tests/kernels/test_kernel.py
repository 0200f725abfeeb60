"""Calls into a kernel end in values or a sentence, whatever its code does."""

import os
import sys
import threading
import time

import pytest
import torch

from autograder.kernels import KernelStartError, StudentKernel
from autograder.kernels.channels import memory_in_use
from autograder.probes.student import StudentError

ROW = [torch.ones(3, 2), torch.zeros(3, 2)]
GOOD = "def kl_loss(mean_z, logvar_z):\n    return 0.5 * (mean_z ** 2).sum()"


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("notebook")
    (folder / "mark").write_text("here", encoding="utf-8")
    with StudentKernel(folder) as kernel:
        assert kernel.run_cell("import torch").status == "ok"
        yield kernel


def lose_what_is_published(monkeypatch, times):
    """Lose what a kernel publishes at so many requests; return the kinds of all requests."""
    request, asked = StudentKernel._request, []

    def lossy(kernel, kind, content, timeout, collect, buffers=()):
        asked.append(kind)
        kept = collect if len(asked) > times else lambda message: None
        return request(kernel, kind, content, timeout, kept, buffers)

    monkeypatch.setattr(StudentKernel, "_request", lossy)
    return asked


def test_a_new_kernel_is_asked_until_what_it_publishes_arrives(tmp_path, monkeypatch):
    asked = lose_what_is_published(monkeypatch, 2)
    with StudentKernel(tmp_path) as kernel:
        assert kernel.run_cell("1 / 0").status == "error"
    assert asked[:4] == ["kernel_info_request"] * 3 + ["execute_request"]


def test_a_kernel_that_is_never_heard_cannot_be_started(tmp_path, monkeypatch):
    monkeypatch.setattr("autograder.kernels.kernel.START_SECONDS", 1)
    lose_what_is_published(monkeypatch, 10**6)
    with pytest.raises(KernelStartError, match="it published nothing in 1 s"):
        StudentKernel(tmp_path).start()


CELLS = {
    "x = 1": None,
    "print('hi')\nimport warnings; warnings.warn('careful')": None,
    "import asyncio\nawait asyncio.sleep(0)": None,
    "!echo a shell line": None,
    "1 / 0": "raised ZeroDivisionError: division by zero (line 1 of the cell, `1 / 0`)",
    "x = 1\nx.y": (
        "raised AttributeError: 'int' object has no attribute 'y' (line 2 of the cell, `x.y`)"
    ),
    "def f(:\n    pass": "raised SyntaxError: invalid syntax (line 1 of the cell)",
    "import sys\nsys.exit(3)": "raised SystemExit: 3 (line 2 of the cell, `sys.exit(3)`)",
    "exit()": "raised SystemExit",
    "raise KeyboardInterrupt": (
        "raised KeyboardInterrupt (line 1 of the cell, `raise KeyboardInterrupt`)"
    ),
    "raise NotImplementedError()": "is not written yet: it still raises NotImplementedError",
}


@pytest.mark.parametrize(
    "source, error", CELLS.items(), ids=[source.splitlines()[-1] for source in CELLS]
)
def test_a_cell_says_how_it_failed(kernel, source, error):
    result = kernel.run_cell(source)
    assert result.status == ("error" if error else "ok")
    assert (result.error or "").startswith(error or "") and bool(result.error) == bool(error)


LINES = {
    "x = 1\n1 / 0": 2,
    "def f():\n    1 / 0\n\nf()": 4,
    "x = 1\n%load_ext no_such_module": 2,
    "%%time\nx = 1\n1 / 0": 2,
    "def f(:\n    pass": None,
    "x = 1": None,
}


@pytest.mark.parametrize("source, line", LINES.items(), ids=map(repr, LINES))
def test_a_failed_cell_says_which_line_of_its_own_failed(kernel, source, line):
    assert kernel.run_cell(source).line == line


def test_an_error_of_an_earlier_cell_gives_no_line(kernel):
    kernel.run_cell("1 / 0")
    assert kernel.run_cell("get_ipython().showtraceback = print\n1 / 0").line is None
    kernel.run_cell("del get_ipython().showtraceback")


def test_input_does_not_wait_for_anybody(kernel):
    assert "StdinNotImplementedError" in kernel.run_cell("input()", timeout=20).error


def test_a_probe_sees_the_notebooks_definitions_and_tensors_come_back(kernel):
    kernel.run_cell(GOOD)
    answer = kernel.probe("kl", inputs=[ROW])
    assert answer["values"][0].item() == 3
    assert torch.equal(answer["mean_grads"][0], torch.ones(3, 2))


FAILURES = {
    "raise ValueError('boo')": (
        "kl_loss raised ValueError: boo (line 2 of the cell, `raise ValueError('boo')`)."
    ),
    "raise NotImplementedError()": (
        "kl_loss is not written yet: it still raises NotImplementedError."
    ),
    "import sys; sys.exit()": "kl_loss raised SystemExit",
    "raise KeyboardInterrupt": "kl_loss raised KeyboardInterrupt",
    "return [0] * 200_000": "Your code returned more than 100000 values, too many to be judged.",
    "return mean_z.to_sparse()": (
        "What your code returned cannot be judged: A torch.sparse_coo tensor"
    ),
}


@pytest.mark.parametrize("body, sentence", FAILURES.items(), ids=FAILURES)
def test_an_exception_in_a_probe_becomes_a_sentence(kernel, body, sentence):
    kernel.run_cell(f"def kl_loss(mean_z, logvar_z):\n    {body}")
    with pytest.raises(StudentError) as caught:
        kernel.probe("kl", inputs=[ROW])
    assert str(caught.value).startswith(sentence)


def test_a_missing_definition_is_named(kernel):
    kernel.run_cell("del kl_loss")
    with pytest.raises(StudentError, match="kl_loss is not defined"):
        kernel.probe("kl", inputs=[ROW])


def test_prints_figures_and_shadowed_builtins_do_not_disturb(kernel):
    kernel.run_cell("exec = len = print = get_ipython = isinstance = None")
    kernel.run_cell(
        "def kl_loss(m, l):\n"
        "    import sys, warnings\n"
        "    for i in range(2000): sys.stdout.write('x')\n"
        "    warnings.warn('w'); sys.stderr.write('e')\n"
        "    return 0.5 * (m ** 2).sum()"
    )
    assert kernel.probe("kl", inputs=[ROW])["values"][0].item() == 3
    kernel.run_cell("del exec, len, print, get_ipython, isinstance")


def test_an_answer_that_the_student_forges_is_read_as_plain_data(kernel):
    """Only well-formed values with the request's own id count."""
    kernel.run_cell(
        "kernel = get_ipython().kernel\n"
        "def kl_loss(m, l):\n"
        "    for name in ['x', kernel.get_parent()['content']['comm_id']]:\n"
        "        content = {'comm_id': name, 'data': {}}\n"
        "        kernel.session.send(kernel.iopub_socket, 'comm_close', content,\n"
        "                            parent=kernel.get_parent(), buffers=[b'not JSON'])\n"
        "    return m.sum()"
    )
    with pytest.raises(StudentError, match="cannot be read"):
        kernel.probe("kl", inputs=[ROW])


def test_an_endless_probe_is_interrupted_and_the_kernel_lives(kernel):
    kernel.run_cell("def kl_loss(m, l):\n    while True:\n        pass")
    with pytest.raises(StudentError, match="took longer than 1 s and was stopped"):
        kernel.probe("kl", timeout=1, inputs=[ROW])
    kernel.run_cell(GOOD)
    assert kernel.probe("kl", inputs=[ROW])["values"][0].item() == 3


def test_an_endless_cell_is_interrupted_and_the_kernel_lives(kernel):
    result = kernel.run_cell("import time\nwhile True: time.sleep(1)", timeout=1)
    assert (result.status, result.error) == ("timeout", "took longer than 1 s and was stopped")
    assert kernel.run_cell("1").status == "ok"


def test_the_kernel_is_this_interpreter_and_the_folder_is_its_own(kernel):
    same_python = f"import os, sys\nassert sys.executable == {sys.executable!r}"
    assert kernel.run_cell(same_python).error is None
    assert kernel.run_cell("assert open('mark').read() == 'here'").error is None


def test_the_grader_is_out_of_the_kernels_reach(kernel):
    """Its package cannot be imported, and its terminal is no open file of the kernel's."""
    assert "ModuleNotFoundError" in kernel.run_cell("import autograder").error
    terminal = [(os.fstat(fd).st_dev, os.fstat(fd).st_ino) for fd in (1, 2)]
    if os.stat(os.devnull).st_ino not in [inode for _, inode in terminal]:
        kernel.run_cell(
            "import os\nopen_files = []\nfor fd in range(512):\n"
            "    try: open_files.append((os.fstat(fd).st_dev, os.fstat(fd).st_ino))\n"
            "    except OSError: pass"
        )
        disjoint = f"assert open_files and not set(open_files) & set({terminal})"
        assert kernel.run_cell(disjoint).error is None


def test_a_thread_that_prints_for_ever_costs_nothing(kernel):
    kernel.run_cell(GOOD)
    kernel.run_cell(
        "import threading\nshout = True\ndef shouting():\n    while shout: print('x' * 1000)\n"
        "threads = [threading.Thread(target=shouting, daemon=True) for _ in range(2)]\n"
        "for thread in threads: thread.start()"
    )
    for _ in range(5):
        assert kernel.probe("kl", inputs=[ROW])["values"][0].item() == 3
    assert "ZeroDivisionError" in kernel.run_cell("1 / 0").error
    kernel.run_cell("shout = False")


FLOOD = """
import threading, zmq
kernel = get_ipython().kernel
socket = kernel.iopub_thread.socket
content = {"name": "stdout", "text": [[]] * 1_000_000}
kernel.session.send(socket, "stream", content, parent=kernel.get_parent())
large = zmq.Frame(bytes(60 * 2**20))
def flood():
    for _ in range(40):
        socket.send_multipart([b"<IDS|MSG>", large, b"{}", b"{}", b"{}", b"{}"], copy=False)
threading.Thread(target=flood).start()
"""


def test_a_flood_of_large_messages_takes_up_little_memory(kernel):
    before, most, done = memory_in_use(), [0], threading.Event()

    def watch():
        while not done.wait(0.02):
            most.append(memory_in_use())

    watcher = threading.Thread(target=watch)
    watcher.start()
    kernel.run_cell(FLOOD)
    time.sleep(3)  # nobody reads
    kernel.run_cell(GOOD)
    assert kernel.probe("kl", inputs=[ROW])["values"][0].item() == 3
    done.set()
    watcher.join()
    assert max(most) - before < 2**30, "2.4 GB were sent"


def test_a_kernel_that_breaks_its_connections_is_ended_at_once(tmp_path, kernel):
    with StudentKernel(tmp_path) as other:
        assert other._manager.session.key != kernel._manager.session.key
        started = time.monotonic()
        result = other.run_cell(
            "import gc, zmq\nfor each in gc.get_objects():\n"
            "    if isinstance(each, zmq.Socket) and not each.closed: each.close(0)"
        )
        assert result.status == "died" and "lost the connection to the kernel" in result.error
        assert time.monotonic() - started < 10 and not other.alive


STUBBORN = """
while True:
    try:
        time.sleep(1)
    except KeyboardInterrupt:
        pass
"""


def test_a_kernel_that_resists_an_interrupt_is_ended(tmp_path):
    with StudentKernel(tmp_path, env={"GREETING": "hello"}) as kernel:
        greeted = "import os, time\nassert os.environ['GREETING'] == 'hello'"
        assert kernel.run_cell(greeted).error is None
        result = kernel.run_cell(STUBBORN, timeout=1)
        assert result.status == "died" and "did not react to an interrupt" in result.error
        assert not kernel.alive
        with pytest.raises(StudentError, match="the kernel has ended"):
            kernel.probe("kl", inputs=[ROW])
        kernel.start()  # the same object can start again
        assert kernel.run_cell(GOOD + "\nimport os\n").status == "ok"
        kernel.run_cell("def kl_loss(m, l):\n    os._exit(0)")
        started = time.monotonic()
        with pytest.raises(StudentError, match="ended the kernel's process"):
            kernel.probe("kl", inputs=[ROW])
        assert time.monotonic() - started < 10
