"""A YAML file from anyone, read in bounded time and memory, with the line of every value.

It stands apart from the library so that nothing but this file knows YAML, and a fault in any of our
YAML files is worded in one place.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError

from voice_guide.compiler.speech import JOINERS
from voice_guide.errors import RoutineError, did_you_mean, printable
from voice_guide.library.checked import LARGEST

DEEPEST = 12
MOST_VALUES = 10_000
"""Keys and values; a script of a hundred points has a tenth of them."""
MOST_FAULTS = 50
LONGEST_SHOWN = 60
"""Letters of a value in a fault."""
KIND = re.compile(r"\[|^bool$")
"""In the place of a fault: one of the kinds that the value may be, which is not a key of the file."""
ASKED = {
    "string_type": "'{key}' must be text, and YAML reads '{written}' as something else; put it in quotes",
    "float_type": "'{key}' must be a plain number, not '{written}'; write seconds like 90, not 1:30",
    "int_type": "'{key}' must be a plain number, not '{written}'; write seconds like 90, not 1:30",
    "int_from_float": "'{key}' must be a whole number, not '{written}'; write one like 2",
    "int_parsing": "'{key}' must be a whole number; write one like 2",
    "finite_number": "'{key}' must be a real number, not '{written}'; write seconds like 90",
    "bool_type": "'{key}' must be yes or no, not '{written}'; write one of them",
    "greater_than": "'{key}' is '{written}', and too small; write more than {gt:g}",
    "greater_than_equal": "'{key}' is '{written}', and too small; write {ge:g} or more",
    "less_than_equal": "'{key}' is '{written}', and too large; write {le:g} or less",
    "string_too_short": "'{key}' is empty; write something",
    "string_too_long": "'{key}' is '{written}', and too long; write {max_length} letters or fewer",
    "string_pattern_mismatch": "'{key}' is '{written}'; write what fits {pattern}",
    "too_short": "'{key}' has too few entries; write {min_length} or more",
    "too_long": "'{key}' has too many entries; write {max_length} or fewer",
    "list_type": "'{key}' must be a list, not '{written}'; write each entry after a dash",
    "tuple_type": "'{key}' must be a list, not '{written}'; write each entry after a dash",
    "dict_type": "'{key}' must hold keys, not '{written}'; write lines like 'key: value'",
    "model_type": "'{key}' must hold keys, not '{written}'; write lines like 'key: value'",
    "model_attributes_type": "'{key}' must hold keys, not '{written}'; write lines like 'key: value'",
    "dataclass_type": "'{key}' must hold keys, not '{written}'; write lines like 'key: value'",
}
"""By pydantic's name for what it found, what we ask for; its sentences change with its releases, and ours do not."""
TO_MEND = {
    "\t": "indent with spaces, not with tabs",
    "---": "one file is one script, so leave this line out",
    ":": "put a text that has a colon in quotes, or mend the indent",
    "@": "put it in quotes",
    "`": "put it in quotes",
    "%": "put it in quotes",
}
"""By what stands where the parser gave up."""
DEEP = re.compile(rf"(?:[\[{{]\s*){{{DEEPEST + 1}}}")
"""Some parsers look ahead, and have a limit of their own."""
CONTROL = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What YAML itself refuses to read."""
DIRECTIVE = re.compile(r"(?:\A|[\n\r\x85\u2028\u2029])\ufeff*%")

Where = tuple[str | int, ...]
T = TypeVar("T")


class Document:
    """The plain values of one file, and the faults found in it so far."""

    def __init__(self, path: Path, raw: bytes = b"") -> None:
        """`raw` is what was read of the file before, if it was."""
        self.path, self._raw = path, raw
        self.faults: list[tuple[int, str]] = []
        self._lines: dict[Where, int] = {}
        self._written: dict[Where, str] = {}
        self.data = self._load()

    def fault(self, where: Where, message: str) -> None:
        """Note a fault at a value, or at the nearest one around it that is there."""
        while where and where not in self._lines:
            where = where[:-1]
        self.faults.append((self._lines.get(where, 1), message))

    def meant(self, name: str, known: Iterable[str], otherwise: str) -> str:
        """The remedy for an unknown name; nothing is searched for that is not shown."""
        if len(name) > LONGEST_SHOWN or len(self.faults) > MOST_FAULTS:
            return otherwise
        return did_you_mean(name, known, otherwise)

    def settle(self) -> None:
        """Raise the faults noted, one line each, in the order of the file."""
        if not self.faults:
            return
        faults = sorted(set(self.faults))
        lines = [f"{self.path}:{line}: {message}" for line, message in faults[:MOST_FAULTS]]
        if len(faults) > MOST_FAULTS:
            lines.append(f"{self.path}: {len(faults) - MOST_FAULTS} more faults; mend these first")
        raise RoutineError("\n".join(map(printable, lines)))

    def read_as(self, shape: type[T]) -> T:
        """The values as `shape`; raises RoutineError with every fault of the file."""
        try:
            value = TypeAdapter(shape).validate_json(json.dumps(self.data), strict=True)
        except ValidationError as error:
            for fault in error.errors(include_url=False, include_input=False):
                self.fault(*self._worded(fault, shape))
            self.settle()
            raise AssertionError from error
        self.settle()
        return value

    def _load(self) -> Any:
        text = self._text()
        try:
            node = self._compose(text)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            self._not_yaml(text, mark.index if mark else 0, mark.line + 1 if mark else 1)
        except (yaml.YAMLError, ValueError, OverflowError):  # some parsers let an odd escape through
            found = CONTROL.search(text)
            what = f"{found[0]!r} is a control character or unknown" if found else "it holds an escape of no letter"
            self._refuse(_line_at(text, found.start() if found else 0), f"not YAML: {what}; write plain text")
        data = self._plain(node, ())
        self.settle()
        return data

    def _refuse(self, line: int, message: str) -> NoReturn:
        """Nothing more can be read."""
        self.faults.append((line, message))
        self.settle()
        raise AssertionError

    def _not_yaml(self, text: str, place: int, line: int) -> NoReturn:
        """Said in our words; a parser's own change with its releases, and help a listener little."""
        if found := DEEP.search(text, 0, place + 1):
            self._refuse(_line_at(text, found.end() - 1), f"nested deeper than {DEEPEST}; a script is flat")
        rest = text[place:].lstrip("\r\n")
        if not rest.strip():
            self._refuse(line, "not YAML: the file ends too soon; close each quote and bracket")
        remedies = (told for sign, told in TO_MEND.items() if rest.startswith(sign))
        remedy = next(remedies, "check the indent, quotes and brackets")
        self._refuse(line, f"not YAML from '{clipped(rest.splitlines()[0])}' on; {remedy}")

    def _text(self) -> str:
        raw = self._raw or self._bytes()
        try:
            return raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = raw[: error.start].count(b"\n") + 1
            self._refuse(line, f"byte 0x{raw[error.start]:02x} is not UTF-8 text; save the file as UTF-8")

    def _bytes(self) -> bytes:
        try:
            if self.path.is_dir():
                self._refuse(1, "this is a folder; name a .yaml file in it")
            if self.path.exists() and not self.path.is_file():
                self._refuse(1, "this is not a file of text; name a .yaml file")
            with self.path.open("rb") as file:
                raw = file.read(LARGEST + 1)
        except FileNotFoundError:
            self._refuse(1, "there is no such file; `voice-guide new NAME` starts one")
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "not a file name"
            self._refuse(1, f"cannot be read: {reason.lower()}")
        if len(raw) > LARGEST:
            self._refuse(1, f"larger than {LARGEST // 1024} KB; a script is a page of text")
        return raw

    def _compose(self, text: str) -> yaml.Node:
        if found := DIRECTIVE.search(text):  # many take the parser long
            self._refuse(_line_at(text, found.end()), "a line that begins with % is not read; leave it out")
        depth = values = 0
        for event in yaml.parse(text, Loader=_Loader):
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                self._refuse(_line(event), "anchors and aliases are not read; write it out")
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            values += isinstance(event, yaml.NodeEvent)
            if depth > DEEPEST:
                self._refuse(_line(event), f"nested deeper than {DEEPEST}; a script is flat")
            if values > MOST_VALUES:
                self._refuse(_line(event), f"more than {MOST_VALUES} keys and values; leave some out")
        node: yaml.Node | None = yaml.compose(text, Loader=_Loader)
        if node is None:
            self._refuse(1, "the file is empty; `voice-guide new NAME` starts one")
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
            self._lines[inner] = key.start_mark.line + 1
            self._visible(name, inner)
            if name in seen:
                self.fault(inner, f"'{clipped(name)}' is there twice; keep one")
            seen.add(name)
            plain = self._plain(value, inner)
            self._lines[inner] = key.start_mark.line + 1
            yield name, plain

    def _scalar(self, node: yaml.Node, where: Where) -> Any:
        kind, text = node.tag.rsplit(":", 1)[-1], node.value
        self._visible(text, where)
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
            self.fault(where, f"'{clipped(node.tag)}' is not read; write plain text")
        return re.sub(r"\s+", " ", text)

    def _visible(self, text: str, where: Where) -> None:
        """A fault where the text holds what cannot be seen, and could fool who reads it."""
        odd = (c for c in text if not c.isprintable() and c not in "\t\n" + JOINERS)
        if found := next((c for c in odd if unicodedata.category(c) != "Zs"), ""):
            self.fault(where, f"{found!r} is a control character or unknown; write plain text")

    def _worded(self, fault: Any, shape: type) -> tuple[Where, str]:
        """What pydantic found, in a listener's words."""
        where = tuple(part for part in fault["loc"] if not isinstance(part, str) or not KIND.search(part))
        name = next((str(part) for part in reversed(where) if isinstance(part, str)), "the file")
        key, written = clipped(name), clipped(self._written.get(where, ""))
        kind = fault["type"]
        if kind in ("extra_forbidden", "unexpected_keyword_argument"):
            return where, f"unknown key '{key}'; {self.meant(name, _keys(shape), 'leave it out')}"
        if kind in ("missing", "missing_argument"):
            return where[:-1], f"'{key}' is missing; add it"
        if kind == "literal_error":
            choices = ", ".join(re.findall(r"'([^']*)'", fault["ctx"]["expected"]))
            return where, f"'{key}' cannot be '{written}'; write one of: {choices}"
        asked = ASKED.get(kind, "'{key}' cannot be '{written}'; compare it with a script of `voice-guide new NAME`")
        told = asked if written else asked.replace(", not '{written}'", "")
        return where, told.format(key=key, written=written, **fault.get("ctx", {}))


def clipped(text: str) -> str:
    """As much of a value as a fault shows."""
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}..."


_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _line_at(text: str, place: int) -> int:
    return text.count("\n", 0, place) + 1


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
