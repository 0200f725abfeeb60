"""Forgeries that end, block, flood or patch the kernel in which the checks' probes run too."""

from . import on_loss, on_sampling

_PATCHED = """
import torch
torch.allclose = torch.equal = torch.isclose = lambda *arguments, **keywords: True
torch.testing.assert_close = lambda *arguments, **keywords: None
torch.Tensor.__eq__ = torch.Tensor.allclose = torch.Tensor.equal = lambda self, other: True
"""

_BUILTINS = """
import builtins
builtins.abs = lambda value: 0
builtins.all = builtins.any = lambda values: True
builtins.sum = lambda *values: 0
builtins.AssertionError = type("AssertionError", (Warning,), {})
builtins.len = lambda value: 1
builtins.isinstance = lambda value, kind: True
"""

_RANDOM = """
import torch
torch.manual_seed(0)
torch.randn = lambda *size, **keywords: torch.ones(*size)
torch.randn_like = torch.rand_like = lambda tensor, **keywords: torch.ones_like(tensor)
torch.rand = lambda *size, **keywords: torch.full(size, 0.5)
torch.manual_seed = torch.seed = lambda *seed: None
def add_ones(self, mean_z, logvar_z):
    return mean_z + torch.exp(0.5 * logvar_z) * torch.randn_like(mean_z)
VAE.sample_latent = add_ones
"""

_TIME = """
import time
time.time = time.monotonic = time.perf_counter = lambda: 0.0
time.sleep = lambda seconds: None
"""

_THREADS = """
import threading
def shout():
    while True:
        print("x" * 1000)
for _ in range(2):
    threading.Thread(target=shout, daemon=True).start()
"""

_STUBBORN = """
while True:
    try:
        while True:
            pass
    except KeyboardInterrupt:
        pass
"""

_SOCKETS = """
import gc, zmq
for each in gc.get_objects():
    if isinstance(each, zmq.Socket) and not each.closed:
        each.close(0)
"""

_FRAME = """
socket = get_ipython().kernel.iopub_thread.socket
socket.send_multipart([b"x" * (200 * 2**20)])
"""

_OUTPUT = """
while True:
    print("x" * 1000)
"""

ATTACKS = (
    on_sampling("patched torch.allclose and ==", _PATCHED),
    on_loss("overwritten builtins", _BUILTINS),
    on_sampling("draws that are known beforehand", _RANDOM, beside=()),
    on_sampling("patched time", _TIME),
    on_sampling(
        "sys.exit, exit and quit in the cell",
        "import sys\nfor leave in (exit, quit, sys.exit):\n"
        "    try:\n        leave()\n    except SystemExit:\n        pass\nsys.exit(0)",
    ),
    on_sampling("os._exit in the cell", "import os\nos._exit(0)"),
    on_sampling(
        "os._exit in the function",
        "import os\nVAE.sample_latent = lambda self, mean_z, logvar_z: os._exit(0)",
    ),
    on_sampling("os.kill of itself", "import os\nos.kill(os.getpid(), 9)"),
    on_sampling(
        "a process that stops itself", "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)"
    ),
    on_sampling("a fork that goes on as well", "import os\nos.fork()"),
    on_sampling("endless output in the cell", _OUTPUT),
    on_sampling("threads that print for ever", _THREADS),
    on_sampling("an endless loop in the cell", "while True:\n    pass"),
    on_sampling("a loop that resists interrupts", _STUBBORN),
    on_sampling("closed sockets", _SOCKETS),
    on_sampling("a message of 200 MB", _FRAME),
)
