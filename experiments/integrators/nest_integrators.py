"""The neurons of cells.ts in NEST: reads a list of them as JSON, writes potentials and spikes beside it. Usage: nest_integrators.py FILE"""
import json
import sys

import nest

nest.set_verbosity("M_ERROR")
results = []
for cell in json.load(open(sys.argv[1])):
    found = {}
    # Under its input: what arrives at t was sent one delay before.
    nest.ResetKernel()
    nest.resolution = 0.1
    neuron = nest.Create(cell["model"], params=cell["parameters"])
    meter = nest.Create("multimeter", params={"record_from": ["V_m"], "interval": 0.1})
    nest.Connect(meter, neuron)
    events = {}
    for t, w in zip(cell["times"], cell["weights"]):
        events.setdefault((round(10 * t), w > 0), []).append(w)
    for positive in (True, False):
        steps = sorted(n for n, sign in events if sign == positive)
        # A generator gives each of its spikes a weight of its own.
        source = nest.Create("spike_generator", params={
            "spike_times": [(n - 1) / 10 for n in steps],
            "spike_weights": [sum(events[n, positive]) * cell["perWeight"] for n in steps],
        })
        nest.Connect(source, neuron, syn_spec={"delay": 0.1})
    # One step more: what is recorded at the very end comes out after it.
    nest.Simulate(cell["ms"] + 0.1)
    found["potentials"] = [float(v) for v in meter.events["V_m"]]
    # Under a current.
    nest.ResetKernel()
    nest.resolution = 0.1
    neuron = nest.Create(cell["model"], params={**cell["parameters"], "I_e": cell["current"]})
    recorder = nest.Create("spike_recorder")
    nest.Connect(neuron, recorder)
    nest.Simulate(cell["firingMs"])
    found["spikes"] = [float(t) for t in recorder.events["times"]]
    results.append(found)
json.dump(results, open(sys.argv[1] + ".found", "w"))
print("RESULT " + json.dumps({"simulator": f"NEST {nest.__version__}"}))
