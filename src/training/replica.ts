/** A thread that trains along: see `spread`. */
import { workerData } from "node:worker_threads";
import { replicate } from "./workers.ts";

await replicate(workerData);
