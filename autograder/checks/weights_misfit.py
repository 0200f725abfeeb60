"""Why a file of weights cannot be read into a model, and what to do about it."""

import re
from collections.abc import Mapping, Sequence

from ..assignment import Target

Shapes = Mapping[str, Sequence[int]]  # name of a tensor → its shape
LABELS = 10
NAMED = 3  # layers in a sentence
_ASKED_FOR = re.compile(r"GLOBAL ([\w.]+)")
_MEMORY = re.compile(r"allocate|MemoryError|bad_alloc")
SAVE = "save model.state_dict(), as save_weights does, and hand it in again"


def refusal(said: str, target: Target) -> str:
    """The sentence for a file that torch does not read. said: torch's error."""
    asked = _ASKED_FOR.search(said)
    if asked:
        why = f"it asks Python to load {asked[1][:80]}, and only weights are loaded"
    elif _MEMORY.search(said):
        why = "its tensors take more memory than there is"
    else:
        why = f"it is cut off, or no file that torch.save writes ({said.partition(':')[0][:40]})"
    return f"{target.file} holds no weights that can be read: {why}. Train the model, {SAVE}."


def misfit(in_file: Shapes | None, in_class: Shapes, target: Target) -> str:
    """The sentence for a file that does not fit the student's class."""
    if in_file is None:
        return f"{target.file} holds something else than named tensors: {SAVE}."
    fit = f"{target.file} does not fit {target.model} of {target.notebook}: "
    other, smaller, larger = (
        ("VAE", in_file, in_class) if target.conditional else ("conditional VAE", in_class, in_file)
    )
    if takes_labels_too(smaller, larger):
        return (
            f"{fit}{_differences(in_file, in_class)}. These look like the weights of the {other}: "
            f"was the right model given to save_weights?"
        )
    return f"{fit}{_differences(in_file, in_class)}. Train the class as it is now, and save again."


def takes_labels_too(smaller: Shapes, larger: Shapes) -> bool:
    """Whether the one model is the other and takes a label too, and nothing else sets them apart.

    Such are more layers with ten inputs, and layers with ten inputs more.
    """
    added = {name: shape for name, shape in larger.items() if name not in smaller}
    wider = [name for name in smaller if larger.get(name) != smaller[name]]
    matrices = [shape for shape in added.values() if len(shape) > 1]
    return (
        bool(matrices or wider)
        and all(LABELS in shape[:2] for shape in matrices)
        and all(_ten_more(smaller[name], larger.get(name, ())) for name in wider)
    )


def _ten_more(shape, other):
    """Whether a weight is that of the same layer with ten inputs more."""
    return len(shape) > 1 and list(other) == [shape[0], shape[1] + LABELS, *shape[2:]]


def _differences(in_file, in_class):
    """What sets a file and a class apart, in words."""
    lacks, more = _only_in(in_class, in_file), _only_in(in_file, in_class)
    shapes = [
        f"{name} has shape {tuple(in_file[name])} in the file and {tuple(shape)} in the class"
        for name, shape in in_class.items()
        if name in in_file and in_file[name] != shape
    ]
    phrases = [f"the file lacks {_listed(lacks)}"] if lacks else []
    phrases += [f"the file has {_listed(more)}, which the class lacks"] if more else []
    phrases += shapes[:NAMED]
    return "; ".join(phrases) or "it does not accept these weights"


def _only_in(one, other):
    """The layers that only one has; a tensor's own name where the other has a part of its layer."""
    layers = {name.rpartition(".")[0] for name in other}
    names = {name: name.rpartition(".")[0] for name in one if name not in other}
    return list(dict.fromkeys(name if at in layers or not at else at for name, at in names.items()))


def _listed(names):
    """The first of some names."""
    shown = [name[:40] for name in names[:NAMED]]
    rest = [f"{len(names) - NAMED} more"] if len(names) > NAMED else []
    *first, last = shown + rest
    return f"{', '.join(first)} and {last}" if first else last
