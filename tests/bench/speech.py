"""Speech of the system's engines at 16 kHz, kept in a temporary folder, and the rooms in which it is said."""

import audioop
import hashlib
import math
import random
import subprocess
import tempfile
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

RATE = 16_000
KEPT = Path(tempfile.gettempdir(), "voice-guide-bench-speech")
RAW = ("-t", "raw", "-r", str(RATE), "-e", "signed", "-b", "16", "-c", "1")
FESTIVAL = {"ked": "voice_ked_diphone", "hts": "voice_cmu_us_slt_arctic_hts"}

QUIET, FAR, NOISY, LOUD = "quiet", "across the room", "pink noise at 20 dB", "pink noise at 10 dB"


@dataclass(frozen=True)
class Speaker:
    """`stretch` makes it slower; `pitch` is in hertz, and only where the engine is flite."""

    engine: str
    name: str
    stretch: float = 1.0
    pitch: int = 0


def say_all(speaker: Speaker, texts: Sequence[str]) -> None:
    """Make what is not kept yet."""
    KEPT.mkdir(exist_ok=True)
    missing = [text for text in dict.fromkeys(texts) if not _file(speaker, text).exists()]
    with tempfile.TemporaryDirectory() as folder:
        said = [f"{folder}/{place}.wav" for place in range(len(missing))]
        if speaker.engine == "festival" and missing:
            lines = [f"({FESTIVAL[speaker.name]})", f"(Parameter.set 'Duration_Stretch {speaker.stretch})"]
            for text, file in zip(missing, said, strict=True):
                lines.append(f'(utt.save.wave (utt.synth (Utterance Text "{text}")) "{file}")')
            Path(folder, "say.scm").write_text("\n".join(lines), encoding="utf-8")
            subprocess.run(["festival", "-b", f"{folder}/say.scm"], check=True, capture_output=True)
        for text, file in zip(missing, said, strict=True):
            if speaker.engine != "festival":
                subprocess.run(_command(speaker, text, file), check=True, capture_output=True)
            kept = _file(speaker, text)
            made = kept.with_suffix(".made.wav")
            form = ["-r", str(RATE), "-c", "1", "-b", "16"]
            subprocess.run(["sox", "-v", "0.7", file, *form, str(made), "norm", "-6"], check=True, capture_output=True)
            made.rename(kept)


def _command(speaker: Speaker, text: str, file: str) -> list[str]:
    if speaker.engine == "espeak":
        return ["espeak-ng", "-v", speaker.name, "-s", str(round(150 / speaker.stretch)), "-w", file, text]
    pitch = ["--setf", f"int_f0_target_mean={speaker.pitch}"] if speaker.pitch else []
    return [
        "flite",
        "-voice",
        speaker.name,
        "--setf",
        f"duration_stretch={speaker.stretch}",
        *pitch,
        "-t",
        text,
        "-o",
        file,
    ]


def _file(speaker: Speaker, text: str) -> Path:
    return KEPT / f"{hashlib.sha1(f'{speaker}|{text}'.encode()).hexdigest()}.wav"


def stream(
    speaker: Speaker, texts: Sequence[str], gaps: tuple[float, float] = (1.2, 1.2)
) -> tuple[bytes, list[tuple[float, float]]]:
    """All of it, one after the other, and for each its seconds."""
    say_all(speaker, texts)
    sound, spans, chance = bytearray(bytes(RATE * 2)), [], random.Random(0)
    for text in texts:
        with wave.open(str(_file(speaker, text))) as file:
            words = _trimmed(file.readframes(file.getnframes()))
        start = len(sound) / 2 / RATE
        sound += words
        spans.append((start, len(sound) / 2 / RATE))
        sound += bytes(2 * round(RATE * chance.uniform(*gaps)))
    return bytes(sound), spans


def _trimmed(sound: bytes) -> bytes:
    step = 640
    loud = [place for place in range(0, len(sound), step) if audioop.rms(sound[place : place + step], 2) > 150]
    return sound[loud[0] : loud[-1] + step] if loud else sound


def in_room(sound: bytes, room: str) -> bytes:
    """Speech at -26 dBFS, or at -42 and reverberant across the room, over a hiss at -66; or over pink noise."""
    wide = audioop.mul(sound, 2, 0.15)
    if room == FAR:
        wide = sox(wide, "fir", str(_echo()))[: len(sound)]
        return audioop.add(_at(wide, -42), noise("pink", len(sound), -66), 2)
    return audioop.add(_at(wide, -26), noise("pink", len(sound), {NOISY: -46, LOUD: -36}.get(room, -66)), 2)


def _echo(reverberation: float = 0.3, count: int = 7200) -> Path:
    """Taps of a furnished room: 0.3 s to -60 dB, the reverberation as strong as the direct sound."""
    file = KEPT / f"echo-{reverberation}-{count}.txt"
    if not file.exists():
        chance = random.Random(1)
        tail = [
            chance.gauss(0, 1) * math.exp(-6.9 * n / RATE / reverberation) if n >= 48 else 0.0 for n in range(1, count)
        ]
        strength = math.sqrt(sum(tap * tap for tap in tail))
        taps = [0.0] * count + [1.0] + [tap / strength for tap in tail]  # the filter is centred
        file.write_text("\n".join(f"{tap:.6f}" for tap in taps))
    return file


def sox(sound: bytes, *effects: str) -> bytes:
    """What sox makes of it."""
    return subprocess.run(
        ["sox", "-G", *RAW, "-", *RAW, "-", *effects], input=sound, capture_output=True, check=True
    ).stdout


def noise(kind: str, size: int, level: float) -> bytes:
    """So many bytes of noise at `level` dBFS."""
    KEPT.mkdir(exist_ok=True)
    file = KEPT / f"{kind}.raw"
    if not file.exists():
        made = ["sox", "-R", "-n", *RAW, "-", "synth", "120", f"{kind}noise", "norm", "-12"]
        file.write_bytes(subprocess.run(made, capture_output=True, check=True).stdout)
    sound = file.read_bytes()
    return audioop.mul((sound * (size // len(sound) + 1))[:size], 2, 32768 * 10 ** (level / 20) / audioop.rms(sound, 2))


def _at(sound: bytes, level: float) -> bytes:
    """With its loud parts at `level` dBFS."""
    parts = [audioop.rms(sound[place : place + 960], 2) for place in range(0, len(sound) - 959, 960)]
    loud = [part for part in parts if part > max(parts) / 20]
    strength = math.sqrt(sum(part * part for part in loud) / len(loud))
    return audioop.mul(sound, 2, 32768 * 10 ** (level / 20) / strength)
