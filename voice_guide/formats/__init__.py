"""What a session is written as: MP3 and other sounds, tags, captions; and whether a file is whole."""

from voice_guide.formats.captions import SIDECARS

FORMATS = ("mp3", "m4a", "m4b", "opus", "flac", "wav")
"""Of an export, by the ending of the file's name; the first where none is named."""
COVER = "cover"
BESIDE = (*SIDECARS, COVER)
"""What may stand beside a file: captions, and its chart."""
