"""Tests of `target` and `bands`: measured runs, the bands from them, tables and exit codes."""

import dataclasses
import io
import json
import math
import statistics

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from scipy.stats import t
from typer.testing import CliRunner

from autograder.__main__ import app
from autograder.assignment import TARGETS
from autograder.target import bands
from autograder.target import command as target_command
from autograder.target.tables import bands_table, runs_table
from autograder.target.training import MODELS, QUANTITIES, Run, pick_device, train_runs

RUN = Run(
    model="VAE",
    seed=0,
    device="cpu",
    epochs=10,
    images=60_000,
    train_loss=4.671,
    train_reconstruction=4.475,
    train_kl=0.196,
    test_loss=4.691,
    test_reconstruction=4.494,
    test_kl=0.197,
)


def runs_with(test_losses, model="VAE", device="cpu"):
    """Runs with the seeds 0, 1, 2, ... and these test losses."""
    return [
        dataclasses.replace(RUN, model=model, device=device, seed=seed, test_loss=loss)
        for seed, loss in enumerate(test_losses)
    ]


@given(st.lists(st.floats(4, 5), min_size=2, max_size=9), st.floats(1e-4, 0.3))
def test_a_band_is_the_prediction_interval_of_students_t(values, rate):
    band, n = bands.compute_band(values, rate), len(values)
    if band.spread > 1e-9:
        t_value = (band.highest - band.mean) / (band.spread * math.sqrt(1 + 1 / n))
        assert 2 * t.sf(t_value, n - 1) == pytest.approx(rate, rel=1e-6)
    assert band.mean == pytest.approx(statistics.fmean(values))
    assert band.highest - band.mean == pytest.approx(band.mean - band.lowest, abs=1e-9)


def test_the_next_run_falls_outside_as_often_as_the_band_says():
    import numpy as np

    rng, rate = np.random.default_rng(0), 0.05
    draws = rng.normal(4.7, 0.02, (2_000, 6))
    missed = sum(not bands.compute_band(list(row[:5]), rate).contains(row[5]) for row in draws)
    assert abs(missed - 2_000 * rate) < 6 * math.sqrt(2_000 * rate * (1 - rate))


def test_too_few_seeds_leave_the_bands_of_the_assignments_own_cells():
    found = bands.compute_bands(
        "VAE", runs_with([4.6, 4.7, 4.8, 4.7]) + runs_with([4.1] * 9, "CVAE")
    )
    assert {band.false_fail_rate for band in found.values()} == {None}
    assert found["test_kl"] == bands.Band(*TARGETS["loss-target"].kl, runs=4)
    assert found["train_reconstruction"] == bands.Band(
        *TARGETS["loss-target"].reconstruction, runs=4
    )
    assert "test_loss" not in found, "the cells limit reconstruction and KL apart"


def test_a_seed_counts_once_and_only_complete_runs_count():
    cpu, cuda = runs_with([4.6, 4.7, 4.8, 4.7, 4.65]), runs_with([9.0] * 5, device="cuda")
    short = [dataclasses.replace(RUN, seed=seed, epochs=1, test_loss=11.0) for seed in range(5, 9)]
    found = bands.compute_bands("VAE", cuda + short + cpu)["test_loss"]
    assert (found.runs, found.mean) == (5, pytest.approx(4.69))
    share = bands.FALSE_FAIL_RATE / (len(QUANTITIES) * len(MODELS))
    assert found == bands.compute_band([4.6, 4.7, 4.8, 4.7, 4.65], share)


def test_the_table_of_the_repository_is_well_formed_and_inside_its_own_bands():
    runs = bands.read_runs()
    assert len({(run.device, run.model, run.seed) for run in runs}) == len(runs)
    for run in runs:
        assert run.complete and bands.find_missed_bands(run) == {}
        assert run.train_loss == pytest.approx(run.train_reconstruction + run.train_kl, abs=2e-3)
        assert run.test_loss == pytest.approx(run.test_reconstruction + run.test_kl, abs=2e-3)


losses = st.floats(0, 20).map(lambda x: round(x, 5))
some_runs = st.builds(
    Run,
    model=st.sampled_from(list(MODELS)),
    seed=st.integers(0, 99),
    device=st.sampled_from(["cpu", "cuda"]),
    epochs=st.just(10),
    images=st.just(60_000),
    **{name: losses for name in QUANTITIES},
    seconds=st.none() | losses,
    threads=st.none() | st.integers(1, 64),
    hardware=st.sampled_from(["", 'a "GPU", of 2']),
)


@given(st.lists(some_runs, max_size=5, unique_by=lambda run: (run.device, run.model, run.seed)))
@settings(max_examples=30, deadline=None)
def test_runs_survive_the_json_file_and_the_table(tmp_path_factory, runs):
    folder = tmp_path_factory.mktemp("table")
    path = folder / "seeds.csv"
    path.write_text(",".join(bands.COLUMNS) + "\n")
    target_command.write_json(runs, folder / "runs.json")
    read = bands.parse_runs((folder / "runs.json").read_text())
    assert read == runs
    assert bands.add_runs(read, path) == len(runs)
    assert set(bands.read_runs(path)) == set(runs)
    before = path.read_bytes()
    bands.add_runs(read, path)
    assert path.read_bytes() == before


def test_the_newest_run_of_a_seed_replaces_the_older_and_unfinished_ones_stay_out(tmp_path):
    path = tmp_path / "seeds.csv"
    path.write_text(",".join(bands.COLUMNS) + "\n")
    newer = dataclasses.replace(RUN, test_loss=4.7)
    assert bands.add_runs([RUN, dataclasses.replace(RUN, seed=1, images=2_048)], path) == 1
    bands.add_runs([newer], path)
    assert bands.read_runs(path) == [newer]


