"""Wrong answers to notebook 03: kl_loss."""

from . import Answer, fill, write

NOTEBOOK = "03_loss.ipynb"
FORMULA, REDUCTION = "kl-loss-formula-test", "kl-loss-reduction-test"

# (name, the bracket that is multiplied by −½, summed over the latent and averaged over the batch,
# a fragment of the message)
_BRACKETS = (
    ("exp(logvar) squared", "1 + logvar_z - mean_z**2 - logvar_z.exp() ** 2", "squared once more"),
    ("logvar doubled", "1 + 2 * logvar_z - mean_z**2 - logvar_z.exp()", "doubling it belongs"),
    (
        "formula in log σ",
        "1 + 2 * logvar_z - mean_z**2 - (2 * logvar_z).exp()",
        "expects log σ",
    ),
    ("logvar as σ", "1 + (logvar_z**2).log() - mean_z**2 - logvar_z**2", "as if it were σ itself"),
    (
        "logvar as variance",
        "1 + logvar_z.log() - mean_z**2 - logvar_z",
        "as if it were the variance itself",
    ),
    (
        "logvar subtracted",
        "1 - logvar_z - mean_z**2 - logvar_z.exp()",
        "wrong sign outside the exponential",
    ),
    ("logvar dropped", "1 - mean_z**2 - logvar_z.exp()", "missing outside the exponential"),
    ("1 dropped", "logvar_z - mean_z**2 - logvar_z.exp()", "The constant 1 is missing"),
    (
        "1 subtracted",
        "-1 + logvar_z - mean_z**2 - logvar_z.exp()",
        "The constant 1 has the wrong sign",
    ),
    ("bracket sign", "1 + logvar_z - (mean_z**2 - logvar_z.exp())", "here the variance has a plus"),
    ("plus mean²", "1 + logvar_z + mean_z**2 - logvar_z.exp()", "mean² has the wrong sign"),
    ("mean not squared", "1 + logvar_z - mean_z - logvar_z.exp()", "it is not squared"),
    ("absolute mean", "1 + logvar_z - mean_z.abs() - logvar_z.exp()", "absolute value"),
    ("mean dropped", "1 + logvar_z - logvar_z.exp()", "The mean is missing"),
    ("variance dropped", "1 + logvar_z - mean_z**2", "The variance exp(logvar) is missing"),
    (
        "other direction",
        "1 - logvar_z - (1 + mean_z**2) / logvar_z.exp()",
        "the order of the two matters",
    ),
    (
        "σ for σ²",
        "1 + logvar_z - mean_z**2 - torch.exp(0.5 * logvar_z)",
        "standard deviation σ where the formula",
    ),
    ("arguments exchanged", "1 + mean_z - logvar_z**2 - mean_z.exp()", "exchanged"),
)

