"""Helpers of all probes: finding definitions, replacing globals, describing errors."""

import contextlib
import functools
import linecache
import re
import traceback
from types import ModuleType
from typing import Any

import matplotlib.pyplot as plt
import torch
from matplotlib.figure import Figure

MISSING = object()

# A student's exception may hold a megabyte; so much of it is repeated.
MAX_MESSAGE_CHARACTERS = 300


# What an exception may mean: (pattern of its message, sentence).
MEANINGS = (
    (r"'?NoneType'? object|must be Tensor, not NoneType", "A function without return gives None."),
    (
        r"'tuple' object (has no attribute|cannot be)|must be Tensor, not tuple",
        "This is a tuple: encode gives mean and log-variance together, forward and loss_function "
        "three values. Take them apart.",
    ),
    (
        r"(too many|not enough) values to unpack",
        "The names before the = are more or fewer than the values that are returned.",
    ),
    (
        r"elements cannot be converted to Scalar|only (one element tensors|0-dimensional arrays|"
        r"length-1 arrays) can be converted|only for scalar outputs",
        "One number is needed here, and this is a tensor of several: is a sum or a mean missing?",
    ),
    (r"same dtype, but got (Long|Int)", "A layer computes with floats, and whole numbers came."),
    (
        r"mat1 and mat2 shapes cannot be multiplied \(\d+x(\d+) and (\d+)x\d+\)",
        r"The layer takes rows of \2 numbers, and rows of \1 came. Is it the layer's size in its "
        "constructor that is wrong, or the tensor that it gets?",
    ),
    (
        r"size of tensor a \((\d+)\) must match the size of tensor b \((\d+)\) at non-singleton "
        "dimension 0",
        r"Along the first dimension one tensor has \1 entries and the other \2; with one row for "
        "each image of the batch they are as many.",
    ),
    (
        r"size of tensor a .* must match the size of tensor b",
        "The shapes of the two tensors do not fit each other: how many numbers does each have for "
        "one row of the batch?",
    ),
    (
        r"shape '\[([1-9]\d*),.*\]' is invalid for input of size",
        r"So many numbers do not fill that shape: how many come for one row of the batch? If \1 is "
        "meant for the rows, take their number from the argument, or write -1: batches differ in "
        "size.",
    ),
    (
        r"shape '\[.*\]' is invalid for input of size",
        "So many numbers do not fill that shape: how many come for one row of the batch?",
    ),
    (
        r"cannot assign (module|parameters?) before Module.__init__",
        "A class of layers begins with super().__init__.",
    ),
    (
        r"'(VAE|ConditionalVAE)' object has no attribute",
        "Layers are made in __init__, and need the same name where they are used.",
    ),
    (
        r"does not require grad and does not have a grad_fn",
        "Nothing here carries a gradient: was it cut off by item, detach or no_grad?",
    ),
)

# What torch says, on one machine or another, where code asks for a device that is not there.
NO_GPU = re.compile(
    "not compiled with CUDA|Found no NVIDIA driver|No CUDA GPUs are available|"
    "re-initialize CUDA in forked|CUDA driver|no CUDA-capable device|"
    "not linked with support for mps|MPS backend|not compiled with (MPS|XPU)|NVML"
)
# IPython's Python for lines that are none: (pattern, how the line was written).
MAGICS = (
    (r"get_ipython\(\)\.run_line_magic\((['\"])(.*?)\1, (['\"])(.*)\3\)", r"%\2 \4"),
    (r"get_ipython\(\)\.run_cell_magic\((['\"])(.*?)\1, .*", r"%%\2"),
    (r"get_ipython\(\)\.(?:system|getoutput)\((['\"])(.*)\1\)", r"!\2"),
)


class NotDefined(Exception):
    """A name that the notebook should define and does not."""


class Rejected(Exception):
    """A use of a probe's model or loader that the real one would not understand either."""


def find_definition(namespace: dict[str, Any], name: str) -> Any:
    """Return the student's function or class of this name.

    Raises:
        NotDefined: where the notebook defines none.
    """
    value = namespace.get(name)
    if not callable(value):
        raise NotDefined(f"{name} is not defined.")
    return value


def count_arguments(number: int) -> str:
    """Return "1 argument", "2 arguments" and so on."""
    return f"{number} argument" if number == 1 else f"{number} arguments"


def describe(error: BaseException, namespace: dict[str, Any]) -> str:
    """Describe for the student, in a sentence or two, an exception that their code raised."""
    if isinstance(error, (NotDefined, Rejected)):
        return str(error)
    trace = list(traceback.walk_tb(error.__traceback__))
    of_student = [entry for entry in trace if entry[0].f_globals is namespace]
    said = _exception_in_words(error)
    if not of_student:
        return f"Calling your code as the task says failed with {said}"
    outermost, _ = of_student[0]
    function = outermost.f_code.co_qualname.replace(".<locals>", "").replace(".<lambda>", "")
    frame, line = of_student[-1]
    is_last = all(inner[0] is not frame or inner[1] == line for inner in trace)
    if isinstance(error, NotImplementedError) and trace[-1][0] is frame and is_last:
        return f"{function} is not written yet: it still raises NotImplementedError."
    if NO_GPU.search(said):
        return (
            f"{function} asks for a GPU ({_line_in_words(frame, line)}), and there is no GPU here: "
            "use device, as in x.to(device), which is the GPU only where there is one."
        )
    meaning = "" if function == "<module>" else _meaning(said)
    return f"{function} raised {said} ({_line_in_words(frame, line)}).{meaning}"


