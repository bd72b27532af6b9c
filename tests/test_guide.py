"""The guide from Python: whatever the command line does, a program does in a few lines, and nothing is printed."""

import re
import subprocess
import sys
import threading
import time
from datetime import datetime

import pytest

import voice_guide
from voice_guide.devices.silent import Silent
from voice_guide.errors import ChoiceError, NameUnclear, SafetyError
from voice_guide.personal.journal import Journal


@pytest.fixture
def guide(tmp_path):
    folders = {name: tmp_path / name for name in ("scripts", "data", "cache")}
    with voice_guide.Guide("tone", **folders) as guide:
        guide.told = []
        guide._kit._tell = guide.told.append
        yield guide


@pytest.fixture
def hasty(monkeypatch):
    """The silent sink, thirty times as fast."""
    pace = (lambda: 30 * time.monotonic(), lambda span: time.sleep(span / 30))
    monkeypatch.setattr(Silent.__init__, "__defaults__", pace)


def readme_lines(top):
    """The Python of the README."""
    return re.search(r"```python\n(.*?)```", (top / "README.md").read_text(encoding="utf-8"), re.DOTALL)[1]


def test_the_lines_of_the_readme_run(top, tmp_path):
    env = {"HOME": str(tmp_path), "VOICE_GUIDE_CACHE": str(tmp_path / "cache"), "PYTHONPATH": str(top)}
    done = subprocess.run(
        [sys.executable, "-c", readme_lines(top)], env=env, cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    length, cues = done.stdout.split(" ", 1)
    assert float(length) == pytest.approx(720, abs=1) and cues.startswith("['Welcome to Soft Landing.'")
    assert done.stderr == ""
    assert (tmp_path / "soft-landing.mp3").stat().st_size > 1_000_000


def test_a_session_is_what_was_asked_for_in_the_time_there_is(guide):
    session = guide.prepare("hip pocket ball please", minutes=9, talk="short")
    assert session.routine.name == "Hip Pocket Ball"
    assert session.seconds == pytest.approx(540, abs=1)
    assert [cue.kind for cue in session.cues if cue.kind in ("press", "release")][:2] == ["press", "release"]


def test_safety_says_no_and_what_to_do_instead(guide):
    with pytest.raises(SafetyError) as caught:
        guide.prepare("soft landing", conditions=["warning_sign"])
    assert caught.value.level and caught.value.exit_code == 4
    assert guide.adapt("soft landing", conditions=["first_time"]).changes


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        ({"surface": "moon"}, "there is no 'moon'"),
        ({"ball": "tenis"}, "did you mean 'tennis'"),
        ({"conditions": ["bad knee"]}, "no condition"),
        ({"minutes": 500}, "it can last"),
        ({"minutes": "12"}, "give a number"),
        ({"talk": ""}, "there is no ''"),
        ({"side": None}, "give one of"),
        ({"conditions": "thin bones"}, "give a list"),
    ],
)
def test_what_cannot_be_had_is_one_line_of_ours(guide, wish, told):
    with pytest.raises(ChoiceError, match=told) as caught:
        guide.prepare("soft landing", **wish)
    assert "\n" not in str(caught.value)


def test_a_name_that_means_nothing_is_asked_back(guide):
    with pytest.raises(NameUnclear):
        guide.prepare("the weather tomorrow")


def test_a_program_sees_and_steers_what_is_heard_and_how_it_ends(guide, hasty):
    remote, moments = voice_guide.Remote(), []

    def show(moment):
        moments.append(moment)
        if len(moments) == 3:
            remote.send("stop")

    assert guide.prepare("soft landing").play("silent", controls=[remote], show=show) == "stopped"
    assert moments[0].said == "Welcome to Soft Landing." and moments[0].title == "Soft Landing"
    assert any(moment.said for moment in moments[3:]), "the words that take you off"
    assert guide.journal.records()[-1].ended == "stopped"
    with pytest.raises(ChoiceError, match="did you mean 'pause'"):
        remote.send("pauze")


