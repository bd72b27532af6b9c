// The way through a session. The listener lies on a ball with closed eyes, so one rule stands above all others: whoever
// leaves a hold is told to come off first, and nobody lands inside one. Times are seconds. What the phone adds to it,
// its buttons, its lock screen and its memory, is in phone.js, which comes after this in the same script.

const SAY = {
  play: "Play",
  pause: "Pause",
  goOn: (time) => `Go on from ${time}`,
  inPlace: "Welcome back. Get into place first.",
  paused: (words) => `Paused. ${words}`,
  then: (words, title) => `${words} Then: ${title}.`,
  takeUp: "Take up the hold again, slowly.",
  hold: (time) => `Hold ${time}`,
  left: (time) => `${time} left`,
  last: "This is the last part.",
  over: "That was all.",
  tap: "Tap Play to begin.",
  broken: "This browser cannot play the sound. Try another one.",
};
const EARLY = 0.06; // browsers lose the first moment after a seek, so it goes to the silence before the words
const NEAR = 0.08; // so close before a start counts as there
const SHORT = 10; // less of a hold than this is not taken up again after a pause

const byId = (id) => document.getElementById(id);
const { title, digest, length, chapters, cues, holds } = JSON.parse(byId("session").textContent);
const audio = byId("audio");
const slider = byId("slider");
const spots = [...document.querySelectorAll("#chart .spot")];

// ---- where we are

const at = (list, time) => list.findLast((one) => one.start <= time + NEAR) ?? list[0];
const holdAt = (time) => holds.find((one) => one.start <= time + NEAR && time + NEAR < one.end);
const clock = (time) => {
  const whole = Math.max(0, Math.round(time));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
};

function seek(to) {
  audio.currentTime = Math.max(0, to - EARLY);
}

// Words that come first: heard `from` there `until` there, and only then it goes on at `to`.
let detour = null;

// Where a seek ends: at the start of words, never in their middle; and for a hold, where its place is found.
function landing(to) {
  const hold = holdAt(to);
  const cue = at(cues, to);
  const found = hold ? at(chapters, hold.start).start : to < cue.said ? cue.start : to;
  const here = audio.currentTime;
  if (to <= here || found > here) return found;
  if (!hold) return cue.said; // a second on inside words is their end
  // forward is forward, or somebody who moves by seconds would never get past a hold
  return cues.find((one) => one.start > here + NEAR && !holdAt(one.start))?.start ?? found;
}

// ---- what the listener can do

let wanted = false; // whether it was the listener who let it play
function start() {
  wanted = true;
  audio.play().catch((error) => {
    if (error.name === "AbortError") return; // paused again before it began
    tell(error.name === "NotAllowedError" ? SAY.tap : SAY.broken);
  });
}

function play() {
  if (detour?.rest && holdAt(detour.to)) {
    audio.currentTime = detour.to;
    detour = null;
  } else if (detour?.rest) {
    detour = { ...detour, rest: false, told: "" };
  }
  const here = audio.currentTime;
  const hold = holdAt(here);
  const cue = at(cues, here);
  if (detour) {
    seek(detour.from);
  } else if (hold && here < hold.off - SHORT && here >= hold.said) {
    // in the pause they came off: the words of pressing first, then what was left of the hold
    detour = { from: hold.start, until: hold.said + NEAR, to: here, told: SAY.takeUp };
    seek(hold.start);
  } else if (hold) {
    seek(here < hold.said ? hold.start : hold.off);
  } else if (here < cue.said) {
    seek(cue.start); // words that were cut are said again
  }
  tell(detour ? detour.told : "");
  start();
}

// Whoever pauses while pressing hears how to come off, and then it is quiet; at a second time it is quiet at once.
function pause() {
  const here = audio.currentTime;
  const hold = holdAt(here);
  const until = hold && at(cues, hold.off).said;
  if (audio.paused || !hold || here >= until - NEAR || detour?.rest) return audio.pause();
  const told = SAY.paused(hold.words);
  detour = { from: hold.off, until, to: detour?.to ?? here, told, rest: true };
  if (here < hold.off) seek(hold.off);
  tell(told);
  show();
}

// Every way to another place. Out of a hold it leads through the release, from its first word unless that was heard.
function go(to) {
  const here = audio.currentTime;
  const hold = holdAt(here);
  const target = landing(to);
  if (hold) {
    const told = SAY.then(hold.words, at(chapters, target).title);
    detour = { from: hold.off, until: hold.end, to: target, told };
    if (here < hold.off || audio.paused) seek(hold.off);
  } else {
    detour = null;
    seek(target);
  }
  if (audio.paused) put("play-label", SAY.play); // no longer on from where they were
  tell(detour ? detour.told : "");
  show();
}

function skip(by) {
  const aim = detour ? detour.to : audio.currentTime;
  const index = chapters.indexOf(at(chapters, aim)) + by;
  if (index === chapters.length) return tell(SAY.last);
  go(chapters[Math.max(0, index)].start);
  start();
}

