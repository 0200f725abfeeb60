"""Right answers to kl_loss of notebook 03, written in other ways than the key's."""

from . import Answer, fill, swap, write
from .losses import NOTEBOOK, TERM

_SUMMED = "return terms.sum(dim=1).mean()"
# (name, code)
_RIGHT = (
    ("sum then divide", TERM + "return terms.sum() / mean_z.shape[0]"),
    ("both at once", TERM + "return torch.sum(terms, dim=(0, 1)) / len(mean_z)"),
    (
        "one half of the minus",
        "return 0.5 * (mean_z**2 + logvar_z.exp() - 1 - logvar_z).sum(dim=-1).mean()",
    ),
    (
        "dimension after the sum",
        (
            "return 0.5 * (torch.sum(mean_z**2 + logvar_z.exp() - logvar_z, dim=1) - "
            "mean_z.shape[1]).mean()"
        ),
    ),
    ("mean then times D", TERM + "return terms.mean() * mean_z.shape[1]"),
    ("mean over images first", TERM + "return terms.mean(dim=0).sum()"),
    (
        "kl_divergence",
        "q = torch.distributions.Normal(mean_z, (0.5 * logvar_z).exp())\n"
        "p = torch.distributions.Normal(torch.zeros_like(mean_z), torch.ones_like(mean_z))\n"
        "return torch.distributions.kl_divergence(q, p).sum(dim=1).mean()",
    ),
    (
        "multivariate",
        "q = torch.distributions.MultivariateNormal(mean_z, torch.diag_embed(logvar_z.exp()))\n"
        "size = mean_z.shape[1]\n"
        "p = torch.distributions.MultivariateNormal(mean_z.new_zeros(size), torch.eye(size, "
        "dtype=mean_z.dtype))\n"
        "return torch.distributions.kl_divergence(q, p).mean()",
    ),
    ("shape (1,)", TERM + "return terms.sum(dim=1).mean(dim=0, keepdim=True)"),
    (
        "loop over dimensions",
        TERM + "total = 0\nfor d in range(mean_z.shape[1]):\n    total = total + terms[:, d]\n"
        "return total.mean()",
    ),
    ("einsum", TERM + "return torch.einsum('bd->', terms) / len(terms)"),
    ("expm1", "return 0.5 * (mean_z**2 + torch.expm1(logvar_z) - logvar_z).sum(dim=1).mean()"),
    (
        "entropy and cross entropy",
        "c = math.log(2 * math.pi)\n"
        "entropy = 0.5 * (1 + c + logvar_z).sum(dim=1)\n"
        "cross = 0.5 * (c + mean_z**2 + logvar_z.exp()).sum(dim=1)\n"
        "return (cross - entropy).mean()",
    ),
    (
        "image by image",
        "total = 0.0\n"
        "for m, v in zip(mean_z, logvar_z):\n"
        "    total = total + 0.5 * (m @ m + v.exp().sum() - v.sum() - len(m))\n"
        "return total / len(mean_z)",
    ),
    (
        "in double",
        (
            "m, v = mean_z.double(), logvar_z.double()\n"
            "return 0.5 * (m**2 + v.exp() - 1 - v).sum(1).mean()"
        ),
    ),
    ("inputs to float", "mean_z, logvar_z = mean_z.float(), logvar_z.float()\n" + TERM + _SUMMED),
    ("result to float", TERM + _SUMMED + ".float()"),
    ("result to double", TERM + _SUMMED + ".double()"),
    (
        "one input to float",
        "return 0.5 * (mean_z.float() ** 2 + logvar_z.exp() - 1 - logvar_z).sum(dim=1).mean()",
    ),
    (
        "new tensors of the default type",
        "m, v = mean_z.type(torch.float32), logvar_z.to(torch.get_default_dtype())\n"
        "return 0.5 * (m**2 + v.exp() - 1 - v).sum() / m.size(0)",
    ),
    (
        "σ² by a variable",
        "variance = torch.exp(logvar_z)\n"
        "return torch.mean(torch.sum((variance + mean_z.pow(2) - 1 - torch.log(variance)) / 2, 1))",
    ),
)

_DECORATED = """
    import functools

    def averaged(function):
        @functools.wraps(function)
        def over_images(*args, **kwargs):
            return function(*args, **kwargs).mean()
        return over_images

    @averaged
    def kl_loss(mean_z, logvar_z):
        return 0.5 * (mean_z**2 + logvar_z.exp() - 1 - logvar_z).sum(dim=1)
    """

ANSWERS = (
    *(Answer(NOTEBOOK, name, fill("kl_loss", code)) for name, code in _RIGHT),
    Answer(NOTEBOOK, "own names", swap("kl_loss", ("mean_z", "mu"), ("logvar_z", "log_variance"))),
    Answer(
        NOTEBOOK,
        "decorated",
        write("kl_loss", _DECORATED),
    ),
    Answer(
        NOTEBOOK,
        "lambda",
        write("kl_loss", "kl_loss = lambda m, v: (m**2 + v.exp() - 1 - v).sum(1).mean() / 2"),
    ),
)
