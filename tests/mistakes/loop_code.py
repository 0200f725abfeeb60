"""Code that the answers to the training loop and to the test loop share."""

FORWARD = "recon_x, mean_z, logvar_z = model({call})\n"
LOSS = "loss, recon, kl = loss_function(recon_x, x, mean_z, logvar_z)\n"


def for_model(code: str, conditional: bool) -> str:
    """Fill in {call}, {label}, {named} and {other}, for the VAE or the conditional VAE."""
    words = {"call": "x", "label": "", "named": "", "other": "vae"}
    if conditional:
        words = {"call": "x, y", "label": ", y", "named": ", y=y", "other": "cvae"}
    for name, word in words.items():
        code = code.replace("{" + name + "}", word)
    return code
