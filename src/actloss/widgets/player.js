// A button that goes through the steps of a figure by itself, one after the other.
import { write } from "./plot.js";

/**
 * Let a button play the trait `name` through `steps`, each for `frame` milliseconds; `word` is what
 * it says while it waits. Returns the button, and how to stop.
 *
 * Nothing moves unless it is asked to, and not at all for readers who want no motion.
 */
export function playButton(parent, model, { name, steps, frame, word }) {
  const button = write(parent, "button", { type: "button", class: "play" }, word);
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const last = steps.at(-1);
  let timer;
  function stop() {
    clearInterval(timer);
    timer = undefined;
    button.firstChild.data = word;
  }
  function advance() {
    const next = steps[steps.indexOf(model.get(name)) + 1];
    if (next === undefined) return stop();
    model.set(name, next);
    model.save_changes();
    if (next === last) stop();
  }
  button.addEventListener("click", () => {
    if (timer) return stop();
    if (model.get(name) === last) model.set(name, steps[0]);
    button.firstChild.data = "Pause";
    timer = setInterval(advance, frame);
    advance();
  });
  function allow() {
    button.hidden = still.matches;
    button.disabled = model.get("disabled");
    if (still.matches) stop();
  }
  allow();
  still.addEventListener("change", allow);
  model.on("change:disabled", allow);
  return {
    stop,
    /** Stop, and heed the reader's wish no longer: the figure is gone. */
    end() {
      stop();
      still.removeEventListener("change", allow);
    },
  };
}
