// Finds pages, sections, terms and functions by what a reader typed, misspelt or not.
import MiniSearch from "minisearch";

// Words that say how a question is asked, not what about.
const ASKING = new Set(
  (
    "a an and are at be by can do does for from how i in into is it me my of on or should than that " +
    "the their there this to use used using vs versus was we what when where which why with you your"
  ).split(" "),
);
// How much it weighs where a word stands, and what kind of place it is.
const WEIGHT_OF_FIELD = { title: 5, typed: 5, page: 2, text: 1 };
const WEIGHT_OF_PAGE = { chapter: 1, exercises: 0.3, "back matter": 0.5 };
const WEIGHT_OF_KIND = { page: 1.4, section: 1, term: 0.7, function: 0.7 };
// For a place whose words are those typed, one for one; chapters explain more than lists do.
const AS_TYPED = { page: 6, section: 6, term: 3, function: 3 };
const PACKAGE = "actloss.";
const NAMES = { term: "glossary", function: "reference", exercises: "exercises" };

/** `cross-entropy` and `BCEWithLogitsLoss` as one word and as their parts, without an ending s. */
export function wordsOf(text) {
  const words = [];
  for (const [whole] of text.matchAll(/[\p{L}\p{N}]+(?:[-_'’.][\p{L}\p{N}]+)*/gu)) {
    const parts = whole.split(/[-_'’.]|(?<=\p{Ll})(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/u);
    words.push(...parts);
    if (parts.length > 1) words.push(parts.join(""));
  }
  return words.map(plain).filter(Boolean);
}

/** Lower case, no accents, no plural, and one spelling of what is spelt in two ways. */
function plain(word) {
  return word
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/iz(?=e|ing|ation)/, "is")
    .replace(/(?<=ss)es$|(?<=..[^s])s$/, "");
}

const isAsked = (word) => !ASKING.has(word);

/** A word with two neighbouring letters exchanged, for each pair of neighbours. */
const exchanged = (word) =>
  [...word]
    .slice(1)
    .map((_, at) => word.slice(0, at) + word[at + 1] + word[at] + word.slice(at + 2));

export function openIndex({ pages, entries }) {
  const phrases = new Map(); // words in their order, and the places that they mean
  const mini = new MiniSearch({
    fields: Object.keys(WEIGHT_OF_FIELD),
    tokenize: wordsOf,
    processTerm: (word) => word,
    searchOptions: { boost: WEIGHT_OF_FIELD, tokenize: (word) => [word] },
  });
  const notePhrase = (phrase, id) => {
    const words = wordsOf(phrase);
    for (const one of new Set([words, words.filter(isAsked)].map((part) => part.join(" "))))
      phrases.set(one, (phrases.get(one) ?? new Set()).add(id));
  };
  mini.addAll(
    entries.map(([page, kind, title, , typed, text], id) => {
      for (const phrase of [title, ...typed]) notePhrase(phrase, id);
      return { id, title, typed: typed.join(" "), page: pages[page][1], text };
    }),
  );

  const isThere = (word) => mini.search(word, { fuzzy: false, prefix: false }).length > 0;

  /** A word as the book writes it, and how it is looked for: also as a beginning, or misspelt. */
  function read(word, isLast) {
    const prefix = word.length > 2 || isLast;
    if (isThere(word) || (prefix && mini.search(word, { prefix }).length)) return { word, prefix };
    const turned = word.length > 3 && exchanged(word).find((one) => isAsked(one) && isThere(one));
    if (turned) return { word: turned };
    for (const fuzzy of [1, 2]) {
      const near = word.length >= 2 * fuzzy + 2 ? mini.search(word, { fuzzy }) : [];
      if (near.length) return { word: near[0].terms[0], asked: word, fuzzy };
    }
    return { word };
  }

  /** The weight of each place for one word. */
  function scoresOf({ word, asked = word, ...how }) {
    return new Map(mini.search(asked, how).map(({ id, score }) => [id, score]));
  }

  function weigh(id) {
    const [page, kind] = entries[id];
    return WEIGHT_OF_PAGE[pages[page][2]] * WEIGHT_OF_KIND[kind];
  }

  function asFound(id) {
    const [page, kind, title, noted] = entries[id];
    const [address, name, sort] = pages[page];
    const anchor = kind === "function" ? PACKAGE + title : noted;
    return {
      address: anchor ? `${address}#${anchor}` : address,
      title,
      place: kind === "page" ? "" : name,
      kind: NAMES[kind] ?? (kind === "page" ? NAMES[sort] : ""),
    };
  }

  /** The places for what was typed, best first. */
  return function find(typed) {
    const all = wordsOf(typed);
    const asked = all.some(isAsked) ? all.filter(isAsked) : all;
    if (!asked.length) return [];
    const words = asked.map((word, at) => read(word, at === asked.length - 1));
    const each = words.map(scoresOf);
    // `soft max` is `softmax`
    words.slice(1).forEach(({ word }, at) => {
      const joined = words[at].word + word;
      if (!isThere(joined)) return;
      for (const [id, score] of scoresOf({ word: joined }))
        for (const place of [each[at], each[at + 1]])
          place.set(id, Math.max(score, place.get(id) ?? 0));
    });
    const total = new Map();
    for (const found of each)
      for (const [id, score] of found) {
        const [sum, count] = total.get(id) ?? [0, 0];
        total.set(id, [sum + score, count + 1]);
      }
    const meant =
      phrases.get(all.join(" ")) ?? phrases.get(words.map(({ word }) => word).join(" "));
    const weighed = [...total].map(([id, [sum, count]]) => {
      const share = count / words.length;
      const asTyped = meant?.has(id) ? AS_TYPED[entries[id][1]] : 1;
      return [id, sum * share ** 2 * weigh(id) * asTyped];
    });
    weighed.sort(([a, one], [b, other]) => other - one || a - b);
    return weighed.map(([id]) => asFound(id));
  };
}