// In a hold the words of pressing, while its time runs on, so that it becomes no longer; elsewhere the words of now.
function again() {
  const here = audio.currentTime;
  const hold = holdAt(here);
  if (detour?.again) detour.to = Math.min(hold.off, detour.to + here - detour.from);
  if (detour || (hold && audio.paused)) return play();
  if (hold && here >= hold.said && here < hold.off) {
    const to = Math.min(hold.off, here + hold.said - hold.start);
    detour = { from: hold.start, until: hold.said + NEAR, to, told: "", again: true };
    seek(hold.start);
  } else {
    seek(at(cues, here).start);
    tell("");
  }
  start();
}

function afresh() {
  go(0);
  start();
}

const toggle = () => (audio.paused ? play() : pause());

// ---- what is shown

const shown = {};

// Whether `value` is new under `name`: nothing is written, or read out, twice.
const fresh = (name, value) => shown[name] !== value && ((shown[name] = value), true);

function put(id, text) {
  if (fresh(id, text)) byId(id).textContent = text;
}

function tell(text) {
  put("status", text);
  document.body.classList.toggle("told", Boolean(text));
  fit(byId("status"));
}

// The largest type that fits a room that stays as it is: the buttons must not move from under a blind finger.
function fit(element) {
  for (const size of ["xl", "l", "m", "s", "xs"]) {
    element.className = size;
    if (element.scrollHeight <= element.parentElement.clientHeight) return;
  }
}

function show() {
  const time = Math.min(audio.currentTime, length);
  const hold = holdAt(time);
  const cue = at(cues, time);
  const chapter = at(chapters, time);
  if (fresh("cue", cue)) {
    put("caption", cue.text);
    if (!detour && !audio.paused) tell("");
    fit(byId("caption"));
    for (const { classList, dataset } of spots) {
      const side = [dataset.side, "both"].includes(cue.side) || !dataset.side || !cue.side;
      classList.toggle("lit", dataset.point === cue.point && side);
    }
  }
  if (fresh("chapter of now", chapter)) {
    put("chapter", chapter.title);
    for (const button of byId("chapters").querySelectorAll("button")) {
      button.setAttribute("aria-current", chapters[button.value] === chapter);
    }
    describe(chapter);
  }
  put("hold", hold && !detour && time < hold.off && !audio.paused ? SAY.hold(clock(hold.off - time)) : "");
  put("left", SAY.left(clock(length - time)));
  if (sliding) return;
  put("gone", clock(time));
  const aim = detour ? detour.to : time;
  if (!fresh("slider", Math.round(aim))) return;
  slider.value = shown.slider;
  slider.setAttribute("aria-valuetext", `${clock(aim)}, ${at(chapters, aim).title}`);
}

// While it plays: at the next change, and at least four times a second.
let timer = 0;
function tick() {
  clearTimeout(timer);
  if (detour && audio.currentTime + NEAR >= detour.until) {
    const { to, rest } = detour;
    if (rest) audio.pause();
    detour = null;
    seek(to);
    if (!rest) tell("");
  }
  show();
  if (audio.paused) return;
  keepPlace();
  const here = audio.currentTime;
  const next = detour ? detour.until : (cues.find((one) => one.start > here + NEAR)?.start ?? length);
  timer = setTimeout(tick, 1000 * Math.min(0.25, Math.max(0.01, next - here)));
}

// ---- its buttons

let sliding = false;
slider.max = Math.ceil(length);
slider.addEventListener("input", () => {
  sliding = true;
  put("gone", clock(slider.value));
  slider.setAttribute("aria-valuetext", `${clock(slider.value)}, ${at(chapters, Number(slider.value)).title}`);
});
// A finger that only scrolled, or came back, moves nothing: of that there is no "change", or one that nobody meant.
const settle = () => {
  sliding = false;
  shown.slider = NaN;
  show();
};
slider.addEventListener("pointercancel", settle);
slider.addEventListener("pointerup", () => setTimeout(settle));
slider.addEventListener("change", () => {
  if (!sliding) return;
  sliding = false;
  shown.slider = NaN; // it stands where the finger left it, and the landing may be elsewhere
  go(Number(slider.value));
});

chapters.forEach((chapter, index) => {
  const [item, button, name, time] = ["li", "button", "span", "span"].map((tag) => document.createElement(tag));
  Object.assign(button, { type: "button", value: index });
  Object.assign(name, { textContent: chapter.title, dir: "auto" });
  time.textContent = clock(chapter.start);
  button.append(name, " ", time);
  button.addEventListener("click", () => (go(chapter.start), start()));
  item.append(button);
  byId("chapters").append(item);
});

const onClick = { play: toggle, back: () => skip(-1), again, next: () => skip(1), afresh };
for (const [id, handler] of Object.entries(onClick)) byId(id).addEventListener("click", handler);

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const command = { " ": toggle, ArrowRight: onClick.next, ArrowLeft: onClick.back }[event.key];
  if (!command || (event.key === " " && event.target.closest("button, a"))) return; // a button does that itself
  event.preventDefault();
  if (!event.repeat) command();
});
