"""Answers to forward of notebook 06's ConditionalVAE."""

from . import filled

_BOTH = "mean_z, logvar_z = self.encode(x, y)\n"
_Z = "z = self.sample_latent(mean_z, logvar_z)\n"

_RETURN = "return self.decode(z, y), mean_z, logvar_z"

# (name, code, a fragment of the message; "" for a right answer)
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
        "instead of recon_x",
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
    (
        "order",
        _BOTH + _Z + "return mean_z, logvar_z, self.decode(z, y)",
        "of the returned (recon_x",
    ),
    (
        "mean and log-variance exchanged",
        _BOTH + _Z + "return self.decode(z, y), logvar_z, mean_z",
        "instead of mean_z there is logvar_z",
    ),
    (
        "z returned",
        _BOTH + _Z + "return self.decode(z, y), z, logvar_z",
        "instead of mean_z there is z, which was decoded",
    ),
    (
        "image alone",
        _BOTH + _Z + "return self.decode(z, y)",
        "should return recon_x, mean_z, logvar_z",
    ),
    (
        "label for the decoder fixed",
        _BOTH + _Z + "y = torch.eye(10)[0].expand(len(y), 10)\n" + _RETURN,
        "decode received [0, 0",
    ),
    (
        "label for the encoder fixed",
        "zero = torch.eye(10)[0].expand(len(y), 10)\n"
        + _BOTH.replace("x, y", "x, zero")
        + _Z
        + _RETURN,
        "encode received [0, 0",
    ),
    (
        "no label for the decoder",
        _BOTH + _Z + "return self.decode(z, torch.zeros_like(y)), mean_z, logvar_z",
        "decode received no one-hot rows",
    ),
    (
        "label smoothed",
        "y = 0.9 * y + 0.01\n" + _BOTH + _Z + _RETURN,
        "encode received no one-hot rows",
    ),
    (
        "image binarised",
        "x = (x > 0.5).float()\n" + _BOTH + _Z + _RETURN,
        "encode received other images",
    ),
    (
        "labels reversed",
        _BOTH + _Z + "return self.decode(z, y.flip(0)), mean_z, logvar_z",
        "decode received",
    ),
    (
        "label forgotten",
        _BOTH + _Z + "return self.decode(z), mean_z, logvar_z",
        "should be called with z and y",
    ),
    (
        "sigmoid again",
        _BOTH + _Z + "return torch.sigmoid(self.decode(z, y)), mean_z, logvar_z",
        "one at decode's end is enough",
    ),
    ("not written", "raise NotImplementedError()", "ConditionalVAE.forward is not written yet"),
    (
        "rsample",
        _BOTH + "z = torch.distributions.Normal(mean_z, (logvar_z / 2).exp()).rsample()\n"
        "return self.decode(z, y), mean_z, logvar_z",
        "",
    ),
    ("to float", _BOTH.replace("x, y", "x.float(), y.float()") + _Z + _RETURN, ""),
    (
        "sample in double",
        _BOTH + "z = self.sample_latent(mean_z.double(), logvar_z.double()).float()\n" + _RETURN,
        "",
    ),
    (
        "results in double",
        _BOTH + _Z + "return self.decode(z, y).double(), mean_z.double(), logvar_z.double()",
        "",
    ),
    ("whole numbers", "y = F.one_hot(y, 10).float()\n" + _BOTH + _Z + _RETURN, ""),
    (
        "either form",
        "if y.dim() == 1:\n    y = F.one_hot(y, 10).float()\n" + _BOTH + _Z + _RETURN,
        "",
    ),
    ("integer rows to float", "y = y.float()\n" + _BOTH + _Z + _RETURN, ""),
    ("in brackets", _BOTH + _Z + "return (self.decode(z, y), *[mean_z, logvar_z])", ""),
    ("label by name", _BOTH.replace("x, y", "x, y=y") + _Z + _RETURN, ""),
    (
        "log-variance's root",
        _BOTH + "z = mean_z + logvar_z.sqrt() * torch.randn_like(mean_z)\n" + _RETURN,
        "A log-variance may be negative",
    ),
    ("no return", _BOTH + _Z + "self.decode(z, y), mean_z, logvar_z", "is there a return?"),
    ("by names", _BOTH + _Z + "return self.decode(z=z, y=y), mean_z, logvar_z", ""),
)

ANSWERS = filled(
    "06_cvae.ipynb", "forward", "ConditionalVAE", _FORWARDS, "cvae-forward-test", region=3
)
