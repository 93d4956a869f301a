// A small SVG plotting module: axes, curves, points and shaded bands, at the width it is given.
// It takes every colour from plot.css.

const SVG = "http://www.w3.org/2000/svg";

/** Create an SVG element with attributes, inside `parent`. */
export function draw(parent, tag, attributes = {}) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  parent.append(element);
  return element;
}

/** Set an attribute that may have this value already: browsers do not look before they work. */
export function change(element, name, value) {
  if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
}

/** Create an HTML element with attributes and text, inside `parent`. */
export function write(parent, tag, attributes = {}, text = "") {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.textContent = text;
  parent.append(element);
  return element;
}

/** How wide and high a drawing is, in pixels. */
export function setSize(svg, width, height) {
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("height", height);
}

/** Numbers as the book prints them: a true minus sign, no −0. */
export function formatNumber(value, digits = 3) {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const text = value.toFixed(digits);
  return Number(text) === 0 ? (0).toFixed(digits) : text.replace("-", "−");
}

/** About `count` round numbers between the ends of `domain`. */
export function ticks([low, high], count) {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((size) => size >= rough);
  const found = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i++)
    found.push(i * step);
  return found;
}

/** The same, but two at least: of a single number an axis says nothing. */
function twoTicks(domain, count) {
  const found = ticks(domain, count);
  return found.length > 1 || count > MANY ? found : twoTicks(domain, count + 1);
}
const MANY = 20; // what has not two numbers by then has no extent

/** Round to what an eye can tell apart; several times faster than toFixed. */
const hundredths = (pixel) => Math.round(pixel * 100) / 100;

function tickLabel(value) {
  return String(Number(value.toPrecision(6))).replace("-", "−");
}

/** Evenly spaced points over a domain, with both sides of every kink, so that a jump stays upright. */
export function grid([low, high], kinks = [], count = 120) {
  const points = Array.from({ length: count + 1 }, (_, i) => low + ((high - low) * i) / count);
  for (const kink of kinks) points.push(kink - 1e-9, kink, kink + 1e-9);
  return points.filter((x) => x >= low && x <= high).sort((a, b) => a - b);
}

/** `make`, which gives its last result again while its arguments are those of the last time. */
export function keepLast(make) {
  let last, result;
  return (...given) => {
    if (!last || given.some((argument, i) => argument !== last[i])) {
      last = given;
      result = make(...given);
    }
    return result;
  };
}

/** The runs of neighbouring `points` for whose index `test` holds, as [first, last]. */
export function runs(points, test) {
  const found = [];
  let start = null;
  points.forEach((x, i) => {
    const inside = test(i);
    if (inside && start === null) start = x;
    if (start !== null && (!inside || i === points.length - 1)) {
      const end = inside ? x : points[i - 1];
      if (end > start) found.push([start, end]);
      start = null;
    }
  });
  return found;
}

/** At most how wide a label is, in pixels: to measure it would lay out the page. */
const widthOf = (text) => 7 * text.length;

