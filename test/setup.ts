import * as fc from "fast-check";

// Property tests draw the same cases in every run; FC_SEED=7 npm test draws others.
fc.configureGlobal({ seed: Number(process.env.FC_SEED ?? 20261121) });
