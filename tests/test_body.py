"""The commands about the body, as a listener types them: profile, adapt, suggest, and what play and export make of it."""

import json
import shlex
import subprocess
import sys
from datetime import datetime, timedelta
from io import BytesIO

import pytest
from mutagen.id3 import ID3
from PIL import Image

from voice_guide.personal.journal import Journal
from voice_guide.personal.profile import read_profile


@pytest.fixture
def tell(run, tmp_path):
    """Answer the questions of `profile`, one line each, and return the finished process."""

    def tell(*lines):
        env = {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path), "PATH": ""}
        return subprocess.run(
            [sys.executable, "-m", "voice_guide", "profile"],
            input="\n".join(lines) + "\n", capture_output=True, text=True, env=env, timeout=60, check=False,
        )  # fmt: skip

    return tell


def adapted(run, *words):
    done = run("adapt", *words, "--json")
    return done.returncode, json.loads(done.stdout) if done.stdout else done.stderr


class TestProfile:
    def test_none_of_these_is_one_key_and_the_whole_takes_six(self, tell, run, tmp_path, library):
        done = tell(*[""] * 6)
        assert done.returncode == 0 and "profile.toml" in done.stdout
        profile = read_profile(library.safety.conditions, [], tmp_path / "voice-guide" / "profile.toml")
        assert not profile.yes and profile.began is None
        assert list(profile.no) == [name for _, names in library.questions.groups for name in names]

    def test_a_yes_that_needs_a_doctor_asks_for_one_and_a_place_is_asked_where(self, tell, run, tmp_path, library):
        done = tell("1, 4", "", "", "6", "", "1 4", "y", "n", "2")
        assert done.returncode == 0, done.stderr
        profile = read_profile(library.safety.conditions, PARTS, tmp_path / "voice-guide" / "profile.toml")
        assert set(profile.yes) == {"high_bp", "osteoporosis", "open_skin"}
        assert set(profile.agreed) == {"high_bp"} and profile.where == {"open_skin": ("low back", "foot")}
        assert profile.began
        shown = run("profile", "--show").stdout
        assert "osteoporosis = " in shown and "# thin bones" in shown and "began = " in shown

    def test_what_cannot_be_read_is_asked_again(self, tell):
        done = tell("9", "7 8", "", "", "", "", "", "")
        assert done.returncode == 0 and done.stderr.count("type numbers from 1 to 6") == 2

    def test_answers_that_stop_are_kept_and_what_was_told_before_stays(self, tell, tmp_path, library):
        path = tmp_path / "voice-guide" / "profile.toml"
        (tmp_path / "voice-guide").mkdir()
        done = tell("1")
        assert done.returncode == 130 and "what you told is kept" in done.stderr
        first = read_profile(library.safety.conditions, PARTS, path)
        assert set(first.yes) == {"high_bp"} and "heart" in first.no and "pregnancy" not in first.no
        tell("", "1")
        second = read_profile(library.safety.conditions, PARTS, path)
        assert set(second.yes) == {"disc_known"} and "high_bp" in second.no

    def test_one_s_own_words_are_read_back_and_kept_with_what_they_mean(self, tell, run, tmp_path, library):
        done = tell("I had a stroke in spring", "y", "", "a rare thing nobody knows", "y", *[""] * 8)
        assert "'I had a stroke in spring' means heart disease and another long illness: is that right?" in done.stderr
        assert "1 of 5: Heart, blood and bones" in done.stderr
        profile = read_profile(library.safety.conditions, PARTS, tmp_path / "voice-guide" / "profile.toml")
        assert set(profile.yes) == {"heart", "long_term"}
        assert profile.told["heart"] == "I had a stroke in spring"
        assert profile.told["long_term"] == "a rare thing nobody knows"

    def test_a_no_to_what_was_read_back_keeps_nothing_of_it(self, tell, tmp_path, library):
        assert tell("no fever", "blood thinners", "n", *[""] * 6).returncode == 0
        profile = read_profile(library.safety.conditions, PARTS, tmp_path / "voice-guide" / "profile.toml")
        assert not profile.yes and "clotting" in profile.no

    def test_there_is_a_way_back(self, tell, tmp_path, library):
        assert tell("1", "back", "", *[""] * 5).returncode == 0
        profile = read_profile(library.safety.conditions, PARTS, tmp_path / "voice-guide" / "profile.toml")
        assert not profile.yes

    def test_it_is_obeyed_from_then_on(self, tell, run):
        tell("1 4", "", "", "", "", "n", "n", "")
        done = run("export", "soft landing", "--voice", "tone")
        assert done.returncode == 4 and "ask your doctor first" in done.stderr and not done.stdout
        tell(*[""] * 6)
        code, told = adapted(run, "soft landing")
        assert code == 0 and not told["changes"]

    def test_forgotten_it_is_gone(self, tell, run):
        tell(*[""] * 6)
        assert "deleted" in run("profile", "--forget").stdout
        assert "there is no profile yet" in run("profile", "--show").stderr
        assert "there was no profile" in run("profile", "--forget").stdout

    def test_a_broken_one_stops_every_session_with_one_line_until_it_is_asked_anew(self, tell, run, tmp_path):
        (tmp_path / "voice-guide").mkdir()
        (tmp_path / "voice-guide" / "profile.toml").write_text("[yes]\nheart = maybe\n")
        for command in (
            ("export", "soft landing"),
            ("adapt", "soft landing"),
            ("suggest", "stress", "--since", "longer ago"),
        ):
            done = run(*command)
            assert (
                done.returncode == 4 and len(done.stderr.splitlines()) == 1 and "profile.broken-1.toml" in done.stderr
            )
        assert tell(*[""] * 6).returncode == 0
        assert run("adapt", "soft landing").returncode == 0


