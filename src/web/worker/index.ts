import { learning } from "./learning.ts";
import { running } from "./running.ts";

/** What the page may have the worker do; its first message is one of these words. */
const tasks = { learning, running } as const;

interface Scope {
  onmessage: (event: { data: never }) => void;
  postMessage(message: unknown, moved: ArrayBuffer[]): void;
}

const scope = globalThis as unknown as Scope;
scope.onmessage = ({ data: task }: { data: keyof typeof tasks }) => {
  const hear = tasks[task]((message, moved) => scope.postMessage(message, moved));
  scope.onmessage = ({ data }) => void hear(data);
};
