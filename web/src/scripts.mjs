// Writes scripts in fewer letters, where that makes them shorter.
// Takes from standard input the paths of the scripts.
import { transformSync } from "esbuild";
import { readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

for (const path of JSON.parse(readFileSync(0, "utf8"))) {
  const written = readFileSync(path, "utf8");
  const { code } = transformSync(written, { minify: true, legalComments: "inline" });
  if (gzipSync(code).length < gzipSync(written).length) writeFileSync(path, code);
}
