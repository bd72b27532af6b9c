"""The command that tells what is understood in a recording: for tests, for tuning, and for who was not heard."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from voice_guide.cli.steering import names_of, vocabularies
from voice_guide.errors import ChoiceError
from voice_guide.hearing import Heard
from voice_guide.library import Library

KINDS = ("commands", "ready", "yes or no", "number", "names")


@click.command("hear")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--for", "kind", type=click.Choice(KINDS), default="commands", show_default=True,
              help="What may be said in it.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def hear_command(file: Path, kind: str, as_json: bool) -> None:
    """What is understood in a recording (WAV, FLAC, MP3 or Ogg): each utterance, its time, what it means, how sure.

    \b
    voice-guide hear kitchen.wav
    voice-guide hear kitchen.wav --for names

    An utterance counts only where the whole of it is a command: "guide, pause", or a bare "stop".
    """
    from voice_guide.hearing.recogniser import Recogniser

    library = Library()
    recogniser = Recogniser([*vocabularies(library), names_of(library)])
    recogniser.use(kind)
    sound = _recording(file)
    found = [*recogniser.hear(sound), *recogniser.end()]
    if as_json:
        click.echo(json.dumps([asdict(heard) for heard in found], indent=2))
        return
    for heard in found:
        click.echo(_line(heard))
    if not found:
        click.echo("no speech in it", err=True)
    if recogniser.left_out:
        click.echo(f"cannot be heard here: {', '.join(recogniser.left_out)}", err=True)


def _line(heard: Heard) -> str:
    means = heard.meaning or (f"{heard.likely}?" if heard.likely else "-")
    return f"{heard.start:8.2f} s  {means:12} {heard.confidence:4.2f}  {heard.said}"


def _recording(file: Path) -> bytes:
    """The sound as the recogniser wants it. Raises ChoiceError."""
    import miniaudio

    from voice_guide.devices.microphone import RATE

    try:
        content = file.read_bytes()
        decoded = miniaudio.decode(content, miniaudio.SampleFormat.SIGNED16, nchannels=1, sample_rate=RATE)
    except OSError as error:
        raise ChoiceError(f"{file}: {(error.strerror or str(error)).lower()}; name a recording") from None
    except miniaudio.MiniaudioError:
        raise ChoiceError(f"{file}: not a recording that can be read; WAV, FLAC, MP3 and Ogg can") from None
    return bytes(decoded.samples.tobytes())
