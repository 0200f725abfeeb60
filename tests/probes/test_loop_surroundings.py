"""What a training loop meets while it is judged: counted images, and a test that cannot harm."""

import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader

from autograder.probes.loop_surroundings import LOSSES, CountedImages, stand_in, test_apart
from autograder.probes.student import InProcess

test_apart.__test__ = False  # type: ignore[attr-defined] # no test of pytest's


def images(number, other=None):
    return CountedImages(torch.zeros(number, 1, 28, 28), torch.arange(number), other=other)


@pytest.fixture
def model():
    return nn.Linear(2, 2)


@pytest.mark.parametrize("look", [lambda data: list(DataLoader(data, 3)), lambda data: data[:]])
def test_images_are_counted_however_they_are_drawn(look):
    data = images(7)
    look(data)
    assert data.seen == 7


def test_looks_at_test_images_are_counted_by_the_training_images_before_them():
    training = images(7)
    test = images(4, other=training)
    list(DataLoader(training, 3))
    list(DataLoader(test, 3))
    list(DataLoader(training, 3))
    test[0]
    assert test.seen_after == {7: 4, 14: 1}


def test_a_call_of_test_is_one_look_at_all_images_whatever_it_does(model):
    data = images(4, other=images(7))
    for test in (lambda model: LOSSES, lambda model: list(data) * 2, lambda model: 1 / 0):
        data.seen_after.clear()
        test_apart(test, data, decoy=None)(model)
        assert data.seen_after == {0: 4}


def test_measuring_a_decoy_is_no_look(model):
    data = images(4, other=images(7))
    test_apart(stand_in, data, decoy=model)(model)
    assert (data.seen, data.of_decoy) == (0, 1)


def zero(model):
    model.weight.data.zero_()


def freeze(model):
    model.requires_grad_(False)


def switch_off(model):
    torch.set_grad_enabled(False)


@pytest.mark.parametrize("harm", [zero, freeze, switch_off])
def test_a_test_that_does_harm_leaves_model_and_gradients_alone(model, harm):
    before = model.weight.clone()
    test_apart(harm, images(4), decoy=None)(model)
    assert torch.equal(model.weight, before)
    assert model.weight.requires_grad and torch.is_grad_enabled()


@pytest.mark.parametrize("call", [lambda test, model: test(model), lambda t, m: t(net=m)])
def test_a_test_gets_a_copy_and_its_mode_and_value_are_kept(model, call):
    def test(net):
        assert net is not model
        net.eval()
        return 1, 2, 3

    assert call(test_apart(test, images(4), decoy=None), model) == (1, 2, 3)
    assert not model.training


def test_three_numbers_and_evaluation_mode_stand_in_for_a_test_that_raises(model):
    assert test_apart(lambda model: 1 / 0, images(4), decoy=None)(model) == LOSSES
    assert not model.training


def test_gradients_that_a_notebook_left_off_are_on_for_a_probe_and_off_afterwards():
    definitions = {"kl_loss": lambda mean, logvar: (mean + logvar).sum()}
    with torch.no_grad():
        answer = InProcess(definitions).probe("kl", inputs=[[torch.ones(2, 3)] * 2])
        assert not torch.is_grad_enabled()
    assert torch.equal(answer["mean_grads"][0], torch.ones(2, 3))
