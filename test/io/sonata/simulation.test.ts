import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { network } from "../../../src/engine/network/network.ts";
import { Simulation } from "../../../src/engine/simulation.ts";
import { InputError } from "../../../src/errors.ts";
import { fileKind } from "../../../src/io/fileKind.ts";
import { openRaster } from "../../../src/io/raster/open.ts";
import { collect } from "../../../src/io/raster/stream.ts";
import { readSonataCircuit } from "../../../src/io/sonata/circuit.ts";
import { holdsCircuit, readSonata } from "../../../src/io/sonata/read.ts";
import { readSonataSimulation } from "../../../src/io/sonata/simulation.ts";
import { type CircuitParts, circuitConfig, simulationConfig, writeCircuit, writeSpikes } from "./files.ts";

const folder = mkdtempSync(join(tmpdir(), "simulation-"));
const usual = join(folder, "usual");
let made = 0;
async function circuit(parts: CircuitParts = {}): Promise<string> {
  const path = join(folder, `circuit-${++made}`);
  await writeCircuit(path, parts);
  return path;
}
beforeAll(() => writeCircuit(usual));

/** Spikes of the cells, as `time neuron`, of the circuit and its simulation. */
async function run(
  path: string,
  { mode = "grid" as "grid" | "exact", allowOutside = false } = {},
): Promise<string[]> {
  const { spec, currents, inputs, durationMs, dtMs } = await readSonataSimulation(path, { allowOutside });
  const time = mode === "grid" ? { mode, dt: dtMs ?? 0.1 } : { mode };
  const simulation = new Simulation(network({ ...spec, stimuli: inputs }), time);
  for (const [name, current] of Object.entries(currents)) simulation.setCurrent(name, current);
  simulation.runUntil(durationMs ?? 50);
  const { populations, populationIndex, neurons, times } = simulation.raster();
  return [...times]
    .map((t, k) => [populations[populationIndex[k]].name, `${Number(t.toFixed(9))} ${neurons[k]}`] as const)
    .filter(([name]) => /^cells/.test(name))
    .map(([, spike]) => spike);
}
// Of NEST 3.10 with the same parameters and steps of 0.1 ms.
const right = ["6.5 1", "11.5 0", "11.5 1"];

async function refusal(reading: Promise<unknown>): Promise<string> {
  const error = await reading.then(
    () => null,
    found => found,
  );
  expect(error).toBeInstanceOf(InputError);
  expect(error.message.length).toBeLessThan(500);
  return error.message;
}

