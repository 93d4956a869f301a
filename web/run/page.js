// The Run buttons of a page; loaded when the first of them is pressed. One Python runs the cells in
// their order: those above the pressed one run first, unless they have run as they stand.
const STARTING = "Starting Python: the first time it is 46 MB to fetch …";

const cells = [...document.querySelectorAll(".run-python")].map((bar) => {
  const box = bar.closest(".cell");
  const code = box.querySelector(".cell_input pre");
  return {
    bar,
    code,
    button: bar.querySelector("button"),
    status: bar.querySelector("[role=status]"),
    written: code.innerHTML,
    stored: box.querySelector(":scope > .cell_output"),
    output: null,
    ran: false,
  };
});

let worker = null;
let receive = null; // what to do with the next message of the worker

function startWorker() {
  worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
  worker.onmessage = ({ data }) => receive?.(data);
  worker.onerror = ({ message }) => receive?.({ kind: "broken", text: message });
  for (const cell of cells) makeEditable(cell);
}

function makeEditable({ code }) {
  code.contentEditable = "plaintext-only";
  code.spellcheck = false;
  for (const [name, value] of [
    ["role", "textbox"],
    ["aria-multiline", "true"],
    ["aria-label", "Code, which you can change"],
  ]) {
    code.setAttribute(name, value);
  }
}

/** The code as it stands; a browser writes a line break as an element. */
function codeOf({ code }) {
  const copy = code.cloneNode(true);
  for (const end of copy.querySelectorAll("br")) end.replaceWith("\n");
  return copy.textContent;
}

/** A fresh place for what a cell gives out, where the stored output stood. */
function clearOutput(cell) {
  cell.output?.remove();
  cell.output = document.createElement("div");
  cell.output.className = "cell_output run-output";
  cell.output.setAttribute("aria-live", "polite");
  cell.bar.after(cell.output);
  if (cell.stored) cell.stored.hidden = true;
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

/** Run one cell to its end, be it an error; false if it was stopped, or there is no Python. */
function runOne(cell) {
  clearOutput(cell);
  cell.status.textContent = worker ? "Running …" : STARTING;
  if (!worker) startWorker();
  return new Promise((resolve) => {
    receive = (message) => {
      if (message.kind === "ready") cell.status.textContent = "Running …";
      else if (message.kind === "end")
        finish(true, message.good ? "Done." : "An error, shown below.");
      else if (message.kind === "stopped")
        finish(false, "Stopped. What had been computed is gone.");
      else if (message.kind === "broken")
        (finish(false, `Python could not start: ${message.text}`), forget());
      else SHOW[message.kind](cell.output, message);
    };
    function finish(ended, words) {
      cell.ran = ended;
      cell.status.textContent = words;
      resolve(ended);
    }
    worker.postMessage(codeOf(cell));
  });
}

/** End this Python: the next one knows nothing of what was computed. */
function forget() {
  worker?.terminate();
  worker = null;
  for (const cell of cells) cell.ran = false;
}

function reset() {
  forget();
  for (const cell of cells) {
    cell.code.innerHTML = cell.written;
    cell.output?.remove();
    cell.output = null;
    if (cell.stored) cell.stored.hidden = false;
    cell.status.textContent = "";
    cell.bar.querySelector(".reset")?.remove();
  }
}

function offerReset(cell) {
  if (cell.bar.querySelector(".reset")) return;
  const button = Object.assign(document.createElement("button"), {
    type: "button",
    className: "reset",
    textContent: "Reset",
  });
  button.setAttribute(
    "aria-label",
    "Reset code and outputs of this page, and forget what was computed",
  );
  button.addEventListener("click", () => {
    const { button: run } = cell;
    reset();
    run.focus();
  });
  cell.button.after(button);
}

let busy = null; // the cell whose button was pressed

export async function press(button) {
  const cell = cells.find((one) => one.button === button);
  if (busy) {
    receive({ kind: "stopped" });
    forget();
    return;
  }
  busy = cell;
  for (const { button: other, bar } of cells) {
    other.disabled = other !== button;
    bar.querySelector(".reset")?.remove();
  }
  button.textContent = "Stop";
  cell.status.textContent = worker ? "Running …" : STARTING;
  const above = cells.slice(0, cells.indexOf(cell)).filter(({ ran }) => !ran);
  for (const one of [...above, cell]) {
    if (!(await runOne(one))) break;
  }
  button.textContent = "Run";
  for (const { button: other } of cells) other.disabled = false;
  for (const one of cells) if (one.output) offerReset(one);
  busy = null;
}

for (const cell of cells)
  cell.code.addEventListener("input", () => {
    cell.ran = false;
  });
