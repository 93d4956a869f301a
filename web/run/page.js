// The laboratory of a page; start.js loads it when a reader first goes into code or presses Run. One
// Python runs the cells: those that the pressed one needs run first, unless they have run as they
// stand. What was typed and what came of it is kept in the browser.
import {
  answerOf,
  checkOf,
  codeOfCells,
  isLocked,
  isSolved,
  openSolution,
  showScore,
  wordsOfCheck,
} from "./exercises.js";
import * as figures from "./figures.js";
import {
  WrongFile,
  answersIn,
  chooseFile,
  withAnswers,
  readNotebook,
  saveAs,
  titleOf,
} from "./notebook.js";
import { progress } from "./progress.js";
import { keepThisPage, startPython } from "./python.js";
import { change, forgetLeft, keyOf, leave, listen, read } from "./storage.js";

const STARTING = "Starting Python …";
const PYTHON = new URL("../live-python/", import.meta.url);
const MOST_KEPT = 2_000_000; // characters of a cell's output
const KEYS =
  "Tab indents; Escape, then Tab, leaves. Shift-Enter runs and goes on, Ctrl-Enter runs.";
const KEYS_OF_ANSWER =
  "Tab indents; Escape, then Tab, leaves. Ctrl-Enter checks, Shift-Enter checks and goes on.";

const cells = [...document.querySelectorAll(".run-python")].map((bar) => {
  const box = bar.closest(".cell");
  const code = box.querySelector(".cell_input pre");
  const source = code.textContent.replace(/\n$/, "");
  return {
    bar,
    box,
    code,
    source, // as this edition of the page has it
    base: source, // the edition that the reader began from
    text: source, // as it stands
    key: keyOf(bar.dataset.page, bar.dataset.cell),
    button: bar.querySelector("button"),
    name: bar.querySelector("button").textContent,
    isCheck: "check" in bar.dataset,
    status: bar.querySelector("[role=status]"),
    stored: box.querySelector(":scope > .cell_output"),
    editor: null,
    output: null,
    outcome: null, // what is shown in it: { messages, words }
    ran: false,
    known: undefined, // the record that this tab last saw, or wrote
    behind: false, // another tab typed at the same time, and this tab's text stands aside
    settled: false, // the reader has just chosen between the two
    others: "", // what is shown of other versions
    undo: null,
    saving: false,
    unsaved: false,
  };
});
const pageBar = document.querySelector(".run-page");

// Editing

let editing = null; // the editor's module, once it is there

/** Go into a cell's code, at a place on the screen or, by the keyboard, at its beginning. */
export async function edit(bar, place) {
  const cell = cells.find((one) => one.bar === bar);
  if (place) warmUp();
  else warmUpIfStaying(cell);
  const from = document.activeElement;
  await openEditor(cell);
  if (place) {
    const caret = cell.editor.posAtCoords(place, false);
    cell.editor.dispatch({ selection: { anchor: caret } });
  } else {
    editing.letTabLeave(cell.editor); // whoever only passes through goes on with Tab
  }
  // Opening hides the code, which may have had the focus; whoever has gone on since is let go.
  if ([from, document.body].includes(document.activeElement)) cell.editor.focus();
}

async function openEditor(cell) {
  if (isLocked(cell.bar)) return;
  editing ??= await import("./editor.js");
  if (cell.editor) return;
  const keys = Object.assign(document.createElement("p"), {
    className: "run-keys",
    textContent: checkOf(cells, cell) ? KEYS_OF_ANSWER : KEYS,
  });
  keys.id = `keys ${cell.key}`.replaceAll(/[^\w-]+/g, "-");
  cell.editor = editing.createEditor({
    text: cell.text,
    describedBy: keys.id,
    onChange: (text) => typed(cell, text),
    onRun: () => run(cell),
    onRunAndGoOn: () => runAndGoOn(cell),
    complete: (before, word) => completions(cell, before, word),
  });
  cell.code.hidden = true;
  for (const name of ["tabindex", "role", "aria-label"])
    cell.code.parentElement.removeAttribute(name);
  cell.code.after(cell.editor.dom);
  cell.bar.after(keys);
  cell.bar.append(touchKeys(cell));
}

