"""Makes the reference numbers that StatisticsReferenceTest holds the Java code against, with rliable.

    pip install rliable "pandas<3"   # arch 7.2 does not load with pandas 3
    python lib/core/src/test/python/make_statistics.py

Scores of two algorithms x and y, shape (runs, tasks), from a seeded generator; which runs each bootstrap resample
consists of, as rliable drew them; and what rliable computes of both: point estimates and 95 % percentile intervals.
"""

import json
from pathlib import Path

import numpy as np
import rliable.library as rly
import scipy
from importlib.metadata import version
from rliable import metrics

RESAMPLES = 50
TAUS = [-0.31, 0.0, 0.52, 1.0, 3.0]


def matrices() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    random = np.random.default_rng(20211108)
    return {
        "one_run": (random.normal(size=(1, 3)), random.normal(size=(1, 3))),
        "three_by_one": (random.normal(size=(3, 1)), random.normal(size=(3, 1)) + 1),
        "five_by_four": (random.normal(size=(5, 4)), random.normal(size=(5, 4)) + 0.3),
        "ten_by_seven": (random.normal(size=(10, 7)) + 0.2, random.normal(size=(8, 7))),
        "ties": (
            random.integers(0, 4, size=(6, 3)).astype(float),
            random.integers(0, 4, size=(6, 3)).astype(float),
        ),
        "skewed": (random.lognormal(0, 2, size=(8, 5)), random.lognormal(0.5, 2, size=(9, 5))),
        "equal": (np.full((4, 2), 500.0), np.full((4, 2), 500.0)),
    }


def single(scores: np.ndarray) -> np.ndarray:
    return np.array(
        [
            metrics.aggregate_iqm(scores),
            metrics.aggregate_mean(scores),
            metrics.aggregate_median(scores),
            metrics.aggregate_optimality_gap(scores, 1.0),
            *rly.score_distributions(scores, TAUS),
            *rly.average_score_distributions(scores, TAUS),
        ]
    )


def pair(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.array(
        [
            metrics.probability_of_improvement(x, y),
            metrics.aggregate_iqm(x) - metrics.aggregate_iqm(y),
        ]
    )


def estimates(scores, func, seed: int) -> dict:
    """rliable's estimates, and the runs that it drew: one matrix a resample, of two algorithms two."""
    drawn = []
    choice = np.random.choice

    def recorded(*args, **kwargs):
        drawn.append(choice(*args, **kwargs))
        return drawn[-1]

    np.random.seed(seed)
    np.random.choice = recorded
    try:
        points, intervals = rly.get_interval_estimates({"a": scores}, func, reps=RESAMPLES)
    finally:
        np.random.choice = choice
    return {
        "indices": [d.tolist() for d in drawn],
        "points": points["a"].tolist(),
        "low": intervals["a"][0].tolist(),
        "high": intervals["a"][1].tolist(),
    }


def main() -> None:
    cases = []
    for seed, (name, (x, y)) in enumerate(matrices().items()):
        cases.append(
            {
                "name": name,
                "x": x.tolist(),
                "y": y.tolist(),
                "single": estimates(x, single, seed),
                "pair": estimates([x, y], pair, 1000 + seed),
            }
        )
    target = Path(__file__).parents[1] / "resources" / "statistics"
    target.mkdir(exist_ok=True)
    head = {
        "madeBy": "make_statistics.py",
        "rliable": version("rliable"),
        "arch": version("arch"),
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "resamples": RESAMPLES,
        "taus": TAUS,
    }
    lines = [f"  {json.dumps(k)}: {json.dumps(v)}," for k, v in head.items()]
    body = ",\n".join("    " + json.dumps(case, separators=(",", ":")) for case in cases)
    text = "{\n" + "\n".join(lines) + '\n  "cases": [\n' + body + "\n  ]\n}\n"
    (target / "rliable.json").write_text(text)
    for case in cases:
        print(case["name"], case["single"]["points"][:4], case["pair"]["points"])


main()
