// A small SVG plotting module: axes, curves, shaded bands and a draggable, keyboard-driven point.
// It takes every colour from plot.css, and redraws itself at the width it is given.

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
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i++) found.push(i * step);
  return found;
}

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

  finish() {
    while (this.parent.children.length > this.#next) this.parent.lastElementChild.remove();
  }
}

/**
 * One panel of a figure: its own axes inside `svg`, between `top` and `top + height`.
 * `toX`, `toY` map data to pixels and `fromX` maps back.
 */
export class Panel {
  constructor(svg, { top, width, height, left = 40, right = 12, xDomain, yDomain, label, xTicks = true }) {
    Object.assign(this, { svg, top, width, height, left, right, xDomain, yDomain });
    const innerWidth = width - left - right;
    const [x0, x1] = xDomain;
    const [y0, y1] = yDomain;
    this.toX = (x) => left + ((x - x0) / (x1 - x0)) * innerWidth;
    this.toY = (y) => top + height - ((y - y0) / (y1 - y0)) * height;
    this.fromX = (pixel) => x0 + ((pixel - left) / innerWidth) * (x1 - x0);

    // An inner <svg> cuts off what reaches beyond the frame. (A clip path would need an id, and in a
    // notebook each figure runs its own copy of this module, so that no copy knows of others' ids.)
    const frame = { x: left, y: top, width: innerWidth, height };
    const viewBox = `${left} ${top} ${innerWidth} ${height}`;
    this.bands = new Layer(draw(svg, "svg", { ...frame, viewBox, class: "bands" }));
    this.axes = draw(svg, "g", { class: "axes", "aria-hidden": "true" });
    this.marks = new Layer(draw(svg, "svg", { ...frame, viewBox, class: "marks" }));
    this.#drawAxes(label, xTicks);
  }

  /** Begin a drawing within the same axes. */
  begin() {
    this.bands.begin();
    this.marks.begin();
  }

  /** End it: what the last drawing had beyond this one goes. */
  finish() {
    this.bands.finish();
    this.marks.finish();
  }

  #drawAxes(label, xTicks) {
    const { axes, left, right, top, width, height, toX, toY } = this;
    for (const y of ticks(this.yDomain, Math.max(2, height / 55))) {
      draw(axes, "line", { x1: left, x2: width - right, y1: toY(y), y2: toY(y), class: y === 0 ? "zero" : "grid" });
      draw(axes, "text", { x: left - 8, y: toY(y), class: "tick-y" }).textContent = tickLabel(y);
    }
    for (const x of ticks(this.xDomain, Math.max(4, width / 90))) {
      draw(axes, "line", { x1: toX(x), x2: toX(x), y1: top, y2: top + height, class: x === 0 ? "zero" : "grid" });
      if (xTicks) draw(axes, "text", { x: toX(x), y: top + height + 16, class: "tick-x" }).textContent = tickLabel(x);
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
    return this.marks.draw("circle", { cx: this.toX(x), cy: this.toY(y), r: radius, class: className });
  }

  /** Shade from start to end of each run over the panel's whole height. */
  shade(runs, className) {
    for (const [from, to] of runs) {
      const x = this.toX(from);
      const width = this.toX(to) - x;
      this.bands.draw("rect", { x, y: this.top, width, height: this.height, class: className });
    }
  }

  bandLabel([from, to], text) {
    const middle = (this.toX(from) + this.toX(to)) / 2;
    if (this.toX(to) - this.toX(from) < 7 * text.length) return; // no room for the words
    const label = this.bands.draw("text", { x: middle, y: this.top + 16, class: "band-label" });
    if (label.textContent !== text) label.textContent = text;
  }
}

/**
 * Let a point be moved along x: dragged anywhere in `surface`, or with the keyboard on `handle`.
 * `get` gives the present x, `set` takes the new one; `step` is a number or a function that gives one.
 */
export function movable(handle, surface, panel, { get, set, step }) {
  const size = () => (typeof step === "function" ? step() : step);
  const clamp = (x) => {
    const [low, high] = panel().xDomain;
    return Math.min(Math.max(Math.round(x / size()) * size(), low), high);
  };
  const moves = {
    ArrowLeft: (x) => x - size(),
    ArrowDown: (x) => x - size(),
    ArrowRight: (x) => x + size(),
    ArrowUp: (x) => x + size(),
    PageDown: (x) => x - 10 * size(),
    PageUp: (x) => x + 10 * size(),
    Home: () => panel().xDomain[0],
    End: () => panel().xDomain[1],
  };
  handle.addEventListener("keydown", (event) => {
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    set(clamp(move(get())));
  });
  const follow = (event) => {
    const box = surface.getBoundingClientRect();
    set(clamp(panel().fromX(event.clientX - box.left)));
  };
  let touched = null; // where a finger went down, until it is clear whether it means to scroll
  surface.addEventListener("pointerdown", (event) => {
    surface.setPointerCapture(event.pointerId);
    handle.focus({ preventScroll: true });
    touched = event.pointerType === "touch" ? event : null;
    if (!touched) follow(event);
  });
  surface.addEventListener("pointermove", (event) => {
    if (!surface.hasPointerCapture(event.pointerId)) return;
    const across = touched && Math.abs(event.clientX - touched.clientX);
    if (touched && across <= Math.abs(event.clientY - touched.clientY)) return;
    touched = null;
    follow(event);
  });
  surface.addEventListener("pointerup", (event) => {
    if (touched) follow(event); // a tap
    touched = null;
  });
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

/**
 * Call `redraw` once for all the changes that one event makes, as soon as its handlers are done:
 * then the drawing is ready when the next frame begins. (Browsers send moves once a frame.)
 */
export function oncePerEvent(redraw) {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    queueMicrotask(() => {
      waiting = false;
      redraw();
    });
  };
}

