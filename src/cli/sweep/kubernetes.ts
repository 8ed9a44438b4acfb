/** Where a pod has the folder of the sweep. */
const MOUNT = "/sweep";

/**
 * An indexed Job of Kubernetes, one index per task, of which the last merges. The volume of the claim `threefactor` holds
 * the folder of the sweep.
 * @param tasks        without the last one
 * @param memoryBytes  of one pod
 */
export function kubernetesJob({
  name,
  image,
  tasks,
  workers,
  memoryBytes,
  words,
}: {
  readonly name: string;
  readonly image: string;
  readonly tasks: number;
  readonly workers: number;
  readonly memoryBytes: number | null;
  /** Of `threefactor sweep`, with files where a pod has them. */
  readonly words: (mount: string) => readonly string[];
}): object {
  const memory = memoryBytes === null ? {} : { memory: `${Math.ceil(memoryBytes / 2 ** 20)}Mi` };
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: label(name) },
    spec: {
      completionMode: "Indexed",
      completions: tasks + 1,
      parallelism: Math.min(tasks, 10),
      backoffLimit: 6 * (tasks + 1),
      // A pod that is evicted goes on elsewhere, from its checkpoints.
      podFailurePolicy: { rules: [{ action: "Ignore", onPodConditions: [{ type: "DisruptionTarget" }] }] },
      template: {
        spec: {
          restartPolicy: "Never",
          terminationGracePeriodSeconds: 120,
          containers: [
            {
              name: "sweep",
              image,
              command: ["threefactor", "sweep", ...words(MOUNT)],
              resources: { requests: { cpu: `${workers}`, ...memory }, limits: memory },
              volumeMounts: [{ name: "sweep", mountPath: MOUNT }],
            },
          ],
          volumes: [{ name: "sweep", persistentVolumeClaim: { claimName: "threefactor" } }],
        },
      },
    },
  };
}

/** A name as Kubernetes takes it: 63 lower-case letters, digits and dashes. */
function label(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]/g, "-")
    .slice(0, 63)
    .replaceAll(/^-+|-+$/g, "");
}
