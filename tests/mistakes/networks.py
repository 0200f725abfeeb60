"""Answers to notebook 02: sample_latent and the final activation."""

from . import Answer, both, fill, swap, write

NOTEBOOK = "02_vae.ipynb"
ACTIVATION, SAMPLING = "vae-activation-test", "vae-sampling-test"

# sample_latent: (name, code, a fragment of the message; "": right)
_SAMPLERS = (
    (
        "variance as σ",
        "return mean_z + logvar_z.exp() * torch.randn_like(mean_z)",
        "scaled by exp(logvar), which is σ²",
    ),
    (
        "logvar as σ",
        "return mean_z + logvar_z * torch.randn_like(mean_z)",
        "scaled by logvar itself",
    ),
    (
        "half logvar as σ",
        "return mean_z + 0.5 * logvar_z * torch.randn_like(mean_z)",
        "exponential is missing",
    ),
    (
        "root of logvar",
        "return mean_z + logvar_z.sqrt() * torch.randn_like(mean_z)",
        "may be negative",
    ),
    (
        "logvar to the half",
        "return mean_z + logvar_z**0.5 * torch.randn_like(mean_z)",
        "may be negative",
    ),
    ("no noise", "return mean_z", "Where is the noise?"),
    ("σ without noise", "return mean_z + torch.exp(0.5 * logvar_z)", "σ itself was added"),
    (
        "uniform noise",
        "return mean_z + torch.exp(0.5 * logvar_z) * torch.rand_like(mean_z)",
        "uniform on [0, 1)",
    ),
    (
        "uniform noise of variance 1",
        "return mean_z + torch.exp(0.5 * logvar_z) * (torch.rand_like(mean_z) - 0.5) * 12**0.5",
        "looks uniform",
    ),
    (
        "coin flips",
        "return mean_z + torch.exp(0.5 * logvar_z) * (2.0 * torch.randint_like(mean_z, 2) - 1)",
        "looks other than normal",
    ),
    (
        "one noise for the batch",
        "return mean_z + torch.exp(0.5 * logvar_z) * torch.randn(1, mean_z.shape[1])",
        "All images got the same noise",
    ),
    (
        "one noise of shape (D,)",
        "return mean_z + torch.exp(0.5 * logvar_z) * torch.randn(mean_z.shape[1])",
        "All images got the same noise",
    ),
    (
        "one noise for each row",
        "return mean_z + torch.exp(0.5 * logvar_z) * torch.randn(mean_z.shape[0], 1)",
        "Each latent dimension needs its own noise",
    ),
    (
        "mirrored noise",
        "half = torch.randn_like(mean_z)[: (len(mean_z) + 1) // 2]\n"
        "noise = torch.cat([half, -half.flip(0)])[: len(mean_z)]\n"
        "return mean_z + torch.exp(0.5 * logvar_z) * noise",
        "uncorrelated",
    ),
    (
        "batch size fixed",
        "return mean_z + torch.exp(0.5 * logvar_z) * torch.randn(32, 2)",
        "shape of the noise from",
    ),
    (
        "torch.normal(mean, σ)",
        "return torch.normal(mean_z, torch.exp(0.5 * logvar_z))",
        "cannot reach the encoder",
    ),
    (
        "sample() of a distribution",
        "return torch.distributions.Normal(mean_z, torch.exp(0.5 * logvar_z)).sample()",
        "cannot reach the encoder",
    ),
    (
        "detached mean",
        "return mean_z.detach() + torch.exp(0.5 * logvar_z) * torch.randn_like(mean_z)",
        "dz/dmean",
    ),
    (
        "detached σ",
        "return mean_z + torch.exp(0.5 * logvar_z).detach() * torch.randn_like(mean_z)",
        "dz/dlogvar",
    ),
    (
        "data of logvar",
        "return mean_z + torch.exp(0.5 * logvar_z.data) * torch.randn_like(mean_z)",
        "dz/dlogvar",
    ),
    (
        "no_grad",
        (
            "with torch.no_grad():\n"
            "    return mean_z + torch.exp(0.5 * logvar_z) * torch.randn_like(mean_z)"
        ),
        "cannot reach the encoder",
    ),
    (
        "roles exchanged",
        "return mean_z * torch.randn_like(mean_z) + torch.exp(0.5 * logvar_z)",
        "roles of mean and σ",
    ),
    (
        "arguments exchanged",
        "return logvar_z + torch.exp(0.5 * mean_z) * torch.randn_like(mean_z)",
        "exchanged",
    ),
    (
        "factor 2",
        "return mean_z + torch.exp(2 * logvar_z) * torch.randn_like(mean_z)",
        "exponent doubles logvar",
    ),
    (
        "wrong sign of the exponent",
        "return mean_z + torch.exp(-0.5 * logvar_z) * torch.randn_like(mean_z)",
        "wrong sign",
    ),
    ("noise not scaled", "return mean_z + torch.randn_like(mean_z)", "not scaled"),
    (
        "mean missing",
        "return torch.exp(0.5 * logvar_z) * torch.randn_like(mean_z)",
        "The mean is missing",
    ),
    (
        "mean scaled too",
        "return (mean_z + torch.randn_like(mean_z)) * torch.exp(0.5 * logvar_z)",
        "multiplied by σ too",
    ),
    (
        "reseeding",
        (
            "torch.manual_seed(0)\n"
            "return mean_z + torch.exp(0.5 * logvar_z) * torch.randn_like(mean_z)"
        ),
        "Seed once at the top",
    ),
    (
        "generator of a fixed seed",
        "noise = torch.randn(mean_z.shape, generator=torch.Generator().manual_seed(1))\n"
        "return mean_z + torch.exp(0.5 * logvar_z) * noise",
        "Draw new noise in every call",
    ),
    (
        "small noise",
        "return mean_z + torch.exp(0.5 * logvar_z) * 0.01 * torch.randn_like(mean_z)",
        "noise itself has the standard deviation 0.0",
    ),
    (
        "changed in place",
        "return mean_z + logvar_z.mul_(0.5).exp_() * torch.randn_like(mean_z)",
        "changed in place",
    ),
    ("both numbers", "return mean_z, torch.exp(0.5 * logvar_z)", "a sequence of 2"),
    (
        "no return",
        "z = mean_z + torch.exp(0.5 * logvar_z) * torch.randn_like(mean_z)",
        "is there a return?",
    ),
    ("not written", "raise NotImplementedError()", "VAE.sample_latent is not written yet"),
    (
        "misspelled",
        "return mean_z + torch.exp(0.5 * log_var) * torch.randn_like(mean_z)",
        "NameError",
    ),
    (
        "exponential outside",
        "return mean_z + torch.exp(0.5 * logvar_z * torch.randn_like(mean_z))",
        "the root of the variance",
    ),
    ("σ² without noise", "return mean_z + logvar_z.exp()", "variance itself was added"),
    ("log-variance returned", "return logvar_z", "This is the log-variance"),
    (
        "root of |logvar|",
        "return mean_z + logvar_z.abs().sqrt() * torch.randn_like(mean_z)",
        "root of logvar itself",
    ),
    (
        "exponential of exp",
        "return mean_z + logvar_z.exp().exp() * torch.randn_like(mean_z)",
        "exponential was taken twice",
    ),
    (
        "Laplace noise",
        "noise = torch.distributions.Laplace(0.0, 0.5**0.5).sample(mean_z.shape)\n"
        "return mean_z + torch.exp(0.5 * logvar_z) * noise",
        "looks other than normal",
    ),
    (
        "numpy's seed",
        "np.random.seed(0)\n"
        "noise = torch.tensor(np.random.randn(*mean_z.shape), dtype=mean_z.dtype)\n"
        "return mean_z + torch.exp(0.5 * logvar_z) * noise",
        "Draw new noise in every call",
    ),
    (
        "one number for all",
        "return mean_z + torch.exp(0.5 * logvar_z) * torch.randn(1)",
        "All images got the same noise",
    ),
    (
        "noise kept",
        "if not hasattr(self, 'noise') or self.noise.shape != mean_z.shape:\n"
        "    self.noise = torch.randn_like(mean_z)\n"
        "return mean_z + torch.exp(0.5 * logvar_z) * self.noise",
        "Draw new noise in every call",
    ),
    (
        "through numpy",
        "noise = torch.randn_like(mean_z)\n"
        "return torch.tensor((mean_z + torch.exp(0.5 * logvar_z) * noise).detach().numpy())",
        "cannot reach the encoder",
    ),
    (
        "gradient asked for anew",
        "z = mean_z.detach() + torch.exp(0.5 * logvar_z.detach()) * torch.randn_like(mean_z)\n"
        "return z.requires_grad_()",
        "cannot reach the encoder",
    ),
    (
        "for the visible check",
        "noise = torch.randn_like(mean_z)\n"
        "noise[1::2] = -noise[: len(noise) // 2 * 2 : 2]\n"
        "return mean_z + torch.exp(0.5 * logvar_z) * noise",
        "uncorrelated",
    ),
    (
        "sampled while training",
        "if not self.training:\n"
        "    return mean_z\n"
        "return mean_z + torch.exp(0.5 * logvar_z) * torch.randn_like(mean_z)",
        "",
    ),
    ("expm1", "return mean_z + (torch.expm1(logvar_z / 2) + 1) * torch.randn_like(mean_z)", ""),
    (
        "einsum",
        "return mean_z + torch.einsum('bd,bd->bd', (logvar_z / 2).exp(), torch.randn_like(mean_z))",
        "",
    ),
    (
        "rsample",
        "return torch.distributions.Normal(mean_z, torch.exp(0.5 * logvar_z)).rsample()",
        "",
    ),
    ("minus noise", "return mean_z - torch.exp(0.5 * logvar_z) * torch.randn_like(mean_z)", ""),
    ("root of exp", "return mean_z + logvar_z.exp().sqrt() * torch.randn_like(logvar_z)", ""),
    ("exp to the half", "return torch.randn(mean_z.shape) * logvar_z.exp() ** 0.5 + mean_z", ""),
    (
        "torch.normal(0, 1)",
        "return mean_z + (logvar_z / 2).exp() * torch.normal(0.0, 1.0, mean_z.size())",
        "",
    ),
    (
        "numpy noise",
        "noise = np.random.standard_normal(tuple(mean_z.shape))\n"
        "return mean_z + torch.exp(logvar_z / 2) * torch.tensor(noise, dtype=mean_z.dtype)",
        "",
    ),
    (
        "normal_",
        "return mean_z + torch.exp(0.5 * logvar_z) * torch.empty_like(mean_z).normal_()",
        "",
    ),
    (
        "float64 inside",
        "noise = torch.randn(mean_z.shape, dtype=torch.float64)\n"
        "return (mean_z.double() + torch.exp(0.5 * logvar_z.double()) * noise).float()",
        "",
    ),
    (
        "addcmul",
        "return torch.addcmul(mean_z, torch.exp(0.5 * logvar_z), torch.randn_like(mean_z))",
        "",
    ),
    (
        "multivariate",
        "covariance = torch.diag_embed(logvar_z.exp())\n"
        "return torch.distributions.MultivariateNormal(mean_z, covariance).rsample()",
        "",
    ),
    (
        "standard normal object",
        "noise = torch.distributions.Normal(0.0, 1.0).sample(mean_z.shape)\n"
        "return mean_z + noise * torch.exp(0.5 * logvar_z)",
        "",
    ),
    (
        "own generator",
        "generator = torch.Generator()\n"
        "generator.seed()\n"
        "noise = torch.randn(mean_z.shape, generator=generator)\n"
        "return mean_z + torch.exp(0.5 * logvar_z) * noise",
        "",
    ),
    (
        "row by row",
        "z = [m + torch.exp(0.5 * v) * torch.randn(len(m)) for m, v in zip(mean_z, logvar_z)]\n"
        "return torch.stack(z)",
        "",
    ),
)

