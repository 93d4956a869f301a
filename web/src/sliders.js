// What ipywidgets' sliders do not tell a screen reader: their name, their value as printed, and
// whether they are locked; and that the number beside them can be written over.

export function withNames(View) {
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
