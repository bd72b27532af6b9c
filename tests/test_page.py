"""The page of a session, in a real browser: what is shown is what is said, nobody is left pressing, nothing is fetched."""

import base64
import csv
import hashlib
import io
import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from PIL import Image

from voice_guide.compiler.cues import Cue
from voice_guide.compiler.script import compile_script
from voice_guide.compiler.timeline import Timeline, lay, sketch
from voice_guide.formats.captions import captions
from voice_guide.formats.id3 import Tags
from voice_guide.formats.mp3 import Mp3
from voice_guide.guide.writing import CONSTANT
from voice_guide.page import Entry, index_page, session_page
from voice_guide.pcm import RATE, length, seconds, silence
from voice_guide.pictures import svg
from voice_guide.pictures.chart import draw_chart
from voice_guide.voices.tone import Tone

HOSTILE = "</script><img src=x onerror=alert(1)><!--<script>alert(2)</script>\u2028\u202e\x07\ud800 javascript:alert(3)"
SHOWN = HOSTILE.replace("\x07", "\ufffd").replace("\ud800", "\ufffd")
OFF = "Ease off now."
EARLY = 0.08
"""Seconds before words that a seek for them may end, in the silence."""
LATE = 0.4
"""Seconds that a busy machine may show words too late."""
ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required", "--mute-audio",
]  # fmt: skip


def hold(step, side, point="gb30"):
    """A point on a side: found, pressed for thirteen seconds, let go."""
    cue = {"step": step, "side": side, "point": point}
    return [
        Cue("locate", f"Find it, {side}.", **cue),
        Cue("press", "Sink in.", 3, **cue),
        Cue("breathe", "Breathe in.", 5, optional=True, **cue),
        Cue("breathe", "And out.", 5, optional=True, **cue),
        Cue("release", OFF, 2, **cue),
    ]


CUES = [
    Cue("intro", "This is it."), Cue("notice", "Mind your back."), *hold(1, "left"), *hold(2, "right"),
    Cue("close", "We are done.", step=3),
]  # fmt: skip
TITLES = ("Opening", "Back pocket, left side", "Back pocket, right side", "Closing")


def spoken(cues):
    voice = Tone(140)
    return Timeline(tuple(lay((cue, voice.speak(cue.text)) for cue in cues)))


