/** Linear decay to a tenth. */
export const defaultSchedule = "1 - 0.9 * progress";

/** Schedules of the papers by name, in shares of the training: at a paper's number of epochs they are the paper's. */
export const schedules: Readonly<Record<string, string>> = {
  linear: defaultSchedule,
  /** F3 (Flügel et al. 2023) and DRTP (Frenkel et al. 2021). */
  constant: "1",
  /** A tenth at epochs 60 and 90 of 100: PEPITA's fully connected nets (Dellaferrera & Kreiman 2022), and AFA's. */
  pepita: "0.1 ^ ((progress >= 0.6) + (progress >= 0.9))",
  /** A tenth at epochs 10, 30 and 60 of 100: PEPITA's convolutional nets. */
  "pepita-conv": "0.1 ^ ((progress >= 0.1) + (progress >= 0.3) + (progress >= 0.6))",
  /** A tenth at epochs 100, 150 and 200 of 250: BioTorch on CIFAR-10 (Sanfiz & Akrout 2021, arXiv:2108.13446). */
  biotorch: "0.1 ^ ((progress >= 0.4) + (progress >= 0.6) + (progress >= 0.8))",
  /** A tenth at epochs 50 and 75 of 100: BioTorch on MNIST. */
  "biotorch-mnist": "0.1 ^ ((progress >= 0.5) + (progress >= 0.75))",
  /** Constant to the half, then linear to 0: Forward-Forward (Hinton 2022). */
  ff: "min(1, 2 * (1 - progress))",
};