function touchKeys({ editor }) {
  const group = Object.assign(document.createElement("span"), { className: "run-touch" });
  for (const [sign, name, command] of editing.TOUCH_KEYS) {
    const key = button(sign, name, () => command(editor));
    key.addEventListener("pointerdown", (event) => event.preventDefault()); // the keyboard stays open
    group.append(key);
  }
  return group;
}

function button(text, name, act) {
  const made = Object.assign(document.createElement("button"), {
    type: "button",
    textContent: text,
  });
  made.setAttribute("aria-label", name);
  made.addEventListener("click", act);
  return made;
}

/** What the reader has just put into the editor; what the page puts there is noted already. */
function typed(cell, text) {
  if (cell.text === text) return;
  note(cell, text);
  save(cell);
}

function note(cell, text) {
  cell.text = text;
  cell.code.textContent = text; // for the button that copies
  cell.ran = false;
  cell.undo = null;
  offerReset(cell);
}

/** Put code into a cell; keeping it is up to the caller. */
async function setText(cell, text) {
  if (cell.text === text || isLocked(cell.bar)) return;
  await openEditor(cell);
  note(cell, text);
  editing.setText(cell.editor, text);
}

/** What the keys do: run a cell, or check an answer. */
function run(cell) {
  press((checkOf(cells, cell) ?? cell).bar, { stop: false });
}

function runAndGoOn(cell) {
  run(cell);
  const next = cells.slice(cells.indexOf(cell) + 1).find(({ bar }) => !isLocked(bar));
  if (!next) return;
  edit(next.bar, null);
  next.box.scrollIntoView({ block: "nearest" });
}

// Completion: the names of this page, those that Python knows by now, and the course's

let ofCourse = null; // the names in each of its modules

/** Without a connection none are known, and asked for again at the next key. */
const namesOfCourse = () =>
  fetch(new URL("names.json", PYTHON)).then(
    (answer) => (answer.ok ? answer.json() : null),
    () => null,
  );

async function completions(cell, before, word) {
  const from = /^\s*from\s+([\w.]+)\s+import\s/.exec(before);
  ofCourse ??= await namesOfCourse();
  if (from && ofCourse?.[from[1]]) return ofCourse[from[1]];
  if (/^\s*(from|import)\s+[\w.]*$/.test(before)) {
    const around = /([\w.]*\.)?\w*$/.exec(before)[1] ?? "";
    const names = Object.keys(ofCourse ?? {}).filter((name) => name.startsWith(around));
    return [...new Set(names.map((name) => name.slice(around.length).split(".")[0]))];
  }
  const path = /([\p{L}_][\p{L}\p{N}_.]*\.)?[\p{L}\p{N}_]*$/u.exec(before)[1] ?? "";
  const live = await ask({ complete: path });
  if (path) return live;
  const written = cells.flatMap(({ text }) => text.match(/[\p{L}_][\p{L}\p{N}_]{2,}/gu) ?? []);
  return [...new Set([...live, ...written])].filter((name) => name !== word);
}

/** Ask a Python that stands ready; nothing where there is none, or where it computes. */
function ask(question) {
  if (!isReady || busy) return Promise.resolve([]);
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve([]), 500); // milliseconds
    answer = (names) => {
      clearTimeout(timer);
      resolve(names);
    };
    worker.postMessage(question);
  });
}

// Running

let worker = null;
let isReady = false; // it has started
let receive = null; // what to do with the next message of the worker
let answer = null; // what to do with the names that it knows

/** Begin to fetch, and to start, what a reader is about to ask for. */
export function warmUp() {
  if (!worker && !navigator.connection?.saveData) startWorker();
}

const A_WHILE = 1000; // milliseconds; who goes through the page with Tab is elsewhere by then

/** The same, where the keyboard's focus is still in this cell after a while. */
export function warmUpIfStaying({ box }) {
  setTimeout(() => box.contains(document.activeElement) && warmUp(), A_WHILE);
}

function startWorker() {
  const post = (message, buffers) => worker?.postMessage({ widget: { message, buffers } });
  worker = startPython((data) => {
    if (data.kind === "names") answer?.(data.names);
    else if (data.kind === "widget") figures.hear(data, post);
    else if (data.kind === "heard") figures.heard();
    else {
      if (data.kind === "ready") {
        isReady = true;
        import("./editor.js").finally(keepThisPage); // without a connection code can be edited, too
      }
      receive?.(data);
    }
  });
}

