"""Makes oracles/moments.json: what MomentsTest and NormalizerTest hold the running statistics against.

    pip install numpy
    python lib/core/src/test/python/make_moments.py

As OpenAI Baselines' vec_normalize.py and running_mean_std.py define it, but from all samples at once instead of batch by
batch, and without the 1e-4 samples that those begin with: (x - mean) / sqrt(variance + 1e-8), cut off at +-10.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np

LENGTHS = [1, 5, 5, 2, 20]  # of the rollouts
GAMMA = 0.9


def normalized(x: np.ndarray, mean: np.ndarray, variance: np.ndarray) -> np.ndarray:
    return np.clip((x - mean) / np.sqrt(variance + 1e-8), -10, 10)


def observations() -> dict[str, Any]:
    random = np.random.default_rng(1)
    samples = np.array([0, 1000, -5]) + np.array([1, 0.25, 1e-3]) * random.standard_normal((sum(LENGTHS), 3))
    samples = samples.astype(np.float32).astype(np.float64)
    mean, variance = samples.mean(axis=0), samples.var(axis=0)
    probes = np.array([[0, 1000, -5], [2, 990, -5.002], [-100, 1000.5, 7]], dtype=np.float32).astype(np.float64)
    return {
        "samples": samples.tolist(),
        "mean": mean.tolist(),
        "variance": variance.tolist(),
        "probes": probes.tolist(),
        "normalized": normalized(probes, mean, variance).tolist(),
    }


def rewards() -> dict[str, Any]:
    """One environment: each rollout's rewards are divided by the deviation of the returns before it."""
    random = np.random.default_rng(2)
    given = np.round(3 * random.standard_normal(sum(LENGTHS)), 2)
    given[-1] = 1e6
    last = random.random(len(given)) < 0.2
    returns: list[float] = []
    learned: list[float] = []
    running = 0.0
    at = 0
    for length in LENGTHS:
        variance = np.var(returns) if returns else 1.0
        for _ in range(length):
            running = GAMMA * running + given[at]
            returns.append(running)
            learned.append(float(np.clip(given[at] / np.sqrt(variance + 1e-8), -10, 10)))
            running = 0.0 if last[at] else running
            at += 1
    return {"rewards": given.tolist(), "last": last.astype(int).tolist(), "learned": learned}


def main() -> None:
    content = {"madeBy": "make_moments.py", "numpy": np.__version__, "lengths": LENGTHS, "gamma": GAMMA}
    content |= observations() | rewards()
    lines = ",\n".join(f"  {json.dumps(key)}: {json.dumps(value, separators=(',', ':'))}" for key, value in content.items())
    path = Path(__file__).resolve().parents[1] / "resources" / "oracles" / "moments.json"
    path.write_text("{\n" + lines + "\n}\n")


if __name__ == "__main__":
    main()