def test_a_session_goes_on_where_it_was_stopped(guide, hasty):
    remote, said = voice_guide.Remote(), []

    def show(moment):
        said.extend([moment.said] * bool(moment.said))
        if len(said) == 3:
            remote.send("stop")

    guide.prepare("soft landing").play("silent", controls=[remote], show=show)
    remote.send("stop")
    again = guide.resume()
    assert again.routine.name == "Soft Landing" and again.mark.cue > 0
    assert again.play("silent", controls=[remote]) == "stopped"


def test_it_works_in_any_thread_and_leaves_the_signals_alone(guide, hasty):
    remote, ended = voice_guide.Remote(), []
    remote.send("stop")

    def play():
        ended.append(guide.prepare("soft landing").play("silent", controls=[remote]))

    thread = threading.Thread(target=play)
    thread.start()
    thread.join(60)
    assert ended == ["stopped"]


def heard_worse(guide, tmp_path):
    """A session that another process kept meanwhile, after which it hurt more."""
    journal = Journal(tmp_path / "data" / "journal.sqlite")
    number = journal.begin("soft-landing", "Soft Landing", datetime.now().astimezone(), False)
    journal.update(number, seconds=600, pain_before=3, pain_after=8, ended="finished")


def test_the_limits_of_the_day_are_those_of_now_however_long_a_guide_lives(guide, tmp_path):
    first = guide.prepare("soft landing").routine.today
    heard_worse(guide, tmp_path)
    assert guide.prepare("soft landing").routine.today != first
    assert guide.adapt("soft landing").light
    guide.erase_journal()
    assert guide.prepare("soft landing").routine.today == first and not guide.past_as_data()


def test_a_session_is_heard_once_and_only_if_it_was_prepared_for_that(guide, hasty):
    remote = voice_guide.Remote()
    for session in (guide.adapt("soft landing"), guide.prepare("soft landing", heard=False)):
        with pytest.raises(ChoiceError, match="prepare it again"):
            session.play("silent")
    session = guide.prepare("soft landing")
    remote.send("stop")
    session.play("silent", controls=[remote])
    with pytest.raises(ChoiceError, match="prepare it again"):
        session.play("silent")


class Broken:
    def waiting(self):
        raise RuntimeError("a window was closed")

    def commands(self):
        raise RuntimeError("a window was closed")


def test_a_control_or_a_window_that_fails_stops_no_session(guide, tmp_path, monkeypatch):
    pace = (lambda: 1000 * time.monotonic(), lambda span: time.sleep(span / 1000))
    monkeypatch.setattr(Silent.__init__, "__defaults__", pace)
    script = tmp_path / "short.yaml"
    script.write_text("name: Short\nabout: x\nsteps:\n  - {press: palm center, side: left, hold: 30}\n")

    def show(moment):
        raise RuntimeError("a picture was closed")

    with pytest.raises(RuntimeError, match="a picture was closed"):
        guide.prepare(str(script)).play("silent", controls=[Broken()], show=show)
    assert guide.journal.records()[-1].ended == "finished"
    assert any("a control failed" in line for line in guide.told)


def test_after_close_it_begins_anew(guide, tmp_path):
    session = guide.prepare("soft landing", heard=False)
    session.export(tmp_path / "a.mp3")
    guide.close()
    assert guide.prepare("soft landing", heard=False).export(tmp_path / "b.mp3")


def test_nothing_is_printed_and_lines_for_people_are_told(guide, capfd, tmp_path):
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "broken.yaml").write_text("name: [")
    assert len(guide.routines()) == 24
    guide.prepare("soft landing", heard=False).export(tmp_path / "soft.wav")
    assert [line for line in guide.told if "broken.yaml" in line]
    assert capfd.readouterr() == ("", "")


def test_it_is_loaded_when_it_is_asked_for(top):
    code = "import sys, voice_guide; assert 'voice_guide.guide' not in sys.modules; voice_guide.Guide; print(sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=top).stdout
    assert "voice_guide.guide" in loaded and "click" not in loaded and "'yaml'" not in loaded
    with pytest.raises(AttributeError):
        voice_guide.nonsense  # noqa: B018