/** A fresh place for what a cell gives out, where the stored output stood. */
function clearOutput(cell) {
  removeOutput(cell);
  cell.output = document.createElement("div");
  cell.output.className = "cell_output run-output";
  cell.output.setAttribute("aria-live", "polite");
  cell.box.append(cell.output);
  if (cell.stored) cell.stored.hidden = true;
}

/** The output that the page came with, or none. */
function removeOutput(cell) {
  cell.output?.remove();
  cell.output = null;
  cell.outcome = null;
  cell.status.textContent = "";
  if (cell.stored) cell.stored.hidden = false;
}

const SHOW = {
  report() {}, // what it says stands in the text that came with it
  text(output, { text }) {
    const last = output.lastElementChild;
    const pre = last?.matches("pre:not(.run-error)")
      ? last
      : output.appendChild(document.createElement("pre"));
    pre.append(text);
  },
  error(output, { text }) {
    output.append(
      Object.assign(document.createElement("pre"), { className: "run-error", textContent: text }),
    );
  },
  html(output, { text }) {
    output.append(Object.assign(document.createElement("div"), { innerHTML: text }));
  },
  picture(output, { text, alt }) {
    output.append(
      Object.assign(new Image(), { src: `data:image/svg+xml,${encodeURIComponent(text)}`, alt }),
    );
  },
};

SHOW.figure = figures.draw;

function show(cell, message) {
  SHOW[message.kind](cell.output, message);
  const last = cell.outcome.messages.at(-1);
  if (message.kind === "text" && last?.kind === "text") last.text += message.text;
  else cell.outcome.messages.push({ ...message });
}

/** Show again what a cell gave out when it last ran. */
function showOutcome(cell, { messages, words, checked }) {
  clearOutput(cell);
  cell.outcome = { messages: [], words, checked };
  for (const message of messages) show(cell, message);
  cell.status.textContent = words;
  offerReset(cell);
}

/** Why there is no Python any more; the next run starts another one. */
const wordsOfEnd = ({ text, hasStarted }) =>
  `Python could not ${hasStarted ? "go on, and begins anew at the next run" : "start"}: ${text}`;

/** Run one cell to its end: "good", "error", or "stopped", also where there is no Python. */
function runOne(cell, needed, question = "run") {
  clearOutput(cell);
  cell.outcome = { messages: [], words: "", checked: cell.isCheck ? codeOfCells(needed) : null };
  cell.status.textContent = isReady ? "Running …" : STARTING;
  if (cell.editor) editing.markFailingLine(cell.editor, null);
  const { text } = cell;
  const done = checkOf(cells, cell) ? "" : "Done."; // of an answer its check says more
  return new Promise((resolve) => {
    receive = (message) => {
      if (message.kind === "ready") cell.status.textContent = "Running …";
      else if (message.kind === "fetching") cell.status.textContent = progress(message, isReady);
      else if (message.kind === "end")
        finish(message.good ? "good" : "error", message.good ? done : "An error, shown below.");
      else if (message.kind === "stopped") finish("stopped", "Stopped.");
      else if (message.kind === "broken") (finish("stopped", wordsOfEnd(message)), forget());
      else show(cell, message);
      if (message.kind === "error") markError(cell, text, message.line);
    };
    function finish(end, words) {
      cell.ran = end !== "stopped" && cell.text === text;
      cell.status.textContent = cell.outcome.words = wordsOfCheck(cell) || words;
      save(cell);
      resolve(end);
    }
    send({ [question]: text });
  });
}

function send(question) {
  if (!worker) startWorker();
  worker.postMessage(question);
}

async function markError(cell, text, line) {
  if (!line || isLocked(cell.bar)) return;
  await openEditor(cell);
  if (cell.text === text) editing.markFailingLine(cell.editor, line);
}

/** End this Python: the next one knows nothing of what was computed. */
function forget() {
  worker?.terminate();
  worker = null;
  isReady = false;
  figures.end();
  for (const cell of cells) cell.ran = false;
}

const REST = 600_000; // milliseconds
let resting = null;