/**
 * A table of numbers that change: `columns` are [heading, class], `rows` the headings of the rows,
 * and `corner` stands above these. `row(i, heading, texts)` and `corner(text)` change them.
 */
export function numberTable(parent, { corner: above, columns, rows }) {
  const table = write(parent, "table", { class: "numbers" });
  const head = write(write(table, "thead"), "tr");
  const corner = write(head, "th", { scope: "col" }, above);
  for (const [heading, className] of columns) write(head, "th", { scope: "col", class: className }, heading);
  const body = write(table, "tbody");
  const lines = rows.map((heading) => {
    const line = write(body, "tr");
    const name = write(line, "th", { scope: "row" }, heading);
    const cells = columns.map(([, className]) => write(write(line, "td", { class: className }), "output", {}, " "));
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

/**
 * Let a point be moved in two dimensions: dragged by `touch`, the wider disc around it, put anywhere
 * in `surface` by a click or a tap, or moved with the keyboard on `handle`. A finger that starts
 * beside the disc scrolls the page.
 */
export function movableInPlane(handle, touch, surface, panel, { get, set, steps }) {
  const snap = (values) => {
    const { xDomain, yDomain } = panel();
    return [xDomain, yDomain].map(([low, high], i) => {
      // Rounded to what is printed, or 0.1 + 0.2 would be read out.
      const value = Number((Math.round(values[i] / steps[i]) * steps[i]).toFixed(6));
      return Math.min(Math.max(value, low), high);
    });
  };
  const [stepX, stepY] = steps;
  const moves = {
    ArrowLeft: ([x, y]) => [x - stepX, y],
    ArrowRight: ([x, y]) => [x + stepX, y],
    ArrowDown: ([x, y]) => [x, y - stepY],
    ArrowUp: ([x, y]) => [x, y + stepY],
    PageDown: ([x, y]) => [x, y - 10 * stepY],
    PageUp: ([x, y]) => [x, y + 10 * stepY],
    Home: ([, y]) => [panel().xDomain[0], y],
    End: ([, y]) => [panel().xDomain[1], y],
  };
  handle.addEventListener("keydown", (event) => {
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    set(snap(move(get())));
  });
  const follow = (event) => {
    const box = surface.getBoundingClientRect();
    const { fromX, toY, yDomain } = panel();
    const [low, high] = yDomain;
    const fromY = (pixel) => low + ((pixel - toY(low)) / (toY(high) - toY(low))) * (high - low);
    set(snap([fromX(event.clientX - box.left), fromY(event.clientY - box.top)]));
  };
  for (const grip of [touch, handle]) {
    // A finger on the point drags it and does not scroll, in browsers too that ask only here.
    grip.addEventListener("touchmove", (event) => event.preventDefault(), { passive: false });
  }
  let waiting = null; // where a finger went down beside the point, until it is known to be a tap
  surface.addEventListener("pointerdown", (event) => {
    const onPoint = event.target === touch || event.target === handle;
    handle.focus({ preventScroll: true });
    waiting = event.pointerType === "touch" && !onPoint ? event : null;
    if (waiting) return;
    surface.setPointerCapture(event.pointerId);
    if (!onPoint) follow(event);
  });
  surface.addEventListener("pointermove", (event) => {
    if (surface.hasPointerCapture(event.pointerId)) follow(event);
  });
  surface.addEventListener("pointerup", (event) => {
    if (waiting && Math.hypot(event.clientX - waiting.clientX, event.clientY - waiting.clientY) < 10) follow(event);
    waiting = null;
  });
}

const NARROWEST = 260; // what is narrower scrolls

/** How wide a figure may be drawn inside `el`. */
export function widthOf(el) {
  return Math.max(el.clientWidth, NARROWEST);
}

/**
 * Call `act` with the width whenever it changes; returns what ends this. The width is told, not
 * asked for: asking would lay out the whole page at every step.
 */
export function followWidth(el, act) {
  const resized = new ResizeObserver(([entry]) => act(Math.max(entry.contentRect.width, NARROWEST)));
  resized.observe(el);
  return () => resized.disconnect();
}

/**
 * Call `update` when one of the traits changes, and let the button `reset` put back what they are
 * now, one after the other: choices that set numbers of their own come first.
 */
export function followTraits(model, traits, { update, reset }) {
  const start = traits.map((name) => [name, model.get(name)]);
  for (const name of traits) model.on(`change:${name}`, update);
  reset.addEventListener("click", () => {
    for (const [name, value] of start) model.set(name, value);
    model.save_changes();
  });
}
