// Points of a drawing that the reader moves, by mouse, finger and keyboard.
import { draw } from "./plot.js";

/** A point to be moved, which screen readers take for a slider from `low` to `high`. */
export function pointToMove(parent, label, [low, high]) {
  return draw(parent, "circle", {
    r: 9,
    class: "handle",
    tabindex: 0,
    role: "slider",
    "aria-label": label,
    "aria-valuemin": low,
    "aria-valuemax": high,
  });
}

/** What the keys of a slider make of its number; `size` gives the step, `ends` the two ends. */
export function keysOfSlider(size, ends) {
  return {
    ArrowLeft: (x) => x - size(),
    ArrowDown: (x) => x - size(),
    ArrowRight: (x) => x + size(),
    ArrowUp: (x) => x + size(),
    PageDown: (x) => x - 10 * size(),
    PageUp: (x) => x + 10 * size(),
    Home: () => ends()[0],
    End: () => ends()[1],
  };
}

/** Call `act` with the one of `moves` whose key is pressed on `handle`. */
export function followKeys(handle, moves, act) {
  handle.addEventListener("keydown", (event) => {
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    act(move);
  });
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
  followKeys(
    handle,
    keysOfSlider(size, () => panel().xDomain),
    (move) => set(clamp(move(get()))),
  );
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
  followKeys(handle, moves, (move) => set(snap(move(get()))));
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
    if (
      waiting &&
      Math.hypot(event.clientX - waiting.clientX, event.clientY - waiting.clientY) < 10
    )
      follow(event);
    waiting = null;
  });
}
