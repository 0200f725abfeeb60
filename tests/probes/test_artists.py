"""Tests of reading a figure: the numbers along the axes of a picture."""

import matplotlib
import numpy as np
import pytest
import torch

matplotlib.use("Agg")

from matplotlib import pyplot as plt  # noqa: E402 - after the backend is chosen

from autograder.checks.latent_map_numbers import numbers_complaint  # noqa: E402
from autograder.probes.artists import axis_numbers, images_of  # noqa: E402


@pytest.fixture(autouse=True)
def no_figures_left():
    yield
    plt.close("all")


def picture(**options):
    """Draw 10 by 10 images of 28 by 28 pixels."""
    figure, axes = plt.subplots()
    axes.imshow(np.zeros((280, 280)), **options)
    return figure, axes


def values(figure, axis):
    images_of(figure)
    return axis_numbers(figure)[axis][:, 1].tolist()


def test_numbers_are_read_where_they_stand():
    figure, axes = picture(extent=(-2, 2, -2, 2))
    axes.set_xticks([-2, 0, 2])
    images_of(figure)
    places, numbers = axis_numbers(figure)["x"].T
    assert numbers.tolist() == [-2, 0, 2]
    assert places[1] - places[0] == pytest.approx(places[2] - places[1])


@pytest.mark.parametrize("text", ["-1.5", "\u22121.5", r"$\mathdefault{-1.5}$", " -1.5 "])
def test_a_number_is_read_however_it_is_set(text):
    figure, axes = picture()
    axes.set_yticks([10], [text])
    assert values(figure, "y") == [-1.5]


@pytest.mark.parametrize("text", ["", "z", "1e3", "2 to 3", "--1", "9" * 200])
def test_other_texts_are_no_numbers(text):
    figure, axes = picture()
    axes.set_yticks([10], [text])
    assert values(figure, "y") == []


def test_several_pictures_and_hidden_axes_have_no_numbers():
    figure, axes = plt.subplots(1, 2)
    for each in axes:
        each.imshow(np.zeros((4, 4)))
    assert values(figure, "x") == []
    figure, axes = picture()
    axes.axis("off")
    assert values(figure, "x") == []


LATENTS = torch.linspace(-2, 2, 10)
# extent of the picture → the latent and the number that contradict each other; None: none do.
EXTENTS = {
    (-2.2, 2.2, -2.2, 2.2): None,
    (-2, 2, -2, 2): None,
    (0, 280, 280, 0): None,
    (0, 1, 0, 1): None,
    (-140, 140, -140, 140): None,
    (-4, 4, -2, 2): "axis of z1",
    (-3, 3, -2, 2): "axis of z1",
    (-2, 2, -1, 1): "axis of z2",
    (2, -2, -2, 2): "axis of z1",
    (-2, 2, 2, -2): "axis of z2",
}


@pytest.mark.parametrize("extent, said", EXTENTS.items(), ids=str)
def test_numbers_that_contradict_the_latents_are_named(extent, said):
    figure, _ = picture(extent=extent)
    images = images_of(figure)
    found = numbers_complaint(images, axis_numbers(figure), {"x": LATENTS, "y": LATENTS})
    assert (found is None) if said is None else said in found


def test_a_map_fills_its_axes():
    figure, axes = picture(extent=(-2.2, 2.2, -2.2, 2.2))
    latents = {"x": LATENTS, "y": LATENTS}
    axes.set(xlim=(-6, 6), ylim=(-6, 6))
    assert numbers_complaint(images_of(figure), axis_numbers(figure), latents) is None
    axes.set_ylim(-20, 20)
    assert "covers 11%" in numbers_complaint(images_of(figure), axis_numbers(figure), latents)


def test_numbers_out_of_view_are_none():
    figure, axes = picture()
    axes.set_xticks([100, 300])
    axes.set_xlim(0, 200)
    assert values(figure, "x") == [100]