@pytest.mark.parametrize("text", ["[]", "{}", '{"runs": [{"model": "VAE"}]}', "no", '{"runs": 3}'])
def test_other_files_are_not_added(text, tmp_path):
    (tmp_path / "x.json").write_text(text)
    before = bands.RUNS_FILE.read_bytes()
    result = CliRunner().invoke(app, ["bands", str(tmp_path / "x.json")])
    assert result.exit_code == 1 and "cannot be added" in result.output
    assert bands.RUNS_FILE.read_bytes() == before


def test_runs_in_a_file_are_added_to_the_table_and_printed(tmp_path, monkeypatch):
    monkeypatch.setattr(bands, "RUNS_FILE", tmp_path / "seeds.csv")
    monkeypatch.setattr(bands.add_runs, "__defaults__", (tmp_path / "seeds.csv",))
    monkeypatch.setattr(bands.read_runs, "__defaults__", (tmp_path / "seeds.csv",))
    bands.RUNS_FILE.write_text(",".join(bands.COLUMNS) + "\n")
    (tmp_path / "runs.json").write_text(json.dumps({"runs": [dataclasses.asdict(RUN)]}))
    result = CliRunner().invoke(app, ["bands", str(tmp_path / "runs.json")])
    assert result.exit_code == 0 and "1 added to seeds.csv" in result.output
    assert bands.read_runs() == [RUN] and "4.691" in result.output


@pytest.fixture
def command(monkeypatch, tmp_path):
    """A function that runs the command with trainings that end at once in the given runs."""

    def run_command(runs, *arguments):
        def train_runs(seeds, device, epochs):
            run_command.asked = list(seeds), device, epochs
            yield from runs

        monkeypatch.setattr(target_command, "train_runs", train_runs)
        monkeypatch.delenv("LAB_PROFILE", raising=False)
        return CliRunner().invoke(app, ["target", "--device", "cpu", *map(str, arguments)])

    return run_command


def test_a_run_inside_the_bands_ends_with_0_beside_the_published_losses(command, tmp_path):
    result = command([RUN], "--json", tmp_path / "runs.json", "--seeds", 2, "--first-seed", 3)
    assert result.exit_code == 0, result.output
    assert command.asked == ([3, 4], "cpu", 10)
    assert "4.872 (155.9)" in result.output and "4.691 (150.1)" in result.output
    assert "All losses are in their bands." in result.output
    assert json.loads((tmp_path / "runs.json").read_text())["runs"] == [dataclasses.asdict(RUN)]


def test_earlier_runs_are_not_overwritten(command, tmp_path):
    runs = tmp_path / "runs.json"
    runs.write_text('{"unit": "nats", "runs": []}')
    result = command([RUN], "--json", runs)
    assert result.exit_code == 2 and "is there already and is kept" in result.stderr
    assert runs.read_text() == '{"unit": "nats", "runs": []}'


def test_a_run_outside_a_band_ends_with_1_and_names_it(command):
    result = command([dataclasses.replace(RUN, test_loss=5.3)])
    assert result.exit_code == 1
    assert "VAE, seed 0: test loss 5.300 is outside" in result.output


def test_for_other_epochs_no_band_applies(command):
    result = command([dataclasses.replace(RUN, epochs=1, test_loss=9.0)], "--epochs", 1)
    assert result.exit_code == 0
    output = " ".join(result.output.split())
    assert "No band applies to VAE, seed 0: it was trained for 1 epoch(s)" in output


def test_without_mnist_or_a_device_it_ends_with_2(command, monkeypatch):
    assert command([dataclasses.replace(RUN, images=1_498)]).exit_code == 2
    assert command([], "--device", "tpu").exit_code == 2
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    result = command([], "--device", "cuda")
    assert result.exit_code == 2 and "no CUDA device" in result.output


def test_each_run_is_saved_as_soon_as_it_is_there(command, tmp_path):
    def runs():
        yield RUN
        assert len(json.loads((tmp_path / "runs.json").read_text())["runs"]) == 1
        yield dataclasses.replace(RUN, seed=1)

    assert command(runs(), "--json", tmp_path / "runs.json").exit_code == 0
    assert len(json.loads((tmp_path / "runs.json").read_text())["runs"]) == 2


def test_auto_takes_cuda_where_torch_finds_it(monkeypatch):
    for found, device in ((True, "cuda"), (False, "cpu")):
        monkeypatch.setattr("torch.cuda.is_available", lambda found=found: found)
        assert pick_device("auto") == device


def test_the_tables_of_runs_and_bands_show_every_row():
    console = Console(file=io.StringIO(), width=140)
    console.print(runs_table([RUN]), bands_table())
    shown = console.file.getvalue()
    assert "4.691" in shown and "test loss" in shown
    assert shown.count("CVAE") == len(bands.compute_bands("CVAE"))


@pytest.mark.slow
def test_a_short_training_of_the_key_is_the_same_each_time(monkeypatch):
    monkeypatch.setenv("LAB_PROFILE", "grading")
    first, again = ({run.model: run for run in train_runs([5], epochs=1)} for _ in range(2))
    assert first.keys() == MODELS.keys() and not first["VAE"].complete
    for model, run in first.items():
        assert 5 < run.test_loss < 25 and run.seconds > 0 and run.threads == 1
        assert run.test_loss == again[model].test_loss and run.images == 96
