// Questions with a few answers each, the paths that they open and close, and the advice at the end.
import { TREES } from "./chooser_trees.js";
import { keepDrawn, resetButton } from "./figure.js";
import { change, draw, setSize, write } from "./plot.js";

const HEIGHT = 408; // of the drawing, however many paths there are
const LABELS = 0.36; // where their words begin, as a share of its width
const MARK = 5;

// Where the chapters lie, seen from this code; a notebook holds the code itself, and knows of none.
const chapters = import.meta.url.startsWith("http")
  ? new URL("../../chapters/", import.meta.url)
  : null;

/** "regression-losses#give-an-outlier-up" → the address of that section. */
function addressOf(where) {
  const [page, section] = where.split("#");
  return chapters && new URL(`${page}.html#${section}`, chapters).href;
}

const isAdvice = (node) => !node.answers;

/** The questions that these digits answer, as far as there are such answers. */
function walk(tree, digits) {
  const asked = [];
  let node = tree;
  for (const digit of String(digits || "")) {
    const chosen = Number(digit) - 1;
    if (isAdvice(node) || !node.answers[chosen]) break;
    asked.push({ question: node, chosen });
    node = node.answers[chosen][1];
  }
  return { asked, end: node };
}

/** Every question and advice of a tree with its path, its row and its parent. */
function layOut(tree) {
  const places = [];
  let rows = 0;
  const visit = (node, path, parent) => {
    const place = { node, path, parent };
    places.push(place);
    const first = rows;
    if (isAdvice(node)) rows++;
    else node.answers.forEach(([, branch], i) => visit(branch, `${path}${i + 1}`, place));
    place.row = (first + rows - 1) / 2;
  };
  visit(tree, "", null);
  return { places, rows, depth: Math.max(...places.map(({ path }) => path.length)) };
}

/** One question with its answers; `answer` is called with the number of the one that is chosen. */
function ask(parent, { text, answers }, answer) {
  const box = write(parent, "fieldset");
  write(box, "legend", {}, text);
  const name = `question-${crypto.getRandomValues(new Uint32Array(2)).join("-")}`;
  const inputs = answers.map(([words], i) => {
    const label = write(box, "label");
    const input = write(label, "input", { type: "radio", name });
    label.append(words);
    input.addEventListener("change", () => answer(i + 1));
    return input;
  });
  return { box, inputs, text };
}

function render({ model, el }) {
  el.classList.add("actloss-figure", "actloss-chooser");
  const tree = TREES[model.get("about")];
  const { places, rows, depth } = layOut(tree);
  const stage = write(el, "div", { class: "stage" });
  const list = write(stage, "div", { class: "questions" });
  const svg = draw(stage, "svg", { role: "img", class: "actloss-plot actloss-paths" });
  const readout = write(el, "p", { class: "readout" });
  const number = write(readout, "span", { class: "number main" });
  const name = write(number, "span", { class: "name" });
  const output = write(number, "output");
  resetButton(readout, model, ["answers"]);
  const advice = write(el, "div", { class: "advice", "aria-live": "polite" });
  for (const place of places) if (place.parent) place.line = draw(svg, "path");
  for (const place of places) {
    place.dot = draw(svg, "circle", { r: MARK });
    if (isAdvice(place.node)) {
      place.label = draw(svg, "text");
      place.label.textContent = place.node.label;
    }
  }
  const shown = []; // the questions in the page

  function place(width) {
    const step = (LABELS * width - 3 * MARK) / depth;
    const row = HEIGHT / rows;
    setSize(svg, width, HEIGHT);
    for (const one of places) {
      one.x = isAdvice(one.node) ? LABELS * width - 3 * MARK : MARK + 3 + one.path.length * step;
      one.y = (one.row + 0.5) * row;
      one.dot.setAttribute("cx", one.x);
      one.dot.setAttribute("cy", one.y);
      one.label?.setAttribute("x", LABELS * width);
      one.label?.setAttribute("y", one.y);
    }
    for (const { line, parent, x, y } of places) {
      const middle = parent && (parent.x + x) / 2;
      line?.setAttribute(
        "d",
        `M${parent.x} ${parent.y}C${middle} ${parent.y} ${middle} ${y} ${x} ${y}`,
      );
    }
  }

  /** Leave the questions that stand, and put the next one below them. */
  function showQuestions({ asked, end }) {
    const wanted = asked.map(({ question }) => question);
    if (!isAdvice(end)) wanted.push(end);
    const kept = wanted.findIndex((question, i) => shown[i]?.question !== question);
    for (const { box } of shown.splice(kept < 0 ? wanted.length : kept)) box.remove();
    for (let i = shown.length; i < wanted.length; i++) {
      const answer = (digit) => {
        const before = String(model.get("answers") || "").slice(0, i);
        model.set("answers", Number(before + digit));
        model.save_changes();
      };
      shown.push({ question: wanted[i], ...ask(list, wanted[i], answer) });
    }
    shown.forEach(({ inputs }, i) =>
      inputs.forEach((input, j) => (input.checked = j === asked[i]?.chosen)),
    );
  }

  function showPaths(path) {
    let open = 0;
    for (const { node, path: own, line, dot, label } of places) {
      const taken = path.startsWith(own);
      const left = own.startsWith(path);
      const state = taken ? "taken" : left ? "open" : "closed";
      for (const mark of [line, dot, label]) if (mark) change(mark, "class", state);
      if (isAdvice(node) && left) open++;
    }
    return open;
  }

  function showAdvice(end, open) {
    if (!isAdvice(end)) {
      name.textContent = "still possible: ";
      output.textContent = `${open} of ${rows}`;
      advice.textContent = "";
      return;
    }
    name.textContent = "take ";
    output.textContent = "";
    end.functions.forEach(([title, where], i) => {
      if (i) output.append(", ");
      const href = addressOf(where);
      const link = href && { href, target: "_top" };
      write(output, link ? "a" : "span", link || {}, title);
    });
    advice.textContent = "";
    const lines = [
      ["Why: ", end.reason],
      ["What would change this: ", end.unless],
    ];
    for (const [head, text] of lines) {
      const line = write(advice, "p");
      write(line, "strong", {}, head);
      line.append(text);
    }
  }

  let placed;
  function redraw(width) {
    const inner = svg.clientWidth || width;
    if (placed !== inner) place((placed = inner));
    const found = walk(tree, model.get("answers"));
    showQuestions(found);
    const path = found.asked.map(({ chosen }) => chosen + 1).join("");
    showAdvice(found.end, showPaths(path));
    const given = found.asked.map(({ question, chosen }) => question.answers[chosen][0]);
    const now = isAdvice(found.end) ? `take ${found.end.label}` : found.end.text;
    change(svg, "aria-label", `Paths to ${rows} pieces of advice. ${[...given, now].join(", ")}`);
  }

  return keepDrawn({ model, el, traits: ["answers"] }, redraw);
}

export default { render };
