// The laboratory of a page; start.js loads it when a reader first goes into code or presses Run. One
// Python runs the cells in their order: those above the pressed one run first, unless they have run
// as they stand. What was typed and what came of it is kept in the browser.
import { change, keyOf, listen, read } from "./storage.js";

const STARTING = "Starting Python: the first time it is 46 MB to fetch …";
const PYTHON = new URL("../live-python/", import.meta.url);
const MOST_KEPT = 2_000_000; // characters of a cell's output
const KEYS =
  "Tab indents; Escape, then Tab, leaves. Shift-Enter runs and goes on, Ctrl-Enter runs.";

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
  await openEditor(cell);
  if (place) {
    const caret = cell.editor.posAtCoords(place, false);
    cell.editor.dispatch({ selection: { anchor: caret } });
  } else {
    editing.letTabLeave(cell.editor); // whoever only passes through goes on with Tab
  }
  cell.editor.focus();
}

async function openEditor(cell) {
  editing ??= await import("./editor.js");
  if (cell.editor) return;
  const keys = Object.assign(document.createElement("p"), {
    className: "run-keys",
    textContent: KEYS,
  });
  keys.id = `keys ${cell.key}`.replaceAll(/[^\w-]+/g, "-");
  cell.editor = editing.createEditor({
    text: cell.text,
    describedBy: keys.id,
    onChange: (text) => typed(cell, text),
    onRun: () => press(cell.bar, { stop: false }),
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
  if (cell.text === text) return;
  await openEditor(cell);
  note(cell, text);
  editing.setText(cell.editor, text);
}

function runAndGoOn(cell) {
  press(cell.bar, { stop: false });
  const next = cells[cells.indexOf(cell) + 1];
  if (!next) return;
  edit(next.bar, null);
  next.box.scrollIntoView({ block: "nearest" });
}

// Completion: the names of this page, those that Python knows by now, and the course's

let ofCourse = null; // the names in each of its modules

async function completions(cell, before, word) {
  const from = /^\s*from\s+([\w.]+)\s+import\s/.exec(before);
  ofCourse ??= await fetch(new URL("names.json", PYTHON)).then((answer) => answer.json());
  if (from && ofCourse[from[1]]) return ofCourse[from[1]];
  if (/^\s*(from|import)\s+[\w.]*$/.test(before)) {
    const around = /([\w.]*\.)?\w*$/.exec(before)[1] ?? "";
    const names = Object.keys(ofCourse).filter((name) => name.startsWith(around));
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
  if (!worker || busy) return Promise.resolve([]);
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
let receive = null; // what to do with the next message of the worker
let answer = null; // what to do with the names that it knows

function startWorker() {
  worker = new Worker(new URL("worker.js", PYTHON), { type: "module" });
  worker.onmessage = ({ data }) => (data.kind === "names" ? answer?.(data.names) : receive?.(data));
  worker.onerror = ({ message }) => receive?.({ kind: "broken", text: message });
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

function show(cell, message) {
  SHOW[message.kind](cell.output, message);
  const last = cell.outcome.messages.at(-1);
  if (message.kind === "text" && last?.kind === "text") last.text += message.text;
  else cell.outcome.messages.push({ ...message });
}

/** Show again what a cell gave out when it last ran. */
function showOutcome(cell, { messages, words }) {
  clearOutput(cell);
  cell.outcome = { messages: [], words };
  for (const message of messages) show(cell, message);
  cell.status.textContent = words;
  offerReset(cell);
}

/** Run one cell to its end, be it an error; false if it was stopped, or there is no Python. */
function runOne(cell) {
  clearOutput(cell);
  cell.outcome = { messages: [], words: "" };
  cell.undo = null;
  cell.status.textContent = worker ? "Running …" : STARTING;
  if (cell.editor) editing.markFailingLine(cell.editor, null);
  if (!worker) startWorker();
  const { text } = cell;
  return new Promise((resolve) => {
    receive = (message) => {
      if (message.kind === "ready") cell.status.textContent = "Running …";
      else if (message.kind === "end")
        finish(true, message.good ? "Done." : "An error, shown below.");
      else if (message.kind === "stopped")
        finish(false, "Stopped. What had been computed is gone.");
      else if (message.kind === "broken")
        (finish(false, `Python could not start: ${message.text}`), forget());
      else show(cell, message);
      if (message.kind === "error") markError(cell, text, message.line);
    };
    function finish(ended, words) {
      cell.ran = ended && cell.text === text;
      cell.status.textContent = cell.outcome.words = words;
      save(cell);
      resolve(ended);
    }
    worker.postMessage({ run: text });
  });
}

async function markError(cell, text, line) {
  if (!line) return;
  await openEditor(cell);
  if (cell.text === text) editing.markFailingLine(cell.editor, line);
}

/** End this Python: the next one knows nothing of what was computed. */
function forget() {
  worker?.terminate();
  worker = null;
  for (const cell of cells) cell.ran = false;
}

let busy = null; // the cell whose button was pressed

/** Run a cell; pressed while it runs, the same button stops it. */
export async function press(bar, { stop = true } = {}) {
  const cell = cells.find((one) => one.bar === bar);
  if (busy) {
    if (!stop) {
      if (busy !== cell) cell.status.textContent = "Another cell is still running.";
      return;
    }
    receive({ kind: "stopped" });
    forget();
    return;
  }
  busy = cell;
  for (const { button: other } of cells) other.disabled = other !== cell.button;
  for (const reset of document.querySelectorAll(".run-reset")) reset.disabled = true;
  cell.button.textContent = "Stop";
  cell.status.textContent = worker ? "Running …" : STARTING;
  const above = cells.slice(0, cells.indexOf(cell)).filter(({ ran }) => !ran);
  for (const one of [...above, cell]) {
    if (!(await runOne(one))) break;
  }
  cell.button.textContent = "Run";
  for (const { button: other } of cells) other.disabled = false;
  for (const reset of document.querySelectorAll(".run-reset")) reset.disabled = false;
  for (const one of cells) offerReset(one);
  busy = null;
}

// Back to what the page came with, and back again

const isAsItCame = ({ text, source, output }) => text === source && !output;

function offerReset(cell) {
  const offered = cell.bar.querySelector(".run-reset");
  if (isAsItCame(cell) && !cell.undo) offered?.remove();
  else if (!offered) {
    const reset = button("Reset", "Reset this cell", () =>
      cell.undo ? takeBack(cell) : resetCell(cell),
    );
    reset.className = "run-reset";
    reset.disabled = Boolean(busy);
    cell.button.after(reset);
  }
  nameReset(cell.bar.querySelector(".run-reset"), cell.undo, "this cell");
  offerPageReset();
}

function nameReset(reset, undo, what) {
  if (!reset) return;
  reset.textContent = undo ? "Undo" : "Reset";
  reset.setAttribute("aria-label", undo ? `Undo the reset of ${what}` : `Reset ${what}`);
}

async function resetCell(cell) {
  const undo = { text: cell.text, base: cell.base, outcome: cell.outcome };
  await setText(cell, cell.source);
  Object.assign(cell, { undo, base: cell.source, ran: false });
  removeOutput(cell);
  hideOthers(cell);
  cell.status.textContent = "As the page has it.";
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

let pageUndo = null; // the cells that the last reset of the page changed

function offerPageReset() {
  if (pageUndo?.some(({ undo }) => !undo)) pageUndo = null; // one was changed since
  const reset = pageBar.querySelector("button");
  reset.hidden = !pageUndo && cells.every(isAsItCame);
  nameReset(reset, pageUndo, "this page");
}

pageBar.querySelector("button").addEventListener("click", async () => {
  if (pageUndo) {
    const changed = pageUndo;
    pageUndo = null;
    for (const cell of changed) await takeBack(cell);
  } else {
    const changed = cells.filter((cell) => !isAsItCame(cell));
    for (const cell of changed) await resetCell(cell);
    forget();
    pageUndo = changed;
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
      cell.unsaved = false;
      const record = await change(cell.key, (stored) => merged(cell, stored));
      cell.known = record;
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
  const before = cell.known?.code ?? null;
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

document.addEventListener("visibilitychange", async () => {
  if (document.hidden) return; // a tab in the background may not have heard
  restore(await read(cells.map(({ key }) => key)).catch(() => []));
});

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
    hideOthers(cell);
    await setText(cell, text);
    cell.editor.focus();
    save(cell);
  };
  box.append(
    Object.assign(document.createElement("p"), { textContent: words }),
    Object.assign(document.createElement("pre"), { textContent: other }),
    button("Use this", "Use this version", () => settle(other)),
    button("Keep mine", "Keep mine, as it stands above", () => settle(cell.text)),
  );
  cell.box.querySelector(".cell_input").after(box);
}