PARTS = ["low back", "buttock", "leg", "foot", "shoulder", "belly", "hand"]


class TestAdapt:
    def test_it_prints_the_routine_with_its_reasons(self, run):
        code, told = adapted(run, "sunrise energy", "--condition", "first_time")
        assert code == 0 and told["light"] and told["refused"] is None
        assert told["say"] == ["It is your first week, so we stay mild."]
        assert {change["rule"] for change in told["changes"]} == {"S32"}
        assert all(step["seconds"] >= 30 and step["pressure"] <= 2 for step in told["steps"] if step["point"])

    @pytest.mark.parametrize(
        ("condition", "level", "words"),
        [
            ("bladder_bowel", "emergency", "Call your emergency number now"),
            ("warning_sign", "emergency", "call your emergency number now"),
            ("fever", "urgent", "See a doctor today"),
            ("thin bones", "doctor", "ask your doctor first"),
            ("fracture", "doctor", "Wait until your doctor clears you"),
            ("had a drink", "today", "Come back when it has worn off"),
            ("just started", "instead", "Instead: Early Comfort"),
        ],
    )  # fmt: skip
    def test_a_refusal_says_what_to_do_now_and_exits_four(self, run, condition, level, words):
        code, told = adapted(run, "hip pocket ball", "--condition", condition)
        assert code == 4 and told["refused"]["level"] == level and words in told["refused"]["say"]
        done = run("adapt", "hip pocket ball", "--condition", condition)
        assert done.returncode == 4 and len(done.stderr.splitlines()) == 1 and words in done.stderr

    @pytest.mark.parametrize(
        ("words", "nearest"),
        [
            (("--condition", "osteoporosi"), "no condition 'osteoporosi'; did you mean 'osteoporosis'?"),
            (("--condition", "open_skin:lowback"), "did you mean 'low back'?"),
            (("--condition", "heart:hand"), "leave out ':hand'"),
            (("--need", "leg pian"), ""),
            (("--need", "purple"), "'purple': what hurts, or which routine?"),
            (("--surface", "flor"), "did you mean 'floor'?"),
            (("--ball", "tenis"), "did you mean 'tennis'?"),
            (("--talk", "bell"), "did you mean 'bells'?"),
            (("--minutes", "2"), "'2' cannot be; give a number from 3 to 45"),
            (("--minutes", "soon"), "'soon' cannot be; give a number from 3 to 45"),
            (("--minutes", "40"), "is not possible; it can last"),
        ],
    )  # fmt: skip
    def test_what_is_unknown_suggests_the_nearest(self, run, words, nearest):
        done = run("adapt", *(() if "--need" in words else ("soft landing",)), *words)
        assert done.returncode == (0 if not nearest else 2)
        assert nearest in " ".join(done.stderr.split())

    def test_no_choice_hides_an_emergency(self, run):
        for choice in (("--surface", "chair"), ("--ball", "lacrosse"), ("--minutes", "3")):
            done = run("adapt", "soft landing", "--condition", "bladder_bowel", *choice)
            assert done.returncode == 4 and "Call your emergency number now" in done.stderr

    def test_a_choice_a_point_forbids_is_refused_with_the_nearest(self, run):
        done = run("adapt", "winter warmer", "--ball", "lacrosse")
        assert done.returncode == 4 and "Nearest: try --ball tennis" in done.stderr

    def test_minutes_are_kept_with_every_condition_that_leaves_room(self, run):
        code, told = adapted(run, "grand tour", "--minutes", "12", "--condition", "first_time")
        assert code == 0 and told["seconds"] == pytest.approx(720, abs=1)
        code, told = adapted(run, "early comfort", "--minutes", "12", "--condition", "acute_under_72h")
        assert code == 2 and "10 minutes" in told


