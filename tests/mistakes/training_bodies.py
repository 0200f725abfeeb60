"""Bodies of the inner loop of train and train_cvae."""

from .loop_code import FORWARD, LOSS

_UPDATE = "loss.backward()\noptimizer.step()"
_ZERO = "optimizer.zero_grad()\n"
_WITH_C = FORWARD.replace("{call}", "x, c")

# The body of train's inner loop: (name, code, a fragment of the message; "" for a right answer).
# {call} is what the model is called with, {label} what follows a latent, {named} the same by name,
# {other} a global model.
BODIES = (
    ("no zero_grad", FORWARD + LOSS + _UPDATE, "Gradients add up"),
    (
        "zero_grad between",
        FORWARD + LOSS + "loss.backward()\n" + _ZERO + "optimizer.step()",
        "Nothing was learned",
    ),
    ("no step", _ZERO + FORWARD + LOSS + "loss.backward()", "Nothing was learned"),
    ("no backward", _ZERO + FORWARD + LOSS + "optimizer.step()", "they are unchanged"),
    (
        "reconstruction only",
        _ZERO + FORWARD + LOSS + "recon.backward()\noptimizer.step()",
        "Only the reconstruction loss",
    ),
    ("KL only", _ZERO + FORWARD + LOSS + "kl.backward()\noptimizer.step()", "Only the KL loss"),
    (
        "maximised",
        _ZERO + FORWARD + LOSS + "(-loss).backward()\noptimizer.step()",
        "was maximised",
    ),
    (
        "x and recon_x exchanged",
        _ZERO
        + FORWARD
        + "loss, recon, kl = loss_function(x, recon_x, mean_z, logvar_z)\n"
        + _UPDATE,
        "x and recon_x are exchanged",
    ),
    (
        "mean and logvar exchanged",
        _ZERO
        + FORWARD
        + "loss, recon, kl = loss_function(recon_x, x, logvar_z, mean_z)\n"
        + _UPDATE,
        "mean_z and logvar_z are exchanged",
    ),
    ("evaluation mode", "model.eval()\n" + _ZERO + FORWARD + LOSS + _UPDATE, "evaluation mode"),
    (
        "another model",
        _ZERO + FORWARD.replace("model", "{other}") + LOSS + _UPDATE,
        "is a global one",
    ),
    (
        "order of the parts",
        _ZERO
        + FORWARD
        + "loss, kl, recon = loss_function(recon_x, x, mean_z, logvar_z)\n"
        + _UPDATE,
        "The order is loss, reconstruction, KL",
    ),
    ("not written", "raise NotImplementedError()", "is not written yet"),
    (
        "misspelled",
        _ZERO + FORWARD + LOSS + "loss.backwards()\noptimizer.step()",
        "AttributeError",
    ),
    (
        "returned from the loop",
        _ZERO + FORWARD + LOSS + _UPDATE + "\nreturn loss, recon, kl",
        "first batch",
    ),
    (
        "sum of the parts",
        _ZERO + FORWARD + LOSS + "(recon + kl).backward()\noptimizer.step()",
        "",
    ),
    ("zero_grad after step", FORWARD + LOSS + _UPDATE + "\n" + _ZERO, ""),
    ("model.zero_grad", "model.zero_grad()\n" + FORWARD + LOSS + _UPDATE, ""),
    (
        "zeroed in place",
        "optimizer.zero_grad(set_to_none=False)\n" + FORWARD + LOSS + _UPDATE,
        "",
    ),
    ("loss to float", _ZERO + FORWARD + LOSS + "loss.float().backward()\noptimizer.step()", ""),
    ("loss to double", _ZERO + FORWARD + LOSS + "loss.double().backward()\noptimizer.step()", ""),
    (
        "images to float",
        "x = x.type(torch.float32)\n" + _ZERO + FORWARD + LOSS + _UPDATE,
        "",
    ),
    (
        "by names",
        _ZERO
        + "recon_x, mean_z, logvar_z = model(x=x{named})\n"
        + "loss, recon, kl = loss_function(recon_x=recon_x, x=x, mean_z=mean_z, "
        + "logvar_z=logvar_z)\n"
        + _UPDATE,
        "",
    ),
    (
        "too many arguments",
        _ZERO + "recon_x, mean_z, logvar_z = model({call}, x)\n" + LOSS + _UPDATE,
        "it got",
    ),
    (
        "outputs together",
        _ZERO
        + "recon_x = model({call})\nloss, recon, kl = loss_function(recon_x, x, x, x)\n"
        + _UPDATE,
        "three values. Take them apart",
    ),
    (
        "two outputs",
        _ZERO
        + "recon_x, mean_z = model({call})\nloss = (recon_x - x).sum()\nrecon = kl = loss\n"
        + _UPDATE,
        "more or fewer than the values",
    ),
    (
        "loss of each pixel",
        _ZERO + FORWARD + "loss = (recon_x - x) ** 2\nrecon = kl = loss\n" + _UPDATE,
        "is a sum or a mean missing?",
    ),
    (
        "zero_grad after the loop",
        FORWARD + LOSS + _UPDATE + "\nif x.shape[0] < 3:\n    optimizer.zero_grad()",
        "Gradients add up",
    ),
    (
        "loss written out",
        _ZERO + FORWARD + "recon = F.binary_cross_entropy(recon_x, x, reduction='sum') / len(x)\n"
        "kl = 0.5 * (mean_z**2 + logvar_z.exp() - logvar_z - 1).sum(dim=1).mean()\nloss = recon + "
        "kl\n" + _UPDATE,
        "",
    ),
    (
        "starred",
        _ZERO
        + "recon_x, *latent = model({call})\n"
        + "loss, recon, kl = loss_function(recon_x, x, *latent)\n"
        + _UPDATE,
        "",
    ),
)

