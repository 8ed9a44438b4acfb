import { create, type MathNode, parseDependencies } from "mathjs/number";
import type { Fail } from "./fail.ts";

/*
 * Of mathjs only what turns a text into a tree; nothing of it computes. The build makes one file of this module and what
 * it imports: mathjs creates all its functions when it is loaded as it is, 0.4 s of processor time against 0.01 s.
 */
const { parse } = create({ parseDependencies });

/** Of a text, and of brackets within each other: the parser calls itself for what is nested. */
const MOST_CHARACTERS = 1000;
const MOST_BRACKETS = 32;

/** @throws what `fail` makes for a text that is too long, too deep or no expression */
export function parsed(text: string, fail: Fail): MathNode {
  if (text.length > MOST_CHARACTERS) {
    throw fail(`an expression of at most ${MOST_CHARACTERS} characters`, `${text.length} characters`);
  }
  let depth = 0;
  for (const character of text) {
    if ("([{".includes(character)) depth++;
    else if (")]}".includes(character)) depth--;
    if (depth > MOST_BRACKETS) throw fail(`at most ${MOST_BRACKETS} brackets within each other`);
  }
  if (text.trim() === "") throw fail("a quantity or an expression");
  try {
    // The micro sign of keyboards; the parser reads the Greek letter.
    return parse(text.replaceAll("\u00b5", "\u03bc"));
  } catch (error) {
    const at = (error as { char?: number }).char;
    throw fail(
      "a quantity or an expression",
      undefined,
      at === undefined ? at : `cannot be read from character ${at} on`,
    );
  }
}
