"""The comparison's tables: what they say must follow from what was measured."""

import pytest

from benchmarks import report
from benchmarks.suite import Results


@pytest.fixture
def results() -> Results:
    return Results(
        machine="a machine",
        threads=2,
        rounds=3,
        versions={"keras": "3.0", "cornu": "1.0"},
        peak_gflops=200.0,
        steps={
            "tabular": {
                "cornu": [10e-6, 20e-6, 10e-6],
                "keras-jax": [300e-6, 300e-6, 300e-6],
                "jax": [100e-6, 400e-6, 150e-6],
                "jax-scan": [5e-6, 5e-6, 5e-6],
            },
            "mnist": {"cornu": [5e-3] * 3, "jax": [6e-3] * 3},
            "deep_big_simple": {"cornu": [0.06] * 3, "jax": [0.09] * 3},
        },
        first_step={"tabular": {"cornu": 0.004, "jax": 0.4}},
        peak_memory={"tabular": {"cornu": 70.0, "jax": 250.0}},
        data_memory={"tabular": 0.4},
        import_seconds={
            "cornu": [0.1, 0.2, 0.15],
            "keras-jax": [2.0],
            "jax": [0.7],
            "jax-scan": [0.7],
        },
        import_memory={"cornu": [50.0], "keras-jax": [300.0], "jax": [150.0], "jax-scan": [150.0]},
        predict={"cornu": [30e-6], "jax": [60e-6]},
        one_thread={"cornu": [9.5e-3] * 3},
        growth={"cornu": 0.3},
        grown_models={"cornu": 300},
    )


def row(text: str, start: str) -> list[str]:
    line = next(line for line in text.splitlines() if line.startswith(f"| {start}"))
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_table_aligns_numbers_to_the_right():
    assert report.table(["a", "b"], [["x", "1"], ["y", "2"]]) == (
        "| a | b |\n|---|---:|\n| x | 1 |\n| y | 2 |"
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0123, "0.012"), (0.25, "0.25"), (1.8, "1.80"), (12.34, "12.3"), (98765.4, "98,765")],
)
def test_numbers_have_three_digits(value, text):
    assert report.significant(value) == text


def test_best_peer_is_the_smallest_median_of_those_that_count(results):
    assert report.best_peer(results, "tabular") == "jax"
    assert report.best_peer(results, "autoencoder") is None


def test_speed_up_is_the_median_of_the_rounds(results):
    # 100/10, 400/20 and 150/10: rounds are compared with themselves, so drift cancels.
    assert report.speed_up(results, "tabular") == pytest.approx(15)
    del results.steps["tabular"]["cornu"]
    assert report.speed_up(results, "tabular") is None


def test_summary_shows_medians_ratio_and_mark(results):
    cells = row(report.summary(results), "tabular")
    assert cells[1:] == ["10.0", "300", "150", "5.00", "JAX loop", "**15.0**", "20.0"]
    assert "keras 3.0" in report.summary(results)
    assert "a machine" in report.summary(results)


def test_full_report_has_every_figure(results):
    text = report.full(results)
    cells = row(text.split("Starting, predicting")[1], "cornu")
    assert cells[1:] == ["0.15", "50.0", "30.0", "1.90", "1.0 (300)"]
    # 8.68 GFLOP a step (11.96 million weights, three products each but for the first layer's
    # two, 128 rows), in 0.06 s, of 200 GFLOP/s.
    cells = row(text.split("Arithmetic")[1], "cornu")
    assert cells[1:] == ["145", "72 %"]


def test_the_arithmetic_of_each_heavy_network_has_its_columns(results):
    results.steps["cifar_cnn"] = {"cornu": [0.0392] * 3}
    text = report.full(results).split("### Arithmetic")[1]
    # 20.74 million multiply-adds a picture, three times but for the first layer's two, 32 pictures.
    assert row(text, "cornu")[1:] == ["145", "72 %", "100", "50 %"]
    assert row(text, "JAX loop")[3:] == [report.MISSING, report.MISSING]


def test_failures_are_reported_not_hidden(results):
    results.failures.append("mnist: torch failed")
    assert "- mnist: torch failed" in report.full(results)


def test_section_replaces_what_is_between_the_markers(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"before\n{report.START}\nold\n{report.END}\nafter\n")
    for _ in range(2):  # writing again changes nothing more
        report.write_section(page, "new\n")
        assert page.read_text() == f"before\n{report.START}\nnew\n{report.END}\nafter\n"
    assert [path.name for path in tmp_path.iterdir()] == ["page.md"]


@pytest.mark.parametrize(
    "text", ["", report.START, report.END + report.START, 2 * (report.START + report.END)]
)
def test_a_page_without_its_markers_is_left_alone(tmp_path, text):
    page = tmp_path / "page.md"
    page.write_text(text)
    with pytest.raises(ValueError, match="expected one"):
        report.write_section(page, "new")
    assert page.read_text() == text


def test_results_survive_being_saved(tmp_path, results):
    path = tmp_path / "folder" / "results.json"
    results.save(path)
    assert Results.read(path) == results