describe("a simulation is known by its configuration", () => {
  test("in a folder, with its inputs, length and step", async () => {
    expect(await run(usual)).toEqual(right);
    expect(await run(usual, { mode: "exact" })).toEqual(right);
    const { durationMs, dtMs, notes } = await readSonataSimulation(usual);
    expect([durationMs, dtMs, notes]).toEqual([50, 0.1, []]);
    // The circuit alone has no inputs.
    const { spec } = await readSonataCircuit(usual);
    expect(spec.stimuli).toBeUndefined();
  });

  test("under any name, in one file or in three, and given as a file", async () => {
    const path = await circuit();
    renameSync(join(path, "circuit_config.json"), join(path, "v1.json"));
    renameSync(join(path, "simulation_config.json"), join(path, "run.json"));
    const put = (name: string, map: object) => writeFileSync(join(path, name), JSON.stringify(map));
    put("run.json", { ...simulationConfig, network: "v1.json" });
    put("other.json", { what: "a threefactor model, say" });
    writeFileSync(join(path, "notes.json"), "no JSON");
    expect(await run(path)).toEqual(right);
    expect(await run(join(path, "run.json"))).toEqual(right);
    // Without a network, that of the folder.
    const { network: _, ...without } = simulationConfig;
    put("run.json", without);
    expect(await run(path)).toEqual(right);
    expect(await run(join(path, "run.json"))).toEqual(right);
    mkdirSync(join(path, "deep"));
    put("deep/run.json", { ...simulationConfig, network: "../v1.json", inputs: {} });
    put("config.json", { network: "v1.json", simulation: "./run.json" });
    expect(await run(join(path, "config.json"))).toEqual(right);
    const one = await circuit({ circuit: { ...circuitConfig, ...without }, simulation: null });
    expect(await run(one)).toEqual(right);
    expect(await run(join(one, "circuit_config.json"))).toEqual(right);
    expect(holdsCircuit(join(path, "other.json"))).toBe(false);
    expect(holdsCircuit(join(path, "run.json"))).toBe(true);
  });

  test("several of a kind are named, and none is chosen", async () => {
    const path = await circuit();
    rmSync(join(path, "simulation_config.json"));
    for (const name of ["a.json", "b.json"])
      writeFileSync(join(path, name), JSON.stringify(simulationConfig));
    expect(await refusal(run(path))).toMatch(
      /expected one simulation_config\.json, got a\.json, b\.json; name the file$/,
    );
    expect(await run(join(path, "b.json"))).toEqual(right);
  });

  test("a circuit without edges, without a list of them or with an entry that is off", async () => {
    const { edges: _, ...networks } = circuitConfig.networks;
    const off = { ...networks, edges: [{ ...circuitConfig.networks.edges[0], enabled: false }] };
    for (const given of [networks, { ...networks, edges: [] }, off]) {
      const path = await circuit({ circuit: { ...circuitConfig, networks: given }, edges: false });
      expect((await readSonataCircuit(path)).spec.projections).toEqual([]);
      expect(await run(path)).toEqual([]);
    }
  });

  test("spikes that it has written make the folder a recording too", async () => {
    const path = await circuit();
    expect(await fileKind(path)).toBe("circuit");
    mkdirSync(join(path, "output"));
    await writeSpikes(join(path, "output", "spikes.h5"), { group: "cells" });
    expect(await fileKind(path)).toBe("sonata");
    expect((await openRaster(path)).populations).toEqual([{ name: "cells", size: 2 }]);
    expect((await openRaster(join(path, "simulation_config.json"))).spikeCount).toBe(4);
    expect(await run(path)).toEqual(right);
  });

  test("what it asks for and the engine has not is named", async () => {
    const given = (simulation: object) => circuit({ simulation: { ...simulationConfig, ...simulation } });
    const input = simulationConfig.inputs.in;
    expect(
      await refusal(run(await given({ inputs: { a: { ...input, input_type: "voltage_clamp" } } }))),
    ).toMatch(/inputs\.a: input_type: expected spikes or current_clamp, got "voltage_clamp"$/);
    expect(await refusal(run(await given({ inputs: { a: { ...input, node_set: "lgn" } } })))).toMatch(
      /inputs\.a: node_set: expected a set of nodes or a population \(cells, src\), got "lgn"$/,
    );
    expect(await refusal(run(await given({ inputs: { a: { ...input, node_set: "cells" } } })))).toMatch(
      /inputs\.a: node_set: expected virtual nodes, got cells$/,
    );
    expect(await refusal(run(await given({ run: { tstop: -1 } })))).toMatch(
      /run\.tstop: expected a time in ms above 0, got -1$/,
    );
    expect(await refusal(run(await given({ inputs: { a: { ...input, input_file: "none.h5" } } })))).toMatch(
      /none\.h5: expected a file, got nothing there$/,
    );
    expect(await run(await given({ inputs: { a: { input_type: "odd", enabled: false } } }))).toEqual([]);
    const long = { nodes: [{ nodes_file: "x".repeat(3000), node_types_file: "y" }] };
    expect(await refusal(run(await circuit({ circuit: { networks: long } })))).toMatch(
      /xxx: expected a file, got a name that is too long$/,
    );
  });
});

