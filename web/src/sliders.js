// Mends ipywidgets' sliders. First, what they do not tell a screen reader: their name, their value and
// ends to the last digit, and whether they are locked; and that the number beside them can be written
// over. Second, Home and End: noUiSlider takes them to the ends that the slider had when it was made,
// not to those it has now.
// Third, what each step of a drag costs.

const textOf = Object.getOwnPropertyDescriptor(Node.prototype, "textContent").get;

/**
 * Let `element.textContent = …` change the text that is there, in a box whose size it does not
 * change (see course.css): else the whole page is laid out at each step.
 */
function keepTextInBox(element) {
  const box = document.createElement("span");
  const text = document.createTextNode(element.textContent);
  box.append(text);
  element.replaceChildren(box);
  Object.defineProperty(element, "textContent", {
    get: () => textOf.call(element),
    set: (value) => {
      if (text.parentNode !== box || box.parentNode !== element || element.childNodes.length > 1) {
        box.replaceChildren(text); // the reader wrote over it
        element.replaceChildren(box);
      }
      if (text.data !== value) text.data = value;
    },
  });
}

/** Set attributes, but for those that have their value already. */
function change(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
  }
}

/** A slider over a few named stops says which it is and where it stands; its number is no text to write over. */
export function named(View) {
  return class extends View {
    render() {
      super.render();
      this.#tell();
      this.$slider.noUiSlider.on("update", () => this.#tell());
    }

    update(options) {
      super.update(options);
      this.#tell();
    }

    #tell() {
      const handle = this.$slider?.querySelector('[role="slider"]');
      if (!handle) return; // the slider is not drawn yet
      const { description, index, _options_labels: labels, disabled } = this.model.attributes;
      this.readout.contentEditable = "false"; // what is written there goes nowhere
      change(handle, {
        "aria-label": description,
        "aria-valuetext": labels[index],
        "aria-disabled": disabled,
      });
    }
  };
}

export function mended(View) {
  return class extends View {
    render() {
      super.render();
      this.#tellLast();
      const options = { capture: true }; // before noUiSlider's own listener
      this.$slider.addEventListener("keydown", (event) => this.#goToEnd(event), options);
      keepTextInBox(this.readout);
    }

    #goToEnd(event) {
      const end = { Home: "min", End: "max" }[event.key];
      if (!end || this.model.get("disabled")) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      this.$slider.noUiSlider.set(this.model.get(end));
    }

    update(options) {
      super.update(options);
      this.#tellLast();
    }

    // noUiSlider tells the same in numbers of one decimal, and puts itself last when its ends change.
    #tellLast() {
      const slider = this.$slider?.noUiSlider;
      if (!slider) return; // it is not drawn yet
      slider.off("update.told");
      slider.on("update.told", () => this.#tell());
    }

    // The style-sheet gives every number room enough; to measure it lays out the page at every step.
    readout_overflow() {
      return false;
    }

    #tell() {
      const handle = this.$slider?.querySelector('[role="slider"]');
      if (!handle) return; // the slider is not drawn yet
      const name = this.model.get("description");
      const locked = this.model.get("disabled");
      change(handle, {
        "aria-label": name,
        "aria-valuemin": this.model.get("min"),
        "aria-valuemax": this.model.get("max"),
        "aria-valuenow": this.model.get("value"),
        "aria-valuetext": this.readout.textContent,
        "aria-disabled": locked,
      });
      change(this.readout, { role: "textbox", "aria-label": name, "aria-readonly": locked });
    }
  };
}
