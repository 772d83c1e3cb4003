"""Gymnasium's spaces and how their values cross to the JVM.

Numbers of a fixed size cross in shared memory, in C order and in the space's own dtype, members
one after another without gaps. What varies in size (texts, sequences, graphs) crosses as JSON, as a
list of these parts in the order in which they occur.
"""

import copy
from collections.abc import Callable, Iterator
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces

from stampede_worker.checks import fitting

Reader = Callable[[Iterator[Any]], Any]


def describe(space: gymnasium.Space) -> dict[str, Any]:
    """The space, as the JVM reads it."""
    match space:
        case spaces.Discrete():
            return {"kind": "Discrete", "n": int(space.n), "start": int(space.start)}
        case spaces.Box():
            return {
                "kind": "Box",
                "shape": list(space.shape),
                "element": space.dtype.name,
                "low": shortest(space.low),
                "high": shortest(space.high),
            }
        case spaces.MultiDiscrete():
            return {
                "kind": "MultiDiscrete",
                "shape": list(space.shape),
                "n": space.nvec.ravel().tolist(),
                "start": space.start.ravel().tolist(),
                "element": space.dtype.name,
            }
        case spaces.MultiBinary():
            return {"kind": "MultiBinary", "shape": list(space.shape)}
        case spaces.Tuple():
            return {"kind": "Tuple", "spaces": [describe(member) for member in space.spaces]}
        case spaces.Dict():
            return {
                "kind": "Dict",
                "names": list(space.spaces),
                "spaces": [describe(member) for member in space.spaces.values()],
            }
        case spaces.Text():
            return {
                "kind": "Text",
                "min": space.min_length,
                "max": space.max_length,
                "characters": space.characters,
            }
        case spaces.Sequence():
            return {
                "kind": "Sequence",
                "space": describe(space.feature_space),
                "stacked": space.stack,
            }
        case spaces.Graph():
            edge = describe(space.edge_space) if space.edge_space else None
            return {"kind": "Graph", "node": describe(space.node_space), "edge": edge}
        case spaces.OneOf():
            return {"kind": "OneOf", "spaces": [describe(member) for member in space.spaces]}
    if is_text(space):
        return {"kind": "Text", "min": 0, "max": 2**31 - 1, "characters": ""}
    raise TypeError(f"expected one of Gymnasium's own spaces but got {type(space)}: {space}")


def nbytes(space: gymnasium.Space) -> int:
    """Bytes that the parts of fixed size take in memory."""
    match space:
        case spaces.Discrete():
            return 8
        case spaces.Box() | spaces.MultiDiscrete() | spaces.MultiBinary():
            return int(np.prod(space.shape, dtype=np.int64)) * space.dtype.itemsize
        case spaces.Tuple():
            return sum(nbytes(member) for member in space.spaces)
        case spaces.Dict():
            return sum(nbytes(member) for member in space.spaces.values())
    return 0


def writer(space: gymnasium.Space, memory: memoryview) -> Callable[[Any], None]:
    """Gives a function that writes the parts of fixed size of a value to memory."""
    match space:
        case spaces.Discrete():
            number = memory.cast("q")

            def write_number(value: Any) -> None:
                number[0] = int(value)

            return write_number
        case spaces.Box() | spaces.MultiDiscrete() | spaces.MultiBinary():
            return array_writer(space, memory)
        case spaces.Tuple():
            writers = members(writer, space.spaces, memory)

            def write_tuple(value: Any) -> None:
                if len(value) != len(writers):
                    raise ValueError(f"expected {len(writers)} members but got {len(value)}")
                for write, member in zip(writers, value, strict=True):
                    write(member)

            return write_tuple
        case spaces.Dict():
            named = list(
                zip(space.spaces, members(writer, space.spaces.values(), memory), strict=True)
            )

            def write_dict(value: Any) -> None:
                for name, write in named:
                    write(value[name])

            return write_dict
    return lambda value: None


def array_writer(space: gymnasium.Space, memory: memoryview) -> Callable[[Any], None]:
    shape, dtype = space.shape, space.dtype
    array = np.frombuffer(memory, dtype).reshape(shape)

    def check_and_write(value: Any) -> None:
        if type(value) is not np.ndarray or value.dtype != dtype or value.shape != shape:
            value = fitting(value, shape, dtype)
        array[...] = value

    if len(shape) != 1 or shape[0] == 0 or space.dtype.char not in "bBhHiIlLfd":
        return check_and_write
    row = memory.cast(space.dtype.char)

    def write(value: Any) -> None:
        try:
            row[:] = value  # Takes nothing but an array of this very shape and type.
        except (TypeError, ValueError):
            check_and_write(value)

    return write


