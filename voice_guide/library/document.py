"""A YAML file from anyone, read in bounded time and memory, with the line of every value.

It stands apart from the library so that nothing but this file knows YAML, and a fault in any of our
YAML files is worded in one place.
"""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError

from voice_guide.errors import RoutineError, did_you_mean

LARGEST = 256 * 1024
"""Bytes; a script of a hundred points has a tenth of it."""
DEEPEST = 12
MOST_FAULTS = 50
MANY_LINES = 999_999
"""Sorts after every line of a file."""
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")

Where = tuple[str | int, ...]
T = TypeVar("T")


class Document:
    """The plain values of one file, and the faults found in it so far."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.faults: list[tuple[int, str]] = []
        self._lines: dict[Where, int] = {}
        self._written: dict[Where, str] = {}
        self.data = self._load()

    def fault(self, where: Where, message: str) -> None:
        """Note a fault at a value, or at the nearest one around it that is there."""
        while where and where not in self._lines:
            where = where[:-1]
        self.faults.append((self._lines.get(where, 1), message))

    def settle(self) -> None:
        """Raise every fault noted, one line each, in the order of the file."""
        if self.faults:
            lines = [
                f"{self.path}:{'' if line == MANY_LINES else f'{line}:'} {message}"
                for line, message in sorted(set(self.faults))
            ]
            raise RoutineError("\n".join(lines))

    def read_as(self, shape: type[T]) -> T:
        """The values as `shape`; raises RoutineError with every fault of the file."""
        try:
            value = TypeAdapter(shape).validate_json(json.dumps(self.data), strict=True)
        except ValidationError as error:
            faults = error.errors(include_url=False)
            for fault in faults[:MOST_FAULTS]:
                self.fault(*self._worded(fault, shape))
            if len(faults) > MOST_FAULTS:
                self.faults.append((MANY_LINES, f"{len(faults) - MOST_FAULTS} more faults; mend these first"))
            self.settle()
            raise AssertionError from error
        self.settle()
        return value

    def _load(self) -> Any:
        text = self._text()
        try:
            node = self._compose(text)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            self.faults.append((line, f"not YAML: {error.problem}; check the indent, quotes and brackets here"))
        except yaml.YAMLError as error:
            self.faults.append((1, f"not YAML: {' '.join(str(error).split())}; save it as plain text"))
        self.settle()
        data = self._plain(node, ())
        self.settle()
        return data

    def _text(self) -> str:
        try:
            if self.path.is_dir():
                raise RoutineError(f"{self.path}:1: this is a folder; name a .yaml file in it")
            if self.path.exists() and not self.path.is_file():
                raise RoutineError(f"{self.path}:1: this is not a file of text; name a .yaml file")
            with self.path.open("rb") as file:
                raw = file.read(LARGEST + 1)
        except FileNotFoundError:
            raise RoutineError(f"{self.path}:1: there is no such file; `voice-guide new NAME` starts one") from None
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "not a file name"
            raise RoutineError(f"{self.path}:1: cannot be read: {reason.lower()}") from None
        if len(raw) > LARGEST:
            raise RoutineError(f"{self.path}:1: larger than {LARGEST // 1024} KB; a script is a page of text")
        try:
            return raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = raw[: error.start].count(b"\n") + 1
            byte = f"0x{raw[error.start]:02x}"
            raise RoutineError(f"{self.path}:{line}: byte {byte} is not UTF-8 text; save the file as UTF-8") from None

    def _compose(self, text: str) -> yaml.Node:
        depth = 0
        for event in yaml.parse(text, Loader=_Loader):
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                self.faults.append((_line(event), "anchors and aliases are not read; write it out"))
                self.settle()
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST:
                self.faults.append((_line(event), f"nested deeper than {DEEPEST}; a script is flat"))
                self.settle()
        node: yaml.Node | None = yaml.compose(text, Loader=_Loader)
        if node is None:
            raise RoutineError(f"{self.path}:1: the file is empty; `voice-guide new NAME` starts one")
        return node

    def _plain(self, node: yaml.Node, where: Where) -> Any:
        self._lines[where] = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            return dict(self._pairs(node, where))
        if isinstance(node, yaml.SequenceNode):
            return [self._plain(item, (*where, number)) for number, item in enumerate(node.value)]
        self._written[where] = node.value
        return self._scalar(node, where)

    def _pairs(self, node: yaml.MappingNode, where: Where) -> Iterator[tuple[str, Any]]:
        seen = set()
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else "?"
            inner = (*where, name)
            if name in seen:
                self._lines[inner] = key.start_mark.line + 1
                self.fault(inner, f"'{name}' is there twice; keep one")
            seen.add(name)
            plain = self._plain(value, inner)
            self._lines[inner] = key.start_mark.line + 1
            yield name, plain

    def _scalar(self, node: yaml.Node, where: Where) -> Any:
        kind, text = node.tag.rsplit(":", 1)[-1], node.value
        if found := UNPRINTABLE.search(text):
            self.fault(where, f"{found[0]!r} is a control character; write plain text")
        try:
            if kind in ("int", "float") and ":" not in text and len(text) < 20:
                return int(text.replace("_", ""), 0) if kind == "int" else _number(text)
        except ValueError:
            return text
        if kind == "bool":
            return text.lower() in ("yes", "true", "on")
        if kind == "null":
            return None
        if not node.tag.startswith("tag:yaml.org,2002:"):
            self.fault(where, f"'{node.tag}' is not read; write plain text")
        return text

    def _worded(self, fault: Any, shape: type) -> tuple[Where, str]:
        """What pydantic found, in a listener's words."""
        where = tuple(part for part in fault["loc"] if (not isinstance(part, str)) or "[" not in part)
        key = next((str(part) for part in reversed(where) if isinstance(part, str)), "the file")
        written = self._written.get(where, "")
        kind = fault["type"]
        if kind in ("extra_forbidden", "unexpected_keyword_argument"):
            return where, f"unknown key '{key}'; {did_you_mean(key, _keys(shape), 'leave it out')}"
        if kind in ("missing", "missing_argument"):
            return where[:-1], f"'{key}' is missing; add it"
        if kind == "string_type":
            return (
                where,
                f"'{key}' must be text, and YAML reads '{written}' as something else; put it in quotes",
            )
        if kind in ("float_type", "int_type"):
            return where, f"'{key}' must be a plain number, not '{written}'; write seconds like 90, not 1:30"
        if kind == "finite_number":
            return where, f"'{key}' must be a real number, not '{written}'; write seconds like 90"
        return where, f"'{key}' is '{written}', but {fault['msg'][:1].lower()}{fault['msg'][1:]}"


_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _number(text: str) -> float:
    plain = text.lower().replace("_", "").replace(".inf", "inf").replace(".nan", "nan")
    return float(plain)


@cache
def _keys(shape: type) -> list[str]:
    """Every key that may stand anywhere in a file of this shape."""
    found: list[str] = []

    def gather(part: Any) -> None:
        if isinstance(part, dict):
            found.extend(part.get("properties", {}))
            for value in part.values():
                gather(value)
        elif isinstance(part, list):
            for value in part:
                gather(value)

    gather(TypeAdapter(shape).json_schema())
    return found
