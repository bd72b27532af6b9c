"""The profile in a file that its owner can read and edit; on this machine only.

A file that cannot be read is set aside, never deleted, and until it is repaired there is no session: what it may
have said is taken at its worst.
"""

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from voice_guide.body.profile import Profile
from voice_guide.errors import SafetyError, VoiceGuideError, did_you_mean
from voice_guide.personal import PROFILE, data_folder, forget, read, set_aside, set_aside_before
from voice_guide.storage.whole import write_whole

HEAD = """# What you told voice-guide about your body. It stays on this machine.
# `voice-guide profile` asks again; edit it as you like, or forget it with `voice-guide profile --forget`.
"""
LARGEST = 64 * 1024
DATED = ("yes", "no", "agreed")


def profile_path(folder: Path | None = None) -> Path:
    """Where the profile lies: in that folder, else in the listener's own."""
    return (folder or data_folder()) / PROFILE


def read_profile(known: Iterable[str], parts: Iterable[str], path: Path | None = None) -> Profile | None:
    """The profile, None where nothing was told yet.

    `known`: the conditions there are; `parts`: of the body. Raises SafetyError with one line where it is broken,
    or where a broken one was set aside and not replaced.
    """
    path = path or profile_path()
    remedy = "until it is put back, or `voice-guide profile` has asked again, there is no session"
    if aside := set_aside_before(path):
        raise SafetyError(f"your profile lies broken in {aside}; {remedy}")
    try:
        raw = read(path, LARGEST)
        return None if raw is None else _parsed(raw.decode("utf-8-sig"), list(known), list(parts))
    except OSError as error:
        raise SafetyError(f"your profile {path} cannot be read: {(error.strerror or '').lower()}; {remedy}") from None
    except UnicodeDecodeError:
        fault = "not UTF-8 text"
    except (ValueError, TypeError) as error:
        fault = " ".join(str(error).split())
    try:
        where = f"set aside as {set_aside(path).name}"
    except VoiceGuideError as error:
        where = str(error)
    raise SafetyError(f"your profile {path} is broken: {fault}; {where}; {remedy}")


def _parsed(text: str, known: list[str], parts: list[str]) -> Profile:
    """Raises ValueError with what is wrong, and TypeError never."""
    if len(text) > LARGEST:
        raise ValueError(f"larger than {LARGEST // 1024} KB")
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"\bline (\d+)", str(error))
        raise ValueError(f"not TOML from line {found[1] if found else len(text.splitlines())} on") from None
    except RecursionError:
        raise ValueError("nested deeper than any answer") from None
    _expect(data, (*DATED, "where", "told", "bout"), "section")
    sections = {name: _table(data, name) for name in (*DATED, "where", "told", "bout")}
    for name in (*DATED, "where", "told"):
        _expect(sections[name], known, "condition")
    for name in DATED:
        for condition, since in sections[name].items():
            _day(condition, since)
    for condition, named in sections["where"].items():
        if not isinstance(named, list) or not all(isinstance(part, str) for part in named):
            raise ValueError(f"where '{condition}' is needs a list such as [\"low back\"]")
        _expect(named, parts, "part of the body")
    for condition, words in sections["told"].items():
        if not isinstance(words, str):
            raise ValueError(f"'{condition}' was told in words, not {words!r}")
    _expect(sections["bout"], ("began",), "key")
    began = sections["bout"].get("began")
    both = sections["yes"].keys() & sections["no"].keys()
    if both:
        raise ValueError(f"'{min(both)}' is answered both yes and no")
    if not (sections["yes"] or sections["no"] or began):
        raise ValueError("it holds no answer")
    where = {condition: tuple(named) for condition, named in sections["where"].items()}
    day = _day("began", began) if began else None
    return Profile(sections["yes"], sections["no"], sections["agreed"], where, day, sections["told"])


def _table(data: dict[str, Any], name: str) -> dict[str, Any]:
    found = data.get(name, {})
    if not isinstance(found, dict):
        raise ValueError(f"'{name}' is not a section")
    return found


def _expect(given: Iterable[str], known: Iterable[str], what: str) -> None:
    names = list(known)
    for name in given:
        if name not in names:
            hint = did_you_mean(name, names)
            raise ValueError(f"no {what} '{name}'" + (f", {hint}" if hint else ""))


def _day(name: str, value: Any) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise ValueError(f"'{name}' needs a day such as 2026-01-31, not {value!r}")
    return value


def write_profile(profile: Profile, names: Mapping[str, str], path: Path | None = None) -> Path:
    """Write it whole or not at all; `names` are what conditions are called. Returns the path.

    Raises VoiceGuideError where it cannot be kept.
    """
    path = path or profile_path()
    text = HEAD + "".join(_written(profile, names))
    write_whole(path, text.encode(), "VOICE_GUIDE_DATA", private=True)
    return path


def _written(profile: Profile, names: Mapping[str, str]) -> Iterator[str]:
    for section in DATED:
        answers: Mapping[str, date] = getattr(profile, section)
        if answers:
            yield f"\n[{section}]\n"
            yield from (f"{name} = {since}  # {names.get(name, '')}\n" for name, since in answers.items())
    if profile.where:
        yield "\n[where]\n"
        for name, parts in profile.where.items():
            listed = ", ".join(f'"{part}"' for part in parts)
            yield f"{name} = [{listed}]\n"
    if profile.told:
        yield "\n[told]\n"
        yield from (f"{name} = {json.dumps(words)}\n" for name, words in profile.told.items())
    if profile.began:
        yield f"\n[bout]\nbegan = {profile.began}  # at the latest\n"


def forget_profile(path: Path | None = None) -> list[Path]:
    """Delete the profile and every broken one that was set aside; returns what was deleted. VoiceGuideError where a
    file stays.
    """
    return forget(path or profile_path())
