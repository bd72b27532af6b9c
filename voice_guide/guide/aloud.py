"""A refusal that is heard, by somebody who lies down and looks at nothing."""

import re
from contextlib import closing, suppress

from voice_guide.devices import open_sink
from voice_guide.errors import SafetyError, SinkError, VoiceError
from voice_guide.guide.kit import Kit
from voice_guide.player.sentence import say


def say_aloud(refusal: SafetyError, kit: Kit, sink_name: str) -> None:
    """Where it is by a rule, and there are a voice and a device; others name files and options."""
    if sink_name == "silent" or not refusal.level:
        return
    with suppress(VoiceError, SinkError), closing(open_sink(sink_name)) as sink:
        text = re.sub(r"[`']|--", "", str(refusal))
        say(text, kit.voice.speak(text), sink)
