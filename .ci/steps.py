"""The hidden layer of trained networks, read by snnTorch, which takes steps of 0.1 ms, against our engine's spikes."""

import contextlib
import importlib.metadata
import io
import sys
from pathlib import Path

import nir
import numpy as np
import torch
from snntorch.import_nir import import_from_nir

work = Path(sys.argv[1])
versions = f"torch {torch.__version__}, snntorch {importlib.metadata.version('snntorch')}"
told = []
for rule in ["bp", "pepita"]:
    graph = nir.read(work / f"{rule}.step.nir")
    dt, duration = float(graph.metadata["dt"]), float(graph.metadata["presentation"])
    affine, lif = graph.nodes["affine_1"], graph.nodes["hidden_1"]
    size = len(lif.tau)
    part = {name: graph.nodes[name] for name in ["input", "affine_1", "hidden_1"]}
    part["output"] = nir.Output(np.array([size]))
    edges = list(zip(list(part)[:-1], list(part)[1:]))
    with contextlib.redirect_stdout(io.StringIO()):
        net = import_from_nir(nir.NIRGraph(part, edges))
    [leaky] = [module for module in net.modules() if type(module).__name__ == "Leaky"]
    # NIR has no word for the reset that the network was trained with; its metadata do.
    assert graph.metadata["reset"] in (b"subtract", "subtract")
    leaky.reset_mechanism, leaky.state_function = "subtract", leaky._base_sub
    with np.load(work / f"{rule}.npz") as file:
        times, population, neuron = file["times"] / 1000, file["population"], file["neuron"]
    steps = round(duration / dt)
    incoming = np.zeros((steps + 1, affine.weight.shape[1]), np.float32)
    np.add.at(incoming, (np.rint(times[population == 0] / dt).astype(int), neuron[population == 0]), 1)
    fired = np.zeros((steps + 1, size), bool)
    with torch.no_grad():
        for step in range(steps + 1):
            fired[step] = net(torch.from_numpy(incoming[step : step + 1]))[0].numpy()[:size] > 0
    own = [times[(population == 1) & (neuron == n)] / dt for n in range(size)]
    theirs = [np.flatnonzero(fired[:, n]) for n in range(size)]
    off = [abs(a - b).max(initial=0) for a, b in zip(theirs, own) if len(a) == len(b)]
    told.append(
        f"{rule}: {fired.sum()} spikes, ours {sum(map(len, own))}; {len(off)} of {size} neurons with as many spikes, "
        f"off by {np.median(off):.1f} steps of 0.1 ms (median of their largest)"
    )
    assert fired.sum() > 100 and len(off) >= 0.8 * size and np.median(off) <= 5, told[-1]
    assert abs(fired.sum() - sum(map(len, own))) <= 0.02 * fired.sum(), told[-1]

print(f"ok: trained networks in snnTorch ({versions}): {'; '.join(told)}")
