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

// To a tenth of a point, and letters to a thousandth of their height.
const options = {
  multipass: true,
  floatPrecision: 1,
  plugins: [withoutStyleSheet, "preset-default"],
};
for (const path of JSON.parse(readFileSync(0, "utf8"))) {
  writeFileSync(path, optimize(readFileSync(path, "utf8"), options).data);
}
