"""Answers to notebook 06: the conditional network and its map."""

from . import Answer, both, fill, swap, write

NOTEBOOK, NAME = "06_cvae.ipynb", "ConditionalVAE"
ENCODER, DECODER, FORWARD, PLOT = (
    "cvae-encoder-test",
    "cvae-decoder-test",
    "cvae-forward-test",
    "plot-latent-cvae-test",
)

_HOT = "label = F.one_hot(y, num_classes=10).float()\n"
_ENCODED = "features = self.conv1(x) + self.label_to_encoder(label).view(-1, 32, 14, 14)"
_DECODED = "features = self.expand(z) + self.label_to_decoder(label)"
_BOTH = "mean_z, logvar_z = self.encode(x, y)\n"
_Z = "z = self.sample_latent(mean_z, logvar_z)\n"

_ENCODERS = (
    ("label ignored", "features = self.conv1(x)", "should depend on the label"),
    (
        "image ignored",
        _HOT + "features = self.label_to_encoder(label).view(-1, 32, 14, 14)",
        "should depend on the image",
    ),
    ("integer one-hot", "label = F.one_hot(y, 10)\n" + _ENCODED, "RuntimeError"),
    (
        "classes of the batch",
        "label = F.one_hot(y).float()\n" + _ENCODED,
        "how many classes there are",
    ),
    ("labels reversed", "y = y.flip(0)\n" + _HOT + _ENCODED, "own label alone"),
    ("label of the first image", "y = y[:1].expand(len(y))\n" + _HOT + _ENCODED, "own label alone"),
    ("random label", "y = torch.randint(0, 10, y.shape)\n" + _HOT + _ENCODED, "same result twice"),
    ("label fixed", "y = torch.full_like(y, 3)\n" + _HOT + _ENCODED, "should depend on the label"),
    (
        "two labels alike",
        "y = y.clamp(max=8)\n" + _HOT + _ENCODED,
        "the same for the labels 8 and 9",
    ),
    (
        "label as a number",
        "label = y.float().view(-1, 1).expand(-1, 10) / 9\n" + _ENCODED,
        "8 is not twice 4",
    ),
    (
        "label added to the pixels",
        "features = self.conv1(x + y.view(-1, 1, 1, 1))",
        "8 is not twice 4",
    ),
    (
        "label's layer detached",
        _HOT
        + _ENCODED.replace("self.label_to_encoder(label)", "self.label_to_encoder(label).detach()"),
        "reaches label_to_encoder",
    ),
    (
        "no gradient",
        _HOT + "with torch.no_grad():\n    " + _ENCODED,
        "The gradient should reach every layer",
    ),
    (
        "layer of its own each time",
        _HOT + "torch.manual_seed(5)\nlayer = nn.Linear(10, 32 * 14 * 14)\n"
        "features = self.conv1(x) + layer(label).view(-1, 32, 14, 14)",
        "should be among model.parameters()",
    ),
    (
        "constant instead of the label",
        _HOT + _ENCODED.replace("(label)", "(torch.ones_like(label))"),
        "should depend on the label",
    ),
    (
        "label as bits",
        "label = torch.stack([(y >> k) % 2 for k in range(10)], 1).float()\n" + _ENCODED,
        "",
    ),
    (
        "weights by index",
        "features = self.conv1(x) + (self.label_to_encoder.weight.T[y] + "
        "self.label_to_encoder.bias).view(-1, 32, 14, 14)",
        "",
    ),
    ("comparison", "label = (y.unsqueeze(1) == torch.arange(10)).float()\n" + _ENCODED, ""),
    (
        "times the label's layer",
        _HOT + "features = self.conv1(x) * self.label_to_encoder(label).view(-1, 32, 14, 14)",
        "",
    ),
    ("not written", "raise NotImplementedError()", "ConditionalVAE.encode is not written yet"),
    ("batch size fixed", _HOT + _ENCODED.replace("-1", "32"), "RuntimeError"),
    (
        "rows of the identity",
        "features = self.conv1(x) + self.label_to_encoder(torch.eye(10)[y]).view(-1, 32, 14, 14)",
        "",
    ),
    (
        "scatter_",
        "label = torch.zeros(len(y), 10).scatter_(1, y.unsqueeze(1), 1.0)\n" + _ENCODED,
        "",
    ),
)

