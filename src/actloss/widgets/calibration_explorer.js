// Logits divided by a temperature: how well their softmax keeps its promises.
import { keepDrawn, liveRegion, numberLine, resetButton } from "./figure.js";
import { change, draw, formatNumber, setSize, write } from "./plot.js";
import { decode, measure } from "./reliability.js";

const BINS = [5, 10, 15, 30];

const LEFT = 40;
const RIGHT = 12;
const TOP = 28;
const show = (value) => formatNumber(value, 3);

function spoken(temperature, found) {
  const gap = found.confidence - found.accuracy;
  const judgement =
    Math.abs(gap) < 0.01
      ? "Confidence and accuracy agree on the whole."
      : gap > 0
        ? "Overconfident."
        : "Underconfident.";
  return (
    `Temperature ${temperature.toFixed(2)}: mean confidence ${show(found.confidence)}, accuracy ${show(found.accuracy)}. ` +
    `${judgement} ECE ${show(found.ece)}, Brier score ${show(found.brier)}, NLL ${show(found.nll)}.`
  );
}

function render({ model, el }) {
  el.classList.add("actloss-figure");
  const svg = draw(el, "svg", { role: "img", class: "actloss-plot actloss-reliability" });
  const axes = draw(svg, "g", { class: "axes", "aria-hidden": "true" });
  const marks = draw(svg, "g", { "aria-hidden": "true" });
  const readout = write(el, "p", { class: "readout" });
  const { outputs } = numberLine(readout, [
    ["accuracy = ", "main"],
    ["mean confidence = ", "slope"],
    ["ECE = ", ""],
    ["Brier = ", ""],
    ["NLL = ", ""],
  ]);
  const traits = ["temperature", "bins_index"];
  resetButton(readout, model, traits);
  const say = liveRegion(el);
  const data = decode(model.get("logits"), model.get("labels"));

  let drawnFrame;
  let layout;
  let bars;

  function drawFrame(width) {
    const binCount = BINS[model.get("bins_index")];
    const key = `${width} ${binCount}`;
    if (key === drawnFrame) return;
    drawnFrame = key;
    const [upper, lower] = width < 480 ? [220, 70] : [270, 80];
    const second = TOP + upper + 40;
    const total = second + lower + 44;
    setSize(svg, width, total);
    const inner = width - LEFT - RIGHT;
    const toX = (value) => LEFT + value * inner;
    const toY = (value) => TOP + (1 - value) * upper;
    const toShare = (value) => second + (1 - value) * lower;
    layout = { toX, toY, toShare, bottom: TOP + upper, floor: second + lower };
    axes.replaceChildren();
    for (const [scale, values] of [
      [toY, [0, 0.25, 0.5, 0.75, 1]],
      [toShare, [0, 0.5, 1]],
    ]) {
      for (const value of values) {
        const y = scale(value);
        draw(axes, "line", {
          x1: LEFT,
          x2: width - RIGHT,
          y1: y,
          y2: y,
          class: value === 0 ? "zero" : "grid",
        });
        draw(axes, "text", { x: LEFT - 8, y, class: "tick-y" }).textContent = String(value);
      }
    }
    for (const value of [0, 0.2, 0.4, 0.6, 0.8, 1]) {
      draw(axes, "text", { x: toX(value), y: layout.floor + 18, class: "tick-x" }).textContent =
        String(value);
    }
    draw(axes, "text", { x: toX(0.5), y: layout.floor + 38, class: "tick-x" }).textContent =
      "confidence";
    draw(axes, "text", { x: LEFT, y: TOP - 10, class: "panel-label" }).textContent =
      "share that is right";
    draw(axes, "text", { x: LEFT, y: second - 10, class: "panel-label" }).textContent =
      "share of predictions";
    marks.replaceChildren();
    const gap = binCount > 15 ? 1 : 2;
    bars = Array.from({ length: binCount }, (_, m) => {
      const box = { x: toX(m / binCount) + gap / 2, width: inner / binCount - gap };
      return {
        accuracy: draw(marks, "rect", { ...box, class: "accuracy" }),
        gap: draw(marks, "rect", { ...box, class: "gap" }),
        share: draw(marks, "rect", { ...box, class: "share" }),
      };
    });
    draw(marks, "line", { x1: toX(0), y1: toY(0), x2: toX(1), y2: toY(1), class: "promise" });
    for (const bar of bars) bar.point = draw(marks, "circle", { r: 4.5, class: "mean" });
  }

  /** From one height to another, whichever is the higher. */
  function span(rect, from, to) {
    change(rect, "y", Math.min(from, to));
    change(rect, "height", Math.abs(from - to));
  }

  function redraw(width) {
    drawFrame(width);
    const { toX, toY, toShare, bottom, floor } = layout;
    const temperature = model.get("temperature");
    const found = measure(data, temperature, bars.length);
    found.bins.forEach(({ count, confidence, accuracy }, m) => {
      const bar = bars[m];
      const filled = count > 0;
      for (const part of [bar.accuracy, bar.gap, bar.point])
        change(part, "visibility", filled ? "visible" : "hidden");
      span(bar.share, floor, toShare(count / data.right.length));
      if (!filled) return;
      span(bar.accuracy, bottom, toY(accuracy));
      span(bar.gap, toY(confidence), toY(accuracy));
      change(bar.point, "cx", toX(confidence));
      change(bar.point, "cy", toY(accuracy));
    });
    const { accuracy, confidence, ece, brier, nll } = found;
    [accuracy, confidence, ece, brier, nll].forEach(
      (number, i) => (outputs[i].data = show(number)),
    );
    const text = spoken(temperature, found);
    change(svg, "aria-label", `Reliability diagram. ${text}`);
    say(text);
  }

  return keepDrawn({ model, el, traits }, redraw);
}

export default { render };
