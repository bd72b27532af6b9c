"""Commands about this machine: voices, cache, doctor."""

import json
import platform
import shutil
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict

import click

from voice_guide.errors import VoiceGuideError
from voice_guide.storage import kept
from voice_guide.voices import open_voice, speakers
from voice_guide.voices.cache import Remembering


@click.command("voices")
@click.argument("language", required=False, default="")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def voices_command(language: str, as_json: bool) -> None:
    """The voices this machine has; LANGUAGE narrows the list.

    \b
    voice-guide voices en
    voice-guide play soft landing --voice gmw/en-gb-scotland
    """
    found = [speaker for speaker in speakers() if speaker.language.lower().startswith(language.lower())]
    if as_json:
        click.echo(json.dumps([asdict(speaker) for speaker in found], ensure_ascii=False, indent=2))
        return
    for speaker in found:
        click.echo(f"{speaker.language:10} {speaker.id:28} {speaker.name}")
    click.echo(f"{'':10} {'tone':28} beeps, for machines without a voice")


@click.group("cache")
def cache_command() -> None:
    """Look after rendered cues, their MP3 frames, covers and checked scripts. All of it can be deleted at any time."""


@cache_command.command("info")
def cache_info() -> None:
    """Where it is and how much it holds."""
    folder = kept.cache_folder()
    holds = kept.info(folder)
    click.echo(f"{folder}: {holds.entries} files, {holds.bytes / 1e6:.1f} MB")


@cache_command.command("verify")
def cache_verify() -> None:
    """Read every file, and remove those that are broken."""
    broken = kept.verify(kept.cache_folder())
    for path in broken:
        click.echo(f"removed {path}")
    click.echo(f"{len(broken)} broken, {kept.info(kept.cache_folder()).entries} good")


@cache_command.command("clear")
def cache_clear() -> None:
    """Remove every file of it."""
    click.echo(f"removed {kept.clear(kept.cache_folder())} files")


@click.command("doctor")
@click.pass_context
def doctor_command(ctx: click.Context) -> None:
    """What works on this machine, and the remedy for what does not.

    Exit code 0 where a session can at least be exported.
    """
    click.echo(f"ok       Python {platform.python_version()} on {platform.system()}")
    can_export = all([_try("scripts", _scripts), _try("cache", _cache), _try("voice", _voice)])
    _try("profile", _profile)
    _try("journal", _journal)
    _try("speaker", lambda: _sink("speaker"))
    _try("simpleaudio", lambda: _sink("simpleaudio"))
    _try("microphone", _microphone)
    _try("ffmpeg", _ffmpeg)
    ctx.exit(0 if can_export else 1)


def _try(what: str, check: Callable[[], str]) -> bool:
    try:
        click.echo(f"ok       {what}: {check()}")
    except VoiceGuideError as error:
        click.echo(f"missing  {what}: {error}")
        return False
    return True


def _scripts() -> str:
    from voice_guide.library import Library, own_folder

    library = Library()
    count = len(library.routines)
    if library.broken:
        raise VoiceGuideError("; ".join(library.broken))
    return f"{count} routines; your own would be in {own_folder()}"


def _profile() -> str:
    from voice_guide.cli.told import profile_of
    from voice_guide.library import Library
    from voice_guide.personal.profile import profile_path

    if profile_of(Library()) is None:
        raise VoiceGuideError("not told yet; `voice-guide profile` takes a minute, and fits sessions to your body")
    return str(profile_path())


def _journal() -> str:
    from voice_guide.personal.journal import Journal

    journal = Journal()
    if journal.warning:
        raise VoiceGuideError(journal.warning)
    return f"{len(journal.records())} sessions in {journal.path}"


def _cache() -> str:
    folder = kept.cache_folder()
    with closing(open_voice("tone")) as tone:
        remembering = Remembering(tone, folder)
        remembering.speak("doctor")
    if remembering.warning:
        raise VoiceGuideError(remembering.warning)
    return str(folder)


def _voice() -> str:
    with closing(open_voice()) as voice:
        voice.speak("One.")
        return voice.key


def _sink(name: str) -> str:
    from voice_guide.devices import open_sink
    from voice_guide.pcm import silence

    with closing(open_sink(name)) as sink:
        sink.write(silence(sink.stretch if sink.stretch < 44_100 else 2_205))
    return "plays"


def _microphone() -> str:
    from voice_guide.cli.steering import vocabularies
    from voice_guide.hearing.ear import try_microphone
    from voice_guide.library import Library

    return try_microphone(vocabularies(Library()))


def _ffmpeg() -> str:
    found = shutil.which("ffmpeg")
    if not found:
        raise VoiceGuideError("not installed; MP3, WAV and pages need none, other formats do")
    return found