_DECODERS = (
    ("label ignored", "features = self.expand(z)", "should depend on the label"),
    (
        "code ignored",
        _HOT + "features = self.label_to_decoder(label)",
        "should depend on the latent",
    ),
    ("integer one-hot", "label = F.one_hot(y, 10)\n" + _DECODED, "RuntimeError"),
    (
        "classes of the batch",
        "label = F.one_hot(y).float()\n" + _DECODED,
        "how many classes there are",
    ),
    ("labels reversed", "y = y.flip(0)\n" + _HOT + _DECODED, "own label alone"),
    (
        "label as a number",
        "label = y.float().view(-1, 1).expand(-1, 10) / 9\n" + _DECODED,
        "8 is not twice 4",
    ),
    ("label times code", "features = self.expand(z * y.view(-1, 1))", "8 is not twice 4"),
    (
        "label's layer detached",
        _HOT
        + _DECODED.replace("self.label_to_decoder(label)", "self.label_to_decoder(label).detach()"),
        "reaches label_to_decoder",
    ),
    ("label of the first image", "y = y[:1].expand(len(y))\n" + _HOT + _DECODED, "own label alone"),
    ("random label", "y = torch.randint(0, 10, y.shape)\n" + _HOT + _DECODED, "same result twice"),
    (
        "constant instead of the label",
        _HOT + _DECODED.replace("(label)", "(torch.ones_like(label))"),
        "should depend on the label",
    ),
    ("comparison", "label = (y.unsqueeze(1) == torch.arange(10)).float()\n" + _DECODED, ""),
    ("not written", "raise NotImplementedError()", "ConditionalVAE.decode is not written yet"),
    (
        "rows of the identity",
        "features = self.expand(z) + self.label_to_decoder(torch.eye(10)[y])",
        "",
    ),
)

_FORWARDS = (
    (
        "mean decoded",
        _BOTH + "return self.decode(mean_z, y), mean_z, logvar_z",
        "Where is the noise?",
    ),
    (
        "log-variance decoded",
        _BOTH + "return self.decode(logvar_z, y), mean_z, logvar_z",
        "This is the log-variance",
    ),
    (
        "sample detached",
        _BOTH + _Z + "return self.decode(z.detach(), y), mean_z, logvar_z",
        "cannot reach the encoder",
    ),
    (
        "sample()",
        _BOTH + "z = torch.distributions.Normal(mean_z, torch.exp(logvar_z / 2)).sample()\n"
        "return self.decode(z, y), mean_z, logvar_z",
        "cannot reach the encoder",
    ),
    (
        "noise on the image",
        _BOTH + "recon_x = self.decode(mean_z, y)\n"
        "return (recon_x + 0.01 * torch.randn_like(recon_x)).clamp(0, 1), mean_z, logvar_z",
        "in the place of recon_x",
    ),
    (
        "sampled while training",
        _BOTH + "z = self.sample_latent(mean_z, logvar_z) if self.training else mean_z\n"
        "return self.decode(z, y), mean_z, logvar_z",
        "",
    ),
    (
        "arguments exchanged",
        _BOTH + "z = self.sample_latent(logvar_z, mean_z)\n"
        "return self.decode(z, y), mean_z, logvar_z",
        "are exchanged",
    ),
    (
        "variance as σ",
        _BOTH + "z = mean_z + logvar_z.exp() * torch.randn_like(mean_z)\n"
        "return self.decode(z, y), mean_z, logvar_z",
        "which is σ²",
    ),
    ("order", _BOTH + _Z + "return mean_z, logvar_z, self.decode(z, y)", "in its place"),
    (
        "mean and log-variance exchanged",
        _BOTH + _Z + "return self.decode(z, y), logvar_z, mean_z",
        "in the place of mean_z there is logvar_z",
    ),
    ("z returned", _BOTH + _Z + "return self.decode(z, y), z, logvar_z", "in the place of mean_z"),
    (
        "image alone",
        _BOTH + _Z + "return self.decode(z, y)",
        "should return recon_x, mean_z, logvar_z",
    ),
    (
        "label for the decoder fixed",
        _BOTH + _Z + "return self.decode(z, torch.zeros_like(y)), mean_z, logvar_z",
        "decode received [0, 0",
    ),
    (
        "label for the encoder fixed",
        "mean_z, logvar_z = self.encode(x, torch.zeros_like(y))\n"
        + _Z
        + "return self.decode(z, y), mean_z, logvar_z",
        "encode received [0, 0",
    ),
    (
        "labels reversed",
        _BOTH + _Z + "return self.decode(z, y.flip(0)), mean_z, logvar_z",
        "decode received",
    ),
    ("label forgotten", _BOTH + _Z + "return self.decode(z), mean_z, logvar_z", "TypeError"),
    (
        "sigmoid again",
        _BOTH + _Z + "return torch.sigmoid(self.decode(z, y)), mean_z, logvar_z",
        "something else",
    ),
    ("not written", "raise NotImplementedError()", "ConditionalVAE.forward is not written yet"),
    (
        "rsample",
        _BOTH + "z = torch.distributions.Normal(mean_z, (logvar_z / 2).exp()).rsample()\n"
        "return self.decode(z, y), mean_z, logvar_z",
        "",
    ),
    ("by names", _BOTH + _Z + "return self.decode(z=z, y=y), mean_z, logvar_z", ""),
)

