// Two layers of 64 units, ReLU and another: how often each unit is active; a cross where it never is.
import { keepDrawn, liveRegion, resetButton } from "./figure.js";
import { change, draw, setSize, write } from "./plot.js";

const SIDE = 8; // cells in a row
const UNITS = SIDE * SIDE;

function bytesOf(base64) {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

/** The cells of one layer, and the lines of text above them. */
class UnitLayer {
  constructor(svg) {
    this.group = draw(svg, "g");
    this.lines = [0, 1, 2].map((line) => {
      const text = draw(this.group, "text", { x: 0, class: line ? "" : "panel-label" });
      text.append(document.createTextNode(" "));
      return text;
    });
    this.cells = Array.from({ length: UNITS }, () => ({
      box: draw(this.group, "rect", { class: "unit" }),
      cross: draw(this.group, "path", { class: "cross" }),
    }));
  }

  place(left, size) {
    this.group.setAttribute("transform", `translate(${left} 0)`);
    this.lines.forEach((text, i) => text.setAttribute("y", 16 + 20 * i));
    const cell = size / SIDE;
    this.cells.forEach(({ box, cross }, unit) => {
      const [x, y, inner] = [
        1 + (unit % SIDE) * cell,
        68 + Math.floor(unit / SIDE) * cell,
        cell - 3,
      ];
      for (const [name, value] of Object.entries({ x, y, width: inner, height: inner, rx: 3 }))
        box.setAttribute(name, value);
      const [near, far] = [0.25 * inner, 0.75 * inner];
      cross.setAttribute(
        "d",
        `M${x + near} ${y + near}L${x + far} ${y + far}M${x + far} ${y + near}L${x + near} ${y + far}`,
      );
    });
  }

  show(title, shares, accuracy) {
    const silent = shares.filter((share) => share === 0).length;
    const words = [
      title,
      `${silent} of ${UNITS} never positive`,
      `test accuracy ${(100 * accuracy).toFixed(1)} %`,
    ];
    this.lines.forEach((text, i) => {
      text.firstChild.data = words[i];
    });
    this.cells.forEach(({ box, cross }, unit) => {
      change(box, "fill-opacity", Math.round((100 * shares[unit]) / 255) / 100);
      change(cross, "visibility", shares[unit] === 0 ? "visible" : "hidden");
    });
    return words.join(", ");
  }
}

function render({ model, el }) {
  el.classList.add("actloss-figure");
  const svg = draw(el, "svg", { role: "img", class: "actloss-plot actloss-units" });
  const layers = [new UnitLayer(svg), new UnitLayer(svg)];
  const legend = write(
    el,
    "p",
    { class: "said" },
    "Each cell is a unit: the stronger its colour, the more training samples make its sum positive. × marks a unit that none does.",
  );
  legend.style.paddingLeft = "0";
  const row = write(el, "p", { class: "readout" });
  row.style.paddingLeft = "0";
  const traits = ["rate_index", "epoch", "beside_index"];
  resetButton(row, model, traits);
  const say = liveRegion(el);
  const shares = model.get("shares").map(bytesOf);
  const epochs = shares[0].length / UNITS / model.get("rates").length;
  let placed;

  function redraw(width) {
    if (placed !== width) {
      placed = width;
      const gap = width < 480 ? 16 : 40;
      const size = Math.min((width - gap) / 2, 300);
      const height = 68 + size;
      setSize(svg, width, height);
      layers[0].place(0, size);
      layers[1].place(size + gap, size);
    }
    const [rate, epoch] = [model.get("rate_index"), model.get("epoch")];
    const words = [0, model.get("beside_index") + 1].map((which, i) => {
      const start = (rate * epochs + epoch) * UNITS;
      const now = shares[which].subarray(start, start + UNITS);
      return layers[i].show(
        model.get("titles")[which],
        now,
        model.get("accuracies")[which][rate][epoch],
      );
    });
    const spoken = `Learning rate ${model.get("rates")[rate]}, epoch ${epoch}. ${words.join(". ")}.`;
    change(svg, "aria-label", spoken);
    say(spoken);
  }

  return keepDrawn({ model, el, traits }, redraw);
}

export default { render };
