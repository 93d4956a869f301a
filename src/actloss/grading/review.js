// The page on which a teacher marks answers. What a student wrote goes into it as text only.

const anonymous = document.body.dataset.anonymous === "true";
const { questions, answers } = await (await fetch("answers")).json();
const byName = new Map(questions.map((question) => [question.name, question]));
const WAIT = 400; // milliseconds after the last key in a field

let question = questions.find((one) => answers.some((answer) => answer.question === one.name));
let shown = null; // the answer in view
let timer = 0;

const KEYS = [
  ["j, →", "next answer"],
  ["k, ←", "answer before"],
  ["u", "next that is not marked"],
  ["1 to 9", "a criterion is met, or not"],
  ["f", "all points"],
  ["0", "no points"],
  ["x", "take the mark back"],
  ["p", "points, by hand"],
  ["c", "comment"],
  ["Esc", "back from a field"],
  ["[ and ]", "exercise before, next"],
];

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

const title = element("h1", { tabIndex: -1 });
const choice = element("select", { id: "exercise" });
const progress = element("span", { className: "quiet" });
const status = element("p", { className: "quiet" });
status.setAttribute("role", "status");
const alarm = element("div");
alarm.setAttribute("role", "alert");
const asked = element("div", { className: "text" });
const cells = element("div", { className: "cells" });
const criteria = element("fieldset");
const points = element("input", { type: "number", min: 0, step: "any", id: "points" });
const outOf = element("span");
const comment = element("textarea", { id: "comment", maxLength: 10000 });

const button = (text, act) => {
  const made = element("button", { type: "button" }, text);
  made.addEventListener("click", act);
  return made;
};

const form = element(
  "form",
  {},
  element("h2", {}, "Mark"),
  criteria,
  element("label", { htmlFor: "points" }, "Points ", element("kbd", {}, "p")),
  points,
  " ",
  outOf,
  element("label", { htmlFor: "comment" }, "Comment, for the student ", element("kbd", {}, "c")),
  comment,
  element(
    "p",
    {},
    button("All points (f)", () => give(full())),
    " ",
    button("No points (0)", () => give(0, [])),
    " ",
    button("Take back (x)", () => give(null, [])),
  ),
  status,
  alarm,
  element(
    "p",
    {},
    button("Before (k)", () => step(-1)),
    " ",
    button("Next (j)", () => step(1)),
    " ",
    button("Next unmarked (u)", nextUnmarked),
  ),
);
form.addEventListener("submit", (event) => event.preventDefault());

document.body.append(
  element(
    "header",
    {},
    title,
    element("label", { htmlFor: "exercise" }, "Exercise "),
    choice,
    progress,
  ),
  element(
    "main",
    {},
    element(
      "section",
      {},
      element("h2", {}, "Question"),
      asked,
      element("h2", {}, "Answer"),
      cells,
    ),
    element("section", {}, form),
  ),
  element(
    "footer",
    {},
    element("h2", {}, "Keys"),
    element(
      "ul",
      { className: "keys" },
      ...KEYS.map(([key, does]) => element("li", {}, element("kbd", {}, key), ` ${does}`)),
    ),
  ),
);
for (const one of questions) choice.append(element("option", { value: one.name }, one.name));

// What is in view

const ofQuestion = () => answers.filter((answer) => answer.question === question.name);
const unsaved = (answer) => answer.conflict || answer.problem;
const marked = (answer) => answer.mark.points !== null && !answer.changed && !unsaved(answer);
const called = (answer) =>
  anonymous ? `Answer ${ofQuestion().indexOf(answer) + 1}` : answer.student;

function show(answer) {
  shown = answer;
  title.textContent = answer ? called(answer) : "Nobody answered";
  choice.value = question.name;
  asked.textContent = question.question || "The rubric does not say what was asked.";
  cells.replaceChildren(...(answer ? answer.cells.flatMap(shownCell(answer)) : []));
  form.hidden = !answer;
  if (answer) fill();
  warn();
  tell();
}

