"""Frozen values as JSON and back, after the types of their fields: just these types, or nothing.

It stands apart so that what was kept on a disk is believed no further than its shape: reading it runs nothing, and
whatever was not written here is nothing.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from types import UnionType
from typing import Any, Generic, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

Known = Mapping[type, Mapping[str, Any]]
"""Values that others share, by their class and id: written as the id, and found again by it."""
Read = Callable[[Any], Any]
T = TypeVar("T")


class Form(Generic[T]):
    """How values of one type are written: `kind` is a frozen dataclass, or a tuple or mapping of such."""

    def __init__(self, kind: Any, known: Known | None = None) -> None:
        self._known = known or {}
        self._read = _reading(kind, self._known)

    def written(self, value: T) -> bytes:
        """The bytes from which `read` gives the same again."""
        return json.dumps(_plain(value, self._known), separators=(",", ":")).encode()

    def read(self, data: bytes) -> T | None:
        """The value, or None where these are not the bytes of one."""
        try:
            value: T = self._read(json.loads(data))
        except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
            return None
        return value


def _plain(value: Any, known: Known) -> Any:
    """What JSON can hold; of a dataclass, the fields that are not as usual."""
    if type(value) in known:
        return value.id
    if is_dataclass(value):
        told = {field.name: getattr(value, field.name) for field in fields(value) if field.init}
        usual = {field.name: _usual(field) for field in fields(value)}
        return {name: _plain(inner, known) for name, inner in told.items() if inner != usual[name]}
    if isinstance(value, Mapping):
        return {str(key): _plain(inner, known) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner, known) for inner in value]
    return value


def _usual(field: Field[Any]) -> Any:
    return field.default if field.default_factory is MISSING else field.default_factory()


def _reading(kind: Any, known: Known) -> Read:
    """A function that gives the value for what JSON holds, and raises ValueError or the like for anything else."""
    origin, inner = get_origin(kind), get_args(kind)
    if kind in known:
        return _by_id(known[kind])
    if is_dataclass(kind):
        return _of_fields(kind, known)
    if origin is Literal:
        return lambda value: inner[inner.index(value)]
    if origin in (Union, UnionType):
        return _either([_reading(one, known) for one in inner])
    if origin is tuple and inner[-1] is not ...:
        return _in_order([_reading(one, known) for one in inner])
    if origin in (tuple, Sequence):
        return _alike(_reading(inner[0], known))
    if origin is Mapping:
        return _mapping(inner[0], _reading(inner[1], known))
    return _number if kind is float else _just(kind)


def _just(kind: type) -> Read:
    def read(value: Any) -> Any:
        if type(value) is not kind:
            raise ValueError
        return value

    return read


_dict, _list = _just(dict), _just(list)


def _by_id(known: Mapping[str, Any]) -> Read:
    return known.__getitem__  # whatever is no id is a KeyError or a TypeError


def _number(value: Any) -> float:
    if type(value) is float and value == value:
        return value
    if type(value) is not int:
        raise ValueError
    return float(value)


def _of_fields(kind: Any, known: Known) -> Read:
    hints = get_type_hints(kind)
    reads = {field.name: _reading(hints[field.name], known) for field in fields(kind) if field.init}
    return lambda value: kind(**{name: reads[name](inner) for name, inner in _dict(value).items()})


def _in_order(reads: Sequence[Read]) -> Read:
    return lambda value: tuple([one(inner) for one, inner in zip(reads, _list(value), strict=True)])


def _alike(one: Read) -> Read:
    return lambda value: tuple([one(inner) for inner in _list(value)])


def _mapping(key: Any, one: Read) -> Read:
    def read(value: Any) -> Any:
        found = {key(name): one(inner) for name, inner in _dict(value).items()}
        if key is not str and [str(name) for name in found] != [*value]:  # " 1" and "1" are one number
            raise ValueError
        return found

    return read


def _either(reads: Sequence[Read]) -> Read:
    def read(value: Any) -> Any:
        for one in reads:
            try:
                return one(value)
            except (ValueError, TypeError, KeyError, OverflowError):
                continue
        raise ValueError

    return read
