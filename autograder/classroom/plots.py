"""Which plots a question speaks of, and where a student's notebook has them."""

from dataclasses import dataclass

# The functions that draw what a task speaks of.
PLOTS = {
    "loss-target": ("train",),
    "plot-latent-test": ("plot_latent",),
    "classify-question": ("plot_latent",),
    "retrain-question": ("plot_latent",),
    "scatterplot-latent-test": ("scatterplot_latent",),
    "compare-plots-question": ("plot_latent", "scatterplot_latent"),
    "scatter-information-question": ("plot_latent", "scatterplot_latent"),
    "latent-prior-question": ("scatterplot_latent",),
    "latent-match-question": ("scatterplot_latent",),
    "cvae-loss-target": ("train_cvae",),
    "plot-latent-cvae-test": ("plot_latent_cvae",),
    "cvae-latent-question": ("plot_latent_cvae",),
    "scatterplot-latent-cvae-test": ("scatterplot_latent_cvae",),
    "cvae-distribution-question": ("scatterplot_latent_cvae", "scatterplot_latent"),
    "cvae-classify-question": ("scatterplot_latent_cvae",),
    "cvae-style-question": ("plot_latent_cvae",),
}


@dataclass(frozen=True)
class Plots:
    """Plots that a question speaks of.

    notebook: its name without ending.
    after: the grade_id of the cell below which they are drawn, up to the next cell with a grade_id.
    count: how many of them.
    """

    notebook: str
    after: str
    count: int = 1


# The function → where it is called, in the notebook that defines it.
PLACES = {
    "train": Plots("04_training", "train-test"),
    "plot_latent": Plots("05_latent_space", "plot-latent-test"),
    "scatterplot_latent": Plots("05_latent_space", "scatterplot-latent-test"),
    "train_cvae": Plots("06_cvae", "train-cvae-test"),
    "plot_latent_cvae": Plots("06_cvae", "plot-latent-cvae-test", 2),
    "scatterplot_latent_cvae": Plots("06_cvae", "scatterplot-latent-cvae-test"),
}
