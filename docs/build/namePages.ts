import { existsSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import ts from "typescript";

/** Everything that the package exports, by the headings of its faces, each name with its page. */

interface Group {
  readonly heading: string;
  readonly names: string[];
}

/** @param api  folder of the pages of TypeDoc */
export function nameReference(api: string): string {
  const told = (face: string) =>
    groupsOf(face)
      .filter(({ names }) => names.length > 0)
      .flatMap(({ heading, names }) => [
        `### ${heading}`,
        "",
        `${names.map(name => linked(name, api)).join(" · ")}`,
        "",
      ]);
  return [
    "## In pages and in Node: threefactor/browser, threefactor",
    "",
    ...told("src/browser.ts"),
    "## In Node alone: threefactor",
    "",
    ...told("src/index.ts"),
  ].join("\n");
}

/** Exports of a file under its comments `// ...`, those of files that it passes on in their place. */
function groupsOf(file: string): Group[] {
  const text = readFileSync(file, "utf8");
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, true);
  const groups: Group[] = [{ heading: "", names: [] }];
  for (const statement of source.statements) {
    const comment = [...text.slice(statement.pos, statement.getStart()).matchAll(/^\/\/ (.+)$/gm)].at(
      -1,
    )?.[1];
    if (comment !== undefined) groups.push({ heading: comment, names: [] });
    if (!ts.isExportDeclaration(statement) || !statement.moduleSpecifier) continue;
    const from = posix.join(posix.dirname(file), (statement.moduleSpecifier as ts.StringLiteral).text);
    const { exportClause } = statement;
    if (exportClause && ts.isNamedExports(exportClause))
      groups.at(-1)!.names.push(...exportClause.elements.map(({ name }) => name.text));
    else if (exportClause) groups.at(-1)!.names.push(exportClause.name.text);
    else if (from !== "src/browser.ts") {
      const [first, ...rest] = groupsOf(from);
      groups.at(-1)!.names.push(...first.names);
      groups.push(...rest);
    }
  }
  return groups;
}

function linked(name: string, api: string): string {
  const kinds = ["functions", "classes", "interfaces", "types", "variables", "modules"];
  const kind = kinds.find(folder => existsSync(`${api}/${folder}/${name}.html`));
  if (kind === undefined) throw new Error(`${name}: exported, but TypeDoc has no page of it`);
  return `[\`${name}\`](../api/${kind}/${name}.html)`;
}
