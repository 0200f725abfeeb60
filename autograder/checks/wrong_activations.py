"""Wrong activations at the end of a decoder: each with its hint, and as a function."""

import torch
import torch.nn.functional as F

from .diagnosis import named

SOFTMAX = named(
    "softmax-over-pixels",
    "A softmax lets the pixels compete for a total of 1; here every pixel is a probability of its "
    "own.",
)
ONE_CHANNEL = named(
    "softmax-over-channel",
    "A softmax over the only channel has nothing to weigh: it gives 1 for every pixel.",
)
_PER_PIXEL = "Which function maps every real number into (0, 1), pixel by pixel?"
_STRETCHED = named(
    "image-stretched-to-its-range",
    "Stretched to its own darkest and brightest pixel, an image can be neither dark nor bright as "
    "a whole, and its pixels depend on each other.",
)
_CLIPPING = named("clipped", "Clipping passes no gradient where it clips; squash smoothly instead.")

# Wrong activations, as (hint, function).
WRONG_ACTIVATIONS = (
    (
        named("no-activation", "The image is the bare output of the last layer. " + _PER_PIXEL),
        lambda x: x,
    ),
    (named("tanh-activation", "tanh ends at −1 and 1. " + _PER_PIXEL), torch.tanh),
    (named("relu-activation", "ReLU has no upper bound. " + _PER_PIXEL), F.relu),
    (named("leaky-relu-activation", "Leaky ReLU has no bounds. " + _PER_PIXEL), F.leaky_relu),
    (named("elu-activation", "ELU has no upper bound. " + _PER_PIXEL), F.elu),
    (named("gelu-activation", "GELU has no upper bound. " + _PER_PIXEL), F.gelu),
    (named("softplus-activation", "Softplus has no upper bound. " + _PER_PIXEL), F.softplus),
    (named("exp-activation", "exp has no upper bound. " + _PER_PIXEL), torch.exp),
    (
        named(
            "log-sigmoid-activation",
            "log-sigmoid is a log probability; the image needs the probability.",
        ),
        F.logsigmoid,
    ),
    (
        named(
            "sigmoid-twice",
            "The sigmoid is applied twice: its input the second time lies in (0, 1) already.",
        ),
        lambda x: torch.sigmoid(torch.sigmoid(x)),
    ),
    (
        named(
            "relu-before-sigmoid",
            "ReLU before the sigmoid leaves no pixel below ½: give the sigmoid the bare output of "
            "the last layer.",
        ),
        lambda x: torch.sigmoid(x.relu()),
    ),
    (_STRETCHED, lambda x: (x - x.min()) / (x.max() - x.min())),
    (_STRETCHED, lambda x: x / x.max()),
    (_CLIPPING, lambda x: x.clamp(0, 1)),
    (_CLIPPING, F.hardsigmoid),
    (_CLIPPING, F.hardtanh),
    (
        named("absolute-tanh", "The absolute value of tanh makes −x and x the same pixel."),
        lambda x: x.tanh().abs(),
    ),
    (SOFTMAX, lambda x: x.flatten(1).softmax(1).view_as(x)),
    (ONE_CHANNEL, lambda x: x.softmax(1)),
    (SOFTMAX, lambda x: x.softmax(2)),
    (SOFTMAX, lambda x: x.softmax(3)),
)