describe("synapses of which the file says too little", () => {
  const nodeTypes = (template: string) =>
    `node_type_id model_type model_template dynamics_params\n10 virtual NULL NULL\n20 point_process ${template} cell.json\n`;
  const edgeTypes = "edge_type_id model_template\n30 static_synapse\n";

  test("take the delay of the simulator that they were made for, and a note says so", async () => {
    const path = await circuit({ edgeTypes });
    expect(await run(path)).toEqual(["6 1", "11 0", "11 1"]);
    expect((await readSonataCircuit(path)).notes).toEqual([
      expect.stringMatching(
        /edges\.h5: src_to_cells: the file has no delays: took 1 ms, the default of NEST$/,
      ),
    ]);
    const neuron = await circuit({
      edgeTypes,
      nodeTypes: nodeTypes("nrn:IntFire1"),
      cell: '{"tau": 20, "refrac": 2}',
    });
    expect((await readSonataCircuit(neuron)).spec.projections![0].delay).toBe(1);
    const own = await circuit({
      edgeTypes,
      nodeTypes: nodeTypes("threefactor:lif"),
      cell: '{"tau_m": 20, "t_ref": 2, "v_rest": 0, "v_threshold": 1}',
    });
    const { spec, notes } = await readSonataCircuit(own);
    expect(spec.projections![0].delay).toBeUndefined();
    expect(notes[0]).toMatch(/took 0 ms, the default of threefactor$/);
  });

  test("take what stands in the file that the table names, with its sign", async () => {
    const path = await circuit({
      circuit: {
        ...circuitConfig,
        components: { ...circuitConfig.components, synaptic_models_dir: "./models" },
      },
      edgeTypes: "edge_type_id dynamics_params weight_function\n30 inh.json gauss\n",
    });
    writeFileSync(
      join(path, "models", "inh.json"),
      '{"level_of_detail": "instanteneous", "sign": -1, "delay": 3}',
    );
    const { spec, notes } = await readSonataCircuit(path);
    expect(spec.projections![0].delay).toBe(3);
    expect([...(spec.projections![0].weights as Float32Array)]).toEqual([-8, -20, -8, -9]);
    expect(notes).toEqual([
      expect.stringMatching(/type 30: gauss is not evaluated; syn_weight is the weight$/),
    ]);
  });
});

describe("neurons of other simulators", () => {
  const intFire =
    "node_type_id model_type model_template dynamics_params\n10 virtual NULL NULL\n20 point_process nrn:IntFire1 cell.json\n";

  test("IntFire1 adds up weights below a threshold of 1 and forgets; its times are in s or ms", async () => {
    for (const [cell, unit] of [
      ['{"tau": 0.024, "refrac": 0.003}', "s"],
      ['{"tau": 24, "refrac": 3}', "ms"],
    ] as const) {
      const { spec, notes } = await readSonataCircuit(await circuit({ nodeTypes: intFire, cell }));
      expect(spec.populations.cells).toEqual({
        size: 3,
        neuron: { tauMem: 24, tauRef: 3, vThreshold: 1, vRest: 0, reset: "fixed", vReset: 0 },
      });
      expect(notes).toEqual([expect.stringMatching(`type 20: took tau and refrac in ${unit}, as tau is `)]);
    }
  });

  test("another E_L of NEST leaves the potential at the start where it was, and V_m puts it elsewhere", async () => {
    const initial = async (cell: string) =>
      (await readSonataCircuit(await circuit({ cell }))).spec.populations.cells;
    expect(await initial('{"E_L": -78}')).toMatchObject({ initial: { v: -70 }, neuron: { vRest: -78 } });
    expect(await initial('{"E_L": -78, "V_m": -78}')).not.toHaveProperty("initial");
    expect(await initial('{"V_m": -60}')).toMatchObject({ initial: { v: -60 } });
  });

  test("virtual nodes of several types stay one population", async () => {
    const nodeTypes =
      "node_type_id model_type model_template dynamics_params\n10 virtual NULL NULL\n20 virtual NULL NULL\n21 virtual NULL NULL\n";
    const { spec } = await readSonataCircuit(await circuit({ nodeTypes, types: [20, 21, 20] }));
    expect(spec.populations.cells).toEqual({ size: 3, neuron: "input" });
  });
});

