// A confusion matrix of the answers that are sure enough, and what the threshold trades for what.
import { RECORDED, THRESHOLDS } from "./digit_answers.js";
import { keepDrawn, liveRegion, numberLine, resetButton } from "./figure.js";
import { change, draw, formatNumber, setSize } from "./plot.js";

const DIGITS = 10;
const HEAD = 38; // above the matrix, and on its left
const SIDE = 300; // of the matrix, at most, without its heads
const CURVE = 190; // height of the curve
const MARGIN = { left: 44, right: 12, top: 26, bottom: 42 };

const labels = [...RECORDED.labels].map(Number);
const packed = Uint8Array.from(atob(RECORDED.answers), (letter) => letter.charCodeAt(0));
const images = Array(DIGITS).fill(0); // answers to each true digit, of all networks
for (let i = 0; i < packed.length; i++) images[labels[i % labels.length]]++;

/** Counts by true digit and answer, the last column for none; and both shares of the curve. */
function count(threshold) {
  const cells = images.map(() => Array(DIGITS + 1).fill(0));
  let [given, wrong] = [0, 0];
  packed.forEach((both, i) => {
    const [truth, answer, level] = [labels[i % labels.length], both >> 4, both & 15];
    if (level < threshold) return void cells[truth][DIGITS]++;
    cells[truth][answer]++;
    given++;
    if (answer !== truth) wrong++;
  });
  return { cells, unanswered: 1 - given / packed.length, wrong: wrong / given };
}

const tick = (number) => formatNumber(number, Number.isInteger(number) ? 0 : 1);
const percent = (share, digits = 1) => `${formatNumber(100 * share, digits)} %`;

