"""The file that tells where a session stood: whole or the one before, never taken for what it is not, for its owner."""

import json
import os
import stat
import subprocess
import sys
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategies import examples
from test_faults import HASTY, SCRIPT
from test_play import environment, past_sessions
from voice_guide.body.wishes import Wishes
from voice_guide.compiler.script import compile_script
from voice_guide.errors import VoiceGuideError
from voice_guide.personal.bookmark import MOST, Bookmark, Bookmarks
from voice_guide.personal.journal import Journal

NOW = "2026-05-01T07:00:00+02:00"
PAGE = Bookmark(
    NOW, NOW, "soft-landing", Wishes(), False, None, None, 140, 45, "key", "digest", 12, 4.5, 2,
    "A title", ["Gently."], [1], 300.0, 600.0,
)  # fmt: skip


FILE = "place-20260501T050000000000.json"


def begun(minutes):
    """A session that began so many minutes later, and was heard as long as PAGE."""
    started, saved = (datetime.fromisoformat(NOW) + timedelta(minutes=minutes + more) for more in (0, 5))
    return replace(PAGE, started=started.isoformat(), saved=saved.isoformat())


@pytest.fixture
def places(tmp_path):
    return Bookmarks(tmp_path / "data")


@pytest.fixture
def path(places):
    return places.folder / FILE


def test_what_was_written_is_read(places):
    places.write(PAGE)
    assert places.read() == [PAGE]
    places.write(replace(PAGE, cue=13))
    assert places.read()[0].cue == 13
    assert [file.name for file in places.folder.iterdir()] == [FILE]


def test_each_session_has_its_own_and_the_one_heard_last_comes_first(places):
    early, late = begun(0), begun(10)
    for page in (early, late):
        places.write(page)
    assert places.read() == [late, early]
    early = replace(early, saved=begun(20).saved)
    places.write(early)
    assert places.read() == [early, late]
    places.remove(early)
    assert places.read() == [late]


def test_a_session_heard_to_its_end_leaves_none_that_was_heard_before_it_and_no_other(places):
    before, meanwhile = begun(0), begun(10)
    for page in (before, meanwhile):
        places.write(page)
    places.clear(before=begun(8).when)
    assert places.read() == [meanwhile]


def test_so_many_are_kept_and_no_more(places):
    pages = [begun(minutes) for minutes in range(MOST + 2)]
    for page in pages:
        places.write(page)
    places.clear(keep=MOST)
    assert places.read() == pages[:1:-1]


def test_it_is_for_its_owner_alone(places, path):
    places.write(PAGE)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_none_is_none_and_one_can_be_removed_twice(places):
    assert places.read() == []
    places.write(PAGE)
    places.remove(PAGE)
    places.remove(PAGE)
    assert places.read() == []


def test_what_a_killed_process_left_is_removed_with_it(places, path):
    places.write(PAGE)
    path.with_name(f".{FILE}.0.part").write_text("{")
    places.remove(PAGE)
    assert list(path.parent.iterdir()) == []


def damaged(**changed):
    told = asdict(PAGE) | changed
    return json.dumps({name: value for name, value in told.items() if value != "gone"}).encode()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        b"\xff\xfe",
        damaged(started=5),
        damaged()[:-20],
        b"[" * 100_000,
        b" " * 2_000_000,
        damaged(cue="gone"),
        damaged(more=1),
        damaged(cue="12"),
        damaged(cue=-1),
        damaged(cue=True),
        damaged(wait=float("nan")),
        damaged(wait=float("inf")),
        damaged(seconds=10**400),
        damaged(pain=11),
        damaged(saved="yesterday"),
        damaged(saved="2026-05-01T07:00:00"),
        damaged(noticed=[1]),
        damaged(released=["a"]),
        damaged(wishes=[]),
        damaged(wishes={}),
        damaged(wishes=asdict(Wishes()) | {"tempo": 3}),
        damaged(wishes=asdict(Wishes()) | {"minutes": "x"}),
        damaged(wishes=asdict(Wishes()) | {"talk": "sung"}),
        damaged(wishes=asdict(Wishes()) | {"ball": "golf"}),
        damaged(wishes=asdict(Wishes()) | {"conditions": [3]}),
    ],
)
def test_what_we_did_not_write_is_set_aside_in_one_line_and_never_deleted(places, path, data):
    path.parent.mkdir()
    path.write_bytes(data)
    with pytest.raises(VoiceGuideError, match="set aside as place") as caught:
        places.read()
    assert "\n" not in str(caught.value)
    assert path.with_name(f"{path.stem}.broken-1.json").read_bytes() == data
    assert places.read() == []


