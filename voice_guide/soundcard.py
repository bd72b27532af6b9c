"""What is a sound device for us, to play and to record: apart from speaker and microphone, which are strangers."""

# Not miniaudio's null device, which would swallow a session unheard and hear nothing for ever, nor JACK, whose library
# starts servers and prints where there is none.
BACKENDS = ("WASAPI", "DSOUND", "WINMM", "COREAUDIO", "SNDIO", "AUDIO4", "OSS", "PULSEAUDIO", "ALSA")
