"""Code that the answers to the training loop and to the test loop share."""

import textwrap

from . import Change

FORWARD = "recon_x, mean_z, logvar_z = model({call})\n"
LOSS = "loss, recon, kl = loss_function(recon_x, x, mean_z, logvar_z)\n"


def for_model(code: str, conditional: bool) -> str:
    """Fill in {call}, {label}, {named}, {other}, {test}, for the VAE or the conditional VAE."""
    words = {"call": "x", "label": "", "named": "", "other": "vae", "test": "test"}
    if conditional:
        words = {"call": "x, y", "label": ", y", "named": ", y=y", "other": "cvae"}
        words["test"] = "test_cvae"
    for name, word in words.items():
        code = code.replace("{" + name + "}", word)
    return code


def fill_loop(name: str, code: str, own_labels: bool = False) -> Change:
    """Put other code between what moves a batch to the device and the bookkeeping of a loop.

    Args:
        name: of one of the four loops.
        code: the body, in which the conditional model's `y` holds one-hot rows.
        own_labels: whether `y` comes as the loader gives it instead, whole numbers.
    """

    def change(sources: dict[str, str]) -> None:
        lines = sources[name].splitlines()
        moved = [i for i, line in enumerate(lines) if line.strip().endswith(".to(device)")]
        inside = [i for i in moved if lines[i].startswith(" " * 8)]  # not in the docstring
        begin = inside[0 if own_labels else -1] + 1
        end = next(i for i in range(begin, len(lines)) if "metric.add(" in lines[i])
        indent = lines[begin - 1][: -len(lines[begin - 1].lstrip())]
        block = textwrap.indent(textwrap.dedent(code).strip("\n"), indent)
        lines[begin:end] = block.splitlines()
        sources[name] = "\n".join(lines)

    return change
