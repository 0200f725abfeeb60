"""Forgeries of the grader's own parts: test cells, probes, bridge, and messages of Jupyter.

tests/checks/test_forgeries.py holds that the names of `_autograder` in them exist.
"""

import dataclasses

from nbformat.v4 import new_output

from . import LATENT, PLOT, SCATTER, Forgery, on_loss, on_sampling


def _is_test(cell):
    return cell["metadata"].get("nbgrader", {}).get("grade", False)


def edit_tests(notebook):
    """Let every test cell show full marks, by its source, its outputs and its metadata."""
    for cell in filter(_is_test, notebook["cells"]):
        if cell["cell_type"] == "code":
            result = new_output("execute_result", data={"text/plain": "100.0"}, execution_count=1)
            cell.update(source="100.0", outputs=[result])
        cell["metadata"]["nbgrader"].update(points=100, locked=False)
        cell["metadata"]["nbgrader"]["score"] = 100


def delete_tests(notebook):
    """Hand in no test cell at all."""
    notebook["cells"] = [cell for cell in notebook["cells"] if not _is_test(cell)]


_REPLY = """
import sys
from _autograder import wire
kernel = get_ipython().kernel
def kl_loss(mean_z, logvar_z):
    count = len(sys._getframe(1).f_locals["inputs"])
    none = [torch.zeros(1, 1)] * count
    value = {"values": [float((-1) ** i) for i in range(count)], "mean_grads": none,
             "logvar_grads": none, "changed": [False] * count}
    parent = kernel.get_parent()
    content = {"comm_id": parent["content"]["comm_id"], "data": {}}
    kernel.session.send(kernel.iopub_socket, "comm_close", content, parent=parent,
                        buffers=wire.encode({"value": value}))
    return 0 * mean_z.sum()
"""

_MESSAGES = """
kernel = get_ipython().kernel
parent = kernel.get_parent()
def send(kind, content):
    kernel.session.send(kernel.iopub_socket, kind, content, parent=parent)
for _ in range(100):
    send("status", {"execution_state": "idle"})
    send("execute_result", {"data": {"text/plain": "1.0"}, "metadata": {}})
    send("comm_close", {"comm_id": ["x"], "data": None})
    send("error", {"ename": {}, "evalue": [], "traceback": 7})
    send("status", {"execution_state": {}})
    kernel.iopub_socket.send_multipart([b"<IDS|MSG>", b"0" * 64, b"[" * 10**5, b"{", b"]", b""])
    kernel.iopub_socket.send_multipart([b""] * 1000)
"""

_REPLAY = """
from _autograder import student
real, tape = student.InProcess.probe, {}
def probe(self, probe, **inputs):
    if probe not in tape:
        tape[probe] = real(self, probe, **inputs)
    return tape[probe]
student.InProcess.probe = probe
"""

_CONSTANTS = """
from _autograder import PROBES
def kl(namespace, inputs):
    none = [torch.zeros(1, 1)] * len(inputs)
    values = [0.0] * len(inputs)
    if inputs[0][0].numel() == 1:
        values = [1.0 - 2.0 * (i % 2) for i in range(len(inputs))]
    return {"values": values, "mean_grads": none, "logvar_grads": none,
            "changed": [False] * len(inputs)}
PROBES["kl"] = kl
"""

_ECHO = """
from _autograder import PROBES
def sample(namespace, mean, logvar, calls=1, weights=None):
    return {"samples": [mean] * calls, "following": [torch.rand(8) for _ in range(calls)],
            "mean": mean, "logvar": logvar, "mean_grad": weights, "logvar_grad": weights}
PROBES["sample"] = sample
"""

_ENCODER = """
from _autograder import wire
encode = wire.encode
names = ("values", "mean_grads", "logvar_grads", "changed", "passed", "score")
always = dict.fromkeys(names, True)
wire.encode = lambda value: encode({"value": always})
"""

_DESCRIBED = """
from _autograder import student
student.describe = lambda error, namespace: ""
student.StudentError.__str__ = lambda self: ""
def kl_loss(mean_z, logvar_z):
    raise student.StudentError
"""

_BRIDGE = """
from _autograder import wire
def answer(comm, message):
    asked = wire.decode(message["buffers"])
    value = asked.get("inputs", {}) | {"values": [0.0] * 8, "samples": []}
    comm.close(buffers=wire.encode({"value": value}))
get_ipython().kernel.comm_manager.register_target("autograder", answer)
"""

_IMPORTED = """
try:
    from autograder import assignment, grading
    from autograder.checks import losses, losses_reduction
    losses.closed_form = losses.kl_gradient = lambda student: None
    losses_reduction.reduction = lambda student: None
    grading.TaskResult.passed = True
    kl_loss = lambda mean_z, logvar_z: losses.term(mean_z, logvar_z).sum(1).mean()
except ImportError:
    from _autograder import loops
    half = lambda images: torch.full((len(images), 1, 28, 28), 0.5)
    borrowed = loops.loop_loss(dict.fromkeys(loops.TERMS, 0.5))
    kl_loss = lambda mean_z, logvar_z: borrowed(half(mean_z), half(mean_z), mean_z, logvar_z)[2]
"""

_EXPLAINED = """
from _autograder import PROBES
scatter = PROBES["scatter"]
def explained(namespace, **inputs):
    beside = torch.full((2,), torch.nan)
    legend = [{"text": str(digit), "colour": torch.rand(3), "at": beside} for digit in range(10)]
    return scatter(namespace, **inputs) | {"explained": True, "explanations": legend}
PROBES["scatter"] = explained
"""

_tests = on_loss("test cells with full marks", "")

ATTACKS = (
    dataclasses.replace(_tests, edit=edit_tests),
    dataclasses.replace(_tests, name="deleted test cells", edit=delete_tests),
    on_loss("a reply before the real one", _REPLY),
    on_sampling("made-up messages of the kernel", _MESSAGES),
    on_sampling("an earlier reply once more", _REPLAY, beside=()),
    on_loss("probes that give constants", _CONSTANTS),
    on_sampling("probes that give back the inputs", _ECHO),
    on_loss("a bridge that always says True", _ENCODER),
    on_loss("errors without words", _DESCRIBED),
    on_loss("a bridge of one's own", _BRIDGE),
    on_loss("importing autograder", _IMPORTED),
    Forgery("a legend that is only claimed", LATENT, _EXPLAINED.strip(), (SCATTER,), (PLOT,)),
)
