"""Where sessions stood, each in a small file that is replaced whole, so that a kill at any instant leaves one.

Each session has its own, so that two at once do not take each other's. They are for the owner's eyes: they may tell
about their body. A file that cannot be read is set aside, never deleted.
"""

import json
import re
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from voice_guide.body.wishes import Wishes
from voice_guide.errors import ChoiceError, VoiceGuideError
from voice_guide.personal import away, data_folder, read, remove, set_aside, tidy
from voice_guide.storage.whole import write_whole

LARGEST = 1_000_000
"""Bytes."""
MOST = 8
"""So many sessions that were broken off can be gone on with; of more, those heard last."""
_PLACE = re.compile(r"place(-\w+)?\.json")
_ANY = re.compile(r"\.?place(-\w+)?(\.broken-\d+)?\.json(\.\w+\.part)?")
"""What was set aside or half written, too."""


@dataclass(frozen=True, slots=True)
class Bookmark:
    """Where a session stood, and all that it takes to make the same session again."""

    saved: str
    """ISO 8601, with the offset of the listener's clock."""
    started: str
    """When it began, likewise, which tells its row in the journal, and its file; empty before it begins."""
    routine: str
    """An id, or the path of a script."""
    wishes: Wishes
    """What was wished for."""
    asked: bool
    """The questions of the opening were asked with keys, and not spoken."""
    pain: int | None
    """Before the session, 0 to 10."""
    voice: str | None
    rate: int
    pitch: int
    key: str
    """Of the voice that was heard."""
    plan: str
    """The digest of the plan."""
    cue: int
    """The number of the next cue to be said."""
    wait: float
    """Seconds until then."""
    step: int
    title: str
    """Of that step."""
    noticed: list[str]
    """The words of caution that were heard."""
    released: list[int]
    """The steps that were heard to their release."""
    seconds: float
    """Listened."""
    room: float
    """Seconds that it may still become longer."""

    @property
    def when(self) -> datetime:
        """When it was saved; raises ValueError."""
        return datetime.fromisoformat(self.saved)


class Bookmarks:
    """Those of a folder, which may not exist yet; None is the listener's own. VoiceGuideError where one cannot be kept,
    read or deleted.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or data_folder()

    def write(self, page: Bookmark) -> None:
        """Where that session stands now, in place of where it stood."""
        data = json.dumps(asdict(page)).encode("utf-8", "surrogatepass")
        write_whole(self._path(page), data, "VOICE_GUIDE_DATA", private=True)

    def read(self) -> list[Bookmark]:
        """Those of all sessions that can be gone on with, the one heard last first."""
        tidy(self.folder / "places")
        return sorted(filter(None, map(_read, self._paths())), key=lambda page: page.when, reverse=True)

    def remove(self, page: Bookmark) -> None:
        """There is nothing to go on with any more in that session. Safe twice."""
        tidy(self._path(page))
        remove(self._path(page))

    def clear(self, before: datetime | None = None, keep: int = 0) -> None:
        """Remove those last heard before a time, or all, but for the `keep` heard last."""
        for page in self.read()[keep:]:
            if before is None or page.when < before:
                self.remove(page)

    def erase(self) -> None:
        """Leave nothing, what was set aside and what was half written neither."""
        for path in self._paths(_ANY):
            remove(path)

    @property
    def there(self) -> bool:
        """Something of a session lies there, whether it can be read or not."""
        return bool(self._paths(_ANY))

    def _path(self, page: Bookmark) -> Path:
        started = datetime.fromisoformat(page.started).astimezone(UTC)
        return self.folder / f"place-{started:%Y%m%dT%H%M%S%f}.json"

    def _paths(self, named: re.Pattern[str] = _PLACE) -> list[Path]:
        try:
            return [path for path in self.folder.iterdir() if named.fullmatch(path.name)]
        except (FileNotFoundError, NotADirectoryError) as error:
            if away(self.folder):
                raise _refused(self.folder, error) from None
            return []
        except OSError as error:
            raise _refused(self.folder, error) from None


def _read(path: Path) -> Bookmark | None:
    """None where it was removed meanwhile."""
    try:
        data = read(path, LARGEST)
        return None if data is None else _parsed(data)
    except OSError as error:
        raise _refused(path, error) from None
    except (ValueError, TypeError, RecursionError):
        aside = set_aside(path)
    raise VoiceGuideError(
        f"{path} does not tell where your session stood: set aside as {aside.name}; `voice-guide play` begins anew"
    )


def _refused(path: Path, error: OSError) -> VoiceGuideError:
    reason = (error.strerror or str(error)).lower()
    return VoiceGuideError(f"{path} cannot be read: {reason}; VOICE_GUIDE_DATA names another folder")


def _parsed(data: bytes) -> Bookmark:
    """Raises ValueError or TypeError for what we did not write."""
    if len(data) > LARGEST:
        raise ValueError("too large")
    told = _checked(json.loads(data), Bookmark)
    wishes = _checked(told["wishes"], Wishes)
    try:
        found = Bookmark(**{**told, "wishes": Wishes(**{**wishes, "conditions": tuple(wishes["conditions"])})})
    except ChoiceError as error:
        raise ValueError(str(error)) from None
    numbers = [found.cue, found.step, found.wait, found.seconds, found.room, *found.released]
    if not all(type(number) in (int, float) and 0 <= number < 1e9 for number in numbers):
        raise ValueError("a number out of its range")
    datetime.fromisoformat(found.started)
    if found.when.utcoffset() is None:
        raise ValueError("no time")
    if not all(isinstance(text, str) for text in (*found.noticed, *found.wishes.conditions)):
        raise ValueError("no words")
    if found.pain is not None and found.pain not in range(11):
        raise ValueError("pain")
    return found


def _checked(told: Any, shape: type) -> dict[str, Any]:
    """The fields of a shape, each of a type that JSON gives for its own."""
    kinds = get_type_hints(shape)
    if not isinstance(told, dict) or told.keys() != kinds.keys():
        raise ValueError("other fields")
    for name, kind in kinds.items():
        if type(told[name]) not in _plain(kind):
            raise ValueError(name)
    return told


def _plain(kind: Any) -> tuple[type, ...]:
    """The types that JSON gives for a type."""
    if isinstance(kind, UnionType):
        return tuple(one for part in get_args(kind) for one in _plain(part))
    as_json: dict[Any, tuple[type, ...]] = {float: (int, float), tuple: (list,), Literal: (str,), Wishes: (dict,)}
    plain = get_origin(kind) or kind
    return as_json.get(plain, (plain,))
