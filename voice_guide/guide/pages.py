"""Every routine as a page for a phone's browser, and the list of them."""

from pathlib import Path

from voice_guide.body.wishes import Wishes
from voice_guide.guide.catalogue import Catalogue, Making, Many, make_all
from voice_guide.guide.fitted import Fitted
from voice_guide.guide.kit import Kit
from voice_guide.guide.moment import Progress
from voice_guide.guide.writing import PAGE
from voice_guide.page import Entry, index_page
from voice_guide.storage.whole import write_whole

INDEX = "index.html"


def make_pages(kit: Kit, wishes: Wishes, folder: Path, how: Many, progress: Progress) -> tuple[Catalogue, Path]:
    """Make those that are not up to date; and the list, whose path is given."""
    done = make_all(kit, Making(wishes, folder, PAGE, home=INDEX), how, progress)
    index = folder / INDEX
    page = index_page([_entry(session) for session in done.there], kit.library.matcher.tables())
    write_whole(index, page.encode())
    return done, index


def _entry(session: Fitted) -> Entry:
    routine = session.routine
    points = dict.fromkeys(step.point.name for step in routine.steps if step.point)
    needs = tuple(need.id for need in session.library.needs.values() if routine.id in need.routines)
    minutes, words = session.fit.length / 60, (*routine.aliases, *points)
    return Entry(routine.name, f"{routine.id}{PAGE}", minutes, routine.about, words, needs)
