"""One network of bench/simulators.ts in GeNN on the processor. Usage: genn_networks.py CASE MS FOLDER, an empty folder for what
it compiles; what compiling takes is not counted."""
import os
import sys
from math import exp

import pygenn
from networks import BRUNEL as B, CUBA as C, DT, SIZES, STDP as S, Laps, report
from pygenn import (
    GeNNModel,
    create_neuron_model,
    create_weight_update_model,
    init_postsynaptic,
    init_sparse_connectivity,
    init_var,
    init_weight_update,
)

case, ms, folder = sys.argv[1], float(sys.argv[2]), sys.argv[3]
model = GeNNModel("float", "network", backend="single_threaded_cpu", optimize_code=True)
model.dt = DT
model.seed = 42
synapses = []


def connect(source, target, rule, weight, delay, arrival, update=None):
    """Constant weights are one parameter, in sparse rows."""
    update = update or init_weight_update("StaticPulseConstantWeight", {"g": weight})
    made = model.add_synapse_population(f"{source.name}{target.name}", "SPARSE", source, target, update, arrival,
                                        init_sparse_connectivity(*rule))
    made.axonal_delay_steps = round(delay / DT)
    synapses.append(made)
    return made


if case in SIZES:
    n, p, w_e, w_i = SIZES[case]
    sizes = {"E": n * 4 // 5, "I": n // 5}
    lif = {"C": C["tau_m"], "TauM": C["tau_m"], "Vrest": C["rest"], "Vreset": C["reset"], "Vthresh": C["threshold"],
           "Ioffset": 0.0, "TauRefrac": C["refractory"]}
    start = {"V": init_var("Uniform", {"min": C["reset"], "max": C["threshold"]}), "RefracTime": 0.0}
    cells = {k: model.add_neuron_population(k, size, "LIF", lif, start) for k, size in sizes.items()}
    for a, weight, tau in (("E", w_e, C["tau_e"]), ("I", w_i, C["tau_i"])):
        for b in cells:
            # Its one step is the least delay; axonal steps come on top.
            connect(cells[a], cells[b], ("FixedProbability", {"prob": p}), weight, 0.0,
                    init_postsynaptic("ExpCurr", {"tau": tau}))
else:
    n = B["e"] + B["i"]
    # Poisson counts by inversion, one uniform number for each neuron and step.
    cell = create_neuron_model(
        "Driven",
        params=["TauM", "Vthresh", "Vreset", "TauRefrac", "J", "Mean"],
        derived_params=[("Decay", lambda q, dt: exp(-dt / q["TauM"])), ("None", lambda q, dt: exp(-q["Mean"]))],
        vars=[("V", "scalar"), ("Rest", "scalar")],
        sim_code="""
        const scalar u = gennrand_uniform();
        scalar p = None, sum = None, k = 0.0;
        while (u > sum && k < 30.0) { k += 1.0; p *= Mean / k; sum += p; }
        if (Rest <= 0.0) V = V * Decay + Isyn + J * k;
        else Rest -= dt;
        """,
        threshold_condition_code="Rest <= 0.0 && V >= Vthresh",
        reset_code="V = Vreset; Rest = TauRefrac - 0.5 * dt;",
    )
    values = {"TauM": B["tau_m"], "Vthresh": B["threshold"], "Vreset": B["reset"], "TauRefrac": B["refractory"], "J": B["j"],
              "Mean": B["external"] * DT}
    cells = {k: model.add_neuron_population(k, B[k.lower()], cell, values, {"V": 0.0, "Rest": 0.0}) for k in ("E", "I")}
    # What arrives adds to the potential at once.
    arrival = init_postsynaptic("DeltaCurr")
    for a, weight in (("E", B["j"]), ("I", -B["g"] * B["j"])):
        rule = ("FixedProbability", {"prob": 0.1})
        for b in cells:
            update = None
            if case == "brunel-stdp" and a == b == "E":
                learns = create_weight_update_model(
                    "Additive",
                    params=["tau", "plus", "minus", "most"],
                    vars=[("g", "scalar")],
                    pre_vars=[("pre", "scalar")],
                    post_vars=[("post", "scalar")],
                    derived_params=[("decay", lambda q, dt: exp(-dt / q["tau"]))],
                    pre_spike_syn_code="addToPost(g); g = fmax(0.0, g - minus * post);",
                    post_spike_syn_code="g = fmin(most, g + plus * pre);",
                    pre_spike_code="pre += 1.0;",
                    post_spike_code="post += 1.0;",
                    pre_dynamics_code="pre *= decay;",
                    post_dynamics_code="post *= decay;",
                )
                update = init_weight_update(
                    learns, {"tau": S["tau"], "plus": S["plus"], "minus": S["minus"], "most": S["most"]},
                    {"g": B["j"]}, {"pre": 0.0}, {"post": 0.0})
            connect(cells[a], cells[b], rule, weight, B["delay"] - DT, arrival, update)
for cell in cells.values():
    cell.spike_recording_enabled = True
os.chdir(folder)
model.build()
laps = Laps()
model.load(num_recording_timesteps=round(ms / DT))
build = laps.lap()
for _ in range(round(ms / DT)):
    model.step_time()
run = laps.lap()
model.pull_recording_buffers_from_device()
spikes = sum(len(cell.spike_recording_data[0][0]) for cell in cells.values())
total = 0
for made in synapses:
    made.pull_connectivity_from_device()
    total += len(made.get_sparse_pre_inds())
report(f"GeNN {pygenn.__version__}", build, run, spikes, n, total, ms)
