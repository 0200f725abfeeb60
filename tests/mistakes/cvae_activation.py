"""Answers to notebook 06 whose ConditionalVAE ends its decoder by itself, rightly or not."""

from . import Answer, swap, write
from .activation import ACTIVATIONS
from .cvae_class import DECODER, FORWARD, NAME, NOTEBOOK

# These give no images, or no gradient: a mistake of the decoder, which its own checks name.
_OF_THE_DECODER = {
    "channel lost",
    "image not returned",
    "not written",
    "detached",
    "through numpy",
    "flat images",
}

# These leave nothing of latent and label, or no gradient: the decoder's task is lost as well.
_COSTS_BOTH = {"softmax over channels", "black and white"}

_OVERRIDDEN = """
    def decode_features(self, features):
        h = F.relu(features).view(-1, 64, 7, 7)
        x = self.deconv2(F.relu(self.deconv1(h)))
        {END}

    def forward(self, x, y):"""

# As in 2023: a class of its own, whose layers stand in two sequences.
_SEQUENCES = """
    class ConditionalVAE(nn.Module):
        def __init__(self, latent_size=2):
            super().__init__()
            self.first, self.first_y = nn.Conv2d(1, 32, 3, 2, 1), nn.Linear(10, 32 * 14 * 14)
            self.encoder = nn.Sequential(
                nn.ReLU(), nn.Conv2d(32, 64, 3, 2, 1), nn.ReLU(), nn.Flatten(),
                nn.Linear(7 * 7 * 64, 16), nn.ReLU())
            self.mean, self.logvar = nn.Linear(16, latent_size), nn.Linear(16, latent_size)
            self.second, self.second_y = nn.Linear(latent_size, 3136), nn.Linear(10, 3136)
            self.decoder = nn.Sequential(
                nn.ReLU(), nn.ConvTranspose2d(64, 32, 3, 2, 1, 1), nn.ReLU(),
                nn.ConvTranspose2d(32, 1, 3, 2, 1, 1){END})
        def encode(self, x, y):
            h = self.encoder(self.first(x) + self.first_y(y).reshape(-1, 32, 14, 14))
            return self.mean(h), self.logvar(h)
        def decode(self, z, y):
            return self.decoder((self.second(z) + self.second_y(y)).reshape(-1, 64, 7, 7))
        def forward(self, x, y):
            mean_z, logvar_z = self.encode(x, y)
            z = mean_z + torch.exp(0.5 * logvar_z) * torch.randn_like(mean_z)
            return self.decode(z, y), mean_z, logvar_z
    """

# (name, the layers after the last one, a fragment of the message; "" for a right answer)
_ENDS = (
    ("sigmoid", ", nn.Sigmoid()", ""),
    ("no activation", "", "bare output of the last layer"),
    ("sigmoid twice", ", nn.Sigmoid(), nn.Sigmoid()", "applied twice"),
    ("ReLU before the sigmoid", ", nn.ReLU(), nn.Sigmoid()", "leaves no pixel below ½"),
    ("hard sigmoid", ", nn.Hardsigmoid()", "passes no gradient where it clips"),
    ("clipped", ", nn.Hardtanh(0.0, 1.0)", "passes no gradient where it clips"),
    ("tanh", ", nn.Tanh()", "tanh ends at −1 and 1"),
    ("softmax", ", nn.Flatten(2), nn.Softmax(2), nn.Unflatten(2, (28, 28))", "add up to 1"),
    ("sigmoid of a flat image", ", nn.Flatten(), nn.Sigmoid(), nn.Unflatten(1, (1, 28, 28))", ""),
    ("batch normalisation", ", nn.BatchNorm2d(1), nn.Sigmoid()", ""),
)


def _overridden(name, code, says):
    code = code.replace("\n", "\n        ")
    change = swap(NAME, ("\n    def forward(self, x, y):", _OVERRIDDEN.replace("{END}", code)))
    costs = (DECODER, FORWARD) if name in _COSTS_BOTH else (FORWARD,) if says else ()
    return Answer(NOTEBOOK, "own end, " + name, change, costs, says)


def _in_sequence(name, end, says):
    change = write(NAME, _SEQUENCES.replace("{END}", end))
    return Answer(NOTEBOOK, "own sequences, " + name, change, (FORWARD,) if says else (), says)


ANSWERS = (
    *(_overridden(*each) for each in ACTIVATIONS if each[0] not in _OF_THE_DECODER),
    *(_in_sequence(*each) for each in _ENDS),
    *(
        Answer(
            NOTEBOOK,
            "decode ends with " + name,
            swap(
                NAME,
                (
                    "return self.decode_features(self.expand(z) + self.label_to_decoder(y))",
                    "x = self.decode_features(self.expand(z) + self.label_to_decoder(y))\n"
                    "        return " + code,
                ),
            ),
            (FORWARD,) if says else (),
            says,
        )
        for name, code, says in (
            ("another sigmoid", "torch.sigmoid(x)", "applied twice"),
            ("another stretch", "x / x.amax((1, 2, 3), keepdim=True)", "some grey"),
            ("grey for black", "0.5 + 0.5 * x", "come near 0"),
            ("nothing more", "x", ""),
            ("a float", "x.float()", ""),
            ("nothing to clip", "x.clamp(0, 1)", ""),
        )
    ),
)
