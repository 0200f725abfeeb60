"""The assignment as one table: every question with its notebook, its points and who decides about
them.
"""

from dataclasses import dataclass

NOTEBOOKS = (
    "01_data.ipynb",
    "02_vae.ipynb",
    "03_loss.ipynb",
    "04_training.ipynb",
    "05_latent_space.ipynb",
    "06_cvae.ipynb",
    "07_discussion.ipynb",
)
_DATA, _VAE, _LOSS, _TRAINING, _LATENT, _CVAE, _DISCUSSION = NOTEBOOKS

# The notebook that defines each name with a fixed signature.
ANSWERS = {
    "VAE": _VAE,
    "reconstruction_loss": _LOSS,
    "kl_loss": _LOSS,
    "loss_function": _LOSS,
    "train": _TRAINING,
    "test": _TRAINING,
    "plot_latent": _LATENT,
    "scatterplot_latent": _LATENT,
    "ConditionalVAE": _CVAE,
    "train_cvae": _CVAE,
    "test_cvae": _CVAE,
    "plot_latent_cvae": _CVAE,
    "scatterplot_latent_cvae": _CVAE,
}


@dataclass(frozen=True)
class Task:
    """One question.

    `id` is its grade_id; `kind` is "auto" (checks decide), "manual" or "target" (a reached loss).
    """

    id: str
    question: str
    title: str
    notebook: str
    points: int
    kind: str


TASKS = (
    Task("vae-activation-test", "10.2a", "final activation", _VAE, 1, "auto"),
    Task("vae-sampling-test", "10.2a", "reparameterised sample", _VAE, 1, "auto"),
    Task("logvar-question", "10.2b", "why log-variance, not σ", _VAE, 1, "manual"),
    Task("kl-loss-formula-test", "10.3a", "closed form of one term", _LOSS, 1, "auto"),
    Task("kl-loss-reduction-test", "10.3a", "sum over latent, mean over batch", _LOSS, 1, "auto"),
    Task("train-test", "10.4a", "train", _TRAINING, 1, "auto"),
    Task("evaluate-test", "10.4a", "test", _TRAINING, 1, "auto"),
    Task("loss-target", "10.4b", "train; both losses about 5", _TRAINING, 0, "target"),
    Task("latent-size-question", "10.4c", "more latent dimensions", _TRAINING, 1, "manual"),
    Task("plot-latent-test", "10.5a", "plot_latent", _LATENT, 1, "auto"),
    Task("classify-question", "10.5b", "classify from z?", _LATENT, 1, "manual"),
    Task("retrain-question", "10.5c", "retrain: same space?", _LATENT, 1, "manual"),
    Task("scatterplot-latent-test", "10.5d", "scatterplot_latent", _LATENT, 1, "auto"),
    Task("compare-plots-question", "10.5e", "how the plots relate", _LATENT, 1, "manual"),
    Task(
        "scatter-information-question", "10.5f", "what only the scatter shows", _LATENT, 1, "manual"
    ),
    Task("latent-prior-question", "10.5g", "expected distribution", _LATENT, 1, "manual"),
    Task("latent-match-question", "10.5h", "does it match?", _LATENT, 1, "manual"),
    Task("cvae-encoder-test", "10.6a", "encoder uses image and label", _CVAE, 1, "auto"),
    Task("cvae-decoder-test", "10.6a", "decoder uses latent and label", _CVAE, 1, "auto"),
    Task(
        "cvae-forward-test",
        "10.6a",
        "forward: sampling, order, activation, own label",
        _CVAE,
        1,
        "auto",
    ),
    Task("train-cvae-test", "10.6b", "train_cvae, test_cvae", _CVAE, 1, "auto"),
    Task("cvae-loss-target", "10.6c", "train; losses about 4.1", _CVAE, 0, "target"),
    Task("plot-latent-cvae-test", "10.6d", "plot_latent_cvae, shown for 4 and 8", _CVAE, 1, "auto"),
    Task("cvae-latent-question", "10.6e", "what z means, per label", _CVAE, 1, "manual"),
    Task("scatterplot-latent-cvae-test", "10.6f", "scatterplot_latent_cvae", _CVAE, 1, "auto"),
    Task("cvae-distribution-question", "10.6g", "how it differs, why", _CVAE, 1, "manual"),
    Task("cvae-classify-question", "10.6h", "classify from z?", _CVAE, 1, "manual"),
    Task("cvae-style-question", "10.6i", "change the label, keep the style", _CVAE, 1, "manual"),
    Task("strict-improvement-question", "10.7a", "strict improvement?", _DISCUSSION, 1, "manual"),
    Task("gan-comparison-question", "10.7b", "z of a VAE and of a GAN", _DISCUSSION, 1, "manual"),
)

AUTO = tuple(task for task in TASKS if task.kind == "auto")
TARGETS = tuple(
    task for task in TASKS if task.kind == "target"
)  # judged from weights, worth no points
_BY_ID = {task.id: task for task in TASKS}
_PLACES = {task.id: place for place, task in enumerate(TASKS)}


def task(task_id: str) -> Task:
    """The task with this grade_id. Raises KeyError."""
    return _BY_ID[task_id]


def place(task: Task) -> int:
    """Where a task stands in the assignment, from 0; -1 for one that is not in it."""
    return _PLACES.get(task.id, -1)