class TestNeeds:
    def test_a_need_is_a_routine_in_one_s_own_words(self, run):
        code, told = adapted(run, "--need", "pain down the leg")
        assert code == 0 and told["name"] == "Long Leg Freedom"
        assert {change["rule"] for change in told["changes"]} == {"S34"}

    @pytest.mark.parametrize("sign", ["chest pain", "numb leg", "Fever"])
    def test_a_need_that_is_a_warning_sign_is_sent_to_a_doctor(self, run, sign):
        code, told = adapted(run, "--need", sign)
        assert code == 4 and told["refused"]["level"] in ("emergency", "urgent")

    def test_safety_comes_before_the_need(self, run):
        code, told = adapted(run, "--need", "slipped disc")
        assert code == 4 and told["refused"]["level"] == "doctor"
        code, told = adapted(run, "--need", "leg pain", "--condition", "hip_replacement", "--doctor-agreed")
        assert "back pocket point" not in [step["name"] for step in told["steps"]]

    def test_the_list_can_be_only_those_for_a_need(self, run):
        names = [row["name"] for row in json.loads(run("list", "--need", "stiff back", "--json").stdout)]
        assert names == ["Creaky Hinges", "Strong Combo", "Therapist Favorites", "Tennis Wall Walk"]

    def test_every_need_answers_to_each_of_its_words_and_leads_to_routines(self, library):
        for need in library.needs.values():
            for word in (need.name, *need.also, *need.hints):
                assert library.matcher.meaning(word).need == need.id, word
            assert need.routines and {library.by_id(name).id for name in need.routines} == set(need.routines)
        assert len(library.needs) == 17

    def test_up_to_three_are_suggested_each_with_its_reason(self, run):
        done = run("suggest", "long lasting back pain", "--since", "longer ago", "--json")
        found = json.loads(done.stdout)
        assert [one["name"] for one in found] == ["Complete Daily Care", "Tennis Wall Walk", "Grand Tour"]
        assert all(one["minutes"] and "low back" in one["why"] for one in found)

    def test_fresh_pain_is_kept_away_from_the_back_whatever_was_asked_for(self, run):
        for need in ("tender knots", "leg pain", "sudden spasm"):
            found = json.loads(run("suggest", need, "--since", "within three days", "--json").stdout)
            assert found[0]["name"] == "Early Comfort", need

    def test_the_age_of_the_pain_is_remembered_where_there_is_a_profile(self, tell, run):
        tell(*[""] * 6)
        assert run("suggest", "leg pain", "--since", "within three days").returncode == 0
        done = run("adapt", "hip pocket ball")
        assert done.returncode == 4 and "In the first three days" in done.stderr

    def test_what_is_suggested_is_what_the_printed_command_plays(self, run):
        done = run("suggest", "leg pain", "--since", "within six weeks", "--json")
        found = json.loads(done.stdout)[0]
        words = shlex.split(done.stderr or run("suggest", "leg pain", "--since", "within six weeks").stderr)
        code, told = adapted(run, *words[2:])
        assert code == 0 and told["name"] == found["name"]
        assert round(told["seconds"] / 60) == found["minutes"] and all(say in found["why"] for say in told["say"])

    def test_both_questions_are_asked_where_nothing_was_said(self, run, tmp_path):
        done = run("suggest", "stress", "--since", "last year")
        assert done.returncode == 2 and "'in the last three days'" in done.stderr


class TestJournal:
    def test_what_the_journal_knows_is_obeyed_by_every_command(self, run, tmp_path):
        journal = Journal(tmp_path / "voice-guide" / "journal.sqlite")
        number = journal.begin("x", "X", datetime.now().astimezone() - timedelta(days=1), light=True)
        journal.update(number, seconds=600, pain_before=3, pain_after=6, ended="finished")
        code, told = adapted(run, "sunrise energy")
        assert code == 0 and told["light"] and {change["rule"] for change in told["changes"]} == {"J04", "J05"}

    def test_one_that_is_lost_makes_sessions_light_and_one_line_says_so(self, run, tmp_path):
        (tmp_path / "voice-guide").mkdir()
        (tmp_path / "voice-guide" / "journal.sqlite").write_bytes(b"no database")
        code, told = adapted(run, "sunrise energy")
        assert code == 0 and told["light"] and "Your journal cannot be read" in told["say"][0]
        assert list((tmp_path / "voice-guide").glob("journal.broken-1.sqlite"))


class TestExport:
    def test_the_file_is_the_fitted_session_with_its_points_as_cover(self, run, tmp_path):
        done = run("export", "hip pocket ball", "--voice", "tone", "--condition", "first_time", "--minutes", "10")
        assert done.returncode == 0, done.stderr
        tags = ID3(tmp_path / "hip-pocket-ball.mp3")
        assert "It is your first week, so we stay mild." in tags.getall("USLT")[0].text
        cover = Image.open(BytesIO(tags.getall("APIC")[0].data))
        assert cover.size == (1000, 1000) and cover.mode == "L"
        ends = [chapter.end_time for chapter in tags.getall("CHAP")]
        assert max(ends) == pytest.approx(600_000, abs=1000)

    def test_a_refusal_writes_nothing(self, run, tmp_path):
        assert run("export", "hip pocket ball", "--voice", "tone", "--condition", "fever").returncode == 4
        assert not list(tmp_path.glob("*.mp3"))