function render({ model, el }) {
  el.classList.add("actloss-figure", "actloss-confusion");
  const all = THRESHOLDS.map((_, index) => count(index));
  const most = [
    Math.ceil(10 * Math.max(...all.map(({ unanswered }) => unanswered))) / 10,
    Math.ceil(20 * Math.max(...all.map(({ wrong }) => wrong))) / 20,
  ];
  const svg = draw(el, "svg", { role: "img", class: "actloss-plot" });
  const matrix = draw(svg, "g");
  const heads = draw(matrix, "g", { class: "heads" });
  const cells = images.map((_, truth) =>
    Array.from({ length: DIGITS + 1 }, (_, answer) => {
      const kind = answer === DIGITS ? "none" : answer === truth ? "right" : "wrong";
      const box = draw(matrix, "rect", { class: `cell ${kind}` });
      const text = draw(matrix, "text", { class: "share" });
      text.append(document.createTextNode(" "));
      if (answer < DIGITS)
        box.addEventListener("click", () => {
          model.set({ truth, answer });
          model.save_changes();
        });
      return { box, text: text.firstChild };
    }),
  );
  const ring = draw(matrix, "rect", { class: "ring" });
  const curve = draw(svg, "g");
  const axes = draw(curve, "g", { class: "axes" });
  const line = draw(curve, "path", { class: "curve main" });
  const dots = THRESHOLDS.map(() => draw(curve, "circle", { r: 4, class: "threshold" }));
  const now = draw(curve, "circle", { r: 7, class: "now" });

  const readout = document.createElement("p");
  readout.className = "readout";
  el.append(readout);
  const { outputs, line: numbers } = numberLine(readout, [
    ["left out = ", ""],
    ["wrong among the rest = ", "main"],
    ["", "slope"],
  ]);
  const cellName = numbers.lastChild.firstChild;
  const traits = ["threshold_index", "truth", "answer"];
  resetButton(readout, model, traits);
  const say = liveRegion(el);

  let placed;
  let side;
  function place(width) {
    if (placed === width) return;
    placed = width;
    const wide = width >= 560;
    side = Math.min(SIDE, width - HEAD - 4) / (DIGITS + 1);
    const tall = HEAD + DIGITS * side;
    placeMatrix();
    const [x, y] = wide ? [HEAD + (DIGITS + 1) * side + 24, 0] : [0, tall + 18];
    curve.setAttribute("transform", `translate(${x} ${y})`);
    const height = wide ? tall : CURVE;
    placeCurve(width - x, height);
    setSize(svg, width, y + height + 4);
  }

  function placeMatrix() {
    heads.replaceChildren();
    const add = (x, y, text, attributes) => {
      draw(heads, "text", { x, y, ...attributes }).textContent = text;
    };
    const middle = (i) => HEAD + (i + 0.5) * side;
    add(HEAD + 5 * side, 12, "read as", { class: "head" });
    for (let i = 0; i <= DIGITS; i++) add(middle(i), 30, i < DIGITS ? i : "–", { class: "head" });
    for (let i = 0; i < DIGITS; i++) add(HEAD - 10, middle(i), i, { class: "head side" });
    const turned = `rotate(-90 12 ${middle(4.5)})`;
    add(12, middle(4.5), "true digit", { class: "head", transform: turned });
    cells.forEach((row, truth) =>
      row.forEach(({ box, text }, answer) => {
        const [x, y] = [HEAD + answer * side + 1, HEAD + truth * side + 1];
        for (const [name, value] of Object.entries({ x, y, width: side - 2, height: side - 2 }))
          box.setAttribute(name, value);
        text.parentNode.setAttribute("x", middle(answer));
        text.parentNode.setAttribute("y", middle(truth));
      }),
    );
    ring.setAttribute("width", side);
    ring.setAttribute("height", side);
  }

  function placeCurve(width, height) {
    const [right, bottom] = [width - MARGIN.right, height - MARGIN.bottom];
    const toX = (share) => MARGIN.left + (share / most[0]) * (right - MARGIN.left);
    const toY = (share) => bottom - (share / most[1]) * (bottom - MARGIN.top);
    axes.replaceChildren();
    const text = (x, y, name, words) => {
      draw(axes, "text", { x, y, class: name }).textContent = words;
    };
    for (const part of [0, 0.5, 1]) {
      const [x, y] = [toX(part * most[0]), toY(part * most[1])];
      draw(axes, "line", {
        x1: MARGIN.left,
        x2: right,
        y1: y,
        y2: y,
        class: part ? "grid" : "zero",
      });
      text(x, bottom + 18, "tick-x", tick(100 * part * most[0]));
      text(MARGIN.left - 8, y, "tick-y", tick(100 * part * most[1]));
    }
    text(0, 14, "panel-label", "wrong among the rest, %");
    text((MARGIN.left + right) / 2, bottom + 36, "tick-x", "left out, %");
    const points = all.map(({ unanswered, wrong }) => [toX(unanswered), toY(wrong)]);
    line.setAttribute("d", `M${points.map((point) => point.join(" ")).join("L")}`);
    points.forEach(([x, y], i) => {
      dots[i].setAttribute("cx", x);
      dots[i].setAttribute("cy", y);
    });
  }

  function redraw(width) {
    place(width);
    const index = model.get("threshold_index");
    const [truth, answer] = [model.get("truth"), model.get("answer")];
    const { cells: counts, unanswered, wrong } = all[index];
    counts.forEach((row, i) =>
      row.forEach((found, j) => {
        const share = (100 * found) / images[i];
        cells[i][j].text.data = share >= 0.5 ? String(Math.round(share)) : " ";
        const strength = i === j || j === DIGITS ? share / 250 : Math.min(0.5, share / 32);
        change(cells[i][j].box, "fill-opacity", strength.toFixed(3));
      }),
    );
    ring.setAttribute("x", HEAD + answer * side);
    ring.setAttribute("y", HEAD + truth * side);
    for (const name of ["cx", "cy"]) now.setAttribute(name, dots[index].getAttribute(name));
    const looked = `${truth} read as ${answer}`;
    const cell = percent(counts[truth][answer] / images[truth], 0);
    outputs[0].data = percent(unanswered);
    outputs[1].data = percent(wrong);
    cellName.textContent = `${looked}: `;
    outputs[2].data = cell;
    const spoken =
      `Least confidence ${THRESHOLDS[index]}: ${percent(unanswered)} left out, ` +
      `${percent(wrong)} of the rest wrong; ${looked}: ${cell}.`;
    change(svg, "aria-label", `Confusion matrix of ten networks. ${spoken}`);
    say(spoken);
  }

  return keepDrawn({ model, el, traits }, redraw);
}

export default { render };
