"""The architecture that weights are read into computes what its layers say."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from autograder.checks.weights_model import Reference, upsampled


@pytest.mark.parametrize("channels, size", [(32, 14), (3, 5), (1, 1)])
def test_a_transposed_convolution_is_four_plain_ones(channels, size):
    layer = nn.ConvTranspose2d(channels, 1, kernel_size=3, stride=2, padding=1, output_padding=1)
    h = torch.randn(4, channels, size, size)
    torch.testing.assert_close(upsampled(h, layer), layer(h), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("conditional", [False, True])
def test_decode_goes_through_all_layers(conditional):
    model, z, y = Reference(conditional), torch.randn(3, 2), torch.tensor([4, 0, 9])
    h = model.expand(z) + (model.label_to_decoder(F.one_hot(y, 10).float()) if conditional else 0)
    by_layers = model.deconv2(F.relu(model.deconv1(F.relu(h).view(-1, 64, 7, 7))))
    torch.testing.assert_close(model.decode(z, y), by_layers, rtol=1e-5, atol=1e-5)
