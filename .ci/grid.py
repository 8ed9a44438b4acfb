"""A trained network, exported to NIR and taken at its word, with the spikes that our engine makes of it on a grid."""

import csv
import subprocess

import nir
import numpy as np

THREEFACTOR = ["node", "dist/src/cli/main.js"]


def trained_on_grid(work, rule):
    """The graph, its input [steps, inputs] and our spikes of its hidden layer [steps, neurons]."""
    graph = nir.read(work / f"{rule}.step.nir")
    dt, duration = 1000 * float(graph.metadata["dt"]), 1000 * float(graph.metadata["presentation"])
    # Without what NIR has no word for: v_reset, and not the subtractive reset of the training.
    graph.metadata = {}
    plain, given, ours = (work / f"{rule}.{name}" for name in ["plain.nir", "input.csv", "ours.msgpack"])
    nir.write(plain, graph)
    with np.load(work / f"{rule}.npz") as file:
        own = file["population"] == 0
        # Step k of a tool ends at (k + 1) dt of ours.
        steps, inputs = np.rint(file["times"][own] / dt).astype(int), file["neuron"][own]
    with open(given, "w") as file:
        file.write("time_ms,population,neuron\n")
        file.writelines(f"{float((step + 1) * dt)!r},input,{neuron}\n" for step, neuron in zip(steps, inputs))
    grid = ["--mode", "grid", "--dt", repr(dt), "--nir-steps", "euler", "--nir-unit", "s", "--nir-dt", repr(dt)]
    end = ["--duration", repr(duration + dt), "--input", given, "--out", ours]
    run(["simulate", plain, *grid, *end])
    run(["export", ours, "--to", "csv", "--out", work / f"{rule}.ours.csv"])
    count = round(duration / dt) + 1
    incoming = np.zeros((count, graph.nodes["affine_1"].weight.shape[1]), np.float32)
    np.add.at(incoming, (steps, inputs), 1)
    fired = np.zeros((count, len(graph.nodes["hidden_1"].tau)), bool)
    with open(work / f"{rule}.ours.csv") as file:
        file.readline()
        for row in csv.DictReader(file):
            if row["population"] == "hidden_1":
                fired[round(float(row["time_ms"]) / dt) - 1, int(row["neuron"])] = True
    return graph, incoming, fired


def run(arguments):
    subprocess.run([*THREEFACTOR, *arguments], check=True, capture_output=True)
