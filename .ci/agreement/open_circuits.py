"""Opens the circuits that circuits.mjs exported: programs of PyNEST, or SONATA circuits in BMTK's PointNet.

Usage: open_circuits.py FOLDER nest|sonata. Counts neurons, synapses, weights and delays there, and spikes where all input
is known.
"""

import contextlib
import io
import json
import logging
import runpy
import sys
import warnings
from collections import Counter
from pathlib import Path

import numpy as np

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)
with contextlib.redirect_stdout(io.StringIO()):
    import nest

folder, kind = Path(sys.argv[1]), sys.argv[2]
sys.argv[1:] = []


def opened(name):
    """Nodes of each population, by name, and all spikes as (population, neuron, step)."""
    path = folder / f"{name}.{kind}"
    program = {"nest": "network.py", "sonata": "run_pointnet.py"}[kind]
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        scope = runpy.run_path(str(path / program))
    if kind == "nest":
        names = list(scope["nodes"])
        found = scope["spikes"]
        spikes = [(names[p], int(i), round(t / 0.1)) for p, i, t in zip(found["population"], found["neuron"], found["times"])]
        return scope["nodes"], spikes
    import h5py

    maps = scope["network"].gid_map
    with h5py.File(path / "nodes.h5") as file:
        sizes = {population: len(group["node_id"]) for population, group in file["nodes"].items()}
    pools = {**scope["network"]._virtual_ids_map}
    nodes = {}
    for population, size in sizes.items():
        of = [pools[population][i] for i in range(size)] if population in pools else maps.get_nestids(population, np.arange(size))
        nodes[population] = nest.NodeCollection(sorted(int(node) for node in of))
    spikes = []
    with h5py.File(path / "output/spikes.h5") as file:
        for population, group in file["spikes"].items():
            steps = np.rint(group["timestamps"][:] / 0.1).astype(int)
            spikes += [(population, int(i), int(step)) for i, step in zip(group["node_ids"][:], steps)]
    return nodes, spikes


failures = []
simulator = f"NEST {nest.__version__}"
if kind == "sonata":
    import bmtk

    simulator = f"BMTK {bmtk.__version__}"
for name, told in json.loads((folder / "circuits.json").read_text()).items():
    nodes, spikes = opened(name)
    wrong = []
    for population, size in told["populations"].items():
        if len(nodes[population]) != size:
            wrong.append(f"{population}: {len(nodes[population])} neurons, ours {size}")
    for ours in told["projections"]:
        found = nest.GetConnections(nodes[ours["from"]], nodes[ours["to"]])
        values = {key: np.array(found.get(key), float) for key in ["weight", "delay"]} if len(found) else None
        where = f"{ours['from']} to {ours['to']}"
        if len(found) != ours["edges"]:
            wrong.append(f"{where}: {len(found)} synapses, ours {ours['edges']}")
        elif values:
            for key in ["weight", "delay"]:
                total, own = values[key].sum(), ours[f"{key}s"]
                if abs(total - own) > 1e-9 * abs(own):
                    wrong.append(f"{where}: {key}s of {total} in all, ours {own}")
    alike = ""
    if "spikes" in told:
        ours = Counter(tuple(spike) for spike in told["spikes"] if nodes[spike[0]][0].model not in ("parrot_neuron", "spike_generator"))
        theirs = Counter(spike for spike in spikes if nodes[spike[0]][0].model != "parrot_neuron")
        alike = f", {(ours & theirs).total()} of {ours.total()} spikes alike"
        if ours != theirs:
            wrong.append(f"{theirs.total()} spikes{alike}")
    neurons, synapses = sum(told["populations"].values()), sum(p["edges"] for p in told["projections"])
    if wrong:
        failures += [f"{name}: {problem}" for problem in wrong]
    else:
        print(f"ok: {name} in {simulator}: {neurons:,} neurons, {synapses:,} synapses, their weights and delays{alike}", flush=True)
if failures:
    sys.exit(f"FAILED: circuits in {simulator}: " + "; ".join(failures[:20]))