function shownCell(answer) {
  return (cell, place) => {
    const text = element(cell.kind === "code" ? "pre" : "div", { className: "text" });
    text.textContent = cell.text;
    const pictures = cell.pictures.map((name, number) => {
      const image = element("img", { alt: `Picture ${number + 1} of this answer` });
      const caption = element("figcaption", {}, name);
      image.addEventListener("error", async () => {
        const reply = await fetch(image.src);
        image.remove();
        caption.textContent = `${name} is not shown: ${reply.ok ? "it is damaged" : await reply.text()}`;
      });
      image.src = `picture/${answer.number}/${place}/${number}`;
      return element("figure", {}, image, caption);
    });
    return cell.text.trim() ? [text, ...pictures] : pictures;
  };
}

function fill() {
  const { mark } = shown;
  criteria.replaceChildren(
    element("legend", {}, "Criteria"),
    ...question.criteria.map((one, place) => {
      const box = element("input", { type: "checkbox", checked: mark.criteria.includes(place) });
      box.addEventListener("change", () => tick(place));
      const key = place < 9 ? [element("kbd", {}, String(place + 1)), " "] : [];
      return element("label", {}, box, " ", ...key, `${one.says} (${one.points})`);
    }),
  );
  criteria.hidden = !question.criteria.length;
  points.max = question.points;
  points.value = mark.points ?? "";
  outOf.textContent = `of ${question.points}`;
  comment.value = mark.comment;
}

function tell(text) {
  const all = ofQuestion();
  const done = all.filter(marked).length;
  const place = shown ? `${all.indexOf(shown) + 1} of ${all.length}, ` : "";
  progress.textContent = `${place}${done} marked`;
  if (!shown) return;
  const state = shown.changed
    ? "Changed after it was marked: read it again."
    : shown.mark.points === null
      ? "Not marked yet."
      : `Marked: ${shown.mark.points} of ${question.points}.`;
  status.textContent = text ?? state;
  status.className = shown.changed ? "warning" : "quiet";
}

// Marking

const full = () => question.points;
const worth = (places) =>
  Math.min(
    question.points,
    places.reduce((sum, place) => sum + question.criteria[place].points, 0),
  );

function tick(place) {
  const { criteria: met } = shown.mark;
  const now = met.includes(place) ? met.filter((one) => one !== place) : [...met, place].sort();
  give(worth(now), now);
}

function give(number, met = question.criteria.map((_, place) => place)) {
  set({ points: number, criteria: met });
  fill();
}

/** Change the mark in view, and save it at once. */
function set(parts) {
  Object.assign(shown.mark, parts);
  shown.changed = false;
  save(shown);
}

/** One after the other for each answer, so that a page never overtakes itself. */
function save(answer) {
  answer.saving = (answer.saving ?? Promise.resolve()).then(() => send(answer));
  return answer.saving;
}

async function send(answer) {
  if (answer.conflict) return;
  const { points: number, criteria: met, comment: said, version } = answer.mark;
  const body = { number: answer.number, points: number, criteria: met, comment: said, version };
  let reply;
  try {
    reply = await fetch("mark", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      keepalive: true,
    });
  } catch {
    answer.problem = "actloss review has ended. Start it again, and load the page that it opens";
    warn();
    return;
  }
  delete answer.problem;
  if (reply.status === 409) answer.conflict = await reply.json();
  else if (reply.ok) {
    const saved = await reply.json();
    answer.mark.version = saved.version;
    if (answer === shown) tell(saved.points === null ? "Saved: not marked." : savedAs(saved));
  } else answer.problem = await reply.text();
  warn();
}

const savedAs = (mark) => `Saved: ${mark.points} of ${question.points}.`;

