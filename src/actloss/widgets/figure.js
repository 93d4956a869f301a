// What every live figure has around its drawing: numbers, a Reset button, words for screen readers,
// and a drawing that keeps up with its traits and its width.
import { write } from "./plot.js";

const NARROWEST = 260; // what is narrower scrolls
const ANSWERED = "answered"; // how prediction.js marks the figure whose answer it asks for

/**
 * Draw the figure, and draw it again whenever one of `traits` or its width changes; returns what
 * ends this. `redraw` is told the width, and does not ask for it: asking would lay out the whole
 * page at every step.
 *
 * What one of `choices` changes glides to its new place, and so does the answer to a prediction;
 * what a slider or a drag changes is there at once. The drawing itself knows nothing of this: its
 * marks and numbers are at the end from the start, and plot.css moves what the eye sees.
 */
export function keepDrawn({ model, el, traits, choices = [] }, redraw) {
  let width = Math.max(el.clientWidth, NARROWEST);
  let chosen = false;
  const update = oncePerEvent(() => {
    el.classList.toggle("gliding", chosen);
    el.classList.toggle("answering", ANSWERED in el.dataset);
    chosen = false;
    delete el.dataset[ANSWERED];
    redraw(width);
  });
  redraw(width);
  for (const name of choices) model.on(`change:${name}`, () => (chosen = true));
  for (const name of traits) model.on(`change:${name}`, update);
  const resized = new ResizeObserver(([entry]) => {
    width = Math.max(entry.contentRect.width, NARROWEST);
    update();
  });
  resized.observe(el);
  return () => resized.disconnect();
}

/**
 * Call `act` once for all the changes that one event makes, as soon as its handlers are done: then
 * the drawing is ready when the next frame begins. (Browsers send moves once a frame.)
 */
function oncePerEvent(act) {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    queueMicrotask(() => {
      waiting = false;
      act();
    });
  };
}

/**
 * A button that puts `traits` back to what they are now, one after the other: choices that set
 * numbers of their own come first.
 */
export function resetButton(parent, model, traits) {
  const start = traits.map((name) => [name, model.get(name)]);
  const button = write(parent, "button", { type: "button", class: "reset" }, "Reset");
  button.addEventListener("click", () => {
    for (const [name, value] of start) model.set(name, value);
    model.save_changes();
  });
  return button;
}

/** Numbers that change, in one line: `items` are [label, class], `outputs` the texts to change. */
export function numberLine(parent, items) {
  const line = write(parent, "span");
  const outputs = items.map(([label, className]) => {
    const item = write(line, "span", { class: `number ${className}` });
    write(item, "span", { class: "name" }, label);
    return write(item, "output", {}, " ").firstChild;
  });
  return { line, outputs };
}

/**
 * A table of numbers that change: `columns` are [heading, class], `rows` the headings of the rows,
 * and `corner` stands above these. `row(i, heading, texts)` and `corner(text)` change them.
 */
export function numberTable(parent, { corner: above, columns, rows }) {
  const table = write(parent, "table", { class: "numbers" });
  const head = write(write(table, "thead"), "tr");
  const corner = write(head, "th", { scope: "col" }, above);
  for (const [heading, className] of columns)
    write(head, "th", { scope: "col", class: className }, heading);
  const body = write(table, "tbody");
  const lines = rows.map((heading) => {
    const line = write(body, "tr");
    const name = write(line, "th", { scope: "row" }, heading);
    const cells = columns.map(([, className]) =>
      write(write(line, "td", { class: className }), "output", {}, " "),
    );
    return { line, name, cells };
  });
  return {
    corner: (text) => (corner.firstChild.data = text),
    row(index, heading, texts) {
      const { line, name, cells } = lines[index];
      line.style.visibility = heading ? "" : "hidden"; // its place stays, so that nothing moves
      name.lastChild.data = heading || " ";
      texts.forEach((text, i) => (cells[i].firstChild.data = text || " "));
    },
    /** The heading of a row, for what stands before its words. */
    heading: (index) => lines[index].name,
  };
}

/** Say `text` to screen readers once the reader pauses, not at every step of a drag. */
export function liveRegion(parent) {
  const region = write(parent, "p", { class: "actloss-spoken", "aria-live": "polite" });
  let timer;
  return (text) => {
    clearTimeout(timer);
    timer = setTimeout(() => (region.textContent = text), 400);
  };
}