@given(st.binary(max_size=200) | st.integers(0, 500).map(lambda cut: damaged()[:cut]))
@examples(60)
def test_any_file_is_a_bookmark_or_one_line(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("data")
    (folder / FILE).write_bytes(data)
    try:
        assert isinstance(Bookmarks(folder).read()[0], Bookmark)
    except VoiceGuideError as error:
        assert "\n" not in str(error)


# The command


@pytest.fixture
def home(tmp_path, library):
    """A listener with a place in the second hold of a short script: `resume(**changed)` answers the finished process."""
    script = tmp_path / "short.yaml"
    script.write_text(SCRIPT)
    env = environment(dict(os.environ), tmp_path)
    plan = compile_script(library.read(script), library.phrases, day=date.today().toordinal())
    half = [cue for cue in plan.cues if cue.text == library.phrases.half][1]
    journal = Journal(tmp_path / "data" / "journal.sqlite")
    started = datetime.now().astimezone()
    earlier = journal.begin("short", "Short", started - timedelta(days=10), False)  # no first week is shortened
    journal.update(earlier, seconds=300, done=["palm center"], ended="finished")
    number = journal.begin("short", "Short", started, False)
    page = replace(
        PAGE, saved=datetime.now().astimezone().isoformat(), started=started.isoformat(), routine=str(script),
        voice="tone", key="tone 1, rate 140", plan=plan.digest, cue=half.number, step=half.step,
        title=plan.titles[half.step], noticed=[cue.text for cue in plan.cues], released=[1],
    )  # fmt: skip

    def resume(*words, **changed):
        Bookmarks(tmp_path / "data").write(replace(page, **changed))
        return subprocess.run(
            [*HASTY, "300", "resume", "--sink", "silent", *words], env=env, stdin=subprocess.DEVNULL, timeout=60,
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    resume.env, resume.script, resume.session = env, script, number
    return resume


def taken_up(lines):
    """Which line takes up the hold again."""
    return next(number for number, line in enumerate(lines) if line.startswith("We go on. "))


WHERE = "You are at the palm center, right hand. That is number two of two. About one minute to go."


def test_it_goes_on_in_the_hold_and_in_the_same_row_of_the_journal(home):
    done = home()
    lines = done.stderr.splitlines()
    assert done.returncode == 0 and lines[0] == f"We go on with Short. {WHERE}"
    assert lines[taken_up(lines) + 1] == "Half way."
    last = past_sessions(home.env)[-1]
    assert (last.id, last.done, last.ended) == (home.session, ("palm center",), "finished")
    assert last.seconds > 300
    assert not list(home.script.parent.glob("data/place*"))


@pytest.mark.parametrize("changed", [{"plan": "another"}, {"key": "another"}, {"cue": 999, "plan": "another"}])
def test_another_version_of_the_script_or_the_voice_goes_on_at_the_start_of_the_step(home, changed):
    done = home(**changed)
    lines = done.stderr.splitlines()
    assert done.returncode == 0 and "You are at the palm center, right hand" in lines[0]
    assert any(line.startswith("Now the palm center, right hand.") for line in lines[1:4])


def test_of_several_the_one_heard_last_goes_on_and_it_is_said(home):
    other = replace(begun(0), routine="first-light", step=0)
    Bookmarks(home.script.parent / "data").write(other)
    lines = home().stderr.splitlines()
    assert lines[0].startswith("Of 2 sessions to go on with, this is the one heard last: ")
    assert lines[1] == f"We go on with Short. {WHERE}"
    assert not list(home.script.parent.glob("data/place*"))


def test_without_questions_nobody_is_asked_for_the_pain_after(home):
    done = home("--no-questions", pain=4)
    assert done.returncode == 0 and "pain" not in done.stderr
    assert past_sessions(home.env)[-1].pain_before == 4


def test_a_wait_that_no_hold_has_is_cut_to_the_hold(home):
    assert home(wait=1e6).returncode == 0


def test_a_row_that_was_erased_begins_anew(home):
    (home.script.parent / "data" / "journal.sqlite").unlink()
    assert home().returncode == 0
    assert [one.ended for one in past_sessions(home.env)] == ["finished"]


def test_a_place_that_is_no_file_is_one_line(places, path):
    path.parent.mkdir()
    os.mkfifo(path)
    with pytest.raises(VoiceGuideError, match="is no file"):
        places.read()


def test_killed_before_anything_was_heard_it_is_the_same_session_anew_and_leaves_no_second_place(home):
    done = home(cue=0, step=0, wait=0.0, noticed=[], released=[], seconds=0.0)
    assert done.returncode == 0 and done.stderr.startswith("Welcome to Short.\n")
    assert past_sessions(home.env)[-1].id == home.session


def test_a_step_that_is_gone_begins_anew(home):
    done = home(plan="another", title="Elbow", step=1)
    assert done.returncode == 0 and done.stderr.startswith("Welcome to Short.\n")


@pytest.mark.parametrize("hours", [5, 500, -5])
def test_hours_later_it_is_another_session_and_every_caution_is_said_again(home, hours):
    saved = (datetime.now().astimezone() - timedelta(hours=hours)).isoformat()
    done = home(saved=saved)
    assert done.returncode == 0 and "New weakness, bladder or bowel trouble" in done.stderr
    assert past_sessions(home.env)[-1].id != home.session


@pytest.mark.parametrize("zone", ["WEST+12", "EAST-14"])
def test_a_traveller_goes_on_in_another_time_zone(home, zone):
    """Whose clock there says yesterday, or tomorrow; in the system's own tables or not, POSIX reads such a name."""
    home.env["TZ"] = zone
    lines = home().stderr.splitlines()
    assert lines[0] == f"We go on with Short. {WHERE}"
    last = past_sessions(home.env)[-1]
    assert (last.id, last.ended) == (home.session, "finished")


def test_a_doctors_word_is_for_the_session_it_was_given_for(home):
    wishes = Wishes(conditions=("high_bp",), doctor_agreed=True)
    assert home(wishes=wishes, plan="another").returncode == 0
    saved = (datetime.now().astimezone() - timedelta(hours=30)).isoformat()
    done = home(wishes=wishes, plan="another", saved=saved)
    assert done.returncode == 4 and "doctor" in done.stderr


def test_a_caution_that_was_not_heard_is_said_before_it_goes_on(home):
    lines = home(noticed=[]).stderr.splitlines()
    caution = next(number for number, line in enumerate(lines) if line.startswith("New weakness, bladder"))
    assert caution < taken_up(lines)


def test_a_script_that_is_gone_is_one_line_and_the_place_stays(home):
    home.script.unlink()
    done = home()
    assert done.returncode == 3 and done.stderr.count("\n") == 1
    assert len(Bookmarks(home.script.parent / "data").read()) == 1


@given(
    st.builds(
        Wishes,
        need=st.text(max_size=20),
        conditions=st.lists(st.text(max_size=20), max_size=3).map(tuple),
        doctor_agreed=st.booleans(),
        minutes=st.none() | st.floats(3, 45),
        surface=st.sampled_from(["", "floor", "bed"]),
        ball=st.sampled_from(["", "none"]),
        side=st.sampled_from(["", "left"]),
        talk=st.sampled_from(["full", "short", "bells"]),
    )
)
@examples(50)
def test_what_was_wished_for_is_kept_as_values(tmp_path_factory, wishes):
    places = Bookmarks(tmp_path_factory.mktemp("data"))
    places.write(replace(PAGE, wishes=wishes))
    assert places.read()[0].wishes == wishes


def test_a_profile_that_forbids_it_now_ends_it_with_four(home):
    (home.script.parent / "data" / "profile.toml").write_text(f"[yes]\nwarning_sign = {datetime.now().date()}\n")
    done = home()
    assert done.returncode == 4 and "press" not in done.stdout


def test_erasing_the_journal_erases_the_place(home):
    folder = home.script.parent / "data"
    Bookmarks(folder).write(PAGE)
    for name in ("place.json", "place.broken-1.json", f"{FILE[:-5]}.broken-2.json", f".{FILE}.0.part"):
        (folder / name).write_text("{")
    subprocess.run(
        [sys.executable, "-m", "voice_guide", "journal", "--delete", "--yes"], env=home.env, check=True,
        capture_output=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert not [path for path in folder.iterdir() if "place" in path.name]
