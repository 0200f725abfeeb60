"""What the text says about the plots of the key's models, measured on MNIST."""

import functools
import os

import matplotlib
import pytest
import torch
from torchvision.datasets import MNIST

matplotlib.use("Agg")

from autograder.probes.calls import label_form  # noqa: E402 - after the backend is chosen
from tests.checks.weights_world import CVAE, VAE, key_weights, needs_mnist  # noqa: E402
from tests.mistakes.key import namespace  # noqa: E402

pytestmark = needs_mnist
NEIGHBOURS, SURE = 10, 9  # of ten nearest training images, nine show the same digit


def trained(target, notebook):
    """Return the key's model with its weights."""
    model = namespace(notebook)[target.model]()
    model.load_state_dict(key_weights(target))
    return model.eval()


@functools.cache
def training_images():
    """Return 10,000 training images (n, 1, 28, 28) and their digits (n,)."""
    train = MNIST(os.environ["LAB_DATA"], train=True)
    return train.data[:10_000, None].float() / 255, train.targets[:10_000]


def grid():
    """Return the latents of the map (961, 2), without an order that matters here."""
    line = torch.linspace(-2, 2, 31)
    return torch.cartesian_prod(line, line)


def votes(images):
    """Count for each image how many of the nearest training images show each digit, (n, 10)."""
    x, y = training_images()
    near = torch.cdist(images.flatten(1), x.flatten(1)).topk(NEIGHBOURS, largest=False).indices
    return torch.nn.functional.one_hot(y[near], 10).sum(1)


@torch.no_grad()
def test_most_of_the_map_shows_clear_digits_and_some_of_it_mixtures():
    most = votes(trained(VAE, "02_vae.ipynb").decode(grid())).max(1).values
    assert 0.6 < float((most >= SURE).float().mean()) < 0.9  # 0.72


@torch.no_grad()
@pytest.mark.parametrize("digit, share", [(4, 0.94), (8, 0.75)])
def test_the_maps_of_4_and_8_show_their_digit_nearly_everywhere_and_at_most_places(digit, share):
    model = trained(CVAE, "06_cvae.ipynb")
    z = grid()
    y = label_form(model.decode, z)(torch.full((len(z),), digit))
    shown = votes(model.decode(z, y)).argmax(1)
    assert float((shown == digit).float().mean()) > share


@torch.no_grad()
def test_most_of_the_images_lie_in_the_square_of_the_map():
    means, _ = trained(VAE, "02_vae.ipynb").encode(training_images()[0])
    assert 0.75 < float((means.abs() < 2).all(1).float().mean()) < 0.9  # 0.83
