// The editor of a code cell: CodeMirror in the colours of the page. A page loads it when a reader
// first goes into its code.
import {
  acceptCompletion,
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
  completionStatus,
  moveCompletionSelection,
  selectedCompletion,
} from "@codemirror/autocomplete";
import {
  defaultKeymap,
  history,
  historyKeymap,
  indentLess,
  indentMore,
  redo,
  undo,
} from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import {
  bracketMatching,
  indentOnInput,
  indentUnit,
  syntaxHighlighting,
  syntaxTree,
} from "@codemirror/language";
import { EditorState, Prec, StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, keymap } from "@codemirror/view";
import { tagHighlighter, tags } from "@lezer/highlight";

// The classes that Pygments gave the same code in the page, whose style-sheet has their colours.
const COLOURS = syntaxHighlighting(
  tagHighlighter([
    { tag: tags.keyword, class: "k" },
    { tag: tags.moduleKeyword, class: "kn" },
    { tag: [tags.bool, tags.null], class: "kc" },
    { tag: tags.operatorKeyword, class: "ow" },
    { tag: [tags.operator, tags.derefOperator], class: "o" },
    { tag: tags.string, class: "s2" },
    { tag: tags.special(tags.string), class: "s2" },
    { tag: tags.number, class: "mi" },
    { tag: tags.comment, class: "c1" },
    { tag: tags.meta, class: "nd" }, // codespell:ignore nd
    { tag: tags.definition(tags.function(tags.variableName)), class: "nf" },
    { tag: tags.definition(tags.className), class: "nc" },
  ]),
);

const LOOK = EditorView.theme({
  "&": {
    color: "inherit",
    background: "var(--course-panel)",
    borderRadius: "8px",
    fontSize: "var(--code-size, 0.7875rem)",
  },
  "&.cm-focused": {
    outline: "3px solid var(--course-blue)",
    outlineOffset: "2px",
    borderRadius: "8px",
  },
  ".cm-scroller": {
    fontFamily: 'ui-monospace, "SF Mono", "Cascadia Code", Menlo, Consolas, monospace',
    lineHeight: "125%",
    padding: "0.9rem",
    boxSizing: "border-box",
  },
  ".cm-content": { padding: "0", caretColor: "var(--course-ink)" },
  ".cm-line": { padding: "0" },
  ".cm-failing": {
    boxShadow: "-0.6rem 0 0 -0.3rem var(--course-red)",
    background: "var(--course-paper)",
  },
  "&.cm-focused .cm-matchingBracket": {
    background: "none",
    outline: "1px solid var(--course-faint)",
  },
  "&.cm-focused .cm-nonmatchingBracket": {
    background: "none",
    outline: "1px solid var(--course-red)",
  },
  ".cm-tooltip": {
    background: "var(--course-paper)",
    color: "var(--course-ink)",
    border: "1px solid var(--course-faint)",
    borderRadius: "6px",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "inherit" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "0.15rem 0.5rem" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": {
    background: "var(--course-blue)",
    color: "var(--course-paper)",
  },
});

const markLine = StateEffect.define(); // its number, from 1, or null
const failing = StateField.define({
  create: () => Decoration.none,
  update(marks, change) {
    for (const effect of change.effects) {
      if (!effect.is(markLine)) continue;
      const { doc } = change.state;
      if (!(effect.value >= 1 && effect.value <= doc.lines)) return Decoration.none;
      const { from } = doc.line(effect.value);
      const attributes = { class: "cm-failing", title: "The error came from this line" };
      return Decoration.set(Decoration.line({ attributes }).range(from));
    }
    return change.docChanged ? Decoration.none : marks;
  },
  provide: (field) => EditorView.decorations.from(field),
});

const ANY_TIME = 3.6e6; // milliseconds: until the reader presses another key

/** Let the next Tab leave the editor, unless another key comes first. */
export function letTabLeave(view) {
  view.setTabFocusMode(ANY_TIME);
  return true;
}

