// Cuts a style-sheet down to the rules that some built page, or a script on it, can use.
// usage: node purge.mjs STYLESHEET SITE
import { readFileSync, writeFileSync } from "node:fs";
import { PurgeCSS } from "purgecss";

const [stylesheet, site] = process.argv.slice(2);
const [{ css }] = await new PurgeCSS().purge({
  content: [
    `${site}/{*,chapters/*,chapters/**/*}.html`,
    `${site}/_static/{*.js,scripts/*.js,widgets/loader.js}`,
  ],
  css: [{ raw: readFileSync(stylesheet, "utf8") }],
  safelist: { standard: ["html", "body"], variables: [/^--pst-/] },
  fontFace: false,
  variables: false,
});
writeFileSync(stylesheet, css);
