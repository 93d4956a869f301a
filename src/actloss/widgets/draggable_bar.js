// Bars of a share between 0 and 1, to be dragged, tapped or moved by keys.
import { followKeys, keysOfSlider } from "./movable.js";

const STEP = 0.01;

/** Let a bar be set by its handle (dragged, or by keys), by a press in its column, or by a tap. */
export function draggableBar(column, handle, { valueAt, begin, get, set }) {
  const clamp = (value) => Math.min(Math.max(Math.round(value / STEP) * STEP, 0), 1);
  followKeys(
    handle,
    keysOfSlider(
      () => STEP,
      () => [0, 1],
    ),
    (move) => {
      begin();
      set(clamp(move(get())));
    },
  );
  let tapped = null; // where a finger went down in the column: a tap, or the start of scrolling
  let offset = 0; // from the pointer to the top of the bar
  const press = (event, from) => {
    event.preventDefault();
    from.setPointerCapture(event.pointerId);
    handle.focus({ preventScroll: true });
    begin();
  };
  // A finger on a handle drags it and does not scroll. (Inside an SVG, touch-action is not heeded.)
  handle.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
  handle.addEventListener("pointerdown", (event) => {
    press(event, handle);
    offset = get() - valueAt(event);
  });
  column.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "touch") {
      tapped = event;
      return;
    }
    press(event, column);
    offset = 0;
    set(clamp(valueAt(event)));
  });
  for (const surface of [handle, column]) {
    surface.addEventListener("pointermove", (event) => {
      const dragged = surface.hasPointerCapture(event.pointerId) && !tapped;
      if (dragged) set(clamp(valueAt(event) + offset));
    });
  }
  column.addEventListener("pointercancel", () => (tapped = null));
  column.addEventListener("pointerup", (event) => {
    const moved =
      tapped && Math.hypot(event.clientX - tapped.clientX, event.clientY - tapped.clientY);
    if (tapped && moved < 10) {
      begin();
      set(clamp(valueAt(event)));
    }
    tapped = null;
  });
}
