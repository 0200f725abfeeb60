"""The architecture that weights are expected to fit, and how a file's tensors are matched with its
layers.
"""

import itertools
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn import functional as F

from .outcome import Complaint

LATENTS = 2
MAX_LATENTS = 512  # for which a file is recognised
MAX_LAYERS = 10
NAMES = {False: "VAE", True: "conditional VAE"}
Shapes = Mapping[str, tuple[int, ...]]
HEADS = ("mean", "logvar")
SPREAD_WORDS = ("var", "std", "sigma")  # in the name of the layer that gives the spread of z


class Reference(nn.Module):
    """The key's VAE, or with `conditional` its CVAE; parameters have the key's names.

    slope: of the (leaky) ReLU after the 16 units, on negative values; 0 is a plain ReLU. `decode`
    gives logits.
    """

    def __init__(self, conditional: bool = False, latent_size: int = LATENTS):
        super().__init__()
        self.conditional, self.slope = conditional, 0.01
        self.conv1 = nn.Conv2d(1, 32, kernel_size=3, stride=2, padding=1)
        self.conv2 = nn.Conv2d(32, 64, kernel_size=3, stride=2, padding=1)
        self.hidden = nn.Linear(64 * 7 * 7, 16)
        self.mean = nn.Linear(16, latent_size)
        self.logvar = nn.Linear(16, latent_size)
        self.expand = nn.Linear(latent_size, 64 * 7 * 7)
        self.deconv1 = nn.ConvTranspose2d(
            64, 32, kernel_size=3, stride=2, padding=1, output_padding=1
        )
        self.deconv2 = nn.ConvTranspose2d(
            32, 1, kernel_size=3, stride=2, padding=1, output_padding=1
        )
        if conditional:
            self.label_to_encoder = nn.Linear(10, 32 * 14 * 14)
            self.label_to_decoder = nn.Linear(10, 64 * 7 * 7)

    def encode(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """Images (batch, 1, 28, 28) and labels (batch,) → mean and log-variance of z, (batch,
        latent_size) each.
        """
        h = self.conv1(x)
        if self.conditional:
            h = h + self.label_to_encoder(F.one_hot(y, 10).to(x.dtype)).view(-1, 32, 14, 14)
        h = F.relu(self.conv2(F.relu(h))).flatten(1)
        h = F.leaky_relu(self.hidden(h), self.slope)
        return self.mean(h), self.logvar(h)

    def decode(self, z: Tensor, y: Tensor) -> Tensor:
        """Latents (batch, latent_size) and labels (batch,) → logits of the grey values, (batch, 1,
        28, 28).
        """
        h = self.expand(z)
        if self.conditional:
            h = h + self.label_to_decoder(F.one_hot(y, 10).to(z.dtype))
        return upsampled(F.relu(self.deconv1(F.relu(h).view(-1, 64, 7, 7))), self.deconv2)


def upsampled(h: Tensor, layer: nn.ConvTranspose2d) -> Tensor:
    """What `layer` gives, (batch, channels, n, n) → (batch, 1, 2n, 2n), in half of its time.

    layer: with one output channel, kernel 3, stride 2, padding 1, output padding 1. The pixels at
    even and odd rows and columns are four convolutions of kernel 2 (W. Shi et al., Real-Time Single
    Image and Video Super-Resolution Using an Efficient Sub-Pixel Convolutional Neural Network,
    2016): an even one sees the middle of the kernel alone, an odd one its end at this pixel of `h`
    and its beginning at the next.
    """
    kernel = layer.weight.new_zeros(
        2, 2, layer.in_channels, 2, 2
    )  # odd row, odd column, channel, next row, column
    seen = ((0, 0, 1), (1, 0, 2), (1, 1, 0))  # odd, next, place in the layer's kernel
    for (row, below, i), (column, right, j) in itertools.product(seen, seen):
        kernel[row, column, :, below, right] = layer.weight[:, 0, i, j]
    parts = F.conv2d(F.pad(h, (0, 1, 0, 1)), kernel.flatten(0, 1), layer.bias.expand(4))
    return F.pixel_shuffle(parts, 2)


@dataclass(frozen=True)
class Part:
    """Where the values of a layer are: a layer of the file, and which half of its rows; all of them
    for None.
    """

    layer: str
    half: int | None = None


Fit = Mapping[str, Part]  # layer of the reference → where its values are


def fits(shapes: Shapes, conditional: bool, file: str) -> list[Fit]:
    """The ways in which a file's tensors can be the reference's; none where it is another
    architecture.

    Layers are told apart by the shapes of weight and bias, whatever they are called and in
    whichever order they stand; only the two heads are alike, so there may be two ways. One layer
    for both heads is cut into halves. Raises Complaint where the tensors are those of the other
    model, or of one with another number of latent dimensions.
    """
    found = _match(shapes, conditional)
    if found:
        return found
    if _match(shapes, not conditional):
        raise Complaint(
            f"{file} holds the weights of a {NAMES[not conditional]}; those of the "
            f"{NAMES[conditional]} "
            f"are expected: was the right model given to save_weights?"
        )
    for latents in _candidates(shapes):
        for kind in (conditional, not conditional):
            if _match(shapes, kind, latents):
                raise Complaint(
                    f"{file} holds the weights of a {NAMES[kind]} with {latents} latent "
                    "dimensions; the "
                    f"target holds for a {NAMES[conditional]} with {LATENTS}."
                )
    return []


def difference(shapes: Shapes, conditional: bool) -> str:
    """What sets a file of another architecture apart, as a phrase: parameters, and a tensor of an
    unexpected shape.
    """
    expected = _shapes(conditional, LATENTS)
    odd = list((Counter(shapes.values()) - Counter(expected.values())).keys())
    example = f", one of them of shape {odd[0]}" if odd else ""
    return (
        f"{len(shapes)} tensors where the {NAMES[conditional]} of the text has "
        f"{len(expected)}{example}"
    )


def fill(model: Reference, tensors: Mapping[str, Tensor], fit: Fit) -> None:
    """Put a file's values into the model."""
    state = {}
    for layer, part in fit.items():
        for kind in ("weight", "bias"):
            value = tensors[f"{part.layer}.{kind}"]
            state[f"{layer}.{kind}"] = value if part.half is None else value.chunk(2)[part.half]
    model.load_state_dict(state)


def _shapes(conditional, latents):
    shapes = {
        "conv1": ((32, 1, 3, 3), (32,)),
        "conv2": ((64, 32, 3, 3), (64,)),
        "hidden": ((16, 3136), (16,)),
        "mean": ((latents, 16), (latents,)),
        "logvar": ((latents, 16), (latents,)),
        "expand": ((3136, latents), (3136,)),
        "deconv1": ((64, 32, 3, 3), (32,)),
        "deconv2": ((32, 1, 3, 3), (1,)),
    }
    if conditional:
        shapes |= {
            "label_to_encoder": ((6272, 10), (6272,)),
            "label_to_decoder": ((3136, 10), (3136,)),
        }
    return {
        f"{name}.{kind}": shape
        for name, pair in shapes.items()
        for kind, shape in zip(_PAIR, pair, strict=True)
    }


_PAIR = ("weight", "bias")


def _layers(shapes):
    """Layer → (shape of its weight, shape of its bias); None for either that is missing."""
    layers = {}
    for name, shape in shapes.items():
        layer, _, kind = name.rpartition(".")
        if kind not in _PAIR:
            return {}
        layers.setdefault(layer, {})[kind] = shape
    return {layer: tuple(kinds.get(kind) for kind in _PAIR) for layer, kinds in layers.items()}


def _match(shapes, conditional, latents=LATENTS):
    if len(shapes) > 2 * MAX_LAYERS:
        return []
    expected, found = _layers(_shapes(conditional, latents)), _layers(shapes)
    if found == expected:
        return [{layer: Part(layer) for layer in expected}]
    head = expected.pop("mean")
    expected.pop("logvar")
    both = ((2 * latents, 16), (2 * latents,))
    heads = [layer for layer, pair in found.items() if pair == head]
    whole = [layer for layer, pair in found.items() if pair == both]
    rest = {layer: pair for layer, pair in found.items() if layer not in (*heads, *whole)}
    if Counter(rest.values()) != Counter(expected.values()) or (len(heads), len(whole)) not in (
        (2, 0),
        (0, 1),
    ):
        return []
    same = {}  # layers of one shape, in the order of the file
    for layer, pair in rest.items():
        same.setdefault(pair, []).append(layer)
    fit = {layer: Part(same[pair].pop(0)) for layer, pair in expected.items()}
    parts = [Part(layer) for layer in sorted(heads, key=_is_spread)] or [
        Part(whole[0], half) for half in (0, 1)
    ]
    orders = (
        [parts]
        if len({_is_spread(layer) for layer in heads}) == 2
        else list(itertools.permutations(parts))
    )
    return [{**fit, **dict(zip(HEADS, order, strict=True))} for order in orders]


def _is_spread(layer):
    return any(word in layer.rpartition(".")[2].casefold() for word in SPREAD_WORDS)


def _candidates(shapes):
    """Numbers of latent dimensions that a file may be made for."""
    sizes = {shape[0] for shape in shapes.values() if len(shape) == 2 and shape[1] == 16}
    return sorted(n for size in sizes for n in {size, size // 2} if 0 < n <= MAX_LATENTS)
