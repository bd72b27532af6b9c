// What people say, understood as the program does it: by the same tables, step by step. Needs, wishes and signs of
// danger are found here; names by the list.

const TABLES = JSON.parse(document.getElementById("tables").textContent);

const understand = TABLES ? matcher(TABLES) : () => ({ needs: [], wishes: {}, warning: "", say: "" });

function matcher(tables) {
  const { alone, deny, filler, join, meanwhile, needs, polite, until, well } = tables;
  const GRAVE = new Set(["emergency", "urgent"]);
  const ORDER = ["emergency", "urgent", "doctor"];
  const alike = new RegExp(tables.same.map(([, said], at) => `(?<w${at}>\\b(?:${said})\\b)`).join("|"), "g");
  const sayings = indexed(tables.sayings);
  const conditions = indexed(tables.conditions);
  const ALL = new Map();

  function plain(text) {
    return text
      .toLowerCase()
      .normalize("NFKD")
      .replace(/[\p{Mn}\p{Me}\p{Cf}]/gu, "")
      .replace(/['`\u00b4\u2018\u2019]ll\b/g, " will")
      .replace(/['`\u00b4\u2018\u2019]s\b/g, "")
      .replace(/['`\u00b4\u2018\u2019]/g, "")
      .replace(/[_-]/g, " ")
      .replace(/[,;.](?=\s)/g, " and ")
      .replace(/[^\p{L}\p{N}\s]+/gu, " ")
      .trim()
      .replace(/\s+/g, " ");
  }

  // The words that count, those that say the same as one.
  function tokens(text) {
    const said = plain(text);
    const found = [];
    let place = 0;
    for (const match of said.matchAll(alike)) {
      const at = Object.keys(match.groups).find((name) => match.groups[name] !== undefined);
      found.push(...said.slice(place, match.index).split(" "), ...tables.same[Number(at.slice(1))][0].split(" "));
      place = match.index + match[0].length;
    }
    found.push(...said.slice(place).split(" "));
    return found.filter((word) => word && !filler.includes(word));
  }

  // A word, what it is one or more of, and the simple forms of a verb; but one leg is never two.
  function forms(word) {
    if (ALL.has(word)) return ALL.get(word);
    const without = (end) => (word.endsWith(end) ? word.slice(0, -end.length) : word);
    const bases = new Set([word, word === "lumbar" ? "back" : word]);
    if (word.length > 3) {
      bases.add(without("s"));
      if ("chosxz".includes(word[word.length - 3])) bases.add(without("es"));
    }
    for (const end of ["ing", "ed"]) {
      if (!word.endsWith(end) || word.length <= end.length + 2) continue;
      const base = without(end);
      for (const one of [base, `${base}e`, base.at(-1) === base.at(-2) ? base.slice(0, -1) : base]) bases.add(one);
    }
    const all = new Set(bases);
    for (const base of bases) {
      for (const end of base.length > 2 ? ["ing", "ed"] : []) {
        all.add(base.replace(/e$/, "") + end);
        all.add(base + base.slice(-1) + end);
      }
      if (base !== "leg" && base !== "foot" && base.length > 2 && !"ius".includes(base.at(-1))) all.add(`${base}s`);
    }
    ALL.set(word, all);
    return all;
  }

  function indexed(texts) {
    const byFirst = new Map();
    for (const [words, kind, means] of texts) {
      if (!words.length) continue;
      if (!byFirst.has(words[0])) byFirst.set(words[0], []);
      byFirst.get(words[0]).push({ words, kind, means });
    }
    return byFirst;
  }

  const covers = (wide, narrow) => [...narrow].every((one) => wide.has(one));
  const inside = (narrow, wide) => narrow.size < wide.size && covers(wide, narrow);
  const inFull = (found) => found.filter((one) => !found.some((other) => inside(one.at, other.at)));
  const named = (found) => new Set(found.flatMap((one) => [...one.at]));

  // The places of all the wanted words, wherever so many words hold them.
  function* together(wanted, heard, width) {
    for (let first = 0; first + width <= heard.length; first += 1) {
      const at = new Set();
      for (let place = first; place < first + width; place += 1) if (wanted.some((one) => heard[place].has(one))) at.add(place);
      if (wanted.every((one) => [...at].some((place) => heard[place].has(one)))) yield at;
    }
  }

  function found(byFirst, said) {
    const heard = said.map(forms);
    const there = new Set(heard.flatMap((one) => [...one]));
    const likely = [...there].flatMap((word) => byFirst.get(word) ?? []).filter((one) => one.words.every((w) => there.has(w)));
    const all = [];
    for (const one of likely) for (const at of together(one.words, heard, one.words.length)) all.push({ ...one, at });
    const taken = named(all);
    for (const one of likely) {
      for (const at of together(one.words, heard, one.words.length + 1)) {
        if (at.size < 2) continue;
        const places = [...at];
        const between = said.map((_, place) => place).filter((p) => p > Math.min(...places) && p < Math.max(...places) && !at.has(p));
        const silent = between.every((place) => !taken.has(place) && !deny.includes(said[place]));
        const joined = between.some((place) => join.includes(said[place]));
        if (silent && (!joined || one.words.length >= 3)) all.push({ ...one, at });
      }
    }
    return all.sort((one, other) => Math.min(...one.at) - Math.min(...other.at) || other.at.size - one.at.size);
  }

  // The places of what follows a 'no', and of what such a thing is joined to by an 'or'.
  function deniedIn(said, all) {
    const taken = named(all);
    const denied = new Set();
    for (const { at } of [...all].sort((one, other) => Math.min(...one.at) - Math.min(...other.at))) {
      const before = Math.min(...at) - 1;
      if (before < 0 || taken.has(before) || said.slice(before).some((word) => until.includes(word))) continue;
      const chained = ["or", "nor"].includes(said[before]) && (denied.has(before - 1) || denied.has(before - 2));
      if (deny.includes(said[before]) || chained) for (const place of at) denied.add(place);
    }
    return denied;
  }

  // Whether a condition is only a word of something else: 'fall asleep' is no fall; a warning stays one.
  function absorbs(other, condition) {
    if (!covers(other.at, condition.at)) return false;
    const level = tables.levels[condition.means] ?? "";
    if (needs[other.means]?.means.includes(condition.means)) return false;
    return inside(condition.at, other.at) || (level !== "" && !GRAVE.has(level) && other.kind === "need");
  }

  function wishesIn(said, all) {
    const wishes = {};
    for (const one of all.filter(({ kind }) => kind === "wish").sort((a, b) => Math.max(...a.at) - Math.max(...b.at))) {
      const [option, value] = one.means.split("=");
      wishes[option] = /^\d+$/.test(value) ? Number(value) : value;
    }
    const number = (word) => (/^\d{1,3}$/.test(word) ? Number(word) : tables.numbers[word]);
    said.forEach((word, end) => {
      if (word !== "minute") return;
      const values = [];
      let start = end;
      while (start > 0 && values.length < 2 && number(said[start - 1]) !== undefined) values.unshift(number(said[(start -= 1)]));
      if (values.length === 2 && !(values[0] >= 20 && values[1] < 10)) {
        values.shift();
        start += 1;
      }
      const minutes = values.reduce((sum, one) => sum + one, 0);
      if (minutes && !meanwhile.includes(said[start - 1]) && !meanwhile.includes(said[end + 1])) wishes.minutes = minutes;
    });
    return wishes;
  }

  return (text) => {
    if (text.length > 4000) return { needs: [], wishes: {}, warning: "", say: "" };
    const said = tokens(text);
    let has = inFull(found(conditions, said));
    if (new Set(said.filter((word) => !polite.includes(word))).size > 2) {
      has = has.filter(({ at }) => !(at.size === 1 && alone.includes(said[[...at][0]])));
    }
    let others = inFull(found(sayings, said)).filter((one) => !has.some((condition) => inside(one.at, condition.at)));
    has = has.filter((condition) => !others.some((other) => absorbs(other, condition)));
    const denied = deniedIn(said, [...has, ...others]);
    const isWell = ({ kind, at }) => kind !== "wish" && at.size === 1 && well.includes(said[Math.max(...at) + 1]);
    const unwished = new Set(others.filter(({ kind, at }) => kind === "wish" && covers(denied, at)).map(({ means }) => means));
    has = has.filter((one) => !covers(denied, one.at) && !isWell(one));
    others = others.filter((one) => !covers(denied, one.at) && !unwished.has(one.means) && !isWell(one));
    const levels = has.map(({ means }) => means).filter((means) => means in tables.warnings);
    levels.sort((one, other) => ORDER.indexOf(tables.levels[one]) - ORDER.indexOf(tables.levels[other]));
    const warning = levels.length ? tables.levels[levels[0]] : "";
    const meant = (...kinds) => (all) => [...new Set(all.filter(({ kind }) => kinds.includes(kind)).map(({ means }) => means))];
    const first = others.filter(({ means }) => !needs[means]?.last);
    const tiers = [meant("need")(first), meant("hint")(first), meant("need", "hint")(others)];
    const wanted = GRAVE.has(warning) ? [] : tiers.find((tier) => tier.length) ?? [];
    const part = new Set(wanted.flatMap((need) => needs[need].over));
    const wishes = wishesIn(said, others);
    if (unwished.has("ball=tennis")) wishes.ball ??= "none";
    return { needs: wanted.filter((need) => !part.has(need)), wishes, warning, say: warning ? tables.warnings[levels[0]] : "" };
  };
}
