// A question to answer before the figure may be moved. The figure gives the answer.
import { write } from "./plot.js";

/** Let the figures below the question move from where the reader guessed to the answer. */
function markFigures(el) {
  const together = el.closest(".widget-vbox");
  for (const figure of together?.querySelectorAll(".actloss-figure") ?? [])
    if (figure !== el) figure.dataset.answered = "";
}

function render({ model, el }) {
  el.classList.add("actloss-figure", "actloss-prediction");
  const box = write(el, "div", { role: "group" });
  const question = write(box, "p", { class: "question" });
  write(question, "strong", {}, "Predict first. ");
  question.append(model.get("question"));
  box.setAttribute("aria-label", `Predict first. ${model.get("question")}`);
  const options = write(box, "div", { class: "options" });
  const verdict = write(box, "p", { class: "verdict", role: "status" });

  const buttons = model.get("options").map((text, index) => {
    const button = write(options, "button", { type: "button", "aria-pressed": "false" }, text);
    button.addEventListener("click", () => {
      markFigures(el);
      model.set({ chosen: index, locked: false, value: model.get("shows") });
      model.save_changes();
    });
    return button;
  });
  const skip = write(options, "button", { type: "button", class: "skip" }, "Skip");
  skip.addEventListener("click", () => {
    model.set("locked", false);
    model.save_changes();
  });

  function update() {
    const [chosen, answer] = [model.get("chosen"), model.get("answer")];
    const fits = model.get("fits");
    buttons.forEach((button, index) => {
      button.disabled = !fits;
      button.setAttribute("aria-pressed", String(index === chosen));
      button.classList.toggle("right", chosen >= 0 && index === answer);
      button.classList.toggle("wrong", index === chosen && index !== answer);
    });
    skip.hidden = !model.get("locked");
    if (!fits) {
      verdict.textContent =
        "Another function is drawn than the one in question. Reset brings it back.";
    } else if (chosen >= 0) {
      verdict.textContent = `${chosen === answer ? "Yes." : "Not quite."} ${model.get("explanation")}`;
    } else {
      verdict.textContent = model.get("locked") ? "" : "Move the slider and see.";
    }
  }
  update();
  for (const name of ["chosen", "locked", "fits"]) model.on(`change:${name}`, update);
}

export default { render };
