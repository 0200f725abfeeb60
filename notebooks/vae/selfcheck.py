"""Runs all saved notebooks as the grader does, and says of each task how it stands.

Nothing in here is graded, and you may read all of it. The notebooks run in a copy of the folder, in
fresh kernels, on 512 images: what you have saved stays as it is, and nothing is trained in full.
"""

import os
import re
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import lab
import torch
from answers import LabError, read_cells
from lab import NOTEBOOKS, WEIGHTS
from saved import TASKS, grade_id, is_written, names_and_group, time_saved
from torch.nn import functional as F

CELL_SECONDS = 120
CHECKS = "checks.zip"  # what decides the points, where your course hands it out
# File: notebook and name of its class, task, and limits of reconstruction and KL, as in the cells
# "both losses about 5" and "about 4.1".
TARGETS = {
    "vae.pt": ("02_vae.ipynb", "VAE", "loss-target", (4.2, 4.8), (0.172, 0.208)),
    "cvae.pt": ("06_cvae.ipynb", "ConditionalVAE", "cvae-loss-target", (3.7, 4.01), (0.128, 0.165)),
}
DONE, OPEN, WRONG = "✓", "…", "✗"


def check_all(folder="."):
    """Print how each task stands, and whether names, group and weights are there."""
    if lab.PROFILE != "full":  # a check runs this notebook, too
        print(f"Nothing is checked where LAB_PROFILE is {lab.PROFILE}.")
        return
    folder = Path(folder)
    print("Running the seven saved notebooks, each in a fresh kernel: about a minute ...")
    runs = run_all(folder)
    done = 0
    for name in NOTEBOOKS:
        when = f"saved {time_saved(folder / name)}" if (folder / name).exists() else "missing"
        print(f"\n{name}, {when}")
        for mark, text in _lines(name, runs[name], folder):
            print(f"  {mark} {text}")
            done += mark == DONE
    print(
        f"\n{done} of {len(TASKS)} tasks done. "
        "Answers in words are marked by a person: ✓ means written."
    )


def _lines(name, run, folder):
    """Yield (mark, text) for each thing that one notebook should hold."""
    if name == NOTEBOOKS[0]:
        yield _names(folder)
    if isinstance(run, str):
        yield WRONG, run
    elif name in (NOTEBOOKS[0], NOTEBOOKS[-1]):  # without tasks in code
        errors = list(filter(None, map(_error, run)))
        if errors:
            yield WRONG, f"a cell fails: {_sentence(errors[0], run)}"
    for notebook, task_id, number, title in TASKS:
        if notebook == name and not isinstance(run, str):
            mark, sentence = _verdict(task_id, run, folder)
            yield mark, f"{number} {title}" + f": {sentence}" * bool(sentence)


def _names(folder):
    """Return (mark, text) on the names and the group of notebook 01."""
    names, group = names_and_group(folder)
    if names and group:
        return "·", f"names: {', '.join(names)}; group: {group}"
    missing = " and ".join([*["names"] * (not names), *["group"] * (not group)])
    return OPEN, f"{missing} not filled in: write them into this notebook and save it"


def _verdict(task_id, cells, folder):
    """Return (mark, sentence) of one task; the sentence may be empty."""
    if task_id.endswith("-question"):
        return judge_words(task_id, cells)
    for file, (notebook, name, task, *limits) in TARGETS.items():
        if task == task_id:
            return judge_weights(folder, file, notebook, name, *limits)
    return judge_code(task_id, cells)


def judge_words(task_id, cells):
    """Return (mark, sentence) of a question in words: written or not."""
    cell = next((cell for cell in cells if grade_id(cell) == task_id), None)
    if cell is None:
        return WRONG, "the cell of its answer is gone: copy it from the notebook as you got it"
    return (DONE, "written") if is_written(cell) else (OPEN, "no answer yet")


