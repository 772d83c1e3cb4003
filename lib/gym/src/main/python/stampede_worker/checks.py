"""What an environment gives, held against what its space promises."""

from typing import Any

import numpy as np


def fitting(value: Any, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """Gives the value as an array that can be copied to one of this shape and dtype.

    An array that has both already needs no call. Another dtype is no error as long as no number
    changes: a float that loses digits is the same number here, 256 as a uint8 is not.
    """
    try:
        given = np.asarray(value)
    except ValueError as e:  # A ragged list.
        raise ValueError(
            f"observation: expected shape {shape}, as its space says, but {e}"
        ) from None
    if given.shape != shape:
        raise ValueError(
            f"observation: expected shape {shape}, as its space says, but got {given.shape}"
        )
    if given.dtype.kind not in "biuf":
        raise TypeError(f"observation: expected {dtype}, as its space says, but got {given.dtype}")
    if dtype.kind == "f":
        return given
    with np.errstate(invalid="ignore"):
        changed = given.astype(dtype) != given
    if changed.any():
        raise ValueError(
            f"observation: expected {dtype}, as its space says, but got {given.dtype} "
            f"with {given[changed].flat[0]} in it"
        )
    return given
