// Cuts style-sheets down to the rules that some page, or a script on it, can use.
// Takes from standard input { styles: [paths], scripts: [paths], words: [what the pages hold] }.
import { readFileSync, writeFileSync } from "node:fs";
import { PurgeCSS } from "purgecss";

const { styles, scripts, words } = JSON.parse(readFileSync(0, "utf8"));
const results = await new PurgeCSS().purge({
  content: [{ raw: words.join(" "), extension: "html" }, ...scripts],
  css: styles.map((style) => ({ raw: readFileSync(style, "utf8") })),
  safelist: {
    standard: ["html", "body", "dark", "light"],
    greedy: [/widget-/, /jupyter-/, /noUi-/, /actloss-/],
  },
  fontFace: false,
  variables: false,
});
results.forEach(({ css }, number) => writeFileSync(styles[number], css));