_CONCATENATED = """
    class ConditionalVAE(VAE):
        def __init__(self, latent_size=2):
            super().__init__(latent_size)
            self.conv1 = nn.Conv2d(11, 32, kernel_size=3, stride=2, padding=1)
            self.expand = nn.Linear(latent_size + 10, 64 * 7 * 7)
        def encode(self, x, y):
            planes = F.one_hot(y, 10).float().view(-1, 10, 1, 1).expand(-1, -1, 28, 28)
            return self.encode_features(self.conv1(torch.cat([x, planes], dim=1)))
        def decode(self, z, y):
            return self.decode_features(self.expand(torch.cat([z, F.one_hot(y, 10).float()], dim=1)))
        def forward(self, x, y):
            mean_z, logvar_z = self.encode(x, y)
            return self.decode(self.sample_latent(mean_z, logvar_z), y), mean_z, logvar_z
    """

_STANDALONE = """
    class ConditionalVAE(nn.Module):
        def __init__(self, latent_size=2):
            super().__init__()
            self.labels = nn.Embedding(10, 16)
            self.front = nn.Sequential(nn.Conv2d(1, 8, 3, 2, 1), nn.ReLU(), nn.Conv2d(8, 8, 3, 2, 1), nn.ReLU(),
                                       nn.Flatten())
            self.heads = nn.Sequential(nn.Linear(8 * 49 + 16, 32), nn.ReLU(), nn.Linear(32, 2 * latent_size))
            self.back = nn.Sequential(nn.Linear(latent_size + 16, 8 * 49), nn.ReLU(), nn.Unflatten(1, (8, 7, 7)),
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
        "a layer each",
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


_MAPS = (
    ("label fixed", "images = model.decode(z, torch.full((961,), 4))", "it decoded with 4"),
    ("no label", "images = model.decode(z)", "should be called with z and y"),
    (
        "labels of all digits",
        "images = model.decode(z, torch.arange(961) % 10)",
        "it decoded with 0, 1",
    ),
    ("another model", "images = cvae.decode(z, torch.full((961,), y))", "of a global model"),
    (
        "random codes",
        "images = model.decode(torch.randn(961, 2), torch.full((961,), y))",
        "on a grid",
    ),
    ("float labels", "images = model.decode(z, torch.full((961,), float(y)))", "int64 labels"),
    ("not written", "raise NotImplementedError()", "plot_latent_cvae is not written yet"),
    ("one label", "images = model.decode(z, torch.tensor([y]))", ""),
    (
        "one by one",
        "images = torch.cat([model.decode(point[None], torch.tensor([y])) for point in z])",
        "",
    ),
    ("times ones", "images = model.decode(z, y * torch.ones(len(z), dtype=torch.long))", ""),
)

ANSWERS = (
    *(
        Answer(NOTEBOOK, "encode, " + name, fill(NAME, code, 0), (ENCODER,) if says else (), says)
        for name, code, says in _ENCODERS
    ),
    *(
        Answer(NOTEBOOK, "decode, " + name, fill(NAME, code, 1), (DECODER,) if says else (), says)
        for name, code, says in _DECODERS
    ),
    *(
        Answer(NOTEBOOK, "forward, " + name, fill(NAME, code, 2), (FORWARD,) if says else (), says)
        for name, code, says in _FORWARDS
    ),
    Answer(NOTEBOOK, "labels concatenated", write(NAME, _CONCATENATED)),
    *(_standalone(*mistake) for mistake in _STANDALONE_MISTAKES),
    Answer(
        NOTEBOOK,
        "no class",
        write(NAME, ""),
        (ENCODER, DECODER, FORWARD),
        "ConditionalVAE is not defined",
    ),
    *(
        Answer(
            NOTEBOOK, "map, " + name, fill("plot_latent_cvae", code), (PLOT,) if says else (), says
        )
        for name, code, says in _MAPS
    ),
)
