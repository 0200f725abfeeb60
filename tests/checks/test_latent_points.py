"""The nearest mean of a point is found, wherever points and means lie."""

import pytest
import torch

from autograder.checks.latent_points import nearest

MEANS = 30 * torch.randn(500, 2, generator=torch.Generator().manual_seed(0))
SHIFTS = {"at the means": 1e-5, "between them": 1.0, "far away": 1e3}


def compare_with_all(points, means):
    """Return the distances to the nearest means, by all distances."""
    return (points.double()[:, None] - means.double()).norm(dim=2).min(1)


@pytest.mark.parametrize("shift", SHIFTS.values(), ids=SHIFTS)
@pytest.mark.parametrize("means", [MEANS, MEANS[:1], MEANS[:3]], ids=["500", "1", "3"])
def test_it_is_the_nearest_of_all(means, shift):
    for generator in (torch.Generator().manual_seed(seed) for seed in range(20)):
        points = MEANS + shift * torch.randn(500, 2, generator=generator)
        distance, image = nearest(points, means)
        expected = compare_with_all(points, means)
        torch.testing.assert_close(distance, expected.values)
        assert torch.equal(image, expected.indices)


def test_means_below_each_other_are_told_apart():
    means = torch.stack([torch.ones(100), torch.arange(100.0)], dim=1)
    distance, image = nearest(means + torch.tensor([0.5, 0.25]), means)
    assert torch.equal(image, torch.arange(100))
    torch.testing.assert_close(distance, torch.full((100,), 0.3125**0.5).double())


def test_no_point_and_a_point_that_is_nowhere():
    assert [len(each) for each in nearest(torch.empty(0, 2), MEANS)] == [0, 0]
    assert bool(nearest(torch.tensor([[float("nan"), 0.0]]), MEANS)[0].isnan())