# The body where the model's parts are called one by one.
PARTS = (
    (
        "parts by names",
        _ZERO + "mean_z, logvar_z = model.encode(x=x{named})\n"
        "z = model.sample_latent(mean_z=mean_z, logvar_z=logvar_z)\n"
        "recon_x = model.decode(z=z{named})\n" + LOSS + _UPDATE,
        "",
    ),
    (
        "called part by part",
        _ZERO + "mean_z, logvar_z = model.encode({call})\n"
        "z = model.sample_latent(mean_z, logvar_z)\nrecon_x = model.decode(z{label})\n"
        + LOSS
        + _UPDATE,
        "",
    ),
    (
        "decodes the mean",
        _ZERO
        + "mean_z, logvar_z = model.encode({call})\nrecon_x = model.decode(mean_z{label})\n"
        + LOSS
        + _UPDATE,
        "The decoder got mean_z",
    ),
)

# The body with labels in other forms, for the conditional model only; y are whole numbers (batch,).
_ROWS = "y = F.one_hot(y, 10).float().to(device)\n"
LABELS = (
    (
        "label by name",
        _ROWS + _ZERO + FORWARD.replace("{call}", "x, y=y") + LOSS + _UPDATE,
        "",
    ),
    (
        "label by own name",
        _ROWS + _ZERO + FORWARD.replace("{call}", "x, labels=y") + LOSS + _UPDATE,
        "",
    ),
    ("rows of another name", _ROWS.replace("y =", "c =") + _ZERO + _WITH_C + LOSS + _UPDATE, ""),
    ("rows of eye", "y = torch.eye(10)[y]\n" + _ZERO + FORWARD + LOSS + _UPDATE, ""),
    (
        "labels reversed, by name",
        _ROWS + _ZERO + FORWARD.replace("{call}", "x, label=y.flip(0)") + LOSS + _UPDATE,
        "in another order",
    ),
    (
        "zeros one-hot",
        "y = F.one_hot(0 * y, 10).float()\n" + _ZERO + FORWARD + LOSS + _UPDATE,
        "The label was 0",
    ),
    (
        "zeros for one-hot rows",
        "y = torch.zeros(len(y), 10)\n" + _ZERO + FORWARD + LOSS + _UPDATE,
        "one-hot rows",
    ),
    (
        "labels twice",
        _ROWS + _ZERO + FORWARD.replace("{call}", "x, y, labels=y") + LOSS + _UPDATE,
        "it got 3 arguments",
    ),
    (
        "no label",
        _ZERO + "recon_x, mean_z, logvar_z = model(x)\n" + LOSS + _UPDATE,
        "should be called with x and y",
    ),
    (
        "zeros as labels",
        "y = torch.zeros_like(y)\n" + _ZERO + FORWARD + LOSS + _UPDATE,
        "The label was 0",
    ),
    (
        "labels reversed",
        "y = y.flip(0)\n" + _ROWS + _ZERO + FORWARD + LOSS + _UPDATE,
        "in another order",
    ),
    (
        "labels shuffled",
        "y = y[torch.arange(len(y)).roll(1)]\n" + _ROWS + _ZERO + FORWARD + LOSS + _UPDATE,
        "in another order",
    ),
    (
        "random labels",
        "y = torch.randint(0, 10, y.shape)\n" + _ROWS + _ZERO + FORWARD + LOSS + _UPDATE,
        "which are not those of a batch",
    ),
    (
        "labels of the first batch",
        "y = next(iter(train_iter))[1][:len(x)]\n" + _ROWS + _ZERO + FORWARD + LOSS + _UPDATE,
        "labels of other images",
    ),
    (
        "labels in a column",
        "y = y.reshape(-1, 1)\n" + _ZERO + FORWARD + LOSS + _UPDATE,
        "one-hot rows",
    ),
)
