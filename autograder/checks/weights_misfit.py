"""Sentences on files of weights that cannot be read into a model, and what to do about them."""

import re
from collections.abc import Mapping, Sequence

from ..assignment import Target
from .diagnosis import about, named

Shapes = Mapping[str, Sequence[int]]  # name of a tensor → its shape
LABELS = 10
MAX_NAMED = 3  # layers in a sentence
# In torch's errors: the global that a pickle asks for, and a lack of memory.
_REFUSED_GLOBAL = re.compile(r"GLOBAL ([\w.]+)")
_OUT_OF_MEMORY = re.compile(r"allocate|MemoryError|bad_alloc")
HOW_TO_SAVE = "save model.state_dict(), as save_weights does, and hand it in again"


def explain_unreadable(torch_error: str, target: Target) -> str:
    """Return the sentence for a file that torch does not read."""
    refused = _REFUSED_GLOBAL.search(torch_error)
    if refused:
        why = f"it asks Python to load {refused[1][:80]}, and only weights are loaded"
    elif _OUT_OF_MEMORY.search(torch_error):
        why = "its tensors need more memory than there is"
    else:
        kind = torch_error.partition(":")[0][:40]
        why = f"it is cut off, or was not written by torch.save ({kind})"
    return named(
        "weights-unreadable",
        f"{target.file} holds no weights that can be read: {why}. Train the model, {HOW_TO_SAVE}.",
    )


def explain_misfit(in_file: Shapes | None, in_class: Shapes, target: Target) -> str:
    """Return the sentence for a file that does not fit the student's class.

    Args:
        in_file: the tensors of the file; None where it holds something else than named tensors.
        in_class: the tensors of the student's class.
        target: whose file and class these are.
    """
    if in_file is None:
        return named(
            "weights-without-names", f"{target.file} does not hold named tensors: {HOW_TO_SAVE}."
        )
    if target.conditional:
        other, smaller, larger = "VAE", in_file, in_class
    else:
        other, smaller, larger = "conditional VAE", in_class, in_file
    advice = named("weights-of-other-class", "Train the class as it is now, and save again.")
    if adds_only_labels(smaller, larger):
        advice = named(
            "weights-of-other-model",
            f"These look like the weights of the {other}: was the right model given to "
            "save_weights?",
        )
    differences = _differences(in_file, in_class)
    return about(
        advice,
        f"{target.file} does not fit {target.model} of {target.notebook}: {differences}. {advice}",
    )


def adds_only_labels(smaller: Shapes, larger: Shapes) -> bool:
    """Tell whether the larger model is the smaller one that takes a label too, and nothing else.

    It then has more layers, each with ten inputs, or ten more inputs in some layers.
    """
    added = {name: shape for name, shape in larger.items() if name not in smaller}
    wider = [name for name in smaller if larger.get(name) != smaller[name]]
    matrices = [shape for shape in added.values() if len(shape) > 1]
    return (
        bool(matrices or wider)
        and all(LABELS in shape[:2] for shape in matrices)
        and all(_has_ten_more(smaller[name], larger.get(name, ())) for name in wider)
    )


def _has_ten_more(shape, other):
    """Tell whether the other weight is that of the same layer with ten more inputs."""
    return len(shape) > 1 and list(other) == [shape[0], shape[1] + LABELS, *shape[2:]]


def _differences(in_file, in_class):
    """Describe how a file and a class differ."""
    lacks = _layers_only_in(in_class, in_file)
    more = _layers_only_in(in_file, in_class)
    shapes = [
        f"{name} has shape {tuple(in_file[name])} in the file and {tuple(shape)} in the class"
        for name, shape in in_class.items()
        if name in in_file and in_file[name] != shape
    ]
    phrases = [f"the file lacks {_listed(lacks)}"] if lacks else []
    phrases += [f"the file has {_listed(more)}, which the class lacks"] if more else []
    phrases += shapes[:MAX_NAMED]
    return "; ".join(phrases) or "it does not accept these weights"


def _layers_only_in(model, other):
    """Return the layers that only one model has.

    Where the other has a part of a layer, the names of the tensors that it lacks.
    """
    layers_of_other = {_layer_of(name) for name in other}
    found = {}  # a dict, as a set that keeps the order
    for name in model:
        if name not in other:
            layer = _layer_of(name)
            found[layer if layer and layer not in layers_of_other else name] = None
    return list(found)


def _layer_of(tensor_name):
    return tensor_name.rpartition(".")[0]


def _listed(names):
    """Join the first names to a phrase, with the number of the others."""
    shown = [name[:40] for name in names[:MAX_NAMED]]
    rest = [f"{len(names) - MAX_NAMED} more"] if len(names) > MAX_NAMED else []
    *first, last = shown + rest
    return f"{', '.join(first)} and {last}" if first else last