/** What is not saved stays in sight, whichever answer is in view. */
function warn() {
  const answer = answers.find(unsaved);
  if (!answer) alarm.replaceChildren();
  else if (answer.conflict) ask(answer);
  else {
    const text = `${called(answer)}: the mark is not saved. ${answer.problem}`;
    const again = button("Try again", () => save(answer));
    alarm.replaceChildren(element("div", { className: "conflict" }, element("p", {}, text), again));
  }
}

const pointsOf = (number) => (number === 1 ? "1 point" : `${number} points`);

/** Somebody saved another mark meanwhile: neither is lost without a word. */
function ask(answer) {
  const { conflict } = answer;
  const decide = (mine) => () => {
    delete answer.conflict;
    if (mine) {
      answer.mark.version = conflict.version;
      save(answer);
    } else answer.mark = conflict;
    warn();
    if (answer === shown) fill();
    tell();
    title.focus();
  };
  const theirs = conflict.points === null ? "no mark" : pointsOf(conflict.points);
  const said = conflict.comment ? `, “${conflict.comment}”` : "";
  const text =
    `${called(answer)} was marked elsewhere meanwhile: ${theirs}${said}. ` +
    "Your mark is not saved.";
  const keep = button("Keep that one", decide(false));
  alarm.replaceChildren(
    element(
      "div",
      { className: "conflict" },
      element("p", {}, text),
      keep,
      " ",
      button("Save mine", decide(true)),
    ),
  );
  keep.focus();
}

/** Save what stands in the fields; false if it cannot be a mark. */
function flush() {
  clearTimeout(timer);
  if (!shown) return true;
  const number = points.value === "" ? null : Number(points.value);
  const said = comment.value;
  if (
    points.validity.badInput ||
    (number !== null && !(number >= 0 && number <= question.points))
  ) {
    status.textContent = `Not saved: points are from 0 to ${question.points}.`;
    status.className = "warning";
    return false;
  }
  if (number !== shown.mark.points || said !== shown.mark.comment) {
    set({ points: number, comment: said });
  }
  return true;
}

for (const field of [points, comment]) {
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(flush, WAIT);
  });
  field.addEventListener("blur", flush);
}
addEventListener("beforeunload", flush);

// Moving

function step(by) {
  const all = ofQuestion();
  const next = all[all.indexOf(shown) + by];
  if (!flush()) points.focus();
  else if (next) show(next);
  else tell(by > 0 ? "This is the last answer." : "This is the first answer.");
}

function nextUnmarked() {
  if (!flush()) {
    points.focus();
    return;
  }
  const all = ofQuestion();
  const at = all.indexOf(shown);
  const next = [...all.slice(at + 1), ...all.slice(0, at)].find((one) => !marked(one));
  if (next) show(next);
  else tell("All answers to this exercise are marked.");
}

function toQuestion(name) {
  if (!flush()) {
    choice.value = question.name;
    points.focus();
    return;
  }
  question = byName.get(name);
  const all = ofQuestion();
  show(all.find((one) => !marked(one)) ?? all[0] ?? null);
}
choice.addEventListener("change", () => toQuestion(choice.value));

function beside(by) {
  const next = questions[questions.indexOf(question) + by];
  if (next) toQuestion(next.name);
}

const ACTS = {
  j: () => step(1),
  ArrowRight: () => step(1),
  k: () => step(-1),
  ArrowLeft: () => step(-1),
  u: nextUnmarked,
  f: () => give(full()),
  0: () => give(0, []),
  x: () => give(null, []),
  p: () => points.focus(),
  c: () => comment.focus(),
  "]": () => beside(1),
  "[": () => beside(-1),
};

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const { target, key } = event;
  const typing = target.matches("textarea, input[type=number], select");
  if (typing) {
    if (key === "Escape") target.blur();
    return;
  }
  const place = "123456789".indexOf(key);
  const act = place >= 0 && place < question.criteria.length ? () => tick(place) : ACTS[key];
  if (!act || !shown) return;
  event.preventDefault();
  act();
});

toQuestion(question.name);
