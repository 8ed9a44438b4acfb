import { readFileSync } from "node:fs";
import { defineConfig } from "rolldown";

const compiled = "tfjs-backend-wasm-simd.wasm";

/**
 * For pages, one folder: the library in `threefactor.js`, and beside it what is loaded when it is asked for, such as
 * TensorFlow.js and its backends by rate forms.
 */
export default defineConfig({
  input: "dist/src/browser.js",
  platform: "browser",
  external: /^node:/,
  preserveEntrySignatures: "allow-extension",
  transform: { define: { "globalThis.process": "undefined" } },
  output: {
    dir: "dist/browser",
    cleanDir: true,
    minify: true,
    entryFileNames: "threefactor.js",
    // A part of TensorFlow.js by its package; its core is in a chunk that several parts share.
    chunkFileNames: ({ name, facadeModuleId, moduleIds }) => {
      const from = facadeModuleId ?? moduleIds.find(id => id.includes("tfjs-core"));
      return `${/@tensorflow.([\w-]+)/.exec(from ?? "")?.[1] ?? name}.js`;
    },
  },
  plugins: [
    {
      name: "compiled kernels of TensorFlow.js",
      generateBundle() {
        const source = readFileSync(`node_modules/@tensorflow/tfjs-backend-wasm/dist/${compiled}`);
        this.emitFile({ type: "asset", fileName: compiled, source });
      },
    },
  ],
});
