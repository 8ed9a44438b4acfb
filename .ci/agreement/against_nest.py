"""Runs the programs that networks.mjs wrote in NEST, and compares spikes and weights with ours.

Usage: against_nest.py FOLDER. Spikes may be 1e-9 ms apart, and weights and potentials 1e-9 of the largest.
"""

import contextlib
import io
import runpy
import sys
import warnings
from collections import Counter
from pathlib import Path

import numpy as np

warnings.simplefilter("ignore")
with contextlib.redirect_stdout(io.StringIO()):
    import nest

folder = Path(sys.argv[1])
failures = []
SPIKES = {
    "brunel-exact": ("exact", "iaf_psc_delta_ps", "Brunel, 2,500 neurons, 1 s"),
    "cuba-exact": ("exact", "iaf_psc_exp_ps", "CUBA, 4,000 neurons, 1 s"),
    "alpha-exact": ("exact", "iaf_psc_alpha_ps", "CUBA with alpha currents, 4,000 neurons, 1 s"),
    "inputs-exact": ("exact", "iaf_psc_exp_ps", "all kinds of input, 100 neurons, 1 s"),
    "brunel-grid": ("grid, double", "iaf_psc_delta", "Brunel, 2,500 neurons, 1 s"),
    "cuba-grid": ("grid, double", "iaf_psc_exp", "CUBA, 4,000 neurons, 1 s"),
    "alpha-grid": ("grid, double", "iaf_psc_alpha", "CUBA with alpha currents, 4,000 neurons, 1 s"),
    "inputs-grid": ("grid, double", "iaf_psc_exp", "all kinds of input, 100 neurons, 1 s"),
}
WEIGHTS = {
    "pairs": ("grid, double", "stdp_synapse", "100 neurons, 10 s"),
    "multiplicative": ("grid, double", "stdp_synapse, mu = 0.5", "100 neurons, 10 s"),
    "triplets": ("grid, double", "stdp_triplet_synapse", "100 neurons, 10 s"),
    "inhibitory": ("grid, double", "vogels_sprekeler_synapse", "100 neurons, 10 s"),
    "short-term": ("grid, double", "tsodyks2_synapse", "100 neurons, 10 s"),
}


def ordered(spikes):
    """Rows of population, neuron and time, in this order."""
    order = np.lexsort((spikes["times"], spikes["neuron"], spikes["population"]))
    return np.array([spikes[key][order] for key in ["population", "neuron", "times"]], float)


def spikes_apart(theirs, ours):
    """Largest distance of two spikes [ms], in the order of their neurons; None where they are others."""
    a, b = ordered(theirs), ordered(ours)
    if a.shape != b.shape or (a[:2] != b[:2]).any():
        return None
    return abs(a[2] - b[2]).max(initial=0)


def common(theirs, ours):
    """Spikes of both within a microsecond."""
    keys = [Counter(map(tuple, np.rint(ordered(s).T * [1, 1, 1000]).astype(int))) for s in (theirs, ours)]
    return (keys[0] & keys[1]).total()


def weights_apart(name, scope, ours):
    """Largest distance of weights, and of potentials at the end, relative to the largest one."""
    nodes = scope["nodes"]["n"]
    first = nodes[0].global_id
    potentials = abs(np.array(nodes.V_m) - ours["potentials"]).max() / max(1, abs(ours["potentials"]).max())
    if name == "short-term":
        return potentials
    [model] = {m for m in nest.GetConnections(nodes, nodes).get("synapse_model")}
    found = nest.GetConnections(nodes, nodes).get(["source", "target", "weight"])
    order = np.lexsort((found["target"], found["source"]))
    own = np.lexsort((ours["post"], ours["pre"]))
    assert (np.array(found["source"])[order] - first == ours["pre"][own]).all(), model
    assert (np.array(found["target"])[order] - first == ours["post"][own]).all(), model
    weights = abs(np.array(found["weight"])[order])
    assert abs(ours["weights"] - ours["begin"]).mean() > 0.01, "the weights have learnt nothing"
    return max(potentials, abs(weights - ours["weights"][own]).max())


print(f"| ours | NEST {nest.__version__} | network | spikes | of them in both | largest difference |")
print("| --- | --- | --- | --- | --- | --- |")
for name, (mode, partner, network) in {**SPIKES, **WEIGHTS}.items():
    ours = np.load(folder / name / "ours.npz")
    sys.argv[1:] = []
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        scope = runpy.run_path(str(folder / name / "network.py"))
    theirs = scope["spikes"]
    # Spikes that were given are no neuron's.
    given = [p for p, population in enumerate(scope["nodes"]) if population == "in"]
    ours_fired, theirs_fired = (
        {key: spikes[key][~np.isin(spikes["population"], given)] for key in ["times", "population", "neuron"]}
        for spikes in (ours, theirs)
    )
    apart = spikes_apart(theirs, ours)
    count, same = len(ours_fired["times"]), common(theirs_fired, ours_fired)
    if apart is None or apart > 1e-9 or count < 500:
        failures.append(f"{name}: {count} spikes of ours, {len(theirs_fired['times'])} of NEST, {same} in both")
    told = "" if apart is None else f"{apart:.1e} ms" if mode == "exact" else f"{round(apart / 0.1, 9):.0f} steps"
    if name in WEIGHTS:
        far = weights_apart(name, scope, ours)
        if not far < 1e-9:
            failures.append(f"{name}: weights or potentials {far:.1e} apart")
        told += f", {'potentials' if name == 'short-term' else 'weights'} {far:.1e}"
    print(f"| {mode} | `{partner}` | {network} | {count:,} | {same:,} | {told} |", flush=True)
if failures:
    sys.exit("FAILED: agreement with NEST: " + "; ".join(failures))
