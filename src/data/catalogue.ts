/** The data sets that ship or can be fetched: what they are, whose they are, and the size and checksum of each file. Data, no code paths. */
export interface DatasetFile {
  /** Name without `.gz`; the file may be stored either way. */
  readonly name: string;
  /** Size when unpacked. */
  readonly bytes: number;
  /** SHA-256 of the unpacked bytes, hexadecimal. */
  readonly sha256: string;
}

/** A data set that can be had: what it is, whose, and where its files come from. */
export interface DatasetEntry {
  readonly name: string;
  readonly title: string;
  readonly licence: string;
  readonly source: string;
  readonly classes: number;
  readonly files: readonly DatasetFile[];
  /** Folders that serve `<file name>.gz`, tried in order; none for a set that ships with the package. */
  readonly mirrors: readonly string[];
}

export const TRAIN_IMAGES = "train-images-idx3-ubyte";
export const TRAIN_LABELS = "train-labels-idx1-ubyte";
export const TEST_IMAGES = "t10k-images-idx3-ubyte";
export const TEST_LABELS = "t10k-labels-idx1-ubyte";

/** Every data set with files of its own, in the order of `threefactor data list`. */
export const catalogue: readonly DatasetEntry[] = [
  {
    name: "digits",
    title: "Optical recognition of handwritten digits, 8x8 (the test part of the original)",
    licence: "CC BY 4.0",
    source:
      "E. Alpaydin and C. Kaynak (1998), Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, CC BY 4.0, doi 10.24432/C50P49",
    classes: 10,
    files: [file("digits.csv", 264712, "6ebb3d2fee246a4e99363262ddf8a00a3c41bee6014c373ed9d9216ba7f651b8")],
    mirrors: [],
  },
  {
    name: "mnist",
    title: "MNIST handwritten digits, 28x28",
    licence: "CC BY-SA 3.0",
    source: "Y. LeCun, C. Cortes and C. J. C. Burges (1998), The MNIST database of handwritten digits",
    classes: 10,
    files: [
      file(TRAIN_IMAGES, 47_040_016, "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
      file(TRAIN_LABELS, 60_008, "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
      file(TEST_IMAGES, 7_840_016, "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
      file(TEST_LABELS, 10_008, "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
    ],
    mirrors: [
      "https://ossci-datasets.s3.amazonaws.com/mnist/",
      "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ],
  },
  {
    name: "fashion-mnist",
    title: "Fashion-MNIST articles of clothing, 28x28",
    licence: "MIT",
    source: "H. Xiao, K. Rasul and R. Vollgraf (2017), Fashion-MNIST, arXiv:1708.07747",
    classes: 10,
    files: [
      file(TRAIN_IMAGES, 47_040_016, "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"),
      file(TRAIN_LABELS, 60_008, "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"),
      file(TEST_IMAGES, 7_840_016, "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"),
      file(TEST_LABELS, 10_008, "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"),
    ],
    mirrors: ["http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"],
  },
];

/** Those that ship or can be fetched; `datasets` has the others too. */
export const datasetNames: readonly string[] = catalogue.map(entry => entry.name);

/** The entry of a named set, or undefined. */
export function findDataset(name: string): DatasetEntry | undefined {
  return catalogue.find(entry => entry.name === name);
}

function file(name: string, bytes: number, sha256: string): DatasetFile {
  return { name, bytes, sha256 };
}
