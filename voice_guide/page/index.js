
// The list of sessions, by typed or spoken words. Never a guess: one match is shown and waits for a tap, several are
// all shown, and with none the whole list stays.

const SAY = {
  one: (name) => `${name}. Open it when you are ready.`,
  several: (count, words) => `${count} sessions for “${words}”.`,
  none: (words) => `Nothing here is called “${words}”. This is all there is.`,
  listening: "Listening…",
  unheard: "I did not hear anything. Say it again, or type it.",
  refused: "The microphone is not free for this page. Type it instead.",
};
const FILLERS = new Set("a an the my me i to for of some please play open start begin want need do session".split(" "));

const byId = (id) => document.getElementById(id);
const plain = (text) =>
  text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
const entries = [...byId("list").children].map((item) => {
  const link = item.querySelector("a");
  const name = plain(link.textContent);
  return { item, link, name, words: ` ${name} ${plain(item.dataset.words)}`, needs: item.dataset.needs.split(" ") };
});

// Those meant: of just that name, or with the name in what was said; for what hurts; or with every word of it at the
// start of one of theirs.
function matching(said, meaning) {
  const words = plain(said).split(" ").filter(Boolean);
  const telling = words.filter((word) => !FILLERS.has(word));
  const named = entries.filter(({ name }) => [words, telling].some((one) => name && one.join(" ") === name));
  if (named.length || !telling.length) return named;
  const all = ` ${words.join(" ")} `;
  const within = entries.filter(({ name }) => name.includes(" ") && all.includes(` ${name} `) && !all.includes(` not ${name} `));
  if (within.length) return within;
  if (meaning.needs.length) return entries.filter((entry) => entry.needs.some((need) => meaning.needs.includes(need)));
  return entries.filter((entry) => telling.every((word) => entry.words.includes(` ${word}`)));
}

// Show those; `chosen` is false while somebody still types.
function show(said, chosen) {
  const meaning = understand(said);
  const asked = plain(said) !== "";
  if (meaning.warning) {  // whatever else was said: no session is offered
    for (const { item } of entries) item.hidden = true;
    byId("found").textContent = meaning.say;
    return;
  }
  const found = matching(said, meaning);
  for (const { item } of entries) item.hidden = false;
  if (found.length) for (const entry of entries) entry.item.hidden = !found.includes(entry);
  if (!asked) byId("found").textContent = "";
  else if (!found.length) byId("found").textContent = SAY.none(said.trim());
  else if (found.length > 1) byId("found").textContent = SAY.several(found.length, said.trim());
  else byId("found").textContent = SAY.one(found[0].link.textContent);
  if (chosen && found.length === 1) found[0].link.focus();
}

byId("search").hidden = false;
byId("search").addEventListener("submit", (event) => {
  event.preventDefault();
  show(byId("filter").value, true);
});
byId("filter").addEventListener("input", () => show(byId("filter").value, false));

// ---- by voice, where the browser can, and only when it is asked to

const Recognition = window.SpeechRecognition ?? window.webkitSpeechRecognition;
if (Recognition) {
  byId("say").hidden = byId("say-note").hidden = false;
  byId("say").addEventListener("click", listen);
}

let listening = null;
function listen() {
  if (listening) return listening.stop();
  const recognition = new Recognition();
  let heard = "";
  let refused = false;
  recognition.lang = document.documentElement.lang;
  recognition.onresult = ({ results }) => (heard = results[0][0].transcript);
  recognition.onerror = ({ error }) => (refused = error !== "no-speech" && error !== "aborted");
  recognition.onend = () => {
    listening = null;
    if (heard) {
      byId("filter").value = heard;
      show(heard, true);
    } else {
      byId("found").textContent = refused ? SAY.refused : SAY.unheard;
    }
  };
  byId("found").textContent = SAY.listening;
  listening = recognition;
  recognition.start();
  return undefined;
}