describe("inputs of a simulation", () => {
  const types =
    "node_type_id model_type model_template dynamics_params ei\n10 virtual NULL NULL e\n20 point_neuron nest:iaf_psc_delta cell.json e\n21 point_neuron nest:iaf_psc_delta cell.json i\n";
  const clamp = { input_type: "current_clamp", module: "IClamp", amp: 190, delay: 10, duration: 20 };
  const spikesIn = { input_type: "spikes", module: "h5", input_file: "./src_spikes.h5" };

  test("a current clamp drives the nodes of its set while it lasts, in pA", async () => {
    const path = await circuit({
      nodeTypes: types,
      types: [20, 21, 20],
      simulation: {
        ...simulationConfig,
        inputs: { c: { ...clamp, node_set: "some" } },
        node_sets_file: "sets.json",
      },
    });
    const sets: [object, string, number[]][] = [
      [{ population: "cells", ei: "i" }, "cells[21]", [0]],
      [{ population: "cells", node_id: [0, 2] }, "cells[20]", [0, 1]],
      [{ node_type_id: 20 }, "cells[20]", [0, 1]],
      [["one", "two"], "cells[20]", [0, 1]],
    ];
    for (const [some, to, neurons] of sets) {
      const more = {
        one: { population: "cells", node_id: 0 },
        two: { population: "cells", node_id: [2, 0] },
      };
      writeFileSync(join(path, "sets.json"), JSON.stringify({ some, ...more }));
      const { inputs, notes } = await readSonataSimulation(path);
      expect(inputs).toEqual([
        expect.objectContaining({ to, kind: "current", current: 190 / 200, start: 10, stop: 30, neurons }),
      ]);
      expect(notes).toEqual([expect.stringMatching(/inputs\.c: took amp 190 in pA, from 10 ms for 20 ms$/)]);
    }
    writeFileSync(join(path, "sets.json"), JSON.stringify({ some: { population: "cells" } }));
    // V = 190 / 200 * 20 (1 - exp(-t / 20)) = 15 mV; then the same after 2 ms of rest.
    const first = -20 * Math.log(1 - 15 / 19);
    const times = (await run(path, { mode: "exact" })).map(spike => Number(spike.split(" ")[0]));
    expect(times).toHaveLength(0 + 3 * Math.floor((20 + 2) / (first + 2)));
    for (const t of times) expect(t).toBeCloseTo(10 + first, 8);
    for (const [some, message] of [
      [
        { layer: 4 },
        /node_set: expected population, node_id or a column of the table of types, got "layer"$/,
      ],
      [["some"], /node_set: expected sets that end, got one of itself$/],
    ] as const) {
      writeFileSync(join(path, "sets.json"), JSON.stringify({ some }));
      expect(await refusal(readSonataSimulation(path))).toMatch(message);
    }
  });

  test("spikes go to the nodes of their set, from any kind of file, whatever it calls them", async () => {
    const path = await circuit();
    const given = async (input: object) => {
      const simulation = { ...simulationConfig, inputs: { in: { ...spikesIn, node_set: "src", ...input } } };
      writeFileSync(join(path, "simulation_config.json"), JSON.stringify(simulation));
      const { inputs, notes } = await readSonataSimulation(path);
      return { trains: inputs.map(input => ({ ...input, name: undefined })), notes };
    };
    const all = { to: "src", kind: "spikes", times: [5, 10, 10, 30], neurons: [0, 0, 1, 1] };
    await writeSpikes(join(path, "first.h5"), { group: "", ids: "gids", units: null });
    await writeSpikes(join(path, "named.h5"), { group: "lgn" });
    writeFileSync(join(path, "s.csv"), "timestamps node_ids\n5.0 0\n10.0 0\n10.0 1\n30.0 1\n");
    for (const file of ["src_spikes.h5", "first.h5", "named.h5", "s.csv"])
      expect(await given({ input_file: file })).toEqual({ trains: [all], notes: [] });
    const one = { to: "src", kind: "spikes", times: [10, 30], neurons: [1, 1] };
    expect((await given({ node_set: { population: "src", node_id: 1 } })).trains).toEqual([one]);
    await writeSpikes(join(path, "large.h5"), { nodes: [0, 7, 1, 9] });
    expect(await given({ input_file: "large.h5" })).toEqual({
      trains: [{ ...all, times: [5, 10], neurons: [0, 1] }],
      notes: ["inputs.in: left out 2 spikes of nodes that src does not have"],
    });
    const others = await readSonataSimulation(path, { spikes: false });
    expect([others.inputs, others.notes]).toEqual([[], ["inputs.in: left out, as other spikes are given"]]);
  });
});