def line_of_cell(error: BaseException, namespace: dict[str, Any]) -> int | None:
    """Return on which line of a cell the statement stands that failed; None outside of cells."""
    lines = (
        line
        for frame, line in traceback.walk_tb(error.__traceback__)
        if frame.f_globals is namespace and frame.f_code.co_name == "<module>"
    )
    return next(lines, None)


def _meaning(said):
    """Return what an exception means, with a space before the sentence; "" for other ones."""
    matches = ((re.search(known, said), meaning) for known, meaning in MEANINGS)
    return next((f" {match.expand(meaning)}" for match, meaning in matches if match), "")


def _line_in_words(frame, line):
    text = linecache.getline(frame.f_code.co_filename, line, frame.f_globals).strip()
    if not text:
        return f"line {line} of the cell"
    return f"line {line} of the cell, `{_as_written(text)[:MAX_MESSAGE_CHARACTERS]}`"


def _as_written(line):
    """Return a line of code with its magics as the student wrote them."""
    for pattern, written in MAGICS:
        line = re.sub(pattern, written, line)
    return line.strip()


def _exception_in_words(error):
    """Return the exception's type and the first line of its message, whatever its methods do."""
    name = type(error).__name__[:MAX_MESSAGE_CHARACTERS]
    try:
        lines = str(error).strip().splitlines() or [""]
        message = lines[0][:MAX_MESSAGE_CHARACTERS]
    except BaseException:  # noqa: BLE001 - __str__ may be the student's own
        message = ""
    return f"{name}: {message}" if message else name


@contextlib.contextmanager
def replaced_globals(namespace: dict[str, Any], **values: Any):
    """Set these globals of the student's code and keep figures open; undo both afterwards."""
    before = {name: namespace.get(name, MISSING) for name in values}
    namespace.update(values)
    try:
        with figures_kept_open(namespace):
            yield
    finally:
        for name, value in before.items():
            if value is MISSING:
                namespace.pop(name, None)
            else:
                namespace[name] = value


class QuietAnimator:
    """A stand-in for d2l.Animator that accepts the numbers and draws nothing."""

    def __init__(self, *args, **kwargs):
        self.fig = Figure()
        self.axes = [self.fig.subplots()]
        self.X = self.Y = None

    def add(self, x, y):
        """Ignore one point of the curves."""


def _do_nothing(*args, **kwargs):
    pass


def _print_losses(curve, *losses):
    """Print what a LossCurve is given, as the real one does, and draw nothing."""
    # A student may give it anything.
    with contextlib.suppress(Exception):
        print(*(f"{float(value):.9f}" for values in losses for value in values))


@contextlib.contextmanager
def figures_kept_open(namespace: dict[str, Any]):
    """Keep figures open for reading instead of showing or closing them; draw no loss curves."""
    patches: list[tuple[Any, str, Any]] = [(plt, "show", _do_nothing), (plt, "close", _do_nothing)]
    # Of a module without looking: to look would let d2l_lite load all of d2l.
    if isinstance(namespace.get("d2l"), ModuleType):
        patches.append((namespace["d2l"], "Animator", QuietAnimator))
    if hasattr(namespace.get("LossCurve"), "add"):
        patches.append((namespace["LossCurve"], "add", _print_losses))
    originals = [(owner, name, vars(owner).get(name, MISSING)) for owner, name, _ in patches]
    plt.close("all")
    for owner, name, value in patches:
        setattr(owner, name, value)
    try:
        yield
    finally:
        for owner, name, value in originals:
            if value is MISSING:
                delattr(owner, name)
            else:
                setattr(owner, name, value)
        plt.close("all")


def randomise(model: torch.nn.Module, seed: int, gain: float = 1.0) -> None:
    """Give all parameters normally distributed values.

    Args:
        model: the module whose parameters change.
        seed: of the random numbers.
        gain: weights have size gain over the square root of the number of inputs, biases gain / 10.
    """
    parameters = list(model.parameters())
    drawn = _draw(seed, tuple(parameter.shape for parameter in parameters))
    with torch.no_grad():
        for parameter, values in zip(parameters, drawn, strict=True):
            scale = parameter[0].numel() ** -0.5 if parameter.dim() > 1 else 0.1
            parameter.copy_(gain * scale * values)


@functools.lru_cache(maxsize=2)  # the same ones are wanted in several sizes
def _draw(seed, shapes):
    """Draw standard normal values of these shapes."""
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(shape, generator=generator) for shape in shapes]