function sayIn(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * The marks of a panel, drawn anew at each step between `begin` and `finish`. What was drawn at the
 * same place the last time is moved where tag and class agree: a browser moves an element for far
 * less than it makes one.
 */
class Layer {
  #next = 0;

  constructor(parent) {
    this.parent = parent;
  }

  begin() {
    this.#next = 0;
  }

  draw(tag, attributes) {
    const old = this.parent.children[this.#next++];
    if (old?.localName !== tag || old.getAttribute("class") !== attributes.class) {
      const element = draw(this.parent, tag, attributes);
      old?.replaceWith(element);
      return element;
    }
    for (const [name, value] of Object.entries(attributes)) change(old, name, value);
    return old;
  }

  keep() {
    this.#next++;
  }

  finish() {
    while (this.parent.children.length > this.#next) this.parent.lastElementChild.remove();
  }
}

/**
 * One panel of a figure: its own axes inside `svg`, between `top` and `top + height`.
 * `toX`, `toY` map data to pixels and `fromX` maps back.
 */
export class Panel {
  constructor(
    svg,
    { top, width, height, left = 40, right = 12, xDomain, yDomain, label, xTicks = true },
  ) {
    Object.assign(this, { svg, top, width, height, left, right, xDomain, label });
    const innerWidth = width - left - right;
    const [x0, x1] = xDomain;
    this.toX = (x) => left + ((x - x0) / (x1 - x0)) * innerWidth;
    this.fromX = (pixel) => x0 + ((pixel - left) / innerWidth) * (x1 - x0);

    // An inner <svg> cuts off what reaches beyond the frame. (A clip path would need an id, and in a
    // notebook each figure runs its own copy of this module, so that no copy knows of others' ids.)
    const frame = { x: left, y: top, width: innerWidth, height };
    const viewBox = `${left} ${top} ${innerWidth} ${height}`;
    this.bands = new Layer(draw(svg, "svg", { ...frame, viewBox, class: "bands" }));
    this.axes = draw(svg, "g", { class: "axes", "aria-hidden": "true" });
    this.marks = new Layer(draw(svg, "svg", { ...frame, viewBox, class: "marks" }));
    this.keys = new Layer(draw(svg, "g", { class: "keys" }));
    this.xTicks = xTicks;
    this.rescale(yDomain);
  }

  /** Give the axes other heights. Marks stay what they are, so that they can glide to their places. */
  rescale(yDomain) {
    const { top, height } = this;
    const [y0, y1] = yDomain;
    this.yDomain = yDomain;
    this.toY = (y) => top + height - ((y - y0) / (y1 - y0)) * height;
    this.axes.replaceChildren();
    this.#drawAxes(this.label, this.xTicks);
  }

  /** Begin a drawing within the same axes. */
  begin() {
    for (const layer of [this.bands, this.marks, this.keys]) layer.begin();
  }

  /** Leave the next mark where the last drawing has put it. */
  keep() {
    this.marks.keep();
  }

  /** End it: what the last drawing had beyond this one goes. */
  finish() {
    for (const layer of [this.bands, this.marks, this.keys]) layer.finish();
  }

  #drawAxes(label, xTicks) {
    const { axes, left, right, top, width, height, toX, toY } = this;
    for (const y of twoTicks(this.yDomain, Math.max(2, height / 55))) {
      draw(axes, "line", {
        x1: left,
        x2: width - right,
        y1: toY(y),
        y2: toY(y),
        class: y === 0 ? "zero" : "grid",
      });
      draw(axes, "text", { x: left - 8, y: toY(y), class: "tick-y" }).textContent = tickLabel(y);
    }
    for (const x of ticks(this.xDomain, Math.max(4, width / 90))) {
      draw(axes, "line", {
        x1: toX(x),
        x2: toX(x),
        y1: top,
        y2: top + height,
        class: x === 0 ? "zero" : "grid",
      });
      if (xTicks)
        draw(axes, "text", { x: toX(x), y: top + height + 16, class: "tick-x" }).textContent =
          tickLabel(x);
    }
    draw(axes, "text", { x: left, y: top - 8, class: "panel-label" }).textContent = label;
  }

  /** The curve of `f` over `points`; it breaks where f is not finite. */
  curve(f, points, className) {
    let path = "";
    let pen = "M";
    for (const x of points) {
      const y = f(x);
      if (!Number.isFinite(y)) {
        pen = "M";
        continue;
      }
      // Far outside the frame the exact height no longer shows, and huge numbers upset renderers.
      const pixel = Math.min(Math.max(this.toY(y), -1e4), 1e4);
      path += `${pen}${hundredths(this.toX(x))} ${hundredths(pixel)}`;
      pen = "L";
    }
    return this.marks.draw("path", { d: path, class: `curve ${className}` });
  }

  segment(x0, y0, x1, y1, className) {
    const ends = { x1: this.toX(x0), y1: this.toY(y0), x2: this.toX(x1), y2: this.toY(y1) };
    return this.marks.draw("line", { ...ends, class: className });
  }

  point(x, y, className, radius = 5) {
    return this.marks.draw("circle", {
      cx: this.toX(x),
      cy: this.toY(y),
      r: radius,
      class: className,
    });
  }

  /** Shade from start to end of each run over the panel's whole height. */
  shade(runs, className) {
    for (const [from, to] of runs) {
      const x = this.toX(from);
      const width = this.toX(to) - x;
      this.bands.draw("rect", { x, y: this.top, width, height: this.height, class: className });
    }
  }

  /** The first of `wordings` that has room in a band; returns whether one has. */
  bandLabel([from, to], ...wordings) {
    const text = wordings.find((one) => widthOf(one) < this.toX(to) - this.toX(from));
    if (text === undefined) return false;
    const x = (this.toX(from) + this.toX(to)) / 2;
    sayIn(this.bands.draw("text", { x, y: this.top + 16, class: "band-label" }), text);
    return true;
  }

  /** What bands too narrow for words mean, above the frame: `kinds` are [class, …wordings], from long to short. */
  bandKeys(kinds) {
    const { left, right, top, width, label } = this;
    const swatch = 12;
    const room = (width - left - right - widthOf(label)) / kinds.length - swatch - 26;
    let end = width - right;
    for (const [className, ...wordings] of kinds) {
      const text = wordings.find((one) => widthOf(one) < room) ?? wordings.at(-1);
      const x = end - widthOf(text);
      sayIn(this.keys.draw("text", { x, y: top - 8, class: "band-key" }), text);
      const box = { x: x - swatch - 6, y: top - 18, width: swatch, height: swatch };
      this.keys.draw("rect", { ...box, class: `key ${className}` });
      end = box.x - 12;
    }
  }
}
