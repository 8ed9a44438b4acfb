import { writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

/*
 * Two small look-alikes of the Spiking Heidelberg Digits, made with h5py 3.16: three words of 3, 0 and 1 spikes. HDF5
 * files with such rows cannot be made in JavaScript.
 */
const files = {
  f16:
    "H4sIAAAAAAACA+2YsU4CQRCGZ/c4OS8xQLQAKkJlaWFBYaERlMKIUQtLNSGRiMbksKfEjsfwHWwoeQwfgcoWXXYWbjeCBgpI+L/k" +
    "Mtndn7272Z+BzFu1fLIV5kNSBAElKE1xhsxX0R6b9VuOgmOH47s082K0luX5DO/v6q4vKxWlHjqY+3z6OgYE1pFq5ehCxRseGz/1" +
    "pa2LXhqP9YioeXdfb0YTXx7Oed9p/q16evzg/8+/JTZuGkcJ/8b81PFtXavxpOxLr8+NVkSL+/fqvFYWJMe+G+Rn6019LXh2XXf9" +
    "vm4I8nUuhBnrExRCT3B6YrEwkub4O58ppEhyBQh9ClOs838yrnRS6p0D3tcTXf2bTHvOk7RXIh/GV8Yvu8nZeuO/9iZqwWK+ylq+" +
    "UpeMZXi6n3r53/3UWal8qPfshXbtsfM1WVfa0+PamYgZzHxmg2Nuh/bpwORoMk/0If1YXsd/I0o6JJx5z3mObgreBQAAAAAAAAAA" +
    "ltEvkH/0CxI0T78lPZJO77NIp88yKLqdBu4Y4LAAAACApbFNSfoGA+IjmPYiAAA=",
  f32:
    "H4sIAAAAAAACA+2Yv04CQRDGZxdOTqIRtABpJFSWlsZCNIJeYcSohaWakEjEP8lhLYkNdjyG72BD6WP4CFS2eHs7e7e7ETSQKAnz" +
    "Sy6T2R124duPvWRevMr+YrqQBoHrQhIyoDNAPktmruYvMDKMHYyvXI2zcC6P41lc3647O6lWRfXAQu3z4cjoAjGLeNXdYxHPMVd+" +
    "eudmnf/QuKn7AM3Lq3rTj325M+a+w/zrJWR+7fzOv5to3AwdJflX81PHMetajVthX3i8a7R8mNy/p0e1CgMe+a5fGF2v7tdiwrzX" +
    "bb/PGgwcqQVTuTxBxuQAyqPFYli6iv/5bHEteLeGykLOhdwT1jmB4qKOc7myi+smWFe+k2HD+ibtqdBD+Ur5ZT01ul75rz1Pd8Fk" +
    "vsobvhIP1xQe7qde4Xs/daZKD/E7e2nz7jH1iudF7cFe7ZBpBlOfWcB4v/y8FbhuO3jKEGkFMBet+MYdTd9kvFVZz7l1DpF6S+Rh" +
    "giAIgiAIgiAIgvjLfgH/oV+QhHH6LZmwdHifhVt9ln7J7jBIunRYBEEQBPFvrEAKvgCLW2qr9iIAAA==",
} as const;

export function writeShdLike(path: string, kind: keyof typeof files): void {
  writeFileSync(path, gunzipSync(Buffer.from(files[kind], "base64")));
}
