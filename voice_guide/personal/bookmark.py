"""Where the last session stood, in a small file that is replaced whole, so that a kill at any instant leaves one.

It is for the owner's eyes: it may tell about their body. A file that cannot be read is set aside, never deleted.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from types import UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from voice_guide.body.wishes import Wishes
from voice_guide.errors import ChoiceError, VoiceGuideError
from voice_guide.personal import PLACE, data_folder, forget, read, remove, set_aside, tidy
from voice_guide.storage.whole import write_whole

LARGEST = 1_000_000
"""Bytes."""


@dataclass(frozen=True, slots=True)
class Bookmark:
    """Where a session stood, and all that it takes to make the same session again."""

    saved: str
    """ISO 8601, with the offset of the listener's clock."""
    started: str
    """When it began, likewise, which tells its row in the journal; empty before it begins."""
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


def bookmark_path(folder: Path | None = None) -> Path:
    """Where it lies: in that folder, else in the listener's own."""
    return (folder or data_folder()) / PLACE


def write_bookmark(bookmark: Bookmark, path: Path | None = None) -> None:
    """Replace it, whole. Raises VoiceGuideError where it cannot be kept."""
    data = json.dumps(asdict(bookmark)).encode("utf-8", "surrogatepass")
    write_whole(path or bookmark_path(), data, "VOICE_GUIDE_DATA", private=True)


def read_bookmark(path: Path | None = None) -> Bookmark | None:
    """Where the last session stood; None where none was broken off. Raises VoiceGuideError with the remedy."""
    path = path or bookmark_path()
    try:
        data = read(path, LARGEST)
        return None if data is None else _parsed(data)
    except NotADirectoryError:
        return None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise VoiceGuideError(f"{path} cannot be read: {reason}; VOICE_GUIDE_DATA names another folder") from None
    except (ValueError, TypeError, RecursionError):
        aside = set_aside(path)
    raise VoiceGuideError(
        f"{path} does not tell where your session stood: set aside as {aside.name}; `voice-guide play` begins anew"
    )


def remove_bookmark(path: Path | None = None, erase: bool = False) -> None:
    """There is nothing to go on with any more; `erase` what was set aside, too. VoiceGuideError where a file stays."""
    path = path or bookmark_path()
    if erase:
        forget(path)
    else:
        tidy(path)
        remove(path)


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
    if found.started:
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
