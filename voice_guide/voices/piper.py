"""A Piper model of the listener's own: a file of theirs, looked at before it is trusted with a session."""

import hashlib
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from voice_guide.errors import VoiceError
from voice_guide.voices.engine import Make
from voice_guide.voices.voice import PIPER

SETTINGS = ".json"
"""Stands beside a model, after its whole name."""
LARGEST = 1 << 30
"""Bytes of a model; the largest known have an eighth of it."""


def piper(name: str) -> Make:
    """The engine for `piper:PATH.onnx`. Raises VoiceError where the file cannot be one, or what reads it is missing."""
    model = Path(name.removeprefix(PIPER)).expanduser()
    remedy = f"download the voice's two files, and name its .onnx: --voice {PIPER}PATH.onnx"
    for file in (model, model.with_name(model.name + SETTINGS)):
        if not file.is_file():
            raise VoiceError(f"{file}: there is no such file; {remedy}")
        if not 0 < file.stat().st_size <= LARGEST:
            raise VoiceError(f"{file}: no part of a Piper voice, by its size; {remedy}")
    if not all(find_spec(library) for library in ("piper", "onnxruntime")):
        raise VoiceError(f"{model}: a Piper voice needs piper-tts; pip install 'voice-guide[piper]'")
    told = model.stat()
    digest = _digest(model.absolute(), told.st_size, told.st_mtime_ns)
    packages = ("piper-tts", "onnxruntime")
    return Make("piper", f"Piper's {model.stem} {digest}", packages, "piper", False, str(model.absolute()))


@cache
def _digest(model: Path, size: int, changed: int) -> str:
    """Of a model and its settings, every byte: 60 MB take a tenth of a second, and the wrong voice a whole session."""
    digest = hashlib.blake2b(digest_size=8)
    for file in (model, model.with_name(model.name + SETTINGS)):
        with file.open("rb") as content:
            while part := content.read(1 << 20):
                digest.update(part)
    return digest.hexdigest()