def run_all(folder):
    """Return {notebook: its cells after a run, or one sentence on why it could not run}."""
    with tempfile.TemporaryDirectory() as copy:
        for path in folder.iterdir():
            if path.name in (*WEIGHTS, CHECKS) or path.suffix in (".ipynb", ".py"):
                shutil.copy(path, copy)
        with ThreadPoolExecutor(min(len(NOTEBOOKS), os.cpu_count() or 2)) as pool:
            cells = pool.map(lambda name: _run(Path(copy), name, folder), NOTEBOOKS)
            return dict(zip(NOTEBOOKS, cells, strict=True))


def _run(copy, name, folder):
    """Run one notebook in the copied folder; return its cells, or one sentence."""
    import nbformat
    from nbclient import NotebookClient

    try:
        read_cells(copy / name)  # its LabError says what is wrong with the file
        notebook = nbformat.read(copy / name, as_version=4)
        if (copy / CHECKS).exists():
            _complete(notebook.cells)
        client = NotebookClient(
            notebook,
            allow_errors=True,
            timeout=CELL_SECONDS,
            interrupt_on_timeout=True,
            kernel_name="python3",
            extra_arguments=["--log-level=ERROR"],
            resources={"metadata": {"path": str(copy)}},
        )
        client.execute(env=_environment(folder))
    except LabError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 - a kernel that dies raises many kinds
        return (
            f"{name} did not run to its end ({type(error).__name__}): run it yourself to see why."
        )
    return notebook.cells


def _complete(cells):
    """Let each cell of a check end with what decides its point, where that was deleted."""
    for cell in cells:
        task_id = grade_id(cell)
        call = f'check("{task_id}")'
        if task_id.endswith("-test") and call not in cell.source:
            cell.source += f"\n\nfrom lab import check\n\n{call}"


def _environment(folder):
    """Return the variables of a kernel: few images, weights as they are, one core each."""
    data = os.environ.get("LAB_DATA") or (folder / "data").resolve()
    own = {"LAB_PROFILE": "check", "LAB_DATA": str(data), "OMP_NUM_THREADS": "1"}
    return {**os.environ, **own, "LAB_ANSWERS": ""}


def judge_code(task_id, cells):
    """Return (mark, sentence) of a task in code, from the outputs of a run."""
    index = next((i for i, cell in enumerate(cells) if _checks(cell, task_id)), None)
    if index is None:
        return WRONG, "the cell of its check is gone: copy it from the notebook as you got it"
    error = _error(cells[index])
    if error is None:
        return DONE, ""
    cell, error = _cause(cells, index, error)
    waits_for = re.search(r"\d\d_\w+\.ipynb", error["evalue"]) if cell is not cells[index] else None
    if error["ename"] == "LabError" and waits_for:
        return OPEN, f"waits for {waits_for[0]}: {error['evalue'].partition(': ')[0]}"
    if error["ename"] == "NotImplementedError" or "not written yet" in error["evalue"]:
        return OPEN, "not yet"
    return WRONG, _sentence(error, cells)


def _checks(cell, task_id):
    """Tell whether a cell holds the check of a task."""
    is_code = cell["cell_type"] == "code"
    return is_code and (grade_id(cell) == task_id or f'check("{task_id}")' in cell["source"])


def _error(cell):
    """Return the error that a cell ended in, None where it ran to its end."""
    outputs = cell.get("outputs", [])  # a text cell has none
    return next((output for output in outputs if output["output_type"] == "error"), None)


def _cause(cells, index, error):
    """Return the earlier cell, and its error, because of which a name is missing in this one."""
    missing = error["ename"] == "NameError" or "not defined" in error["evalue"]
    for name in re.findall(r"\w+", error["evalue"]) if missing else []:
        defines = re.compile(rf"^(?:def|class) {name}\b|^{name} *=", re.M)
        for earlier in range(index):
            found = _error(cells[earlier])
            if found and defines.search(cells[earlier]["source"]):
                return _cause(cells, earlier, found)
    return cells[index], error


