// Writes scripts and style-sheets in fewer letters, where that makes them shorter.
// Takes from standard input their paths.
import { transformSync } from "esbuild";
import { readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

for (const path of JSON.parse(readFileSync(0, "utf8"))) {
  const written = readFileSync(path, "utf8");
  const loader = path.endsWith(".css") ? "css" : "js";
  const { code } = transformSync(written, { loader, minify: true, legalComments: "inline" });
  if (gzipSync(code).length < gzipSync(written).length) writeFileSync(path, code);
}
