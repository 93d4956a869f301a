// Writes the pictures that matplotlib drew in fewer bytes. Takes from standard input [paths].
import { readFileSync, writeFileSync } from "node:fs";
import { optimize } from "svgo";

/** What one rule says of all elements, said by the outermost: with a style-sheet, no id may go. */
const withoutStyleSheet = {
  name: "withoutStyleSheet",
  fn: () => ({
    element: {
      exit(node, parent) {
        if (node.name === "style")
          parent.children = parent.children.filter((child) => child !== node);
        if (node.name === "svg")
          Object.assign(node.attributes, { "stroke-linejoin": "round", "stroke-linecap": "butt" });
      },
    },
  }),
};

const FINE = 16; // how many units of a font's 2048 a letter may do without

/** Letters to a 128th of their height: an eighth of a pixel, where they are largest. */
const coarserLetters = {
  name: "coarserLetters",
  fn: () => ({
    element: {
      enter({ name, attributes }) {
        const scale = /^scale\((0\.015625|\.015625)\)$/.exec(attributes.transform ?? "");
        if (name !== "path" || !scale || !attributes.d) return; // a blank has none
        attributes.d = attributes.d.replace(/-?[\d.]+/g, (number) => Math.round(number / FINE));
        attributes.transform = `scale(${FINE * Number(scale[1])})`;
      },
    },
  }),
};

// To a tenth of a point.
const options = {
  multipass: true,
  floatPrecision: 1,
  plugins: [coarserLetters, withoutStyleSheet, "preset-default"],
};
for (const path of JSON.parse(readFileSync(0, "utf8"))) {
  writeFileSync(path, optimize(readFileSync(path, "utf8"), options).data);
}
