import type { FromLearning, ToLearning } from "../messages.ts";
import { learning } from "./learning.ts";

interface Scope {
  onmessage: (event: { data: ToLearning }) => void;
  postMessage(message: FromLearning, moved: ArrayBuffer[]): void;
}

const scope = globalThis as unknown as Scope;
const hear = learning((message, moved) => scope.postMessage(message, moved));
scope.onmessage = event => void hear(event.data);