def _sentence(error, cells):
    """Return what an error says in one line; for an exception of Python, where it was raised."""
    name, text = error["ename"], error["evalue"]
    if name == "KeyboardInterrupt":
        return f"takes longer than {CELL_SECONDS} seconds"
    wrong = re.findall(r"^✗ (.*(?:\n  .*)*)", text, re.M)  # what `check` says does not hold
    text = " ".join(" ".join(wrong or [text]).split())[:600]
    text = re.sub(r" \(\S+\.py, line \d+\)", "", text)  # where IPython put the cell's code
    if name in ("AssertionError", "LabError", "NotYet"):
        return text
    plain = re.sub(r"\x1b\[[\d;]*m", "", "\n".join(error["traceback"]))
    places = re.findall(r"Cell In\[(\d+)\], line (\d+)", plain)
    for count, line in reversed(places):
        for cell in cells:
            named = re.search(r"^((?:def|class) \w+)", cell["source"], re.M)
            if str(cell.get("execution_count")) == count and named and not _is_check(cell):
                return f"{name}: {text} (line {line} of the cell of `{named[1]}`)"
    return f"{name}: {text}"


def _is_check(cell):
    return grade_id(cell).endswith(("-test", "-target"))


def judge_weights(folder, file, notebook, name, recon_limits, kl_limits):
    """Return (mark, sentence) on weights: do they fit this model, and what do they reach?"""
    if not (folder / file).exists():
        return OPEN, f"{file} is missing: run this notebook to its end"
    os.environ["LAB_ANSWERS"], before = str(folder), os.environ.get("LAB_ANSWERS", "")
    try:
        model = lab.load_weights(lab.load_answer(notebook, name)(), folder / file)
        recon, kl = _losses(model.eval(), conditional=name == "ConditionalVAE")
    except LabError as error:
        sentence = str(error)
        unfinished = "NotImplementedError" in sentence
        return (OPEN, sentence.partition(": ")[0]) if unfinished else (WRONG, sentence)
    except Exception as error:  # noqa: BLE001 - the class is a student's
        return WRONG, f"{file} could not be measured with {name} ({type(error).__name__}: {error})"
    finally:
        os.environ["LAB_ANSWERS"] = before
    return _compared(recon, kl, recon_limits, kl_limits)


def _compared(recon, kl, recon_limits, kl_limits):
    """Return (mark, sentence) for the losses that were measured, None without MNIST."""
    if recon is None:
        return "·", "not measured: MNIST is not on this computer"
    within = all(
        low <= part <= high for part, (low, high) in [(recon, recon_limits), (kl, kl_limits)]
    )
    wanted = "between {} and {}".format
    limits = f"wanted are {wanted(*recon_limits)}, and {wanted(*kl_limits)}"
    found = f"reconstruction {recon:.2f} + KL {kl:.2f} on test images"
    return (DONE, f"reached: {found}") if within else (WRONG, f"{found}; {limits}")


@torch.no_grad()
def _losses(model, conditional):
    """Return reconstruction and KL on every fifth test image, in the unit of the notebooks."""
    _, test_iter = lab.load_mnist(batch_size=100)
    if len(test_iter.dataset) != lab.SLICES[lab.PROFILE][1]:
        return None, None
    x, y = (part[1::5] for part in test_iter.dataset.tensors)
    recon_x, mean_z, logvar_z = _call(model, x, y) if conditional else model(x)
    recon = F.binary_cross_entropy(recon_x, x, reduction="sum") / len(x)
    kl = 0.5 * (mean_z**2 + logvar_z.exp() - 1 - logvar_z).sum(dim=1).mean()
    return recon.item() / 32, kl.item() / 32


def _call(model, x, y):
    """Call a conditional model with one-hot rows, or with whole numbers where it wants those."""
    try:
        return model(x, F.one_hot(y, 10).float())
    except Exception:  # noqa: BLE001 - each layer refuses another form of labels in its own way
        return model(x, y)
