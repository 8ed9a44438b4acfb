"""One network of bench/simulators.ts in NEST. Usage: nest_networks.py CASE MS FOLDER"""
import sys
from math import log1p

import nest
from networks import BRUNEL as B, COBA as G, CUBA as C, DT, MICROCIRCUIT as M, SCALES, SIZES, STDP as S, Laps, report

case, ms = sys.argv[1], float(sys.argv[2])
nest.set_verbosity("M_ERROR")
nest.set(resolution=DT, local_num_threads=1, rng_seed=42)
laps = Laps()
if case in SIZES:
    n, p, w_e, w_i = SIZES[case]
    # A capacitance of 1 pF: a potential is a current times tau_m.
    kind = dict(C_m=1.0, tau_m=C["tau_m"], tau_syn_ex=C["tau_e"], tau_syn_in=C["tau_i"], E_L=C["rest"], V_th=C["threshold"],
                V_reset=C["reset"], t_ref=C["refractory"])
    e, i = nest.Create("iaf_psc_exp", n * 4 // 5, kind), nest.Create("iaf_psc_exp", n // 5, kind)
    every = e + i
    every.V_m = nest.random.uniform(C["reset"], C["threshold"])
    for source, w in ((e, w_e), (i, w_i)):
        nest.Connect(source, every, dict(rule="pairwise_bernoulli", p=p), dict(weight=w / C["tau_m"], delay=C["delay"]))
elif case == "coba-4k":
    n, p = SIZES["cuba-4k"][:2]
    # A leak of 1 nS, in which conductances count.
    kind = dict(g_L=1.0, C_m=G["tau_m"], tau_syn_ex=G["tau_e"], tau_syn_in=G["tau_i"], E_L=G["rest"], V_th=G["threshold"],
                V_reset=G["reset"], t_ref=G["refractory"], E_ex=G["e_exc"], E_in=G["e_inh"])
    e, i = nest.Create("iaf_cond_exp", n * 4 // 5, kind), nest.Create("iaf_cond_exp", n // 5, kind)
    every = e + i
    every.V_m = nest.random.uniform(G["reset"], G["threshold"])
    noise = nest.Create("poisson_generator", 1, dict(rate=G["noise"], stop=G["stop"]))
    nest.Connect(noise, every, "all_to_all", dict(weight=G["w_e"], delay=DT))
    for source, w in ((e, G["w_e"]), (i, -G["w_i"])):
        nest.Connect(source, every, dict(rule="pairwise_bernoulli", p=p), dict(weight=w, delay=G["delay"]))
elif case in SCALES:
    scale = SCALES[case]
    tm, ts, each = M["tau_m"], M["tau_syn"], range(8)
    # Current [pA at 1 pF] for a postsynaptic potential of 1 mV at its peak.
    per_psp = (tm - ts) / (tm * ts) / ((ts / tm) ** (ts / (tm - ts)) - (ts / tm) ** (tm / (tm - ts)))
    psp = [[(-4 if source % 2 else 2 if (target, source) == (0, 2) else 1) * M["psp"] for source in each] for target in each]
    full = [[round(log1p(-M["p"][t][s]) / log1p(-1 / (M["size"][t] * M["size"][s]))) for s in each] for t in each]
    kind = dict(C_m=1.0, tau_m=tm, tau_syn_ex=ts, tau_syn_in=ts, E_L=-65.0, V_th=-50.0, V_reset=-65.0, t_ref=2.0)
    every, populations = None, []
    for t in each:
        drive = M["external"][t] * M["psp"] * M["background"]
        drive += sum(full[t][s] / M["size"][t] * psp[t][s] * M["rate"][s] for s in each)
        bias = (1 - scale**0.5) * drive * per_psp * ts / 1000
        population = nest.Create("iaf_psc_exp", round(M["size"][t] * scale), dict(kind, I_e=bias))
        population.V_m = nest.random.normal(-58.0, 10.0)
        noise = nest.Create("poisson_generator", 1, dict(rate=M["external"][t] * M["background"] * scale))
        nest.Connect(noise, population, "all_to_all", dict(weight=M["psp"] * per_psp / scale**0.5, delay=DT))
        populations.append(population)
        every = population if every is None else every + population
    for t in each:
        for s in each:
            count, weight = round(full[t][s] * scale**2), psp[t][s] * per_psp / scale**0.5
            delay = 0.75 if s % 2 else 1.5
            if count:
                nest.Connect(populations[s], populations[t], dict(rule="fixed_total_number", N=count),
                             dict(weight=nest.random.normal(weight, abs(0.1 * weight)),
                                  delay=nest.math.redraw(nest.random.normal(delay, delay / 2), min=DT, max=100.0)))
    n = len(every)
else:
    n = B["e"] + B["i"]
    kind = dict(C_m=1.0, tau_m=B["tau_m"], E_L=0.0, V_th=B["threshold"], V_reset=B["reset"], t_ref=B["refractory"], V_m=0.0)
    e, i = nest.Create("iaf_psc_delta", B["e"], kind), nest.Create("iaf_psc_delta", B["i"], kind)
    every = e + i
    noise = nest.Create("poisson_generator", 1, dict(rate=1000 * B["external"]))
    nest.Connect(noise, every, "all_to_all", dict(weight=B["j"], delay=DT))
    static = dict(weight=B["j"], delay=B["delay"])
    degree = lambda k: dict(rule="fixed_indegree", indegree=k)
    recurrent = static
    if case == "brunel-stdp":
        e.tau_minus = S["tau"]
        recurrent = dict(static, synapse_model="stdp_synapse", tau_plus=S["tau"], Wmax=S["most"], mu_plus=0.0, mu_minus=0.0,
                         alpha=S["minus"] / S["plus"], **{"lambda": S["plus"] / S["most"]})
    nest.Connect(e, e, degree(B["e"] // 10), recurrent)
    nest.Connect(e, i, degree(B["e"] // 10), static)
    nest.Connect(i, every, degree(B["i"] // 10), dict(weight=-B["g"] * B["j"], delay=B["delay"]))
synapses = nest.num_connections - (n if case not in SIZES else 0)
counter = nest.Create("spike_recorder", 1)
nest.Connect(every, counter)
nest.Prepare()
build = laps.lap()
nest.Run(ms)
run = laps.lap()
report(f"NEST {nest.__version__}", build, run, counter.n_events, n, synapses, ms)