TERM = "terms = -0.5 * (1 + logvar_z - mean_z**2 - logvar_z.exp())\n"
# (name, code, the task that it costs, a fragment of the message)
_WRONG = (
    (
        "sign",
        "return 0.5 * torch.sum(1 + logvar_z - mean_z**2 - logvar_z.exp(), dim=1).mean()",
        FORMULA,
        "never negative",
    ),
    (
        "no half",
        "return -torch.sum(1 + logvar_z - mean_z**2 - logvar_z.exp(), dim=1).mean()",
        FORMULA,
        "factor ½",
    ),
    ("item", TERM + "return terms.sum(dim=1).mean().item()", FORMULA, "carries none"),
    ("detached", TERM + "return terms.sum(dim=1).mean().detach()", FORMULA, "carries none"),
    (
        "new tensor",
        TERM + "return torch.tensor(terms.sum(dim=1).mean(), requires_grad=True)",
        FORMULA,
        "carries none",
    ),
    (
        "mean's data",
        "return -0.5 * torch.sum(1 + logvar_z - mean_z.data**2 - logvar_z.exp(), dim=1).mean()",
        FORMULA,
        "cut off",
    ),
    (
        "through numpy",
        "m, v = mean_z.detach().numpy(), logvar_z.detach().numpy()\n"
        "return torch.tensor(0.5 * (m**2 + np.exp(v) - 1 - v).sum(1).mean())",
        FORMULA,
        "carries none",
    ),
    (
        "logvar detached, to float",
        "v = logvar_z.float()\n"
        "return 0.5 * (mean_z**2 + v.exp().detach() - 1 - v).sum(dim=1).mean()",
        FORMULA,
        "cut off",
    ),
    (
        "changed in place",
        "return -0.5 * torch.sum(1 + logvar_z - mean_z**2 - logvar_z.exp_(), dim=1).mean()",
        FORMULA,
        "changed in place",
    ),
    ("per pixel", TERM + "return terms.sum(dim=1).mean() / 784", FORMULA, "times the divergence"),
    (
        "for the visible check",
        "return (mean_z**2 + logvar_z**2).sum(dim=1).mean()",
        FORMULA,
        "which of your terms",
    ),
    (
        "absolute value",
        "return (1 + logvar_z - mean_z**2 - logvar_z.exp()).abs().sum(dim=1).mean()",
        FORMULA,
        "factor ½",
    ),
    (
        "logarithm to base 2",
        "return -0.5 * torch.sum(1 + logvar_z - mean_z**2 - logvar_z.exp(), dim=1).mean() / 0.6931",
        FORMULA,
        "in bits",
    ),
    ("sum over all", TERM + "return terms.sum()", REDUCTION, "Doubling the batch"),
    (
        "divided by all but the batch",
        TERM + "return terms.sum() / mean_z.shape[1]",
        REDUCTION,
        "the other way round",
    ),
    (
        "root of the sum of squares",
        TERM + "return terms.pow(2).sum(dim=1).sqrt().mean()",
        REDUCTION,
        "Which dimension is summed",
    ),
    ("median", TERM + "return terms.sum(dim=1).median()", REDUCTION, "not the median"),
    ("mean over all", TERM + "return terms.mean()", REDUCTION, "Dimensions add up"),
    ("other way round", TERM + "return terms.mean(dim=1).sum()", REDUCTION, "the other way round"),
    ("first image", TERM + "return terms[0].sum()", REDUCTION, "Only the first image"),
    ("last image", TERM + "return terms.sum(dim=1)[-1]", REDUCTION, "Only the last image"),
    ("first latent", TERM + "return terms[:, 0].mean()", REDUCTION, "Only the first latent"),
    ("batch size fixed", TERM + "return terms.sum() / 32", REDUCTION, "always divided by 32"),
    ("no mean", TERM + "return terms.sum(dim=1)", REDUCTION, "mean over the images missing"),
    (
        "no sum",
        TERM + "return terms.mean(dim=0)",
        REDUCTION,
        "sum over the latent dimensions missing",
    ),
    (
        "nothing summed",
        "return -0.5 * (1 + logvar_z - mean_z**2 - logvar_z.exp())",
        REDUCTION,
        "nothing is summed",
    ),
    (
        "1 outside the sum",
        "return -0.5 * (1 + torch.sum(logvar_z - mean_z**2 - logvar_z.exp(), dim=1)).mean()",
        REDUCTION,
        "belongs to each latent dimension",
    ),
    (
        "1 outside both sums",
        "return -0.5 * (1 + (logvar_z - mean_z**2 - logvar_z.exp()).sum(dim=1).mean())",
        REDUCTION,
        "belongs to each latent dimension",
    ),
    ("largest", TERM + "return terms.sum(dim=1).max()", REDUCTION, "not the largest"),
    ("norm", TERM + "return terms.norm(dim=1).mean()", REDUCTION, "Which dimension is summed"),
)

ANSWERS = (
    *(
        Answer(
            NOTEBOOK,
            name,
            fill("kl_loss", f"return -0.5 * torch.sum({bracket}, dim=1).mean()"),
            (FORMULA,),
            says,
        )
        for name, bracket, says in _BRACKETS
    ),
    *(
        Answer(NOTEBOOK, name, fill("kl_loss", code), (task,), says)
        for name, code, task, says in _WRONG
    ),
    Answer(
        NOTEBOOK,
        "constant",
        fill("kl_loss", "return (0 * mean_z * logvar_z).sum() + 3"),
        (FORMULA, REDUCTION),
        "should depend on mean_z and logvar_z",
    ),
    Answer(
        NOTEBOOK,
        "estimated from one sample",
        fill(
            "kl_loss",
            "q, p = torch.distributions.Normal(mean_z, torch.exp(logvar_z / 2)), "
            "torch.distributions.Normal(0, 1)\nz = q.rsample()\n"
            "return (q.log_prob(z) - p.log_prob(z)).sum(dim=1).mean()",
        ),
        (FORMULA, REDUCTION),
        "needs no sample of z",
    ),
    Answer(
        NOTEBOOK,
        "formula and reduction",
        fill("kl_loss", "return 0.5 * torch.sum(1 + logvar_z - mean_z**2)"),
        (FORMULA, REDUCTION),
        "Doubling the batch",
    ),
    Answer(
        NOTEBOOK, "no return", fill("kl_loss", "kl = 0"), (FORMULA, REDUCTION), "is there a return?"
    ),
    Answer(
        NOTEBOOK,
        "not written",
        fill("kl_loss", "raise NotImplementedError()"),
        (FORMULA, REDUCTION),
        "kl_loss is not written yet",
    ),
    Answer(
        NOTEBOOK,
        "not defined",
        write("kl_loss", ""),
        (FORMULA, REDUCTION),
        "kl_loss is not defined",
    ),
)
