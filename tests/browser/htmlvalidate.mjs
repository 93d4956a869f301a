// What html-validate asks of the built pages: that they are HTML by its standard. What makes a page
// accessible is asked by axe, in tests/browser/test_accessibility.py.
export default {
  root: true,
  extends: ["html-validate:standard", "html-validate:document"],
  elements: [
    "html5",
    // MyST-NB writes both titles of folded code, “Show the code” and “Hide the code”, as paragraphs
    // within one <summary>, and its style-sheet knows them as such.
    { summary: { permittedContent: ["@phrasing", "heading", "p"] } },
  ],
  rules: {
    // Files of the site itself need no digest; one from another host would (and none comes from there).
    "require-sri": ["error", { target: "crossorigin" }],
  },
};