/** A page that nobody has looked at for long gives back the memory of its Python. */
document.addEventListener("visibilitychange", () => {
  clearTimeout(resting);
  if (document.hidden) resting = setTimeout(() => busy || forget(), REST);
});

let busy = null; // the cell whose button was pressed
let stopped = false; // it was pressed again

/** Run a cell; pressed while it runs, the same button stops it. Returns how it ended. */
export async function press(bar, { stop = true } = {}) {
  const cell = cells.find((one) => one.bar === bar);
  if (busy) {
    if (stop) stopRunning();
    else if (busy !== cell) cell.status.textContent = "Another cell is still running.";
    return "busy";
  }
  busy = cell;
  stopped = false;
  allowOthers(false);
  cell.button.textContent = "Stop";
  cell.status.textContent = isReady ? "Running …" : STARTING;
  await comingBack;
  if (stopped) cell.status.textContent = "Stopped.";
  const end = stopped ? "stopped" : await runWithWhatItNeeds(cell);
  cell.button.textContent = cell.name;
  busy = null;
  allowOthers(true);
  for (const one of cells) offerReset(one);
  if (cell.isCheck && isSolved(cells, cell)) openSolution(cell);
  if (end === "stopped" && stopped) bringBack(cell);
  return end;
}

/** While a cell runs nothing else can be asked for, except to stop it. */
function allowOthers(allowed) {
  for (const { button: other } of cells) other.disabled = !allowed && other !== busy.button;
  for (const other of document.querySelectorAll(".run-reset, [data-act]"))
    other.disabled = !allowed && other.textContent !== "Stop";
}

async function runWithWhatItNeeds(cell) {
  const needed = await cellsNeededBy(cell);
  if (!needed) return "stopped";
  const first = needed.findIndex(({ ran }) => !ran);
  const again = first < 0 ? [] : needed.slice(first); // what comes after it may build on it
  for (const one of again) {
    const end = await runOne(one, [], one.stored ? "run" : "prepare");
    if (end === "stopped") {
      if (one !== cell) cell.status.textContent = one.status.textContent;
      return end;
    }
    if (end === "error" && cell.isCheck) {
      removeOutput(cell);
      cell.status.textContent = "Not checked: the code above has an error.";
      save(cell);
      return end;
    }
  }
  return runOne(cell, needed);
}

/** The cells that have to run before this one; null if that was stopped, or there is no Python. */
async function cellsNeededBy(cell) {
  const above = cells.slice(0, cells.indexOf(cell));
  if (!above.length) return [];
  const places = await new Promise((resolve) => {
    receive = (message) => {
      const { kind, places: found } = message;
      if (kind === "needed") resolve(found);
      if (kind === "fetching") cell.status.textContent = progress(message, isReady);
      if (kind === "ready") cell.status.textContent = "Running …";
      if (kind === "stopped") cell.status.textContent = "Stopped.";
      if (kind === "broken") cell.status.textContent = wordsOfEnd(message);
      if (kind === "stopped" || kind === "broken") resolve(null);
      if (kind === "broken") forget();
    };
    send({ needs: [...above, cell].map((one) => one.text) });
  });
  // The answer is needed also if it is no Python, and gives no name a value.
  return places && above.filter((one, at) => places.includes(at) || one === answerOf(cells, cell));
}

let hasRun = []; // what stood when Python was ended

function stopRunning() {
  stopped = true;
  if (!comingBack) hasRun = cells.filter(({ ran }) => ran);
  receive?.({ kind: "stopped" });
  forget();
}

let comingBack = null; // a promise, while what had run before runs again

/** After a stop: start Python anew, and run again, out of sight, what had run before. */
function bringBack(after) {
  const again = hasRun.filter((cell) => cell !== after && !cell.isCheck);
  if (!again.length) return;
  const say = (words) => {
    if (after.status.textContent.startsWith("Stopped.")) after.status.textContent = words;
  };
  say("Stopped. What stood before it comes back …");
  comingBack = (async () => {
    for (const cell of again) {
      if (!(await runUnseen(cell))) return;
    }
    say("Stopped. What stood before it is here again.");
  })().finally(() => (comingBack = null));
}

