// Builds everything the published page loads into web/build/.
import { build } from "esbuild";
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "..", "build");
const modules = join(here, "node_modules");

// anywidget's file is written for RequireJS; its factory is all we need of it.
const anywidgetAsModule = {
  name: "anywidget-as-module",
  setup({ onLoad }) {
    onLoad({ filter: /anywidget\/dist\/index\.js$/ }, ({ path }) => {
      const source = readFileSync(path, "utf8");
      const amd = /define\(\["@jupyter-widgets\/base"\], (\w+)\);\s*$/;
      if (!amd.test(source)) throw new Error(`${path} no longer ends with its AMD define`);
      return { contents: source.replace(amd, "export default $1;"), loader: "js" };
    });
  },
};

async function buildWidgetHost() {
  await build({
    absWorkingDir: here,
    entryPoints: ["host.js", "loader.js", "share.js"],
    outdir: join(out, "widgets"),
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    external: ["./host.js", "./share.js"],
    alias: {
      "sanitize-html": join(here, "sanitize.js"),
      jquery: join(modules, "jquery/dist/jquery.slim.js"),
    },
    define: { "process.env.NODE_ENV": '"production"' },
    plugins: [anywidgetAsModule],
    legalComments: "linked",
    logLevel: "warning",
  });
}

/** What a page asks for when a reader does: a script each, so that a page from a disk has them too. */
async function buildOnDemand() {
  await build({
    absWorkingDir: here,
    entryPoints: { "search/search": "search.js", glance: "glance.js" },
    outdir: out,
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
    legalComments: "linked",
    logLevel: "warning",
  });
}

/** The laboratory: a page with code to run loads `start.js`, and that all else once it is asked. */
async function buildLaboratory() {
  await build({
    absWorkingDir: join(here, "..", "run"),
    entryPoints: ["start.js"],
    outdir: join(out, "laboratory"),
    bundle: true,
    splitting: true,
    chunkNames: "[name]-[hash]",
    minify: true,
    format: "esm",
    target: "es2022",
    nodePaths: [modules],
    legalComments: "linked",
    logLevel: "warning",
  });
}

/** KaTeX renders while the book is built; the page needs its style-sheet and WOFF2 fonts only. */
function copyKatex() {
  const from = join(modules, "katex/dist");
  const to = join(out, "katex");
  mkdirSync(join(to, "fonts"), { recursive: true });
  const css = readFileSync(join(from, "katex.min.css"), "utf8");
  writeFileSync(
    join(to, "katex.min.css"),
    css.replace(/,url\([^)]*\.(woff|ttf)\) format\("[^"]*"\)/g, ""),
  );
  for (const font of readdirSync(join(from, "fonts")).filter((name) => name.endsWith(".woff2"))) {
    cpSync(join(from, "fonts", font), join(to, "fonts", font));
  }
}

/** The course's own style-sheet, with its fonts; the quiz brings its style from the package. */
async function buildStyle() {
  await build({
    absWorkingDir: here,
    entryPoints: [join(here, "..", "assets", "course.css")],
    outdir: out,
    bundle: true,
    minify: true,
    loader: { ".woff2": "file" },
    assetNames: "fonts/[name]",
    nodePaths: [modules],
    logLevel: "warning",
  });
}

rmSync(out, { recursive: true, force: true });
await buildWidgetHost();
await buildOnDemand();
await buildLaboratory();
await buildStyle();
copyKatex();
