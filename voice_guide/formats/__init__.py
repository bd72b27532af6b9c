"""What a session is written as: MP3 and other sounds, tags, captions; and whether a file is whole."""

FORMATS = ("mp3", "m4a", "m4b", "opus", "flac", "wav")
"""Of an export, by the ending of the file's name; the first where none is named."""
