"""The hidden layer of trained networks in snnTorch, which takes steps of 0.1 ms, against our engine on that grid."""

import contextlib
import importlib.metadata
import io
import sys
from pathlib import Path

import nir
import numpy as np
import torch
from grid import trained_on_grid
from snntorch.import_nir import import_from_nir

versions = f"torch {torch.__version__}, snntorch {importlib.metadata.version('snntorch')}"
told = []
for rule in ["bp", "pepita"]:
    graph, incoming, ours = trained_on_grid(Path(sys.argv[1]), rule)
    # snnTorch has nothing for LI, the readout; all spikes are those of the hidden layer.
    part = {name: graph.nodes[name] for name in ["input", "affine_1", "hidden_1"]}
    part["output"] = nir.Output(np.array([ours.shape[1]]))
    with contextlib.redirect_stdout(io.StringIO()):
        net = import_from_nir(nir.NIRGraph(part, list(zip(list(part)[:-1], list(part)[1:]))))
    with torch.no_grad():
        theirs = np.array([net(torch.from_numpy(step[None]))[0].numpy().ravel() > 0 for step in incoming])
    same = (theirs == ours).all(0).sum()
    told.append(f"{rule}: {theirs.sum()} spikes, ours {ours.sum()}; {same} of {ours.shape[1]} neurons alike, step for step")
    # Its numbers have 32 bits: a potential that comes to the threshold within rounding may differ.
    assert ours.sum() > 50 and same >= 0.9 * ours.shape[1], told[-1]
print(f"ok: trained networks in snnTorch ({versions}): {'; '.join(told)}")
