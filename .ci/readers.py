"""Checks of our files with the Python tools that read them; see the script of the same name."""

import csv
import importlib
import importlib.metadata
import json
import subprocess
import sys
from pathlib import Path

work = Path(sys.argv[1])
failures = []


def check(name, *packages):
    """Runs a check where its packages are, and says so where they are not."""

    def run(function):
        missing = [p for p in packages if not available(p)]
        if missing:
            print(f"skipped: {name} (not installable: {', '.join(missing)})", flush=True)
            return
        versions = ", ".join(f"{p} {version(p)}" for p in packages)
        try:
            print(f"ok: {name} ({versions}): {function()}", flush=True)
        except Exception as error:  # every kind of failure is one
            failures.append(name)
            print(f"FAILED: {name} ({versions}): {type(error).__name__}: {error}", flush=True)

    return run


def available(package):
    try:
        importlib.import_module(package)
        return True
    except Exception:  # one that does not fit another that is installed fails in any way it likes
        return False


def version(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return getattr(importlib.import_module(package), "__version__", "of the system")


def spikes_of_csv(path):
    with open(path) as file:
        facts = json.loads(file.readline()[2:])
        rows = list(csv.DictReader(file))
    spikes = [r for r in rows if r.get("quantity", "spike") == "spike"]
    return facts, [(float(r["time_ms"]), r["population"], int(r["neuron"])) for r in spikes], rows


facts, spikes, rows = spikes_of_csv(work / "bp.csv")


def by_neuron():
    trains = {}
    for population in facts["populations"]:
        for neuron in range(population["size"]):
            trains[population["name"], neuron] = []
    for time, population, neuron in spikes:
        trains[population, neuron].append(time)
    return trains


@check("npz", "numpy")
def _():
    import numpy as np

    with np.load(work / "bp.npz") as file:
        names = [json.loads(f'"{name}"') for name in file["population_names"]]
        found = list(zip(file["times"].tolist(), (names[p] for p in file["population"]), file["neuron"].tolist()))
        assert found == spikes
        assert json.loads(file["metadata"].item())["rule"] == "bp"
        trace = json.loads(file["traces"].item())[0]
        own = [r for r in rows if (r["population"], r["neuron"], r["quantity"]) == (trace["population"], str(trace["neuron"]), "v")]
        assert file["trace_0_values"].tolist() == [float(r["value"]) for r in own]
    return f"{len(spikes)} spikes equal"


@check("msgpack", "msgpack", "numpy")
def _():
    import msgpack
    import numpy as np

    with open(work / "bp.msgpack", "rb") as file:
        parts = list(msgpack.Unpacker(file, max_buffer_size=0))
    assert parts[0]["format"] == "threefactor.raster/2"
    blocks = [p for p in parts if "times" in p]
    times = np.concatenate([np.frombuffer(p["times"]["data"], p["times"]["dtype"]) for p in blocks])
    assert times.tolist() == [time for time, _, _ in spikes]
    assert parts[-1]["durationMs"] == facts["durationMs"]
    return f"{len(parts)} maps, {len(times)} spikes equal"


@check("sonata and nirdata arrays", "h5py")
def _():
    import h5py

    with h5py.File(work / "bp.sonata/spikes.h5") as file, h5py.File(work / "bp.nirdata") as data:
        assert file.attrs["magic"] == 0x0A7A and list(file.attrs["version"]) == [0, 1]
        for population in facts["populations"]:
            name = population["name"]
            own = [(t, n) for t, p, n in spikes if p == name]
            group = file["spikes"][name]
            assert group.attrs["sorting"] == "by_time" and group["timestamps"].attrs["units"] == "ms"
            assert list(zip(group["timestamps"][:].tolist(), group["node_ids"][:].tolist())) == own
            events = data["nodes"][name]["observables"]["spikes"]
            assert list(zip(events["time"][0].tolist(), events["idx"][0].tolist())) == own
    with h5py.File(work / "bp.sonata/nodes.h5") as file:
        assert [len(file["nodes"][p["name"]]["node_id"]) for p in facts["populations"]] == [
            p["size"] for p in facts["populations"]
        ]
    return "spikes and nodes equal"


@check("nirdata", "nir")
def _():
    import nir

    data = nir.read_data(work / "bp.nirdata")
    for population in facts["populations"]:
        events = data.nodes[population["name"]].observables["spikes"]
        assert events.n_neurons == population["size"]
        assert events.idx[0].tolist() == [n for _, p, n in spikes if p == population["name"]]
    return f"{len(data.nodes)} populations"


@check("NWB schema", "pynwb")
def _():
    import pynwb

    seen = []
    for name in ["bp", "odd", "empty"]:
        with pynwb.NWBHDF5IO(work / f"{name}.nwb", "r") as io:
            errors = pynwb.validate(io=io)
            assert not errors, f"{name}: {errors}"
            units = io.read().units
            if name == "bp":
                table = units.to_dataframe()
                for row, train in zip(table.itertuples(), by_neuron().values()):
                    assert abs(row.spike_times * 1000 - train).max(initial=0) < 1e-12
                assert list(dict.fromkeys(table.population)) == [p["name"] for p in facts["populations"]]
            seen.append(f"{name}: {len(units)} units")
    return ", ".join(seen)


@check("NWB inspector", "nwbinspector")
def _():
    from nwbinspector import Importance, inspect_nwbfile

    told = []
    for name in ["bp", "odd"]:
        for message in inspect_nwbfile(nwbfile_path=work / f"{name}.nwb"):
            if message.importance.value >= Importance.BEST_PRACTICE_VIOLATION.value:
                raise AssertionError(f"{name}: {message.check_function_name}: {message.message}")
            told.append(message.check_function_name)
    return f"no violation; suggestions: {', '.join(sorted(set(told))) or 'none'}"


@check("Neo", "neo")
def _():
    from neo.io import NWBIO

    [block] = NWBIO(str(work / "bp.nwb"), "r").read_all_blocks()
    [segment] = block.segments
    trains = list(by_neuron().values())
    assert len(segment.spiketrains) == len(trains), len(segment.spiketrains)
    for found, train in zip(segment.spiketrains, trains):
        assert abs(found.rescale("ms").magnitude - train).max(initial=0) < 1e-9
    return f"1 segment, {len(trains)} spike trains equal"


@check("statistics", "elephant", "neo", "quantities")
def _():
    import quantities as pq
    from elephant import spike_train_dissimilarity as dissimilarity
    from elephant import statistics
    from neo import SpikeTrain
    import numpy as np

    with open(work / "bp.stats.csv") as file:
        ours = {(r["population"], r["statistic"]): r["value"] for r in csv.DictReader(file) if r["at_ms"] == ""}
    end = facts["durationMs"]
    compared = 0
    for population in facts["populations"]:
        name = population["name"]
        all_trains = [SpikeTrain(t * pq.ms, t_stop=end) for (p, _), t in by_neuron().items() if p == name]
        active = [t for t in all_trains if len(t)]
        isis = [statistics.isi(t).magnitude for t in active]
        first = active[:40]
        upper = np.triu_indices(len(first), 1)
        expected = {
            "rate": sum(float(statistics.mean_firing_rate(t, 0 * pq.ms, end * pq.ms).rescale("Hz")) for t in active)
            / len(all_trains),
            "CV": np.mean([statistics.cv(i) for i in isis if len(i) >= 2] or [np.nan]),
            "CV2": np.mean([statistics.cv2(i) for i in isis if len(i) >= 2] or [np.nan]),
            "Victor-Purpura distance (q = 0.1/ms)": np.mean(
                dissimilarity.victor_purpura_distance(first, 0.1 / pq.ms)[upper] if len(first) > 1 else [np.nan]
            ),
            "van Rossum distance (tau = 10 ms)": np.mean(
                # Elephant's distance of a lone spike to none is 1, ours sqrt(1/2), as in the paper.
                dissimilarity.van_rossum_distance(first, 10 * pq.ms)[upper] / np.sqrt(2) if len(first) > 1 else [np.nan]
            ),
        }
        for statistic, value in expected.items():
            if np.isnan(value):
                assert ours[name, statistic] == "", (name, statistic)
            else:
                assert abs(float(ours[name, statistic]) - value) < 1e-9 * max(1, abs(value)), (name, statistic, value, ours[name, statistic])
                compared += 1
    return f"{compared} numbers equal"


@check("NIR graphs", "nir", "numpy")
def _():
    import nir
    import numpy as np

    for rule in ["bp", "pepita"]:
        graph = nir.read(work / f"{rule}.nir", type_check=True)
        nir.write(work / f"{rule}.again.nir", graph)
        subprocess.run(
            ["node", "dist/src/cli/main.js", "export", work / f"{rule}.again.nir", "--to", "nir", "--out", work / f"{rule}.third.nir"],
            check=True,
            capture_output=True,
        )
        third = nir.read(work / f"{rule}.third.nir", type_check=True)
        assert sorted(third.edges) == sorted(graph.edges)
        assert third.nodes.keys() == graph.nodes.keys()
        for name, node in graph.nodes.items():
            for field, value in node.to_dict().items():
                other = third.nodes[name].to_dict()[field]
                assert np.array_equal(value, other), (name, field)
    return "read, checked, written again and read back equal"


@check("NIR graphs on a grid", "nir", "numpy")
def _():
    """The equations of NIR, stepped with Euler's method, against the spikes that our event-driven engine recorded."""
    import nir
    import numpy as np

    told = []
    for rule in ["bp", "pepita"]:
        graph = nir.read(work / f"{rule}.nir")
        dt = float(graph.metadata["dt"])
        duration = float(graph.metadata["presentation"])
        subtract = graph.metadata["reset"] in (b"subtract", "subtract")
        with np.load(work / f"{rule}.npz") as file:
            times, population, neuron = file["times"] / 1000, file["population"], file["neuron"]
        affine, lif = graph.nodes["affine_1"], graph.nodes["hidden_1"]
        steps = round(duration / dt)
        incoming = np.zeros((steps + 1, affine.weight.shape[1]))
        np.add.at(incoming, (np.rint(times[population == 0] / dt).astype(int), neuron[population == 0]), 1)
        v = np.zeros(lif.tau.shape)
        counts = np.zeros(lif.tau.shape, int)
        fired = [[] for _ in counts]
        for step in range(steps + 1):
            current = affine.weight @ incoming[step] + affine.bias
            v = v + dt / lif.tau * (lif.v_leak - v + lif.r * current)
            while (above := v > lif.v_threshold).any():
                v = np.where(above, v - lif.v_threshold if subtract else lif.v_reset, v)
                counts += above
                for n in np.flatnonzero(above):
                    fired[n].append(step * dt)
        own = [times[(population == 1) & (neuron == n)] for n in range(len(counts))]
        pairs = [abs(np.array(a) - b).max(initial=0) for a, b in zip(fired, own) if len(a) == len(b)]
        same = sum(len(a) == len(b) for a, b in zip(fired, own))
        far = max(pairs, default=0) / dt
        assert counts.sum() > 100 and same == len(counts), f"{rule}: {same} of {len(counts)} neurons with as many spikes"
        told.append(f"{rule}: {counts.sum()} spikes of {len(counts)} neurons, at most {far:.1f} steps of {dt * 1e6:.0f} us off")
    return "; ".join(told)


@check("a trained network, step for step", "nir", "numpy")
def _():
    """NIR's own equations in steps of Euler's method, against our engine on the same grid."""
    import numpy as np
    from grid import trained_on_grid

    told = []
    for rule in ["bp", "pepita"]:
        graph, incoming, ours = trained_on_grid(work, rule)
        affine, lif = graph.nodes["affine_1"], graph.nodes["hidden_1"]
        dt, v = 1e-4, np.zeros(lif.tau.shape)
        theirs = np.zeros_like(ours)
        for step, spikes in enumerate(incoming):
            v = v + dt / lif.tau * (lif.v_leak - v + lif.r * (affine.weight @ spikes + affine.bias))
            theirs[step] = v > lif.v_threshold
            v = np.where(theirs[step], lif.v_reset, v)
        same = (theirs == ours).all(0).sum()
        told.append(f"{rule}: {theirs.sum()} spikes, ours {ours.sum()}; {same} of {len(v)} neurons alike")
        assert ours.sum() > 50 and same >= 0.9 * len(v), told[-1]
    return "; ".join(told)


if failures:
    sys.exit(f"failed: {', '.join(failures)}")
