"""Table of the checks that decide each task; all of them must pass for its points."""

from typing import Any

from ..probes.student import InProcess
from . import (
    activation,
    cvae_activation,
    cvae_encoder_decoder,
    cvae_forward,
    evaluation,
    latent_map,
    latent_scatter,
    losses,
    losses_reduction,
    sampling,
    training,
)
from .outcome import Check

# grade_id → the checks, in the order in which a student reads them
CHECKS: dict[str, tuple[Check, ...]] = {
    "vae-activation-test": (
        activation.image_shape,
        activation.pixel_range,
        activation.pixel_activation,
        activation.decoder_learning,
    ),
    "vae-sampling-test": (
        sampling.sample_shape,
        sampling.distribution,
        sampling.independence,
        sampling.sample_gradient,
    ),
    "kl-loss-formula-test": (
        losses.closed_form,
        losses.kl_gradient,
    ),
    "kl-loss-reduction-test": (losses_reduction.reduction,),
    "train-test": (
        training.train_parameters,
        training.train_defaults,
        training.train_averages,
        training.train_evaluation,
    ),
    "evaluate-test": (
        evaluation.test_averages,
        evaluation.test_leaves_model,
    ),
    "plot-latent-test": (latent_map.plot_picture,),
    "scatterplot-latent-test": (
        latent_scatter.scatter_points,
        latent_scatter.scatter_colours,
    ),
    "cvae-encoder-test": (
        cvae_encoder_decoder.encoder_shape,
        cvae_encoder_decoder.encoder_inputs,
        cvae_encoder_decoder.encoder_classes,
        cvae_encoder_decoder.encoder_heads,
        cvae_encoder_decoder.encoder_learning,
    ),
    "cvae-decoder-test": (
        cvae_encoder_decoder.decoder_shape,
        cvae_encoder_decoder.decoder_inputs,
        cvae_encoder_decoder.decoder_classes,
        cvae_encoder_decoder.decoder_learning,
    ),
    "cvae-forward-test": (
        cvae_forward.forward_order,
        cvae_forward.forward_labels,
        cvae_forward.forward_sampling,
        cvae_forward.forward_gradient,
        cvae_activation.forward_pixel_range,
        cvae_activation.forward_activation,
    ),
    "train-cvae-test": (
        training.train_cvae_parameters,
        training.train_cvae_averages,
        training.train_cvae_evaluation,
        training.train_cvae_labels,
        evaluation.test_cvae_averages,
        evaluation.test_cvae_leaves_model,
    ),
    "plot-latent-cvae-test": (
        latent_map.plot_cvae_picture,
        latent_map.plot_cvae_label,
    ),
    "scatterplot-latent-cvae-test": (
        latent_scatter.scatter_cvae_points,
        latent_scatter.scatter_cvae_colours,
    ),
}


def assert_task(task_id: str, namespace: dict[str, Any]) -> None:
    """Run a task's checks on a notebook's globals; for the hidden tests of the notebooks.

    Args:
        task_id: grade_id of the task.
        namespace: where the student's definitions are.

    Raises:
        AssertionError: with a line "name: message" for each failed check.
    """
    student = InProcess(namespace)
    outcomes = [check(student) for check in CHECKS[task_id]]
    failed = [f"{outcome.name}: {outcome.message}" for outcome in outcomes if not outcome.passed]
    if failed:
        raise AssertionError("\n".join(failed))