/** Run a cell for the names that it defines, and leave what it shows as it is. */
function runUnseen(cell) {
  const { text } = cell;
  return new Promise((resolve) => {
    receive = ({ kind }) => {
      if (kind === "end") cell.ran = cell.text === text;
      if (["end", "stopped", "broken"].includes(kind)) resolve(kind === "end");
      if (kind === "broken") forget();
    };
    send({ run: text });
  });
}

// What the top of a page with exercises offers

let takingAll = false; // all answers are being checked, one after another

const ACTS = {
  "check-all": checkAll,
  download,
  open: (pressed) => chooseFile((file) => open(file, pressed)),
};

export const act = (pressed) => ACTS[pressed.dataset.act](pressed);

async function checkAll(pressed) {
  if (takingAll) return stopRunning();
  const name = pressed.textContent;
  takingAll = true;
  pressed.textContent = "Stop";
  for (const check of cells.filter(({ isCheck }) => isCheck)) {
    if ((await press(check.bar, { stop: false })) === "stopped") break;
  }
  takingAll = false;
  pressed.textContent = name;
}

/** The notebook that this page was made from, as students get it. */
const pristine = () => document.querySelector("a.download[href$='.ipynb']");

const answers = () =>
  cells.flatMap((cell) => (cell.bar.dataset.answer ? [[cell.bar.dataset.answer, cell]] : []));

async function download(pressed) {
  const { href } = pristine();
  try {
    const answer = await fetch(href);
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    const codes = answers().map(([name, { text }]) => [name, text]);
    saveAs(href.split("/").at(-1), withAnswers(await answer.json(), codes));
    sayBeside(pressed, "Your notebook is among your downloads, with your answers in its cells.");
  } catch (error) {
    sayBeside(pressed, `The notebook could not be fetched (${error.message}): try again later.`);
  }
}

/** Take over the answers of a notebook; what stood here comes back by *Undo*. */
async function open(file, pressed) {
  try {
    const notebook = await readNotebook(file);
    const given = cells.filter(({ bar }) => isLocked(bar)).map(({ source }) => source.trim());
    const found = answersIn(notebook, given);
    const mine = answers().filter(([name]) => found.answers.has(name));
    if (!mine.length)
      throw new WrongFile(
        `${file.name} has no answer to an exercise of this page; its title is ${titleOf(notebook)}.`,
      );
    const codes = mine.map(([name, cell]) => [cell, found.answers.get(name)]);
    const changed = codes.filter(([cell, code]) => cell.text !== code);
    for (const [cell, code] of changed) await replace(cell, code);
    if (changed.length) pageUndo = { cells: changed.map(([cell]) => cell), what: "opening" };
    offerPageReset();
    sayBeside(pressed, wordsOnOpening(file, changed.length, mine.length, found.leftOut));
  } catch (error) {
    if (!(error instanceof WrongFile)) throw error;
    sayBeside(pressed, error.message);
  }
}

function wordsOnOpening({ name }, changed, found, leftOut) {
  const absent = answers().length - found;
  const words = [
    changed
      ? `The answers of ${name} are here. Undo brings back what stood here before.`
      : `${name} has the answers that stand here already.`,
  ];
  if (absent) words.push(`It has none to ${absent} of the exercises; these are as they were.`);
  if (leftOut) words.push(`Cells of yours that a page has no place for: ${leftOut}.`);
  return words.join(" ");
}

function sayBeside(pressed, words) {
  const panel = pressed.parentElement.parentElement;
  let place = panel.querySelector(".run-note");
  if (!place) {
    place = Object.assign(document.createElement("p"), { className: "run-note" });
    place.setAttribute("role", "status");
    panel.append(place);
  }
  place.textContent = words;
}

// Back to what the page came with, and back again

const isAsItCame = ({ text, source, output }) => text === source && !output;

/** The bar that offers to reset a cell: an answer's is beside its check. */
const barOfReset = (cell) => (checkOf(cells, cell) ?? cell).bar;

function offerReset(cell) {
  offerPageReset();
  if (isLocked(cell.bar)) return;
  const bar = barOfReset(cell);
  const offered = bar.querySelector(".run-reset");
  if (isAsItCame(cell) && !cell.undo) offered?.remove();
  else if (!offered) {
    const reset = button("Reset", "Reset this cell", () =>
      cell.undo ? takeBack(cell) : resetCell(cell),
    );
    reset.className = "run-reset";
    reset.disabled = Boolean(busy);
    bar.querySelector("button").after(reset);
  }
  const what = bar === cell.bar ? "this cell" : "this answer";
  nameReset(bar.querySelector(".run-reset"), cell.undo, what);
}

