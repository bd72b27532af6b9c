"""`python -m voice_guide` is `voice-guide`."""

from voice_guide.cli import main

main()
