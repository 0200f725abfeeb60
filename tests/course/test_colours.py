"""Tests of the digits' colours: all far apart, most of all those of digits that lie together."""

import nbformat
import numpy as np
import pytest
from matplotlib.colors import ListedColormap

from tests.course.colour_vision import VISIONS, ciede2000, cielab, distances
from tests.paths import SOLUTIONS

# Of each pair the digits that a classifier of the key's latents confuses most often.
OVERLAPPING = ((4, 9), (5, 8), (3, 5), (3, 8), (7, 9))

# CIELAB colours and their distance, from Sharma, Wu and Dalal, table 1.
PUBLISHED = (
    ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
    ((50, 2.49, -0.001), (50, -2.49, 0.0009), 7.1792),
    ((50, 2.5, 0), (73, 25, -18), 27.1492),
    ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ((22.7233, 20.0904, -46.6940), (23.0331, 14.9730, -42.5619), 2.0373),
)


def cell_of_colours(notebook, cell_id):
    """Return the source of the cell that defines the colours."""
    cells = nbformat.read(SOLUTIONS / notebook, as_version=4).cells
    return next(cell.source for cell in cells if cell.id == cell_id)


def ten_colours():
    """Return the colours of the digits 0 to 9."""
    space = {"ListedColormap": ListedColormap}
    exec(cell_of_colours("05_latent_space.ipynb", "colours-latent"), space)
    return space["ten_colours"].colors


@pytest.mark.parametrize("one, other, distance", PUBLISHED)
def test_distances_of_colours_are_those_that_were_published(one, other, distance):
    assert ciede2000(np.array(one), np.array(other)) == pytest.approx(distance, abs=1e-4)


def test_white_is_white_whoever_looks():
    for vision in VISIONS:
        assert cielab(["white"], vision)[0] == pytest.approx([100, 0, 0], abs=0.05)


@pytest.mark.parametrize("vision", VISIONS)
def test_any_two_digits_have_colours_far_apart(vision):
    apart = distances(ten_colours())[vision]
    assert (apart + 100 * np.eye(10)).min() > 19


@pytest.mark.parametrize("vision", VISIONS)
def test_digits_that_lie_together_have_colours_twice_as_far_apart(vision):
    apart = distances(ten_colours())[vision]
    assert min(apart[pair] for pair in OVERLAPPING) > 2 * 19


def test_every_colour_is_seen_on_white():
    lightness = cielab(ten_colours())[:, 0]
    assert lightness.min() > 15 and lightness.max() < 82


def test_both_notebooks_have_the_same_colours():
    cells = ("05_latent_space.ipynb", "colours-latent"), ("06_cvae.ipynb", "colours-cvae")
    assert len({cell_of_colours(*cell) for cell in cells}) == 1