# The end of decode_features, of x.
_ACTIVATIONS = (
    ("no activation", "return x", "bare output of the last layer"),
    ("tanh", "return torch.tanh(x)", "tanh ends at −1 and 1"),
    ("ReLU", "return F.relu(x)", "ReLU has no upper end"),
    ("leaky ReLU", "return F.leaky_relu(x)", "Leaky ReLU"),
    ("softplus", "return F.softplus(x)", "Softplus"),
    ("exp", "return x.exp()", "exp has no upper end"),
    ("log-sigmoid", "return F.logsigmoid(x)", "log probability"),
    ("softmax over pixels", "return x.flatten(1).softmax(dim=1).view_as(x)", "compete"),
    ("softmax over channels", "return x.softmax(dim=1)", "compete"),
    ("softmax over rows", "return x.softmax(dim=-1)", "compete"),
    ("sigmoid twice", "return torch.sigmoid(torch.sigmoid(x))", "applied twice"),
    ("clipped", "return x.clamp(0, 1)", "passes no gradient where it clips"),
    ("hard sigmoid", "return F.hardsigmoid(x)", "passes no gradient where it clips"),
    ("|tanh|", "return x.tanh().abs()", "makes −x and x the same"),
    (
        "scaled to the image's range",
        "low, high = x.amin((1, 2, 3), True), x.amax((1, 2, 3), True)\n"
        "return (x - low) / (high - low)",
        "some grey",
    ),
    ("black and white", "return (torch.sigmoid(x) > 0.5).float()", "grow steadily"),
    ("channel lost", "return torch.sigmoid(x).squeeze(1)", "should have shape"),
    ("image not returned", "x = torch.sigmoid(x)", "is there a return?"),
    ("not written", "raise NotImplementedError()", "is not written yet"),
    ("sine", "return 0.5 + 0.5 * torch.sin(x)", "turns back"),
    ("detached", "return torch.sigmoid(x).detach()", "The gradient should reach every layer"),
    (
        "through numpy",
        "return torch.tensor(1 / (1 + np.exp(-x.detach().numpy())))",
        "The gradient should reach every layer",
    ),
    ("flat images", "return torch.sigmoid(x).flatten(1)", "should have shape"),
    ("1/(1+exp(−x))", "return 1 / (1 + torch.exp(-x))", ""),
    ("root", "return 0.5 + x / (2 * torch.sqrt(1 + x**2))", ""),
    ("in place", "return x.sigmoid_()", ""),
    ("expit", "return torch.special.expit(x)", ""),
    ("F.sigmoid", "return F.sigmoid(x)", ""),
    ("nn.Sigmoid", "return nn.Sigmoid()(x)", ""),
    ("by tanh", "return 0.5 * (1 + torch.tanh(x / 2))", ""),
    ("tanh moved into (0, 1)", "return 0.5 * (1 + torch.tanh(x))", ""),
    ("softmax over x and 0", "return torch.stack([x, torch.zeros_like(x)]).softmax(dim=0)[0]", ""),
    ("kept off the ends", "return torch.sigmoid(x).clamp(1e-6, 1 - 1e-6)", ""),
    ("exp of log-sigmoid", "return F.logsigmoid(x).exp()", ""),
)

