package dev.stampede.notebook

import ai.djl.ndarray.NDArray

public operator fun NDArray.plus(other: NDArray): NDArray = add(other)

public operator fun NDArray.plus(other: Number): NDArray = add(other)

public operator fun Number.plus(other: NDArray): NDArray = other.add(this)

public operator fun NDArray.minus(other: NDArray): NDArray = sub(other)

public operator fun NDArray.minus(other: Number): NDArray = sub(other)

public operator fun Number.minus(other: NDArray): NDArray = like(other).sub(other)

public operator fun NDArray.times(other: NDArray): NDArray = mul(other)

public operator fun NDArray.times(other: Number): NDArray = mul(other)

public operator fun Number.times(other: NDArray): NDArray = other.mul(this)

public operator fun NDArray.div(other: NDArray): NDArray = div(other)

public operator fun NDArray.div(other: Number): NDArray = div(other)

public operator fun Number.div(other: NDArray): NDArray = like(other).div(other)

public operator fun NDArray.unaryMinus(): NDArray = neg()

/** This number as a scalar of the other's element type, beside it. */
private fun Number.like(other: NDArray): NDArray =
  other.manager.create(toDouble()).toType(other.dataType, false)
