"""Answers to notebook 02 that change more of the class VAE than one solution region."""

from . import Answer, both, fill, swap, write

NOTEBOOK = "02_vae.ipynb"
ACTIVATION, SAMPLING = "vae-activation-test", "vae-sampling-test"

RESTRUCTURED = """
    class VAE(nn.Module):
        def __init__(self, latent_size=2):
            super().__init__()
            self.body = nn.Sequential(
                nn.Conv2d(1, 32, 3, 2, 1), nn.ReLU(), nn.Conv2d(32, 64, 3, 2, 1), nn.ReLU(),
                nn.Flatten(), nn.Linear(3136, 16), nn.ReLU(), nn.Linear(16, 2 * latent_size))
            self.painter = nn.Sequential(
                nn.Linear(latent_size, 3136), nn.ReLU(), nn.Unflatten(1, (64, 7, 7)),
                nn.ConvTranspose2d(64, 32, 3, 2, 1, 1), nn.ReLU(),
                nn.ConvTranspose2d(32, 1, 3, 2, 1, 1){END})
        def encode(self, x):
            return self.body(x).chunk(2, dim=1)
        def sample_latent(self, mean_z, logvar_z):
            return torch.distributions.Normal(mean_z, (logvar_z / 2).exp()).rsample()
        def decode(self, z):
            return self.painter(z)
        def forward(self, x):
            mean_z, logvar_z = self.encode(x)
            return self.decode(self.sample_latent(mean_z, logvar_z)), mean_z, logvar_z
    """

_SAMPLE = """
    def sample(self, mean_z, logvar_z):
        return mean_z + (logvar_z / 2).exp() * torch.randn_like(mean_z)
    """


def _restructured(name: str, end: str, says: str = "") -> Answer:
    change = write("VAE", RESTRUCTURED.replace("{END}", end))
    return Answer(NOTEBOOK, "own layers, " + name, change, (ACTIVATION,) if says else (), says)


ANSWERS = (
    _restructured("sigmoid", ", nn.Sigmoid()"),
    _restructured("no activation", "", "should lie in [0, 1]"),
    _restructured("tanh", ", nn.Tanh()", "should lie in [0, 1]"),
    _restructured(
        "softmax", ", nn.Flatten(2), nn.Softmax(2), nn.Unflatten(2, (28, 28))", "add up to 1"
    ),
    _restructured("clipped", ", nn.Hardtanh(0.0, 1.0)", "passes no gradient where it clips"),
    _restructured("hard sigmoid", ", nn.Hardsigmoid()", "passes no gradient where it clips"),
    _restructured("sigmoid twice", ", nn.Sigmoid(), nn.Sigmoid()", "applied twice"),
    _restructured("ReLU, sigmoid", ", nn.ReLU(), nn.Sigmoid()", "leaves no pixel below ½"),
    _restructured("batch normalisation, sigmoid", ", nn.BatchNorm2d(1), nn.Sigmoid()"),
    Answer(
        NOTEBOOK,
        "own names",
        swap(
            "VAE",
            ("sample_latent(self, mean_z, logvar_z)", "sample_latent(self, m, v)"),
            ("noise = torch.randn_like(mean_z)", "mean_z, logvar_z = m, v"),
            ("* noise", "* torch.randn_like(m)"),
        ),
    ),
    Answer(
        NOTEBOOK,
        "method added later",
        both(
            write("sample", _SAMPLE),
            swap("VAE", ("    def sample_latent(", "    def unfinished(")),
            lambda sources: sources.update(
                later=sources.pop("sample") + "\nVAE.sample_latent = sample"
            ),
        ),
    ),
    Answer(
        NOTEBOOK,
        "two lines missing",
        both(
            fill("VAE", "raise NotImplementedError()"),
            fill("VAE", "raise NotImplementedError()", 1),
        ),
        (ACTIVATION, SAMPLING),
        "not written yet",
    ),
    Answer(NOTEBOOK, "no class", write("VAE", ""), (ACTIVATION, SAMPLING), "VAE is not defined"),
    Answer(
        NOTEBOOK,
        "broken constructor",
        swap("VAE", ("super().__init__()", "super().__init__(); self.size = size")),
        (ACTIVATION,),
        "NameError",
    ),
)