function nameReset(reset, undo, what) {
  if (!reset) return;
  reset.textContent = undo ? "Undo" : "Reset";
  reset.setAttribute("aria-label", undo ? `Undo the reset of ${what}` : `Reset ${what}`);
}

async function resetCell(cell) {
  await replace(cell, cell.source);
  if (barOfReset(cell) === cell.bar) cell.status.textContent = "As the page has it.";
}

/** Put other code in the place of a cell's, so that *Undo* brings back what stood there. */
async function replace(cell, code) {
  const undo = { text: cell.text, base: cell.base, outcome: cell.outcome };
  await setText(cell, code);
  Object.assign(cell, { undo, base: cell.source, ran: false });
  removeOutput(cell);
  hideOthers(cell);
  offerReset(cell);
  save(cell);
}

async function takeBack(cell) {
  const { text, base, outcome } = cell.undo;
  await setText(cell, text);
  Object.assign(cell, { undo: null, base, ran: false });
  if (outcome) showOutcome(cell, outcome);
  else removeOutput(cell);
  offerReset(cell);
  save(cell);
}

let pageUndo = null; // the cells that were last changed all at once, and by what

const pageReset = pageBar.querySelector("button:not([data-act])");

function offerPageReset() {
  if (pageUndo?.cells.some(({ undo }) => !undo)) pageUndo = null; // one was changed since
  pageReset.hidden = !pageUndo && cells.every(isAsItCame);
  nameReset(pageReset, pageUndo, "this page");
  if (pageUndo?.what === "opening")
    pageReset.setAttribute("aria-label", "Undo the opening of a notebook");
  showScore(cells);
}

pageReset.addEventListener("click", async () => {
  if (pageUndo) {
    const changed = pageUndo.cells;
    pageUndo = null;
    for (const cell of changed) await takeBack(cell);
  } else {
    const changed = cells.filter((cell) => !isAsItCame(cell));
    for (const cell of changed) await resetCell(cell);
    forget();
    pageUndo = { cells: changed, what: "reset" };
  }
  offerPageReset();
});

// Keeping

/** Write a cell into the browser's store; whoever types meanwhile is written after that. */
async function save(cell) {
  cell.unsaved = true;
  if (cell.saving) return;
  cell.saving = true;
  try {
    while (cell.unsaved) {
      const record = await change(cell.key, (stored) => {
        cell.unsaved = false; // what is typed from here on is not in it
        return merged(cell, stored);
      });
      cell.known = record;
      forgetLeft(cell.key);
      tell(cell.key);
      await takeOver(cell, record);
    }
  } catch (error) {
    sayOnce(cell, error);
  }
  cell.saving = false;
}

const codeOf = ({ text, source }) => (text === source ? null : text); // null: as the page has it
const tooMuch = ({ messages }) =>
  messages.reduce((sum, { text }) => sum + text.length, 0) > MOST_KEPT;

/** What to store for a cell where this is stored: of two tabs that typed, neither text is lost. */
function merged(cell, stored) {
  const code = codeOf(cell);
  const before = (stored && cell.known?.code) ?? null; // the reader may have emptied the store
  const theirs = stored?.code ?? null;
  const outcome = cell.outcome && !tooMuch(cell.outcome) ? cell.outcome : null;
  const aside = cell.settled ? null : (stored?.aside ?? null);
  cell.settled = false;
  const mine = { code, base: cell.base, outcome, aside };
  if (cell.behind || (theirs !== before && theirs !== code && code !== before)) {
    cell.behind = true;
    return { ...stored, aside: cell.text };
  }
  return code === before && theirs !== before ? stored : mine;
}

/** Take over what another tab has written, unless this one has typed since. */
async function takeOver(cell, record) {
  if (!record || cell.unsaved) return;
  const theirs = record.code ?? cell.source;
  if (cell.behind && record.aside !== null) return showOthers(cell, record);
  cell.behind = false;
  if (cell.text !== theirs) {
    await setText(cell, theirs);
    cell.base = record.base;
  }
  showOthers(cell, record);
}

