"""Right answers to sample_latent of notebook 02, written in other ways than the key's."""

from . import Answer, fill

# (name, code)
_SAMPLERS = (
    (
        "sampled while training",
        "if not self.training:\n"
        "    return mean_z\n"
        "return mean_z + torch.exp(0.5 * logvar_z) * torch.randn_like(mean_z)",
    ),
    ("expm1", "return mean_z + (torch.expm1(logvar_z / 2) + 1) * torch.randn_like(mean_z)"),
    (
        "einsum",
        "return mean_z + torch.einsum('bd,bd->bd', (logvar_z / 2).exp(), torch.randn_like(mean_z))",
    ),
    (
        "rsample",
        "return torch.distributions.Normal(mean_z, torch.exp(0.5 * logvar_z)).rsample()",
    ),
    ("minus noise", "return mean_z - torch.exp(0.5 * logvar_z) * torch.randn_like(mean_z)"),
    ("root of exp", "return mean_z + logvar_z.exp().sqrt() * torch.randn_like(logvar_z)"),
    ("exp to the half", "return torch.randn(mean_z.shape) * logvar_z.exp() ** 0.5 + mean_z"),
    (
        "torch.normal(0, 1)",
        "return mean_z + (logvar_z / 2).exp() * torch.normal(0.0, 1.0, mean_z.size())",
    ),
    (
        "numpy noise",
        "noise = np.random.standard_normal(tuple(mean_z.shape))\n"
        "return mean_z + torch.exp(logvar_z / 2) * torch.tensor(noise, dtype=mean_z.dtype)",
    ),
    (
        "normal_",
        "return mean_z + torch.exp(0.5 * logvar_z) * torch.empty_like(mean_z).normal_()",
    ),
    (
        "float64 inside",
        "noise = torch.randn(mean_z.shape, dtype=torch.float64)\n"
        "return (mean_z.double() + torch.exp(0.5 * logvar_z.double()) * noise).float()",
    ),
    (
        "to float",
        "mean_z, logvar_z = mean_z.float(), logvar_z.float()\n"
        "return (mean_z + torch.exp(0.5 * logvar_z) * torch.randn_like(mean_z)).float()",
    ),
    (
        "float64 result",
        "noise = torch.randn(mean_z.shape, dtype=torch.float64)\n"
        "return mean_z + torch.exp(0.5 * logvar_z.double()) * noise",
    ),
    (
        "addcmul",
        "return torch.addcmul(mean_z, torch.exp(0.5 * logvar_z), torch.randn_like(mean_z))",
    ),
    (
        "multivariate",
        "covariance = torch.diag_embed(logvar_z.exp())\n"
        "return torch.distributions.MultivariateNormal(mean_z, covariance).rsample()",
    ),
    (
        "standard normal object",
        "noise = torch.distributions.Normal(0.0, 1.0).sample(mean_z.shape)\n"
        "return mean_z + noise * torch.exp(0.5 * logvar_z)",
    ),
    (
        "own generator",
        "generator = torch.Generator()\n"
        "generator.seed()\n"
        "noise = torch.randn(mean_z.shape, generator=generator)\n"
        "return mean_z + torch.exp(0.5 * logvar_z) * noise",
    ),
    (
        "row by row",
        "z = [m + torch.exp(0.5 * v) * torch.randn(len(m)) for m, v in zip(mean_z, logvar_z)]\n"
        "return torch.stack(z)",
    ),
)

ANSWERS = tuple(
    Answer("02_vae.ipynb", "sample, " + name, fill("VAE", code)) for name, code in _SAMPLERS
)
