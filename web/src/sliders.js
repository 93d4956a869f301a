// Mends ipywidgets' sliders. First, what they do not tell a screen reader: their name, their value as printed, and
// whether they are locked; and that the number beside them can be written over. Second, Home and End:
// noUiSlider takes them to the ends that the slider had when it was made, not to those it has now.

export function mended(View) {
  return class extends View {
    render() {
      super.render();
      this.#tell();
      this.$slider.noUiSlider.on("update", () => this.#tell());
      const options = { capture: true }; // before noUiSlider's own listener
      this.$slider.addEventListener("keydown", (event) => this.#goToEnd(event), options);
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
      this.#tell();
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
      handle.setAttribute("aria-label", name);
      handle.setAttribute("aria-valuetext", this.readout.textContent);
      handle.setAttribute("aria-disabled", String(locked));
      this.readout.setAttribute("role", "textbox");
      this.readout.setAttribute("aria-label", name);
      this.readout.setAttribute("aria-readonly", String(locked));
    }
  };
}
