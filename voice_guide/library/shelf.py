"""The listener's own scripts, thousands if they like: a card tells of each what is asked before one is chosen.

All cards are kept in one file, so that no script is opened that was not touched since. Whatever is to be played is read
from its script itself: a card that is out of date could only show an old name.
"""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from voice_guide.errors import RoutineError, VoiceGuideError, printable
from voice_guide.library.checked import Checked, bytes_of
from voice_guide.routine import Routine
from voice_guide.storage.forms import Form

PRONUNCIATIONS = "pronunciations.yaml"
"""Stands among the scripts, and is none."""
SETTLED = 2_000_000_000
"""Nanoseconds: of a file changed less long ago the next change may bear the same time."""
MANY = 200
"""New scripts that are not checked without a word."""


@dataclass(frozen=True, slots=True)
class Card:
    """What is told of a routine before it is chosen; `seconds`, `file` and `replaces` as in the routine."""

    id: str
    name: str
    about: str = ""
    seconds: float = 0.0
    source: str = ""
    aliases: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    """The ids of those it presses."""
    file: str = ""
    replaces: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """The card of a script, or why there is none, and what its file was like; integers as of `os.stat`."""

    file: tuple[int, int, int, int]
    card: Card | None = None
    fault: str = ""


FORM = Form[Mapping[str, Kept]](Mapping[str, Kept])


def card_of(routine: Routine) -> Card:
    """Of a routine as it was read."""
    points = dict.fromkeys(step.point.id for step in routine.steps if step.point)
    told = (routine.id, routine.name, routine.about, routine.seconds, routine.source, routine.aliases)
    return Card(*told, tuple(points), routine.file, routine.replaces)


class Shelf:
    """A folder of scripts. `read` gives the routine of one, or raises RoutineError."""

    def __init__(self, folder: Path, read: Callable[[Path], Routine], tell: Callable[[str], None]) -> None:
        self.folder, self._read, self._tell = folder, read, tell

    def scripts(self) -> list[os.DirEntry[str]]:
        """Its scripts in the order of their names; none where there is no folder. Raises VoiceGuideError."""
        try:
            with os.scandir(self.folder) as found:
                return sorted((one for one in found if _is_script(one.name)), key=lambda one: one.name)
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            reason = (error.strerror or "").lower()
            raise VoiceGuideError(f"{self.folder} cannot be read: {reason}; set VOICE_GUIDE_SCRIPTS") from None

    def cards(self, checked: Checked, against: str) -> tuple[list[Card], list[str]]:
        """A card for each script that can be used, and a line for each of the others."""
        scripts = self.scripts()
        if not scripts:
            return [], []
        made_of = ("cards", against, os.path.realpath(self.folder))
        known = checked.kept(FORM, made_of) or {}
        if (new := len(scripts) - len(known)) >= MANY:
            self._tell(f"{new} new scripts are checked, which takes a while this once")
        found = {script.name: self._seen(script, known.get(script.name)) for script in scripts}
        settled = {name: one for name, one in found.items() if any(one.file)}
        if settled != known:
            checked.keep(FORM, made_of, settled)
        cards = [replace(one.card, file=str(self.folder / name)) for name, one in found.items() if one.card]
        return cards, [one.fault for one in found.values() if one.fault]

    def _seen(self, script: os.DirEntry[str], known: Kept | None) -> Kept:
        stamp = _stamp(script)
        if known and known.file == stamp:
            return known
        path = self.folder / script.name
        if script.is_symlink() and not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(self.folder)):
            return Kept(UNKNOWN, fault=self._elsewhere(path))  # as archives may bring
        try:
            return Kept(stamp, replace(card_of(self._read(path)), file="", replaces=False))
        except RoutineError as error:
            shown = printable(str(path))
            first, *more = str(error).splitlines()
            others = f" (and {len(more)} more)" if more else ""
            fault = f"{first}{others}; it is left out until `voice-guide check {shown}` finds no fault"
            return Kept(stamp if bytes_of(path) else UNKNOWN, fault=fault)

    def _elsewhere(self, path: Path) -> str:
        return f"{printable(str(path))}: a link to a file elsewhere is left out; copy the file to {self.folder}"


def _is_script(name: str) -> bool:
    return name.endswith(".yaml") and name != PRONUNCIATIONS


UNKNOWN = (0, 0, 0, 0)


def _stamp(script: os.DirEntry[str]) -> tuple[int, int, int, int]:
    """What changes with a file; of a link, and of a file that changes just now, nothing that could be known again."""
    try:
        told = script.stat(follow_symlinks=False)
    except OSError:
        return UNKNOWN
    young = time.time_ns() - max(told.st_mtime_ns, told.st_ctime_ns) < SETTLED
    if young or script.is_symlink():
        return UNKNOWN
    return told.st_ino, told.st_size, told.st_mtime_ns, told.st_ctime_ns


class Opened(Mapping[str, Routine]):
    """Routines by name, each read when it is first asked for."""

    def __init__(self, cards: Mapping[str, Card], read: Callable[[Card], Routine]) -> None:
        self._cards, self._read = cards, read
        self._opened: dict[str, Routine] = {}

    def __getitem__(self, name: str) -> Routine:
        """Raises RoutineError where its script was changed meanwhile and cannot be used."""
        if name not in self._opened:
            card = self._cards[name]
            routine = self._read(card)
            if routine.name != name:
                raise RoutineError(f"{printable(card.file)}: it was changed while '{name}' was looked up; ask again")
            self._opened[name] = routine
        return self._opened[name]

    def __contains__(self, name: object) -> bool:
        return name in self._cards

    def __iter__(self) -> Iterator[str]:
        return iter(self._cards)

    def __len__(self) -> int:
        return len(self._cards)