/** Tab takes what the list of completions offers, and else indents. */
function completeOrIndent(view) {
  if (completionStatus(view.state) !== "active") return indentMore(view);
  if (!selectedCompletion(view.state)) moveCompletionSelection(true)(view);
  acceptCompletion(view);
  return true;
}

/** An editor with this code; `complete(before, word)` promises the names that fit. */
export function createEditor({ text, describedBy, onChange, onRun, onRunAndGoOn, complete }) {
  async function completions(context) {
    const line = context.state.doc.lineAt(context.pos);
    const before = line.text.slice(0, context.pos - line.from);
    const word = context.matchBefore(/[\p{L}_][\p{L}\p{N}_]*/u)?.text ?? "";
    const member = before.slice(0, before.length - word.length).endsWith(".");
    if (!word && !member && !context.explicit) return null;
    if (inText(context)) return null;
    const names = await complete(before, word);
    const options = names.map((label) => ({ label }));
    return { from: context.pos - word.length, options, validFor: /^[\p{L}\p{N}_]*$/u };
  }
  const view = new EditorView({
    state: EditorState.create({
      doc: text,
      extensions: [
        keymap.of([
          { key: "Mod-Enter", run: () => (onRun(), true) },
          { key: "Shift-Enter", run: () => (onRunAndGoOn(), true) },
          { key: "Tab", run: completeOrIndent, shift: indentLess },
        ]),
        keymap.of([...closeBracketsKeymap, ...completionKeymap]),
        keymap.of([{ key: "Escape", run: letTabLeave }, ...defaultKeymap, ...historyKeymap]),
        history(),
        python(),
        indentUnit.of("    "),
        EditorState.tabSize.of(4),
        indentOnInput(),
        bracketMatching(),
        closeBrackets(),
        Prec.highest(EditorState.languageData.of(bracketsToClose)),
        // Nothing is chosen until the reader goes to it: Enter after a name begins a new line.
        autocompletion({
          override: [completions],
          selectOnOpen: false,
          interactionDelay: 0,
          icons: false,
        }),
        failing,
        COLOURS,
        LOOK,
        matchMedia("(max-width: 600px)").matches ? EditorView.lineWrapping : [],
        EditorView.contentAttributes.of({
          "aria-label": "Code, which you can change",
          "aria-describedby": describedBy,
          spellcheck: "false",
          autocorrect: "off",
          autocapitalize: "off",
        }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) onChange(update.state.doc.toString());
        }),
        EditorView.domEventHandlers({ mousedown: (_, editor) => editor.setTabFocusMode(false) }),
      ],
    }),
  });
  // No key that is typed here is a shortcut of the page.
  view.dom.addEventListener("keydown", (event) => event.stopPropagation());
  return view;
}

/** Whether the caret stands in a comment, or between the quotes of a text. */
function inText({ state, pos }) {
  const { name, from, to } = syntaxTree(state).resolveInner(pos, -1);
  if (name === "Comment") return true;
  if (!name.includes("String")) return false;
  const isClosed = /^\w*(["'])(?:.|\n)*\1$/.test(state.sliceDoc(from, to));
  return pos < to || !isClosed;
}

/** None in words; and no quotes: three typed to end a text would come out as five. */
function bracketsToClose(state, pos) {
  return [{ closeBrackets: { brackets: inText({ state, pos }) ? [] : ["(", "[", "{"] } }];
}

/** Put other code in its place; the reader can take it back like any change. */
export function setText(view, text) {
  const { doc } = view.state;
  if (doc.toString() === text) return;
  view.dispatch({ changes: { from: 0, to: doc.length, insert: text } });
}

export function markFailingLine(view, number) {
  view.dispatch({ effects: markLine.of(number) });
}

/** What a phone's keyboard has no key for. */
export const TOUCH_KEYS = [
  ["⇥", "Indent", indentMore],
  ["⇤", "Indent less", indentLess],
  ["↶", "Undo typing", undo],
  ["↷", "Redo typing", redo],
];