def reader(space: gymnasium.Space, memory: memoryview) -> Reader:
    """Gives a function that reads a value, its parts of varying size from an iterator."""
    match space:
        case spaces.Discrete():
            number = memory.cast("q")
            return lambda parts: number[0]
        case spaces.Box() | spaces.MultiDiscrete() | spaces.MultiBinary():
            array = np.frombuffer(memory, space.dtype).reshape(space.shape)
            return lambda parts: array.copy()  # The environment may keep it.
        case spaces.Tuple():
            readers = members(reader, space.spaces, memory)
            return lambda parts: tuple(read(parts) for read in readers)
        case spaces.Dict():
            named = list(
                zip(space.spaces, members(reader, space.spaces.values(), memory), strict=True)
            )
            return lambda parts: {name: read(parts) for name, read in named}
    return lambda parts: from_plain(space, next(parts))


def members(make: Callable, parts, memory: memoryview) -> list:
    """Calls make for each member with its share of the memory."""
    made, at = [], 0
    for part in parts:
        size = nbytes(part)
        made.append(make(part, memory[at : at + size]))
        at += size
    return made


def is_fixed(space: gymnasium.Space) -> bool:
    match space:
        case spaces.Tuple():
            return all(is_fixed(member) for member in space.spaces)
        case spaces.Dict():
            return all(is_fixed(member) for member in space.spaces.values())
    return isinstance(
        space, spaces.Discrete | spaces.Box | spaces.MultiDiscrete | spaces.MultiBinary
    )


def varying(space: gymnasium.Space, value: Any) -> list[Any]:
    """The parts of varying size of a value, as JSON has them."""
    match space:
        case spaces.Tuple():
            pairs = zip(space.spaces, value, strict=True)
        case spaces.Dict():
            pairs = ((member, value[name]) for name, member in space.spaces.items())
        case _:
            return [] if is_fixed(space) else [plain(space, value)]
    return [part for member, inner in pairs for part in varying(member, inner)]


def plain(space: gymnasium.Space, value: Any) -> Any:
    """A value as JSON has it."""
    match space:
        case spaces.Discrete():
            return int(value)
        case spaces.Box() | spaces.MultiDiscrete() | spaces.MultiBinary():
            return np.asarray(value, space.dtype).tolist()
        case spaces.Tuple():
            return [plain(member, v) for member, v in zip(space.spaces, value, strict=True)]
        case spaces.Dict():
            return {name: plain(member, value[name]) for name, member in space.spaces.items()}
        case spaces.Sequence():
            if space.stack:
                value = gymnasium.vector.utils.iterate(space.stacked_feature_space, value)
            return [plain(space.feature_space, element) for element in value]
        case spaces.Graph():
            return {
                "nodes": plain_rows(value.nodes),
                "edges": plain_rows(value.edges),
                "edge_links": plain_rows(value.edge_links),
            }
        case spaces.OneOf():
            index, member = value
            return [int(index), plain(space.spaces[index], member)]
    return str(value)


def plain_rows(array: np.ndarray | None) -> list | None:
    return None if array is None else np.asarray(array).tolist()


def from_plain(space: gymnasium.Space, value: Any) -> Any:
    """The value that this JSON stands for."""
    match space:
        case spaces.Discrete():
            return int(value)
        case spaces.Box() | spaces.MultiDiscrete() | spaces.MultiBinary():
            return np.asarray(value, space.dtype).reshape(space.shape)
        case spaces.Tuple():
            return tuple(from_plain(m, v) for m, v in zip(space.spaces, value, strict=True))
        case spaces.Dict():
            return {name: from_plain(member, value[name]) for name, member in space.spaces.items()}
        case spaces.Sequence():
            elements = tuple(from_plain(space.feature_space, element) for element in value)
            if not space.stack:
                return elements
            empty = gymnasium.vector.utils.create_empty_array(space.feature_space, len(elements))
            return gymnasium.vector.utils.concatenate(space.feature_space, elements, empty)
        case spaces.Graph():
            return spaces.GraphInstance(
                nodes=rows(space.node_space, value["nodes"]),
                edges=rows(space.edge_space, value.get("edges")),
                edge_links=links(value.get("edge_links")),
            )
        case spaces.OneOf():
            index, member = value
            return np.int64(index), from_plain(space.spaces[index], member)
    return str(value)


def rows(space: gymnasium.Space | None, values: list | None) -> np.ndarray | None:
    if space is None or values is None:
        return None
    return np.asarray(values, space.dtype).reshape((len(values), *space.shape))


def links(values: list | None) -> np.ndarray | None:
    return None if values is None else np.asarray(values, np.int32).reshape((len(values), 2))


def shortest(bounds: np.ndarray) -> list[float]:
    """One number if all are equal, otherwise each."""
    numbers = np.asarray(bounds, np.float64).ravel()
    if numbers.size and (numbers == numbers[0]).all():
        numbers = numbers[:1]
    return numbers.tolist()


def is_text(space: gymnasium.Space) -> bool:
    """Whether a space of somebody's own holds texts, as MiniGrid's missions are."""
    try:
        return isinstance(copy.deepcopy(space).sample(), str)
    except Exception:
        return False
