"""All answers of the catalogue, in the order of the notebooks."""

from . import (
    Answer,
    activation,
    cvae_activation,
    cvae_class,
    cvae_encoder_decoder,
    cvae_forward,
    cvae_own_network,
    evaluation,
    latent_map,
    latent_map_cvae,
    latent_scatter,
    latent_scatter_whole,
    loop_labels,
    losses,
    losses_right,
    sampling_right,
    sampling_wrong,
    training,
    vae_class,
)

_MODULES = (
    sampling_wrong,
    sampling_right,
    activation,
    vae_class,
    losses,
    losses_right,
    training,
    evaluation,
    loop_labels,
    latent_map,
    latent_map_cvae,
    latent_scatter,
    latent_scatter_whole,
    cvae_encoder_decoder,
    cvae_forward,
    cvae_class,
    cvae_own_network,
    cvae_activation,
)

CATALOGUE = tuple(answer for module in _MODULES for answer in module.ANSWERS)


# These take ten times as long as others.
_SLOW = {"two copies of the whole decoder's first layer"}


def first_of_each_kind() -> set[Answer]:
    """Choose one answer of each kind: what it costs, and its name up to the first comma."""
    kinds = {}
    for answer in CATALOGUE:
        kind = (answer.notebook, answer.costs, answer.name.partition(",")[0])
        if answer.name not in _SLOW:
            kinds.setdefault(kind, answer)
    return set(kinds.values())
