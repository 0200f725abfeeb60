"""What ends a ConditionalVAE's decoder: judged as in notebook 02, unless it is the VAE's own."""

import textwrap

import matplotlib
import pytest

matplotlib.use("Agg")

from autograder.checks.by_task import CHECKS  # noqa: E402 - after the backend is chosen
from autograder.probes.student import InProcess  # noqa: E402
from tests.mistakes.key import definitions, namespace  # noqa: E402
from tests.mistakes.vae_class import RESTRUCTURED  # noqa: E402

KEY_END = "return torch.sigmoid(x)"
WRONG_ENDS = {
    "none": "return x",
    "clipped": "return x.clamp(0, 1)",
    "sigmoid twice": "return x.sigmoid().sigmoid()",
}
OVERRIDDEN = """
    def decode_features(self, features):
        h = F.relu(features).view(-1, 64, 7, 7)
        x = self.deconv2(F.relu(self.deconv1(h)))
        {END}
"""
# Of layers that stand in sequences.
SEQUENCES = """
class ConditionalVAE(VAE):
    def __init__(self, latent_size=2):
        super().__init__(latent_size)
        self.e, self.d = nn.Linear(10, 32 * 14 * 14), nn.Linear(10, 3136)

    def encode(self, x, y):
        h = self.body[0](x) + self.e(y).view(-1, 32, 14, 14)
        return self.body[1:](h).chunk(2, dim=1)

    def decode(self, z, y):
        return self.painter[1:](self.painter[0](z) + self.d(y))

    def forward(self, x, y):
        mean_z, logvar_z = self.encode(x, y)
        return self.decode(self.sample_latent(mean_z, logvar_z), y), mean_z, logvar_z
"""


def key_cvae():
    return definitions("06_cvae.ipynb")["ConditionalVAE"]


def complaints(vae_source, own):
    """What the checks of forward say about a ConditionalVAE on top of a VAE."""
    space = namespace("06_cvae.ipynb", {"VAE": vae_source, "ConditionalVAE": own})
    outcomes = [check(InProcess(space)) for check in CHECKS["cvae-forward-test"]]
    return [each.message for each in outcomes if not each.passed]


def key_vae(end=KEY_END):
    source = definitions("02_vae.ipynb")["VAE"]
    assert KEY_END in source
    return source.replace(KEY_END, end)


@pytest.mark.parametrize("end", WRONG_ENDS.values(), ids=WRONG_ENDS)
def test_an_inherited_mistake_costs_nothing(end):
    assert complaints(key_vae(end), key_cvae()) == []


@pytest.mark.parametrize("end", WRONG_ENDS.values(), ids=WRONG_ENDS)
def test_a_mistake_of_its_own_costs_though_the_vae_is_right(end):
    assert complaints(key_vae(), key_cvae() + OVERRIDDEN.replace("{END}", end))


def test_a_mistake_of_its_own_costs_though_the_vae_has_another():
    wrong = OVERRIDDEN.replace("{END}", WRONG_ENDS["clipped"])
    assert complaints(key_vae(WRONG_ENDS["none"]), key_cvae() + wrong)


def test_what_decode_adds_to_an_inherited_mistake_costs():
    own = key_cvae().replace("label_to_decoder(y))", "label_to_decoder(y)).sigmoid()")
    assert complaints(key_vae(WRONG_ENDS["sigmoid twice"]), own)


def test_its_own_right_end_above_a_wrong_vae_costs_nothing():
    right = OVERRIDDEN.replace("{END}", KEY_END)
    assert complaints(key_vae(WRONG_ENDS["none"]), key_cvae() + right) == []


@pytest.mark.parametrize("end", ["", ", nn.Sigmoid()"])
def test_a_decoder_taken_over_from_a_vae_of_other_structure_costs_nothing(end):
    vae = textwrap.dedent(RESTRUCTURED.replace("{END}", end))
    assert complaints(vae, SEQUENCES) == []
