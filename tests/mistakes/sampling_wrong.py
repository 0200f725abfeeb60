"""Wrong answers to sample_latent of notebook 02."""

from . import filled

# (name, code, a fragment of the message)
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
)

ANSWERS = filled("02_vae.ipynb", "sample", "VAE", _SAMPLERS, "vae-sampling-test")
