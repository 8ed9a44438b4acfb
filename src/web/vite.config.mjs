import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Files as they are, in the bundle: `import bytes from "./file?bytes"`. */
const bytes = {
  name: "bytes",
  enforce: "pre",
  async resolveId(source, importer) {
    if (!source.endsWith("?bytes")) return null;
    const found = await this.resolve(source.slice(0, -6), importer, { skipSelf: true });
    return found && `\0bytes:${found.id}`;
  },
  load(id) {
    if (!id.startsWith("\0bytes:")) return null;
    const text = readFileSync(id.slice(7)).toString("base64");
    return `export default Uint8Array.from(atob("${text}"), c => c.charCodeAt(0));`;
  },
};

/** One plain script, which a page may also load from a file; it waits for the page to be read. */
const plainScript = {
  name: "plain script",
  transformIndexHtml: {
    order: "post",
    handler: html =>
      html
        .replace(/<script type="module"( crossorigin)?/g, "<script defer")
        .replace(/<link rel="stylesheet" crossorigin/g, '<link rel="stylesheet"'),
  },
};

/** What only Node has, and backends that no page asks for. */
const absent = {
  name: "absent",
  enforce: "pre",
  resolveId: source =>
    /^node:|^koffi$|\/(webgpu|blas|blasKernels)\.ts$/.test(source) ? `\0absent:${source}` : null,
  load(id) {
    if (!id.startsWith("\0absent:")) return null;
    const missing = 'async () => ({ missing: "it is no part of the page" })';
    return `export default {}; export const startWebgpu = ${missing}, findBlas = ${missing}, addBlasBackend = null;`;
  },
};

/** Where TensorFlow.js would ask for its compiled file, which the page carries: an address that nobody has. */
const nowhere = {
  name: "nowhere",
  enforce: "pre",
  transform: (code, id) =>
    /\/rate\/(starters|tensorflow)\.ts$/.test(id)
      ? code.replace("import.meta.url", '"https://page.invalid/"')
      : null,
};

/** Static files for any folder: `npm run build:web`. */
export default {
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "./",
  plugins: [bytes, absent, plainScript],
  define: { "globalThis.process": "undefined" },
  build: {
    outDir: "../../dist/web",
    emptyOutDir: true,
    target: "es2023",
    modulePreload: false,
    cssCodeSplit: false,
    chunkSizeWarningLimit: 4000,
    rolldownOptions: {
      checks: { pluginTimings: false },
      output: { format: "iife", entryFileNames: "playground.js", assetFileNames: "playground[extname]" },
    },
  },
  worker: { format: "iife", plugins: () => [bytes, absent, nowhere] },
};