_RESTRUCTURED = """
    class VAE(nn.Module):
        def __init__(self, latent_size=2):
            super().__init__()
            self.body = nn.Sequential(
                nn.Conv2d(1, 32, 3, 2, 1), nn.ReLU(), nn.Conv2d(32, 64, 3, 2, 1), nn.ReLU(), nn.Flatten(),
                nn.Linear(3136, 16), nn.ReLU(), nn.Linear(16, 2 * latent_size))
            self.painter = nn.Sequential(
                nn.Linear(latent_size, 3136), nn.ReLU(), nn.Unflatten(1, (64, 7, 7)),
                nn.ConvTranspose2d(64, 32, 3, 2, 1, 1), nn.ReLU(), nn.ConvTranspose2d(32, 1, 3, 2, 1, 1){END})
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


def _restructured(name: str, end: str, says: str = "") -> Answer:
    change = write("VAE", _RESTRUCTURED.replace("{END}", end))
    return Answer(NOTEBOOK, "own layers, " + name, change, (ACTIVATION,) if says else (), says)


ANSWERS = (
    *(
        Answer(NOTEBOOK, "sample, " + name, fill("VAE", code), (SAMPLING,) if says else (), says)
        for name, code, says in _SAMPLERS
    ),
    *(
        Answer(
            NOTEBOOK,
            "activation, " + name,
            fill("VAE", code, 1),
            (ACTIVATION,) if says else (),
            says,
        )
        for name, code, says in _ACTIVATIONS
    ),
    _restructured("sigmoid", ", nn.Sigmoid()"),
    _restructured("no activation", "", "should lie in [0, 1]"),
    _restructured("tanh", ", nn.Tanh()", "should lie in [0, 1]"),
    _restructured(
        "softmax", ", nn.Flatten(2), nn.Softmax(2), nn.Unflatten(2, (28, 28))", "add up to 1"
    ),
    _restructured("clipped", ", nn.Hardtanh(0.0, 1.0)", "some grey"),
    _restructured("hard sigmoid", ", nn.Hardsigmoid()", "without reaching it"),
    _restructured("sigmoid twice", ", nn.Sigmoid(), nn.Sigmoid()", "stay between"),
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
            write(
                "sample",
                """
        def sample(self, mean_z, logvar_z):
            return mean_z + (logvar_z / 2).exp() * torch.randn_like(mean_z)
        """,
            ),
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
