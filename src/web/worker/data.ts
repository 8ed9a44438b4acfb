import compiled from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?bytes";
import { gunzipSync } from "fflate";
import type { Dataset } from "../../data/dataset.ts";
import digits from "../../data/digits.csv.gz?bytes";
import { digitsOf } from "../../data/digitsParts.ts";

/** The digits, from within the page. */
export function digitsInPage(): Dataset {
  return digitsOf(new TextDecoder().decode(gunzipSync(digits)));
}

/** What TensorFlow.js asks a server for, its compiled file, is in the page too: the worker asks nobody for anything. */
export function answerFetches(): void {
  const type = { headers: { "content-type": "application/wasm" } };
  globalThis.fetch = async () => new Response(compiled as Uint8Array<ArrayBuffer>, type);
}