/** Take in what is stored by now, from this tab or another. */
async function refresh(cell, record) {
  if (!record || cell.saving || JSON.stringify(record) === JSON.stringify(cell.known)) return;
  const outcomeIsNew = JSON.stringify(record.outcome) !== JSON.stringify(cell.outcome);
  cell.known = record;
  if (cell.text === (record.code ?? cell.source)) cell.base = record.base;
  await takeOver(cell, record);
  if (busy || !outcomeIsNew || cell.behind) return;
  if (record.outcome) showOutcome(cell, record.outcome);
  else removeOutput(cell);
  offerReset(cell);
}

/** Put everything back as the reader left it. */
export async function restore(records) {
  for (const [index, record] of records.entries()) {
    if (record?.code === cells[index].source) record.code = null; // the page has caught up
    await refresh(cells[index], record);
  }
}

const tell = listen(async (key) => {
  const cell = cells.find((one) => one.key === key);
  if (cell) await refresh(cell, (await read([key]))[0]);
});

/** Take in what is stored by now: a page in the background may not have heard. */
async function catchUp() {
  restore(await read(cells.map(({ key }) => key)).catch(() => []));
}

/** The store takes its time; what it has not taken when the page goes away is left beside it. */
function leaveUnsaved() {
  for (const cell of said ? [] : cells.filter(({ unsaved, saving }) => unsaved || saving)) {
    const { key, base, text, known } = cell;
    leave(key, { code: codeOf(cell), base, text, before: known?.code ?? null });
  }
}

document.addEventListener("visibilitychange", () => (document.hidden ? leaveUnsaved() : catchUp()));
addEventListener("pagehide", leaveUnsaved);
addEventListener("pageshow", ({ persisted }) => persisted && catchUp());

let said = false;

/** Say why nothing is kept: once, where the reader types, and go on. */
function sayOnce(cell, error) {
  if (said) return;
  said = true;
  const full = error?.name === "QuotaExceededError";
  const words = full
    ? "This browser’s store is full: what you type from here on is gone when you leave the page."
    : "This browser keeps nothing for this page: what you type is gone when you leave it.";
  const note = Object.assign(document.createElement("p"), {
    className: "run-note",
    textContent: words,
  });
  note.setAttribute("role", "status");
  cell.bar.after(note);
}

// Two versions of one cell

function hideOthers(cell) {
  cell.others = "";
  for (const other of cell.box.querySelectorAll(".run-other")) other.remove();
}

/** Where there is a second version of a cell, show it, and let the reader choose. */
function showOthers(cell, record) {
  const isOfOldPage = record.code !== null && cell.base !== cell.source;
  const others = JSON.stringify([
    isOfOldPage,
    cell.behind,
    cell.behind && record.code,
    record.aside,
  ]);
  if (cell.others === others) return;
  hideOthers(cell);
  cell.others = others;
  if (isOfOldPage)
    offer(cell, "The page has a new version of this cell. Above is yours; this is the page’s:", {
      other: cell.source,
      taken: () => (cell.base = cell.source),
    });
  if (record.aside !== null)
    offer(cell, "This cell was changed in two tabs at once. This is what the other one has:", {
      other: cell.behind ? (record.code ?? cell.source) : record.aside,
      taken() {
        Object.assign(cell, { settled: true, behind: false });
      },
    });
}

function offer(cell, words, { other, taken }) {
  const box = Object.assign(document.createElement("div"), { className: "run-other" });
  const settle = async (text) => {
    cell.known = (await read([cell.key]).catch(() => []))[0]; // the reader has seen both
    taken();
    cell.unsaved = true; // from here on what is stored is the older text
    await setText(cell, text);
    cell.editor.focus();
    await save(cell); // until then a page that is left still asks
    hideOthers(cell);
  };
  box.append(
    Object.assign(document.createElement("p"), { textContent: words }),
    Object.assign(document.createElement("pre"), { textContent: other }),
    button("Use this", "Use this version", () => settle(other)),
    button("Keep mine", "Keep mine, as it stands above", () => settle(cell.text)),
  );
  cell.box.querySelector(".cell_input").after(box);
}
