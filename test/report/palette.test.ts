import { expect, test } from "vitest";
import { grey, ruleStyles, twinMarks } from "../../src/report/palette.ts";

test("forty rules look different, and a neighbour differs in both colour and marker", () => {
  const names = Array.from({ length: 40 }, (_, i) => ({ name: `r${i}`, rule: `r${i}` }));
  const styles = [...ruleStyles(names).values()];
  expect(new Set(styles.map(style => style.color + style.symbol)).size).toBe(40);
  for (let i = 1; i < styles.length; i++) {
    expect(styles[i].color).not.toBe(styles[i - 1].color);
    expect(styles[i].symbol).not.toBe(styles[i - 1].symbol);
  }
});

test("the control is grey and takes no colour from the rules", () => {
  const styles = ruleStyles([
    { name: "frozen", rule: "frozen" },
    { name: "bp", rule: "bp" },
  ]);
  expect(styles.get("frozen")!.color).toBe(grey);
  expect(styles.get("bp")).toEqual([...ruleStyles([{ name: "bp", rule: "bp" }]).values()][0]);
});

test("the twins differ in dash and marker", () => {
  const style = { color: "#000000", symbol: "circle" } as const;
  expect(twinMarks("rate", style).line.dash).toBe("dash");
  expect(twinMarks("spike", style).line.dash).toBe("solid");
  expect(twinMarks("rate", style).marker.symbol).toBe("circle-open");
});
