// What a phone adds to the way through a session: the sound itself, its lock screen, the buttons of a headset, a screen
// that stays on, and the place where the listener left. Where a browser has none of it, or refuses, the rest goes on.

// ---- the place: the chapter, since its start is where a place is found, and never inside a hold

const key = `voice-guide ${digest}`;

function keepPlace() {
  const index = chapters.indexOf(at(chapters, audio.currentTime));
  if (!digest || !fresh("place", index)) return;
  try {
    if (index) localStorage.setItem(key, String(index));
    else localStorage.removeItem(key);
  } catch {} // a private window keeps nothing
}

function forgetPlace() {
  try {
    localStorage.removeItem(key);
  } catch {}
}

function keptPlace() {
  try {
    return (digest && chapters[Number(localStorage.getItem(key))]?.start) || 0;
  } catch {
    return 0;
  }
}

// "From the start" stands where "Say it again" does once something was said.
function offer(afresh) {
  if (!afresh && document.activeElement === byId("afresh")) byId("play").focus(); // its button goes away
  byId("afresh").hidden = !afresh;
  byId("again").hidden = afresh;
}

function offerPlace() {
  const place = keptPlace();
  if (!place) return;
  seek(place);
  put("play-label", SAY.goOn(clock(place)));
  tell(SAY.inPlace);
  offer(true);
}

// ---- the lock screen, and the buttons of a headset

const media = navigator.mediaSession;
let artwork = [];

function describe(chapter) {
  if (media) media.metadata = new MediaMetadata({ title: chapter.title, artist: title, artwork });
}

function position() {
  if (audio.duration) media?.setPositionState?.({ duration: audio.duration, position: audio.currentTime });
}

const actions = {
  play: () => (audio.paused || detour?.rest) && play(),
  pause,
  stop: pause,
  nexttrack: () => skip(1),
  previoustrack: () => skip(-1),
  seekbackward: again,
  seekto: ({ seekTime }) => go(seekTime),
};
for (const [action, handler] of Object.entries(actions)) {
  try {
    media?.setActionHandler(action, handler);
  } catch {} // one that this browser does not know
}

// The chart for the lock screen, as a PNG: few of them show an SVG.
async function draw(chart, side = 512) {
  const copy = chart.cloneNode(true);
  copy.setAttribute("width", side);
  copy.setAttribute("height", side);
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side;
  canvas.getContext("2d").drawImage(image, 0, 0);
  artwork = [{ src: canvas.toDataURL("image/png"), sizes: `${side}x${side}`, type: "image/png" }];
  describe(at(chapters, audio.currentTime));
}

// ---- the screen

let lock = null;
async function stayAwake() {
  if (audio.paused || document.hidden || lock?.released === false) return;
  try {
    lock = await navigator.wakeLock.request("screen");
    if (audio.paused) lock.release();
  } catch {} // not here, or the battery is low
}

// ---- the sound

// A browser seeks in a blob to the frame. In pieces, and with the text let go, it is not held twice.
function blobOf(element, piece = 1 << 20) {
  const text = element.textContent;
  const parts = [];
  for (let from = 0; from < text.length; from += piece) {
    const raw = atob(text.slice(from, from + piece));
    const bytes = new Uint8Array(raw.length);
    for (let index = 0; index < raw.length; index += 1) bytes[index] = raw.charCodeAt(index);
    parts.push(bytes);
  }
  element.remove();
  return new Blob(parts, { type: element.dataset.mime });
}

const on = {
  timeupdate: [tick],
  seeked: [tick, position],
  loadedmetadata: [position],
  play: [resumed, changed, stayAwake],
  pause: [changed, () => lock?.release(), comeOff],
  ended: [changed, forgetPlace, () => tell(SAY.over)],
  error: [() => tell(SAY.broken)],
};
for (const [name, handlers] of Object.entries(on)) {
  for (const handler of handlers) audio.addEventListener(name, handler);
}
document.addEventListener("visibilitychange", stayAwake);
addEventListener("resize", () => [byId("caption"), byId("status")].forEach(fit));

// A phone that goes on by itself after a call: nobody presses yet, so the words for it come first.
function resumed() {
  if (!wanted) play();
}

function changed() {
  if (audio.paused) wanted = false;
  document.body.classList.toggle("playing", !audio.paused);
  put("play-label", audio.paused ? SAY.play : SAY.pause);
  if (!audio.paused) offer(false);
  if (media) media.playbackState = audio.paused ? "paused" : "playing";
  position();
  tick();
}

// However the sound stopped, by a hand, a call, a headset that was pulled out: nobody stays pressing.
function comeOff() {
  const hold = holdAt(audio.currentTime);
  if (hold && audio.paused) tell(SAY.paused(hold.words));
}

show();
audio.src = URL.createObjectURL(blobOf(byId("sound")));
offerPlace();
const chart = document.querySelector("#chart svg");
if (chart) draw(chart).catch(() => {}); // a lock screen without a picture is one all the same
