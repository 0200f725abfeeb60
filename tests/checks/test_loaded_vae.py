"""A ConditionalVAE is judged alike, whatever VAE was loaded and however it is made of that."""

import pytest

from autograder.probes.student import InProcess
from tests.forgeries.students import complaints
from tests.mistakes import fill, swap
from tests.mistakes.catalogue import CATALOGUE, first_of_each_kind
from tests.mistakes.judge import verdict
from tests.mistakes.key import definitions, namespace, stand_ins

CVAE = "06_cvae.ipynb"
ENCODER, DECODER, FORWARD = "cvae-encoder-test", "cvae-decoder-test", "cvae-forward-test"


def changed(*changes):
    """Return what gives {name: source} of an earlier notebook, of the VAE with changes."""

    def earlier(notebook):
        sources = dict(definitions(notebook))
        for change in changes if "VAE" in sources else ():
            change(sources)
        return sources

    return earlier


EARLIER = {
    "the key's": definitions,
    "a stand-in": stand_ins,
    "without noise": changed(fill("VAE", "return mean_z")),
    "with a sample that is cut off": changed(
        fill("VAE", "return torch.distributions.Normal(mean_z, (logvar_z / 2).exp()).sample()")
    ),
    "with another σ": changed(swap("VAE", ("0.5 * logvar_z", "logvar_z"))),
    "without a sigmoid": changed(fill("VAE", "return x", region=1)),
}
LABELS = """
        self.to_encoder, self.to_decoder = nn.Linear(10, 6272), nn.Linear(10, 3136)
"""
# Right classes: their head and __init__, {O} for what has the layers, the sampler's call.
WAYS = {
    "heir": ("class ConditionalVAE(VAE):", "super().__init__(latent_size)", "self", "self"),
    "owner of a VAE": (
        "class ConditionalVAE(nn.Module):",
        "super().__init__(); self.vae = VAE(latent_size)",
        "self.vae",
        "self.vae",
    ),
    "heir that calls super()": (
        "class ConditionalVAE(VAE):",
        "super().__init__(latent_size)",
        "self",
        "super()",
    ),
    "another class with the same methods": (
        "class ConditionalVAE(nn.Module):\n"
        "    sample_latent, encode_features = VAE.sample_latent, VAE.encode_features\n"
        "    decode_features = VAE.decode_features",
        "super().__init__(); self.__dict__['_modules'].update(VAE(latent_size)._modules)",
        "self",
        "self",
    ),
}
BODY = """{HEAD}
    def __init__(self, latent_size=2):
        {INIT}{LABELS}
    def encode(self, x, y):
        label = self.to_encoder(y).view(-1, 32, 14, 14)
        return {O}.encode_features({O}.conv1(x) + label)
    def decode(self, z, y):
        return {O}.decode_features({O}.expand(z) + self.to_decoder(y))
    def forward(self, x, y):
        mean_z, logvar_z = self.encode(x, y)
        z = {S}.sample_latent(mean_z, logvar_z)
        return self.decode(z, y), mean_z, logvar_z
"""
INLINED = """
    def forward(self, x, y):
        label = self.to_encoder(y).view(-1, 32, 14, 14)
        mean_z, logvar_z = {O}.encode_features({O}.conv1(x) + label)
        z = {S}.sample_latent(mean_z, logvar_z)
        recon_x = {O}.decode_features({O}.expand(z) + self.to_decoder(y))
        return recon_x, mean_z, logvar_z
"""


def written(way, forward=""):
    """Return the source of a right class."""
    head, init, owner, sampler = WAYS[way]
    texts = {"HEAD": head, "INIT": init, "LABELS": LABELS, "O": owner, "S": sampler}
    source = BODY + forward
    for name, text in texts.items():
        source = source.replace(f"{{{name}}}", text)
    return source


def lost(source, earlier):
    """Return the complaints about a class."""
    sources = definitions(CVAE) | {"ConditionalVAE": source}
    student = InProcess(namespace(CVAE, sources, earlier))
    return {
        task: said for task in (ENCODER, DECODER, FORWARD) if (said := complaints(task, student))
    }


@pytest.mark.slow
@pytest.mark.parametrize("earlier", EARLIER.values(), ids=EARLIER)
@pytest.mark.parametrize("way", WAYS)
def test_a_right_class_loses_nothing(way, earlier):
    assert lost(written(way), earlier) == {}


@pytest.mark.slow
@pytest.mark.parametrize("earlier", EARLIER.values(), ids=EARLIER)
def test_a_right_class_that_does_without_its_own_parts_in_forward_loses_nothing(earlier):
    assert lost(written("heir", INLINED), earlier) == {}


WRONG = {
    "exchanged": ("(mean_z, logvar_z)\n        return", "(logvar_z, mean_z)\n        return"),
    "detached": ("decode(z, y)", "decode(z.detach(), y)"),
    "not decoded": ("self.decode(z, y)", "self.decode(mean_z, y)"),
    "moved": ("self.decode(z, y)", "self.decode(z + 0.1, y)"),
    "kept from the first call": (
        "return self.decode(z, y)",
        "self.z = z = getattr(self, 'z', z)\n        return self.decode(z, y)",
    ),
    "its own, with another σ": (
        "    def forward",
        "    def sample_latent(self, mean_z, logvar_z):\n"
        "        return mean_z + logvar_z.exp() * torch.randn_like(mean_z)\n    def forward",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("earlier", [definitions, stand_ins], ids=["the key's", "a stand-in"])
@pytest.mark.parametrize("old, new", WRONG.values(), ids=WRONG)
def test_a_forward_that_does_not_pass_the_sample_on_is_wrong(old, new, earlier):
    source = written("heir")
    assert old in source
    assert lost(source.replace(old, new), earlier).keys() == {FORWARD}


PLOTS = {"plot_latent_cvae", "scatterplot_latent_cvae"}  # they call nothing that is loaded


def uses_what_is_loaded(answer):
    """Tell whether the answer changes more than plots."""
    before = definitions(answer.notebook)
    sources = dict(before)
    answer.change(sources)
    return any(sources[name] != before[name] for name in before.keys() - PLOTS)


FIRST = first_of_each_kind()
# All right answers, and a wrong one of each kind.
DECIDED_BY_THE_CLASS = [
    answer
    for answer in CATALOGUE
    if answer.notebook == CVAE and set(answer.costs) <= {ENCODER, DECODER, FORWARD}
    if (not answer.costs or answer in FIRST) and uses_what_is_loaded(answer)
]


@pytest.mark.slow
@pytest.mark.parametrize("answer", DECIDED_BY_THE_CLASS, ids=str)
def test_the_verdicts_of_the_catalogue_are_the_same_with_stand_ins(answer):
    assert verdict(answer, 1, stand_ins).is_deserved(answer)