describe("files out of the folder of a circuit", () => {
  const secret = join(folder, "secret");
  beforeAll(() => writeCircuit(secret));

  const elsewhere: [string, CircuitParts | ((path: string) => void), string][] = [
    ["a manifest", { circuit: { ...circuitConfig, manifest: { $NET: "../secret/network" } } }, "nodes_file"],
    [
      "an absolute path",
      { circuit: { ...circuitConfig, manifest: { $NET: join(secret, "network") } } },
      "nodes_file",
    ],
    [
      "a way out within",
      { circuit: { ...circuitConfig, manifest: { $NET: "network/../../secret/network" } } },
      "nodes_file",
    ],
    [
      "variables",
      { circuit: { ...circuitConfig, manifest: { $NET: "$UP/secret/$N", $UP: "..", $N: "network" } } },
      "nodes_file",
    ],
    [
      "a link",
      path => {
        rmSync(join(path, "network"), { recursive: true });
        symlinkSync(join(secret, "network"), join(path, "network"));
      },
      "nodes_file",
    ],
    [
      "a link of a file",
      path => {
        rmSync(join(path, "network", "edge_types.csv"));
        symlinkSync(join(secret, "network", "edge_types.csv"), join(path, "network", "edge_types.csv"));
      },
      "edge_types_file",
    ],
    [
      "parameters",
      { circuit: { ...circuitConfig, components: { point_neuron_models_dir: "../secret/models" } } },
      "components.point_neuron_models_dir",
    ],
    [
      "a table of types",
      {
        nodeTypes:
          "node_type_id model_type model_template dynamics_params\n10 virtual NULL NULL\n20 point_neuron nest:iaf_psc_delta ../../secret/models/cell.json\n",
      },
      "dynamics_params",
    ],
    [
      "the circuit of a simulation",
      { simulation: { ...simulationConfig, network: "../secret/circuit_config.json" } },
      "network",
    ],
    [
      "spikes of a simulation",
      {
        simulation: {
          ...simulationConfig,
          inputs: { in: { ...simulationConfig.inputs.in, input_file: "../secret/src_spikes.h5" } },
        },
      },
      "input_file",
    ],
    [
      "sets of nodes",
      { simulation: { ...simulationConfig, node_sets_file: "../secret/models/cell.json" } },
      "node_sets_file",
    ],
  ];

  test.each(elsewhere)("are refused unless they are allowed: %s", async (_, change, field) => {
    const path = await circuit(typeof change === "function" ? {} : change);
    if (typeof change === "function") change(path);
    expect(await refusal(run(path))).toMatch(
      new RegExp(`${field}: expected a file in ".*", got ".*"; --allow-outside reads it$`),
    );
    expect(await run(path, { allowOutside: true })).toEqual(right);
  });

  test("a way that comes back, an absolute one into it, and a folder behind a link are within it", async () => {
    const path = await circuit({
      circuit: { ...circuitConfig, manifest: { $NET: `../circuit-${made + 1}/network` } },
    });
    expect(await run(path)).toEqual(right);
    expect(
      await run(
        await circuit({
          circuit: { ...circuitConfig, manifest: { $NET: join(folder, `circuit-${made + 1}`, "network") } },
        }),
      ),
    ).toEqual(right);
    const link = join(folder, "link");
    symlinkSync(usual, link);
    expect(await run(link)).toEqual(right);
  });

  test("a recording's spikes and reports too", async () => {
    const output = { output_dir: "../secret", spikes_file: "src_spikes.h5" };
    const { inputs: _, ...rest } = simulationConfig;
    const path = await circuit({ simulation: { ...rest, output } });
    rmSync(join(path, "src_spikes.h5"));
    expect(await refusal(readSonata(path))).toMatch(
      /output: expected a file in .*; --allow-outside reads it$/,
    );
    expect(collect(await openRaster(join(secret, "src_spikes.h5"))).times).toHaveLength(4);
    expect((await readSonata(path, { allowOutside: true })).times).toHaveLength(4);
    cpSync(join(secret, "src_spikes.h5"), join(path, "spikes.h5"));
    const threefactor = {
      format: "threefactor.facts/1",
      durationMs: 50,
      populations: [{ name: "src", size: 2 }],
    };
    const reports = { "../secret/src_spikes": { cells: "src", variable_name: "v" } };
    writeFileSync(join(path, "simulation_config.json"), JSON.stringify({ ...rest, reports, threefactor }));
    expect(await refusal(readSonata(path))).toMatch(
      /reports: expected a file in .*; --allow-outside reads it$/,
    );
  });

  test("a manifest that never ends is refused at once", async () => {
    for (const [$A, message] of [
      [
        "$A$A$A$A$A$A$A$A",
        /nodes_file: expected variables that end in a path, got "\$A\/nodes\.h5", which does not$/,
      ],
      ["$A", /nodes_file: expected variables that end in a path/],
      ["$B", /nodes_file: expected variables of the manifest, got "\$B"$/],
    ] as const) {
      const networks = { nodes: [{ nodes_file: "$A/nodes.h5", node_types_file: "$A/t.csv" }] };
      expect(await refusal(run(await circuit({ circuit: { manifest: { $A }, networks } })))).toMatch(message);
    }
  });
});
