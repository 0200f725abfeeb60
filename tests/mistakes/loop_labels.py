"""Answers to notebook 06 whose loops and class take the labels in some form."""

from . import Answer, both, swap, write

_HOT = "y = F.one_hot(y, 10).float().to(device)"
_LOOPS = ("train_cvae", "test_cvae")
_FORMS = {
    "float rows": "y = F.one_hot(y, num_classes=10).to(device).float()",
    "int64 rows": "y = F.one_hot(y, 10).to(device)",
    "numbers": "y = y.to(device)",
}
# What a class makes of the labels that it takes, so that a linear layer takes them.
_READS = {
    "float rows": "y",
    "int64 rows": "y.float()",
    "numbers": "F.one_hot(y, 10).float()",
}
_CLASS = """
    class ConditionalVAE(nn.Module):
        def __init__(self, latent_size=2, num_classes=10):
            super().__init__()
            self.encoder_part1_x = nn.Conv2d(1, 32, kernel_size=3, padding=1, stride=2)
            self.encoder_part1_y = nn.Linear(num_classes, 32 * 14 * 14)
            self.encoder_part2 = nn.Sequential(
                nn.ReLU(), nn.Conv2d(32, 64, kernel_size=3, padding=1, stride=2), nn.ReLU(),
                nn.Flatten(), nn.Linear(7 * 7 * 64, 16), nn.ReLU()
            )
            self.encoder_mean = nn.Linear(16, latent_size)
            self.encoder_logvar = nn.Linear(16, latent_size)
            self.decoder_part1_z = nn.Linear(latent_size, 7 * 7 * 64)
            self.decoder_part1_y = nn.Linear(num_classes, 7 * 7 * 64)
            self.decoder_part2 = nn.Sequential(
                nn.ReLU(),
                nn.ConvTranspose2d(64, 32, kernel_size=3, padding=1, output_padding=1, stride=2),
                nn.ReLU(),
                nn.ConvTranspose2d(32, 1, kernel_size=3, padding=1, output_padding=1, stride=2),
                nn.Sigmoid()
            )

        def encode(self, x, y):
            label = self.encoder_part1_y({label}).reshape(-1, 32, 14, 14)
            h = self.encoder_part2(self.encoder_part1_x(x) + label)
            return self.encoder_mean(h), self.encoder_logvar(h)

        def sample_latent(self, mean_z, logvar_z):
            return mean_z + torch.randn_like(mean_z) * torch.exp(0.5 * logvar_z)

        def decode(self, z, y):
            h = self.decoder_part1_z(z) + self.decoder_part1_y({label})
            return self.decoder_part2(h.reshape(-1, 64, 7, 7))

        def forward(self, x, y):
            mean_z, logvar_z = self.encode(x, y)
            return self.decode(self.sample_latent(mean_z, logvar_z), y), mean_z, logvar_z
    """


def _answer(loops: str, reads: str, works: bool) -> Answer:
    """Make the answer whose loops give one form of labels and whose class takes one."""
    return Answer(
        "06_cvae.ipynb",
        f"loops give {loops}, the class takes {reads}",
        both(
            write("ConditionalVAE", _CLASS.replace("{label}", _READS[reads])),
            *(swap(name, (_HOT + "\n        ", _FORMS[loops] + "\n        ")) for name in _LOOPS),
        ),
        () if works else ("train-cvae-test",),
        "" if works else "should agree on the form",
    )


ANSWERS = (
    _answer("float rows", "float rows", True),
    _answer("numbers", "numbers", True),
    _answer("int64 rows", "int64 rows", True),
    _answer("numbers", "float rows", False),
    _answer("int64 rows", "float rows", False),
    _answer("float rows", "numbers", False),
    _answer("int64 rows", "numbers", False),
    Answer(
        "06_cvae.ipynb",
        "train_cvae, labels of another pass",
        swap(
            "train_cvae", ("for x, y in", "for (x, _), (_, y) in zip(train_iter, train_iter):  #")
        ),
        ("train-cvae-test",),
        "labels of other images",
    ),
)
