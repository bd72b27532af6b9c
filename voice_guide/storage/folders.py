"""The user's own folders, as the environment names them; one that is no certain place is refused, never guessed."""

import os
import warnings
from pathlib import Path

from voice_guide.errors import VoiceGuideError


def user_folder(variable: str, kind: str, below: str = "") -> Path:
    """The folder that a variable names, else what is `below` the user's one for data, cache or runtime.

    It may not exist yet. Raises VoiceGuideError: what is kept in a folder that depends on where somebody is would be
    lost the next time, and a profile with it.
    """
    if named := os.environ.get(variable):
        try:
            return Path(named).expanduser()
        except RuntimeError:
            raise VoiceGuideError(f"{variable} is '{named}', and nobody has that home; name another folder") from None
    import platformdirs

    try:
        with warnings.catch_warnings():  # about the runtime folder of another user, for which it gives a better one
            warnings.simplefilter("ignore")
            folder = Path(getattr(platformdirs, f"user_{kind}_path")("voice-guide", appauthor=False), below)
    except RuntimeError:
        folder = Path("~")
    if not folder.is_absolute():  # older ones of platformdirs do not tell
        raise VoiceGuideError(f"you have no home folder to keep files in; set HOME, or {variable}")
    return folder
