"""Answers to notebook 06 whose ConditionalVAE is a network of its own, with an inlined forward."""

from . import Answer, both, swap, write
from .cvae_class import DECODER, ENCODER, FORWARD, NAME, NOTEBOOK

_STANDALONE = """
    class ConditionalVAE(nn.Module):
        def __init__(self, latent_size=2):
            super().__init__()
            self.labels = nn.Embedding(10, 16)
            self.front = nn.Sequential(
                nn.Conv2d(1, 8, 3, 2, 1), nn.ReLU(), nn.Conv2d(8, 8, 3, 2, 1), nn.ReLU(),
                nn.Flatten())
            self.heads = nn.Sequential(
                nn.Linear(8 * 49 + 16, 32), nn.ReLU(), nn.Linear(32, 2 * latent_size))
            self.back = nn.Sequential(
                nn.Linear(latent_size + 16, 8 * 49), nn.ReLU(), nn.Unflatten(1, (8, 7, 7)),
                nn.ConvTranspose2d(8, 8, 3, 2, 1, 1), nn.ReLU(),
                nn.ConvTranspose2d(8, 1, 3, 2, 1, 1), nn.Sigmoid())
        def encode(self, x, y):
            return self.heads(torch.cat([self.front(x), self.labels(y)], dim=1)).chunk(2, dim=1)
        def decode(self, z, y):
            return self.back(torch.cat([z, self.labels(y)], dim=1))
        def forward(self, x, y):
            label = self.labels(y)
            mean_z, logvar_z = self.heads(torch.cat([self.front(x), label], dim=1)).chunk(2, dim=1)
            z = mean_z + torch.exp(logvar_z / 2) * torch.randn_like(mean_z)
            return self.back(torch.cat([z, label], dim=1)), mean_z, logvar_z
    """

# (name, pairs of old and new text, tasks that it costs, a fragment of the message)
_STANDALONE_MISTAKES = (
    ("right", (), (), ""),
    (
        "batch normalisation",
        (
            (
                "nn.Linear(8 * 49 + 16, 32), nn.ReLU()",
                "nn.Linear(8 * 49 + 16, 32), nn.BatchNorm1d(32), nn.ReLU()",
            ),
        ),
        (),
        "",
    ),
    (
        "heads in a plain list",
        (
            ("self.heads = nn.Sequential(", "self.both = [nn.Sequential("),
            ("2 * latent_size))", "2 * latent_size))]"),
            ("self.heads(", "self.both[0]("),
        ),
        (ENCODER, FORWARD),
        "should be among model.parameters()",
    ),
    (
        "sample detached in forward",
        (("torch.randn_like(mean_z)", "torch.randn_like(mean_z); z = z.detach()"),),
        (FORWARD,),
        "The gradient should reach every layer",
    ),
    ("no sigmoid", ((", nn.Sigmoid())", ")"),), (FORWARD,), "should lie in [0, 1]"),
    (
        "no noise",
        (("torch.exp(logvar_z / 2) * torch.randn_like(mean_z)", "0"),),
        (FORWARD,),
        "should give different",
    ),
    (
        "forward forgets labels",
        (("label = self.labels(y)", "label = self.labels(0 * y)"),),
        (FORWARD,),
        "should depend on the label",
    ),
    (
        "forward gives a constant mean",
        (("dim=1)), mean_z, logvar_z", "dim=1)), 0 * mean_z, logvar_z"),),
        (FORWARD,),
        "should be what encode gives",
    ),
    (
        "forward paints a constant",
        (
            (
                "return self.back(torch.cat([z, label], dim=1)), mean_z",
                "return 0.5 + 0 * self.back(torch.cat([z, label], dim=1)), mean_z",
            ),
        ),
        (FORWARD,),
        "should give different",
    ),
    (
        "forward mixes labels",
        (("label = self.labels(y)", "label = self.labels(y.flip(0))"),),
        (FORWARD,),
        "depend on its own label",
    ),
    (
        "one head",
        (
            ("32, 2 * latent_size)", "32, latent_size)"),
            (".chunk(2, dim=1)", ".repeat(1, 2).chunk(2, dim=1)"),
        ),
        (ENCODER,),
        "their own layer",
    ),
    (
        "ReLU on the heads",
        (("2 * latent_size))", "2 * latent_size), nn.ReLU())"),),
        (ENCODER,),
        "should take both signs",
    ),
    (
        "label as a number",
        (
            ("nn.Embedding(10, 16)", "nn.Linear(1, 16)"),
            ("self.labels(y)", "self.labels(y.float().unsqueeze(1) / 9)"),
        ),
        (ENCODER, DECODER),
        "8 is not twice 4",
    ),
)


def _standalone(name, pairs, costs, says):
    return Answer(
        NOTEBOOK,
        "own network, " + name,
        both(write(NAME, _STANDALONE), swap(NAME, *pairs)),
        costs,
        says,
    )


ANSWERS = tuple(_standalone(*mistake) for mistake in _STANDALONE_MISTAKES)
