"""What a session is written as: MP3 and other sounds, tags, captions; and whether a file is whole."""
