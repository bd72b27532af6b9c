"""A voice that guides you through self-massage for the low back, eyes closed and hands busy.

From Python: a `Guide` prepares sessions, which are heard or written. It is loaded when it is first asked for.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from voice_guide.controls.remote import Remote
    from voice_guide.guide import Guide
    from voice_guide.guide.moment import Moment
    from voice_guide.guide.prepared import Prepared

__version__ = "0.1.0"
__all__ = ["Guide", "Moment", "Prepared", "Remote", "__version__"]
_LATE = {
    "Guide": "voice_guide.guide",
    "Moment": "voice_guide.guide.moment",
    "Prepared": "voice_guide.guide.prepared",
    "Remote": "voice_guide.controls.remote",
}


def __getattr__(name: str) -> Any:
    if name not in _LATE:
        raise AttributeError(f"module 'voice_guide' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(_LATE[name]), name)