def mp3(timeline, kbps=CONSTANT):
    """As a page has it."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "session.mp3")
        with Mp3(path, Tags("", "", "", ""), kbps) as sink:
            for clip in timeline.clips:
                sink.write(clip.sound + silence(clip.length - length(clip.sound)))
        return path.read_bytes()


TIMELINE = spoken(CUES)
SOUND = mp3(TIMELINE)


def built(library, title="Test", titles=TITLES, timeline=TIMELINE, sound=SOUND, **more):
    chart = svg(draw_chart(library.charts, [library.catalogue.points["gb30"]], title), inline=True)
    return session_page(captions(title, titles, timeline), timeline.clips, chart, sound, **more)


@pytest.fixture(scope="module")
def html(library):
    return built(library, digest="d1", home="index.html")


def inside(page, tag):
    """The text of every element of that name, as a browser finds it."""
    return re.findall(rf"<{tag}\b[^>]*>(.*?)</{tag}>", page, re.S)


def data(page):
    return json.loads(inside(page, "script")[0])


STARTS = [seconds(clip.start) for clip in TIMELINE.clips]
SAID = [seconds(clip.end) for clip in TIMELINE.clips]
CHAPTERS = [seconds(start) for _, start, _ in TIMELINE.steps()]
LEFT = next(index for index, cue in enumerate(CUES) if cue.kind == "press")
HOLD, SANK, RELEASE, FREE = STARTS[LEFT], SAID[LEFT], STARTS[LEFT + 3], CHAPTERS[2]
"""The hold on the left: its start, the end of the words for it, its release, and when that is over."""


def clock(time):
    return f"{round(time) // 60}:{round(time) % 60:02d}"


def showing(time):
    """The cue to be shown at a time."""
    return max(index for index, start in enumerate(STARTS) if start <= max(0, time))


# ---- the file


def test_the_same_session_gives_the_same_file(library, html):
    assert html == built(library, digest="d1", home="index.html")
    assert index_page([Entry("A", "a.html", 3)]) == index_page([Entry("A", "a.html", 3)])


def test_the_page_tells_every_cue_and_hold_at_its_time(html):
    told = data(html)
    assert [cue["text"] for cue in told["cues"]] == [cue.text for cue in CUES]
    assert [cue["start"] for cue in told["cues"]] == pytest.approx(STARTS, abs=1e-6)
    assert [chapter["start"] for chapter in told["chapters"]] == pytest.approx(CHAPTERS, abs=1e-6)
    first, second = told["holds"]
    assert first["off"] - first["start"] == pytest.approx(13, abs=1e-4)
    assert (first["start"], first["said"], first["off"], first["end"]) == pytest.approx((HOLD, SANK, RELEASE, FREE))
    assert first["words"] == second["words"] == OFF
    assert base64.b64decode(inside(html, "script")[1]) == SOUND


def test_every_hold_of_every_routine_is_told_with_its_release(library):
    for routine in library.routines.values():
        plan = compile_script(routine, library.phrases)
        timeline = sketch(plan.cues)
        told = data(session_page(captions(routine.name, plan.titles, timeline), timeline.clips, None, b""))
        assert len(told["holds"]) == sum(cue.kind == "press" for cue in plan.cues)
        assert all(one["start"] < one["off"] < one["end"] and one["words"] for one in told["holds"])


def test_a_variable_bit_rate_is_refused_since_browsers_miss_what_they_seek_in_it(library, tmp_path):
    path = tmp_path / "a.mp3"
    with Mp3(path, Tags("A", "", "", "", cover=b"x" * 100_000)) as sink:
        sink.write(silence(RATE))
    with pytest.raises(ValueError, match="constant bit rate"):
        built(library, sound=path.read_bytes())


def test_only_the_style_and_the_script_of_the_house_may_run_and_nothing_is_fetched(html):
    for page in (html, index_page([Entry("A", "a.html", 3)])):
        policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1]
        assert policy.startswith("default-src 'none';") and "unsafe" not in policy and "http" not in policy
        for text in (inside(page, "style")[0], inside(page, "script")[-1]):
            assert base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() in policy
        assert set(re.findall(r"https?://[^\s\"'<]*", page)) <= {"http://www.w3.org/2000/svg"}


class Elements(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def test_any_words_are_only_words(library, html):
    cues = [
        Cue(cue.kind, f"{HOSTILE} {cue.text}", cue.span, cue.step, point=HOSTILE) for cue in CUES if not cue.optional
    ]
    page = built(library, HOSTILE, (HOSTILE,) * 4, spoken(cues), digest=HOSTILE, mime=f'"{HOSTILE}')
    page.encode("utf-8")
    assert data(page)["title"] == SHOWN
    tags, usual = Elements(), Elements()
    tags.feed(page)
    usual.feed(built(library))
    assert [tag for tag, _ in tags.found] == [tag for tag, _ in usual.found]


@pytest.mark.parametrize(
    "file", ["javascript:alert(1)", "//else.where/a", "\\\\else.where\\a", 'a"b.html', "a\ud800?#.html"]
)
def test_an_address_is_a_file_beside_the_page_whatever_its_name(file, library):
    for page in (index_page([Entry("A", file, 3)]), built(library, home=file)):
        link = re.search(r'<a href="([^"]*)"', page)[1]
        assert link.startswith("./") and re.fullmatch(r"[\w./%~-]*", link)


def test_the_list_keeps_the_order_and_tells_the_minutes():
    page = index_page([Entry("B", "b.html", 13.6, "About b.", ("bee",)), Entry("A", "a.html", 0.2)])
    assert re.findall(r'href="./(.)\.html" dir="auto">(.)</a> <span class="minutes">(\d+) min', page) == [
        ("b", "B", "14"),
        ("a", "A", "1"),
    ]


# ---- in a browser


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason="not installed: playwright")
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if not program:
        pytest.skip("not installed: chromium")
    with playwright.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=program, args=ARGS)
        yield browser
        browser.close()


class Phone:
    """A page in a browser, and all that it did which it should not."""

    def __init__(self, browser, path, **options):
        self.context = browser.new_context(**{"viewport": {"width": 390, "height": 844}, **options})
        self.page = self.context.new_page()
        self.path, self.faults = path, []
        self.page.on("console", lambda message: self.faults.append(message.text))
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.faults.append("dialog"), dialog.dismiss()))
        self.page.on("request", lambda request: self.asked(request.url))

    def asked(self, url):
        if not url.startswith(("file:", "data:", "blob:")):
            self.faults.append(url)

    def open(self, html, *scripts):
        self.path.write_text(html, encoding="utf-8")
        for script in scripts:
            self.page.add_init_script(script)
        self.page.goto(self.path.as_uri())
        if self.page.locator("#audio").count():
            self.until("audio.readyState >= 3")
        return self

    def until(self, condition):
        self.page.wait_for_function(f"() => {{ const audio = document.querySelector('audio'); return {condition} }}")

    def run(self, script, *args):
        return self.page.evaluate(script, *args)

    def at(self, time):
        """Put the needle there, as nothing in the page does."""
        self.run("time => { document.querySelector('audio').currentTime = time }", time)
        self.until("!audio.seeking")

    def click(self, name):
        """The button of that name; the name of a part has its time after it."""
        self.page.get_by_role("button", name=re.compile(rf"^{name}( \d+:\d\d)?$")).click()

    def play(self, time=None):
        if time is not None:
            self.at(time)
        self.click("Play")
        self.until("!audio.paused")

    @property
    def time(self):
        return self.run("document.querySelector('audio').currentTime")

    @property
    def playing(self):
        return not self.run("document.querySelector('audio').paused")

    def text(self, id):
        return self.run("id => document.getElementById(id).textContent", id)

    def watch(self, condition, what="''"):
        """Until the condition holds: the time at every frame, and `what` then."""
        return self.run(f"""() => new Promise((done) => {{
          const audio = document.querySelector("audio"), seen = [];
          const look = () => {{
            seen.push([audio.currentTime, {what}]);
            {condition} ? done(seen) : requestAnimationFrame(look);
          }};
          look();
        }})""")


@pytest.fixture
def phone(browser, tmp_path):
    phones = []

    def phone(html, *scripts, **options):
        phones.append(Phone(browser, tmp_path / "page.html", **options))
        return phones[-1].open(html, *scripts)

    yield phone
    for one in phones:
        one.context.close()
        assert one.faults == []


@pytest.mark.long
@pytest.mark.device
def test_it_plays_from_a_file_without_a_network_and_fetches_nothing(phone, html):
    one = phone(html, offline=True)
    assert one.run("document.querySelector('audio').duration") == pytest.approx(seconds(TIMELINE.length), abs=0.15)
    one.play()
    one.until("audio.currentTime > 0.5")
    assert one.run("location.protocol") == "file:" and not one.run("navigator.onLine")


LIT = "[...document.querySelectorAll('.lit')].map((one) => one.dataset.point + ' ' + one.dataset.side)"
SEEN = f"[document.getElementById('caption').textContent, {LIT}]"


@pytest.mark.long
@pytest.mark.device
def test_what_is_shown_is_what_is_said_and_the_point_is_lit_on_its_side(phone, html):
    one = phone(html)
    one.play()
    seen = one.watch(f"audio.currentTime > {HOLD + 1}", SEEN)
    one.at(RELEASE - 1)
    seen += one.watch(f"audio.currentTime > {FREE + 1}", SEEN)[30:]
    assert len({caption for _, (caption, _) in seen}) == 7
    for time, (caption, lit) in seen:
        fair = [CUES[index] for index in range(showing(time - LATE), showing(time + EARLY) + 1)]
        assert caption in [cue.text for cue in fair], time
        sides = {f"gb30 {cue.side}" for cue in fair if cue.text == caption and cue.point}
        assert set(lit) == (sides | {"gb30 "} if sides else set())


@pytest.mark.device
def test_a_chapter_is_reached_at_its_first_word_and_the_slider_reaches_any(phone, html):
    one = phone(html)
    one.click("Closing")
    one.until("!audio.paused")
    assert CHAPTERS[3] - EARLY <= one.time < CHAPTERS[3] + 2 and one.text("caption") == "We are done."
    assert one.page.locator("#chapters [aria-current=true]").inner_text().startswith("Closing")
    one.click("Pause")
    one.until("audio.paused")
    slider = one.page.get_by_role("slider", name="Time")
    slider.fill(str(int(STARTS[1] + 1)))
    assert one.time == pytest.approx(STARTS[1], abs=EARLY) and one.text("caption") == CUES[1].text
    assert not one.playing
    slider.fill(str(int(HOLD + 6)))
    assert one.time == pytest.approx(CHAPTERS[1], abs=EARLY), "nobody lands inside a hold"
    assert slider.get_attribute("aria-valuetext").endswith(TITLES[1])


@pytest.mark.long
@pytest.mark.device
@pytest.mark.parametrize("skip", ["Back", "Opening"])
def test_a_skip_out_of_a_hold_is_heard_after_its_release(skip, phone, html):
    one = phone(html)
    one.play(HOLD + 0.2)
    one.click(skip)
    assert one.text("status") == f"{OFF} Then: Opening."
    seen = [time for time, _ in one.watch("audio.currentTime < 3")]
    before = seen[:-1]
    assert before[0] >= RELEASE - EARLY and before == sorted(before) and FREE - 0.2 < before[-1] < FREE + 0.3
    assert seen[-1] < 1 and one.text("status") == "" and one.playing


@pytest.mark.long
@pytest.mark.device
def test_another_skip_meanwhile_moves_the_goal_and_not_the_release(phone, html):
    one = phone(html)
    one.play(HOLD + 2)
    for _ in "12":
        one.click("Next")
    assert one.text("status") == f"{OFF} Then: Closing."
    seen = [time for time, _ in one.watch(f"audio.currentTime > {CHAPTERS[3] - 1}")]
    assert all(RELEASE - EARLY <= time < FREE + 0.3 for time in seen[:-1])
    assert seen[-1] == pytest.approx(CHAPTERS[3], abs=0.3)


@pytest.mark.long
@pytest.mark.device
def test_a_pause_in_a_hold_says_to_come_off_and_goes_on_with_the_words_of_pressing(phone, html):
    one = phone(html)
    one.play()
    one.at(HOLD + 2.4)
    one.run("addEventListener('click', () => window.there = document.querySelector('audio').currentTime, true)")
    one.click("Pause")
    there = one.run("there")
    status = one.page.get_by_role("status")
    status.filter(has_text=f"Paused. {OFF}").wait_for()
    heard = [time for time, _ in one.watch("audio.paused")]
    assert heard[0] >= RELEASE - EARLY and SAID[LEFT + 3] - 0.1 < max(heard) < FREE, "its release is heard, to the end"
    one.until("!audio.seeking")
    assert one.time == pytest.approx(there, abs=0.3) and one.text("status") == f"Paused. {OFF}"
    there = one.time
    one.click("Play")
    assert "Take up the hold" in one.text("status")
    seen = [time for time, _ in one.watch(f"audio.currentTime > {there}")]
    assert seen[0] == pytest.approx(HOLD, abs=0.3)
    assert all(HOLD - EARLY <= time < SANK + 0.3 or time > there - EARLY for time in seen), (
        "the words, then straight on"
    )
    assert one.text("status") == ""


@pytest.mark.long
@pytest.mark.device
def test_a_second_pause_is_quiet_at_once_and_goes_on_all_the_same(phone, html):
    one = phone(html)
    one.play()
    one.at(HOLD + 2.4)
    one.click("Pause")
    one.click("Pause")
    one.until("audio.paused")
    assert RELEASE - EARLY <= one.time < SAID[LEFT + 3] and one.text("status") == f"Paused. {OFF}"
    one.click("Play")
    seen = [time for time, _ in one.watch(f"audio.currentTime > {HOLD + 3}")]
    assert seen[0] == pytest.approx(HOLD, abs=0.3) and max(seen) < RELEASE


@pytest.mark.long
@pytest.mark.device
@pytest.mark.parametrize("skip", [None, "Next"])
def test_a_pause_while_the_release_is_heard_lets_it_end(phone, html, skip):
    one = phone(html)
    one.play(RELEASE - 0.3 if skip is None else HOLD + 4)
    if skip:
        one.click(skip)
    one.until(f"audio.currentTime > {RELEASE + 0.1} && !audio.seeking")
    one.click("Pause")
    heard = [time for time, _ in one.watch("audio.paused")]
    assert SAID[LEFT + 3] - 0.1 < max(heard) < FREE
    assert one.text("status") == f"Paused. {OFF}"
    one.click("Play")
    one.until(f"audio.currentTime >= {CHAPTERS[2] - EARLY} && !audio.paused")


@pytest.mark.long
@pytest.mark.device
def test_sound_that_goes_on_by_itself_in_a_hold_begins_with_the_words_of_pressing(phone, html):
    one = phone(html)
    one.play()
    one.at(HOLD + 2.4)
    one.run("document.querySelector('audio').pause()")  # as for a call
    one.page.get_by_role("status").filter(has_text=f"Paused. {OFF}").wait_for()
    one.run("document.querySelector('audio').play()")
    seen = [time for time, _ in one.watch(f"audio.currentTime > {HOLD + 3}")]
    assert any(time == pytest.approx(HOLD, abs=0.3) for time in seen[:30]) and one.text("status") == ""


@pytest.mark.long
@pytest.mark.device
def test_a_second_on_inside_words_is_their_end_and_not_the_next_exercise(phone, html):
    one = phone(html, WRAPPED)
    one.play()
    one.at(STARTS[2] + 0.2)
    one.run("time => handlers.seekto({ seekTime: time })", STARTS[2] + 0.9)
    one.until("!audio.seeking")
    assert SAID[2] - EARLY <= one.time < HOLD + 0.2


@pytest.mark.long
@pytest.mark.device
def test_a_finger_that_only_scrolls_over_the_slider_moves_nothing(phone, html):
    one = phone(html)
    one.play()
    one.at(HOLD + 2.4)
    one.run("""() => {
      const slider = document.getElementById("slider");
      slider.value = 1;
      for (const [kind, name] of [["Event", "input"], ["PointerEvent", "pointercancel"], ["Event", "change"]])
        slider.dispatchEvent(new window[kind](name, { bubbles: true }));
    }""")
    assert one.text("status") == "" and HOLD + 2 <= one.time < RELEASE
    one.until("Math.abs(Number(document.getElementById('slider').value) - audio.currentTime) <= 1")


@pytest.mark.long
@pytest.mark.device
def test_a_message_goes_with_the_next_words_and_play_disturbs_nothing_that_plays(phone, html):
    one = phone(html, WRAPPED)
    one.play()
    one.at(HOLD + 2.4)
    one.run("handlers.play()")
    assert one.text("status") == "" and one.time > HOLD + 1.9
    one.at(CHAPTERS[3] + 0.1)
    one.click("Next")
    assert one.text("status") == "This is the last part."
    one.click("Say it again")
    assert one.text("status") == ""


@pytest.mark.long
@pytest.mark.device
def test_a_pause_near_the_end_of_a_hold_goes_on_with_its_release(phone, html):
    one = phone(html)
    one.play(RELEASE - 5)
    assert one.time == pytest.approx(RELEASE, abs=0.3)


@pytest.mark.long
@pytest.mark.device
def test_saying_it_again_makes_no_hold_longer(phone, html):
    one = phone(html)
    one.play()
    one.at(HOLD + 5)
    there = one.time
    one.click("Say it again")
    seen = [time for time, _ in one.watch(f"audio.currentTime > {HOLD + 4}")]
    assert seen[0] < SANK
    assert seen[-1] == pytest.approx(there + SANK - HOLD, abs=0.4), "as far as it had come meanwhile"
    one.at(STARTS[1] + 0.8)
    one.click("Say it again")
    assert one.time == pytest.approx(STARTS[1], abs=0.3)


@pytest.mark.device
def test_the_keys_do_what_the_buttons_do_and_once(phone, html):
    one = phone(html)
    press = one.page.keyboard.press
    press("Space")
    one.until("!audio.paused")
    one.page.get_by_role("button", name="Pause").focus()
    press("Space")
    one.until("audio.paused")
    one.page.get_by_role("slider").focus()
    press("Space")
    one.until("!audio.paused")
    press("ArrowRight")
    one.until(f"Math.abs(audio.currentTime - {CHAPTERS[1]}) < 0.5")
    press("ArrowLeft")
    one.until("audio.currentTime < 0.5")
    one.page.get_by_role("button", name="Next", exact=True).focus()
    press("Space")
    one.until(f"Math.abs(audio.currentTime - {CHAPTERS[1]}) < 0.5")
    assert one.playing, "a button that has the focus does what it says"
    press("ArrowLeft")
    one.until("audio.currentTime < 0.5")
    press("Control+ArrowRight")
    assert one.time < 1


@pytest.mark.device
def test_the_keyboard_reaches_everything_in_the_order_it_is_seen(phone, html):
    one = phone(html)
    found = []
    for _ in range(6 + len(TITLES)):
        one.page.keyboard.press("Tab")
        found.append(one.run("document.activeElement.id || document.activeElement.innerText.split('\\n')[0]"))
        assert one.run("getComputedStyle(document.activeElement).outlineStyle") != "none"
    assert found == ["All sessions", "slider", "play", "back", "again", "next", *TITLES]


@pytest.mark.long
@pytest.mark.device
def test_a_screen_reader_finds_names_headings_and_no_chatter(phone, html):
    one = phone(html)
    for name in ("Play", "Back", "Say it again", "Next", f"Closing {clock(CHAPTERS[3])}"):
        assert one.page.get_by_role("button", name=name, exact=True).count() == 1, name
    assert all(button.inner_text().strip() for button in one.page.get_by_role("button").all())
    assert one.page.get_by_role("heading", level=1).inner_text() == "Test"
    assert one.page.get_by_role("heading", level=2).all_inner_texts() == ["Parts"]
    assert "back pocket point" in one.page.get_by_role("img").locator("desc").text_content()
    assert one.page.locator("#caption").get_attribute("aria-live") == "off"
    assert one.run("[document.documentElement.lang, document.getElementById('caption').lang]") == ["en", "en"]
    ids = one.run("[...document.querySelectorAll('[id]')].map((one) => one.id)")
    assert len(ids) == len(set(ids))


WRAPPED = """
window.handlers = {}; window.positions = []; window.locks = [];
const set = MediaSession.prototype.setActionHandler, state = MediaSession.prototype.setPositionState;
MediaSession.prototype.setActionHandler = function (name, handler) { handlers[name] = handler; set.call(this, name, handler) };
MediaSession.prototype.setPositionState = function (told) { positions.push(told); state.call(this, told) };
Object.defineProperty(navigator, "wakeLock", { value: { request: async (kind) => {
  const lock = { kind, released: false, release: async () => { lock.released = true } };
  locks.push(lock);
  return lock;
} } });
"""


@pytest.mark.long
@pytest.mark.device
def test_the_lock_screen_and_a_headset_do_what_the_buttons_do(phone, html):
    one = phone(html, WRAPPED)
    assert set(one.run("Object.keys(handlers)")) == {
        "play", "pause", "stop", "nexttrack", "previoustrack", "seekbackward", "seekto",
    }  # fmt: skip
    one.run("handlers.play()")
    one.until("!audio.paused")
    one.run("handlers.nexttrack({ action: 'nexttrack' })")
    one.until(f"audio.currentTime >= {CHAPTERS[1] - EARLY}")
    one.until("navigator.mediaSession.metadata.artwork.length")
    told = one.run("(({ title, artist, artwork }) => [title, artist, artwork[0].src])(navigator.mediaSession.metadata)")
    assert told[:2] == [TITLES[1], "Test"]
    picture = Image.open(io.BytesIO(base64.b64decode(told[2].removeprefix("data:image/png;base64,"))))
    assert picture.size == (512, 512) and picture.convert("L").getextrema() == (0, 255)
    one.run("handlers.previoustrack({})")
    one.until("audio.currentTime < 0.5")
    one.at(STARTS[1] + 0.8)
    one.run("handlers.seekbackward({ seekOffset: 10 })")
    assert one.time == pytest.approx(STARTS[1], abs=0.3)
    one.run("time => handlers.seekto({ seekTime: time })", HOLD + 3)
    assert one.time == pytest.approx(CHAPTERS[1], abs=0.3)
    one.run("handlers.pause()")
    one.until("audio.paused && navigator.mediaSession.playbackState === 'paused'")
    last = one.run("positions.at(-1)")
    assert last["duration"] == pytest.approx(seconds(TIMELINE.length), abs=0.15)
    assert last["position"] == pytest.approx(one.time, abs=0.01)


@pytest.mark.long
@pytest.mark.device
def test_the_screen_stays_on_while_it_plays_and_may_go_dark_in_a_pause(phone, html):
    one = phone(html, WRAPPED)
    assert one.run("locks.length") == 0
    one.play()
    one.until("locks.length === 1")
    assert one.run("locks[0].kind") == "screen"
    one.run("locks[0].release(); document.dispatchEvent(new Event('visibilitychange'))")
    one.until("locks.length === 2 && !locks[1].released")
    one.click("Pause")
    one.until("locks[1].released")


WITHOUT = """
for (const name of ["wakeLock", "mediaSession"]) Object.defineProperty(navigator, name, { value: undefined });
Object.defineProperty(window, "localStorage", { get() { throw new DOMException("no", "SecurityError") } });
"""


@pytest.mark.long
@pytest.mark.device
def test_where_a_browser_has_none_of_it_the_session_still_plays(phone, html):
    one = phone(html, WITHOUT)
    one.play()
    one.until(f"audio.currentTime > {STARTS[1]}")
    one.click("Next")
    one.until(f"audio.currentTime > {CHAPTERS[1]}")


@pytest.mark.long
@pytest.mark.device
def test_the_place_is_remembered_at_the_start_of_its_part(phone, html, library):
    one = phone(html)
    one.play(CHAPTERS[1] + 0.5)
    one.until("Object.values(localStorage).length")
    one.page.reload()
    on = one.page.get_by_role("button", name=f"Go on from {clock(CHAPTERS[1])}")
    on.wait_for()
    assert "Get into place" in one.text("status") and not one.playing
    on.click()
    one.until("!audio.paused")
    assert one.time == pytest.approx(CHAPTERS[1], abs=0.3)
    one.page.reload()
    one.click("From the start")
    one.until("!audio.paused")
    assert one.time < 0.5
    one.until("Object.values(localStorage).length === 0")
    one.at(CHAPTERS[1])
    one.until("Object.values(localStorage).length")
    one.open(built(library, digest="d2"))
    assert one.page.get_by_role("button", name="Play", exact=True).is_visible(), "another session has no place"
    one.run("localStorage.setItem('voice-guide d2', '<b>-7')")
    one.page.reload()
    assert one.page.get_by_role("button", name="Play", exact=True).is_visible()


@pytest.mark.long
@pytest.mark.device
def test_at_the_end_it_is_over_and_forgotten(phone, html):
    one = phone(html)
    one.play(seconds(TIMELINE.length) - 0.5)
    one.until("audio.ended")
    assert one.text("status") == "That was all." and one.text("play-label") == "Play"
    assert one.run("Object.values(localStorage).length") == 0


@pytest.mark.long
@pytest.mark.device
def test_hostile_names_are_shown_as_they_are_and_run_nothing(phone, library):
    timeline = spoken([Cue("intro", HOSTILE), Cue("close", HOSTILE, step=1)])
    one = phone(built(library, HOSTILE, (HOSTILE, HOSTILE), timeline, mp3(timeline), digest=HOSTILE))
    assert one.page.title().split() == SHOWN.split()
    assert one.run("document.querySelector('h1').textContent") == SHOWN
    assert one.text("caption") == one.text("chapter") == SHOWN
    assert one.run("document.querySelector('#chapters span').textContent") == SHOWN
    one.play()
    one.until("audio.currentTime > 0.2")
    assert one.run("navigator.mediaSession.metadata.artist") == SHOWN
    listed = phone(index_page([Entry(HOSTILE, "javascript:alert(1)", 3, HOSTILE, (HOSTILE,))]))
    assert listed.run("document.querySelector('li a').textContent") == SHOWN
    assert listed.run("document.querySelector('li a').protocol") == "file:"


ODD = (
    "</script><script>ran = 1</script>", "<!--<script>", "]]></style></svg><svg onload=ran=1>", "javascript:ran=1",
    "${ran = 1} `${ran}` {{ran}}", "\u2028ran = 1\u2029//", "\u202eback\u202c\u2066to\u2069front", "&lt;b&gt; &amp;amp; &#0;",
    "a\0b\x1b[2J", "\"' onmouseover=ran=1 '\"", "url(https://example.invalid/x) } * { display: none", "x" * 600,
    "\u0e49" * 300 + "z" + "\u0301" * 300, "\ufdfd" * 40, "👩‍👩‍👧‍👦" * 60, "\ud800\udfff", "a\nb\r\tc", "__proto__", "constructor",
)  # fmt: skip


@pytest.mark.long
@pytest.mark.device
@pytest.mark.parametrize("number", range(len(ODD)))
def test_whatever_is_written_is_shown_to_the_letter_and_breaks_nothing(phone, library, number):
    words = ODD[number]
    timeline = spoken([Cue("intro", words), *hold(1, "left"), Cue("close", words, step=2)])
    point = next(step.point for step in library.routines["Soft Landing"].steps if step.point)
    chart = svg(draw_chart(library.charts, [point], words), inline=True)
    page = session_page(captions(words, [words] * 3, timeline), timeline.clips, chart, mp3(timeline), digest=words, home=f"{words}.html")  # fmt: skip
    listed = index_page([Entry(words, f"{words}.html", 3, words, (words,))] * 3)
    shown = one_line(words)
    one = phone(page)
    assert one_line(one.page.title()) == one_line(one.run("document.querySelector('h1').textContent")) == shown
    assert [one_line(one.text(id)) for id in ("caption", "chapter")] == [shown, shown]
    assert one_line(one.run("document.querySelector('#chapters span').textContent")) == shown
    assert one.run("document.documentElement.scrollWidth") <= 390
    for name in ("Play", "Back", "Next"):
        box = one.page.get_by_role("button", name=name, exact=True).bounding_box()
        assert box["height"] >= 48 and box["y"] + box["height"] <= 844
    one.play([seconds(start) for _, start, _ in timeline.steps()][1] + 0.5)
    one.until("Object.values(localStorage).length")
    assert one.run("[window.ran, document.scripts.length, document.querySelectorAll('svg').length]") == [None, 2, 2]
    one = phone(listed)
    assert one_line(one.run("document.querySelector('li a').textContent")) == shown
    assert one.run("[document.querySelector('li a').protocol, window.ran, document.scripts.length]") == [
        "file:",
        None,
        2,
    ]
    assert one.run("document.documentElement.scrollWidth") <= 390
    one.page.get_by_role("searchbox").fill(words[:90])
    assert one.run("document.documentElement.scrollWidth") <= 390 and visible(one)


def one_line(text):
    """As a browser reads it: it takes what cannot be shown for one sign, and any space for one."""
    return " ".join(re.sub("[\0-\x08\x0b-\x1f\x7f\ud800-\udfff]", "\ufffd", text.replace("\r", "\ufffd")).split())


STORES = {
    "hostile": "for (const key of ['voice-guide d1', 'x']) localStorage.setItem(key, '</script><script>ran=1</script>')",
    "not a number": "localStorage.setItem('voice-guide d1', 'constructor')",
    "far too large": "localStorage.setItem('voice-guide d1', '1e999')",
    "full": "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }",
    "refused": "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError') } })",
    "none": "Object.defineProperty(window, 'localStorage', { value: null })",
}


@pytest.mark.long
@pytest.mark.device
@pytest.mark.parametrize("store", STORES)
def test_whatever_the_phone_kept_or_refuses_to_keep_it_plays_from_the_start(phone, html, store):
    one = phone(html, f"try {{ {STORES[store]} }} catch {{}}")
    assert one.page.get_by_role("button", name="Play", exact=True).is_visible()
    one.page.goto(f"{one.path.as_uri()}#</script><img src=x onerror=ran=1>")
    one.page.goto(f"{one.path.as_uri()}?play=1#chapters")
    one.play(CHAPTERS[1] + 0.3)
    one.until(f"audio.currentTime > {CHAPTERS[1]} + 0.6")
    assert one.run("window.ran") is None


@pytest.mark.long
@pytest.mark.device
def test_a_list_of_ten_thousand_is_filtered_while_somebody_types(phone):
    one = phone(
        index_page(
            [
                Entry(f"Name {number} {ODD[number % len(ODD)][:60]}", f"{number}.html", 5, "About.")
                for number in range(10_000)
            ]
        )
    )
    took = one.run("""() => {
      const field = document.getElementById("filter"), began = performance.now();
      field.value = "name 9999";
      field.dispatchEvent(new Event("input"));
      return performance.now() - began;
    }""")
    assert one.run("[...document.querySelectorAll('li')].filter((item) => !item.hidden).length") == 1
    assert took < 1_000, took


@pytest.mark.device
def test_the_policy_holds(browser, tmp_path, html):
    one, answered = Phone(browser, tmp_path / "page.html").open(html), []
    one.page.on("response", lambda response: answered.append(response.url))
    one.run("""() => {
      const script = document.createElement("script");
      script.textContent = "window.ran = true";
      document.body.append(script);
      document.body.insertAdjacentHTML("beforeend", "<p style='color: red' onclick='ran = 1'>x</p><img src='https://example.invalid/x.png'>");
      fetch("https://example.invalid/y").catch(() => (window.blocked = true));
    }""")
    one.until("window.blocked")
    assert one.run("window.ran") is None
    refused = [fault for fault in one.faults if "Content Security Policy" in fault]
    assert len(refused) >= 5 and set(one.faults) - set(refused) <= {"https://example.invalid/x.png"}
    assert answered == []
    one.context.close()


SIZES = [(390, 844), (320, 568), (844, 390)]


@pytest.mark.long
@pytest.mark.device
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_everything_a_hand_needs_is_on_the_first_screen_and_large_enough(width, height, phone, html):
    one = phone(html, viewport={"width": width, "height": height})
    boxes = {button.inner_text(): button.bounding_box() for button in one.page.locator("button:visible").all()}
    assert all(box["width"] >= 48 and box["height"] >= 48 for box in boxes.values())
    assert one.page.get_by_role("link").bounding_box()["height"] >= 48
    assert boxes["Play"]["width"] * boxes["Play"]["height"] > 4 * 80 * 56
    for name in ("Play", "Back", "Say it again", "Next"):
        assert boxes[name]["y"] + boxes[name]["height"] <= height, name
    assert one.run("document.documentElement.scrollWidth") <= width
    chart = one.page.locator("#chart").bounding_box()
    assert chart["height"] >= 112 and chart["y"] + chart["height"] <= height


@pytest.mark.device
def test_long_words_get_smaller_type_and_move_no_button(phone, library):
    timeline = spoken(
        [Cue("intro", "Short."), Cue("notice", "Leave this one out, please. " * 9), Cue("close", "End.", step=1)]
    )
    one = phone(built(library, titles=("A", "B"), timeline=timeline, sound=mp3(timeline)))
    before = one.page.locator("#play").bounding_box()
    size = "parseFloat(getComputedStyle(document.getElementById('caption')).fontSize)"
    large = one.run(size)
    one.at(seconds(timeline.clips[1].start))
    one.until("document.getElementById('caption').textContent.startsWith('Leave')")
    assert one.run(size) < large and one.page.locator("#play").bounding_box() == before
    assert one.run(
        "(({ scrollHeight, clientHeight }) => scrollHeight <= clientHeight)(document.querySelector('.words'))"
    )


@pytest.mark.device
def test_it_is_dark_and_still_for_those_who_want_no_motion(phone, html):
    one = phone(html, reduced_motion="reduce", color_scheme="light")
    one.at(HOLD)
    one.until("document.querySelector('.lit')")
    assert one.run("getComputedStyle(document.querySelector('.lit')).animationName") == "none"
    image = Image.open(io.BytesIO(one.page.screenshot())).convert("L")
    shades = image.histogram()
    assert sum(shades[200:]) < 0.05 * sum(shades), "it must not glare"


# ---- the list, in a browser

LIST = [
    Entry("Soft Landing", "soft.html", 14, "Lying on a tennis ball.", ("tennis ball", "back pocket")),
    Entry("Tennis Wall Walk", "wall.html", 28, "Down the muscle track.", ("tennis ball", "Fußweg")),
    Entry("Bedtime Belly", "bed.html", 6, "Before sleep.", ("cannot sleep",)),
]
SPEECH = "window.webkitSpeechRecognition = undefined; window.SpeechRecognition = class { start() { window.ear = this } stop() { this.onend() } }"
DEAF = "window.webkitSpeechRecognition = window.SpeechRecognition = undefined"


def visible(one):
    return one.page.locator("li:visible a").all_inner_texts()


@pytest.mark.device
def test_the_list_is_filtered_by_typing_and_one_match_waits_for_a_hand(phone):
    one = phone(index_page(LIST), DEAF)
    field = one.page.get_by_role("searchbox", name="Name it, or what hurts")
    for words, expected, told in [
        ("TENNIS", ["Soft Landing", "Tennis Wall Walk"], "2 sessions"),
        ("soft landing", ["Soft Landing"], "Soft Landing. Open"),
        ("fussweg", [entry.title for entry in LIST], "Nothing here"),
        ("slee", ["Bedtime Belly"], "Bedtime Belly. Open"),
        ("eep", [entry.title for entry in LIST], "Nothing here"),
        ("", [entry.title for entry in LIST], ""),
    ]:
        field.fill(words)
        assert visible(one) == expected and one.text("found").startswith(told), words
    field.fill("belly")
    assert one.run("document.activeElement.id") == "filter", "still typing"
    field.press("Enter")
    assert one.run("document.activeElement.textContent") == "Bedtime Belly" and one.page.url.endswith("page.html")
    assert not one.page.get_by_text("Say it").is_visible(), "where the browser cannot listen"
    assert not one.page.get_by_text("send what you say").is_visible()


def plainly(text):
    return " ".join(re.findall(r"[a-z0-9]+", text.lower()))


@pytest.mark.device
def test_the_list_understands_what_people_say_and_answers_a_danger(phone, library):
    """By the same tables as `find`, on the same phrases."""
    needs = library.needs.values()
    entries = [
        Entry(card.name, f"{card.id}.html", 9, "", card.aliases, tuple(n.id for n in needs if card.id in n.routines))
        for card in library.cards.values()
    ]
    one = phone(index_page(entries, library.matcher.tables()), DEAF)
    phrases = [
        row["phrase"] for row in csv.DictReader(Path(__file__).with_name("said.csv").read_text("utf-8").splitlines())
    ]
    seen = one.run(
        """phrases => phrases.map((phrase) => {
          const field = document.getElementById("filter");
          field.value = phrase;
          field.dispatchEvent(new Event("input"));
          const shown = [...document.querySelectorAll("li")].filter((item) => !item.hidden);
          return [document.getElementById("found").textContent, shown.map((item) => item.querySelector("a").textContent)];
        })""",
        phrases,
    )
    for phrase, (told, shown) in zip(phrases, seen, strict=True):
        meaning = library.matcher.meaning(phrase)
        if meaning.warning:
            assert not shown and told and meaning.say.startswith(told), phrase
        elif meaning.name and f" {plainly(meaning.name)} " in f" {plainly(phrase)} ":
            assert shown == [meaning.name], phrase
        elif meaning.need:
            fitting = {library.by_id(one).name for one in library.needs[meaning.need].routines}
            assert set(shown) == fitting, phrase


@pytest.mark.device
def test_a_spoken_name_is_never_guessed(phone):
    one = phone(index_page(LIST), SPEECH)
    everything = [entry.title for entry in LIST]
    assert one.run("window.ear") is None, "it never listens by itself"
    assert one.page.get_by_text("may send what you say").is_visible()
    for heard, expected in [
        ("Soft Landing", ["Soft Landing"]),
        ("please play soft landing", ["Soft Landing"]),
        ("the tennis ball", ["Soft Landing", "Tennis Wall Walk"]),
        ("hard landing", everything),
        ("play", everything),
    ]:
        one.click("Say it")
        assert one.text("found") == "Listening…"
        one.run("heard => { ear.onresult({ results: [[{ transcript: heard }]] }); ear.onend() }", heard)
        assert visible(one) == expected, heard
        focused = one.run("document.activeElement.textContent")
        assert (focused == expected[0]) == (len(expected) == 1)
    for fault, told in [("no-speech", "I did not hear"), ("not-allowed", "The microphone")]:
        one.click("Say it")
        one.run("fault => { ear.onerror({ error: fault }); ear.onend() }", fault)
        assert one.text("found").startswith(told)
        assert visible(one) == everything
    assert one.page.url.endswith("page.html")


@pytest.mark.device
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_the_list_has_large_targets_and_fits(width, height, phone):
    one = phone(index_page(LIST), viewport={"width": width, "height": height})
    targets = one.page.locator("li:visible, button:visible, input:visible").all()
    assert all(target.bounding_box()["height"] >= 48 for target in targets)
    assert one.run("document.documentElement.scrollWidth") <= width
    one.path.with_name("wall.html").write_text("there")
    one.page.mouse.click(width / 2, one.page.locator("li").nth(1).bounding_box()["y"] + 30)
    one.page.wait_for_url("**/wall.html")


def test_the_parts_of_a_page_end_no_element_early():
    for path in (Path(__file__).parents[1] / "voice_guide" / "page").glob("*.[jc]s*"):
        assert "</" not in path.read_text(encoding="utf-8"), path.name
