"""Answers to notebook 06 that write the whole class ConditionalVAE in another way."""

from . import Answer, both, swap, write

NOTEBOOK, NAME = "06_cvae.ipynb", "ConditionalVAE"
ENCODER, DECODER, FORWARD = "cvae-encoder-test", "cvae-decoder-test", "cvae-forward-test"

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
            label = F.one_hot(y, 10).float()
            return self.decode_features(self.expand(torch.cat([z, label], dim=1)))
        def forward(self, x, y):
            mean_z, logvar_z = self.encode(x, y)
            return self.decode(self.sample_latent(mean_z, logvar_z), y), mean_z, logvar_z
    """

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

# (part, what it returns, its last line, the task that it costs, a fragment of the message)
_RETURNED = (
    ("encode", "nothing", "self.encode_features(features)", ENCODER, "is there a return?"),
    (
        "encode",
        "the mean alone",
        "return self.encode_features(features)[0]",
        ENCODER,
        "it returns a tensor of shape (7, 2)",
    ),
    ("decode", "nothing", "self.decode_features(features)", DECODER, "is there a return?"),
    (
        "decode",
        "flat images",
        "return self.decode_features(features).flatten(1)",
        DECODER,
        "should have shape (7, 1, 28, 28)",
    ),
)

_ONE_HOT = """
    class ConditionalVAE(VAE):
        def __init__(self, latent_size=2):
            super().__init__(latent_size)
            self.to_encoder = nn.Linear(10, 32 * 14 * 14)
            self.to_decoder = nn.Linear(10, 64 * 7 * 7)
        def encode(self, x, y):
            return self.encode_features(self.conv1(x) + self.to_encoder(y).view(-1, 32, 14, 14))
        def decode(self, z, y):
            return self.decode_features(self.expand(z) + self.to_decoder(y))
        def forward(self, x, y):
            mean_z, logvar_z = self.encode(x, y)
            return self.decode(self.sample_latent(mean_z, logvar_z), y), mean_z, logvar_z
    """


def _standalone(name, pairs, costs, says):
    return Answer(
        NOTEBOOK,
        "own network, " + name,
        both(write(NAME, _STANDALONE), swap(NAME, *pairs)),
        costs,
        says,
    )


ANSWERS = (
    Answer(NOTEBOOK, "labels concatenated", write(NAME, _CONCATENATED)),
    *(_standalone(*mistake) for mistake in _STANDALONE_MISTAKES),
    *(
        Answer(
            NOTEBOOK,
            f"{part} returns {what}",
            swap(NAME, (f"return self.{part}_features(features)", code)),
            (task,),
            says,
        )
        for part, what, code, task, says in _RETURNED
    ),
    Answer(NOTEBOOK, "labels are one-hot rows", write(NAME, _ONE_HOT)),
    Answer(
        NOTEBOOK,
        "one-hot rows taken as a number",
        both(
            write(NAME, _ONE_HOT),
            swap(NAME, ("coder(y)", "coder(0.1 * y.argmax(1)[:, None].expand(-1, 10))")),
        ),
        (ENCODER, DECODER),
        "8 is not twice 4",
    ),
    Answer(
        NOTEBOOK,
        "numbers made one-hot by forward",
        both(
            write(NAME, _ONE_HOT),
            swap(
                NAME,
                (
                    "        mean_z, logvar_z = self.encode",
                    "        y = F.one_hot(y, 10).float()\n        mean_z, logvar_z = self.encode",
                ),
            ),
        ),
    ),
    Answer(
        NOTEBOOK,
        "own names for the label",
        swap(
            NAME,
            ("encode(self, x, y)", "encode(self, images, c)"),
            ("decode(self, z, y)", "decode(self, codes, c)"),
            ("label = F.one_hot(y,", "label = F.one_hot(c,"),
            ("self.conv1(x)", "self.conv1(images)"),
            ("self.expand(z)", "self.expand(codes)"),
            ("self.encode(x, y)", "self.encode(images=x, c=y)"),
            ("self.decode(z, y)", "self.decode(c=y, codes=z)"),
        ),
    ),
    Answer(
        NOTEBOOK,
        "no class",
        write(NAME, ""),
        (ENCODER, DECODER, FORWARD),
        "ConditionalVAE is not defined",
    ),
)
