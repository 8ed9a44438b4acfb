import { gunzipSync } from "node:zlib";

/** A file of SONATA spikes with a few bytes changed, from which the HDF5 library (h5wasm 0.10.3) never returns. */
const packed =
  "H4sIAAAAAAACA+2az2sTQRTH38xu1m0Sdfsj4I9LiiA9KCS0pSqNRttqQWu1qCCITW3WutaktZtKVIRaBOmhIIKC+OMiEvwLvHjwYC+C" +
  "CNJechD1UBDFmwcVrDO7s80mZKOB9tD2fWCT3dk3M2++8x47mexUd+fB9f4tfqqq4LAg+BG3ryOi/OKX+ane7s4+GiYxMuw+7msaQIbY" +
  "Zs3C3E+BlYTqQC406RDcBiCBAkF+MzUwZAwCa4FfMMJA2ec1P0BwNzdTmVkDwBV9zDRG0sWGhBAq+qNQwHblTM/cY9thKhx1vrO0zj1S" +
  "B9tlReMN+Iz06HgmJwal1PMy9YKRTOrpcPSDLDraCVWy9Xh/b0f34fL9K7W8F8UcNYZ185OoMXM7pZSXPctlPyXZZm1FsvM7z4WTreKO" +
  "o2YDl88cGcsY6SHY3EgsRbVF1VRLyXX2aUHNGtcg5gd/7bBcaix1CQhhU8WnRSqJJqkBSG14n2gzDi0BaFlgRj7mrxQIBIGwWlZn/FNl" +
  "ekuUwia7EUk44xFNbXY0WQMbTxsZ03NY1DUs6/woLDG+2UcHKsxwiPvjzxgp3cwMpEbNPSJs9Tcv/LakpbFaQVImmrY4nnhlKSNNxVJC" +
  "DlYKqejLdi5p+dkXqZkeSer9RtKcFirdvfTzRiH53YeVNtOKV9okIkuUNlJp2uQGTn4vzLH7WOK0uRdZxrSRlyVtevLqZBVpc9lnVzt7" +
  "fTZWtaTVpM3MrhWbNg9uGsP/sjnU0XvEmmjN/eAUccw4d7Wfi774cKXiJGW6YryMvVzyUHbsHe5sBARBEARBEARBkOUjjhIgiJsTfV1d" +
  "fL+jdMMl5GEfCRdfO7//VZQSQRAEQVYtWTKYmJg43bz/49PYraHPAO15XzsrPP9qA0AC5Cx52Fov782/m3wfTIS/Ajz5U/PNqgTbm96q" +
  "zwhbhMsoI4IgCIKsiv2CgId9F+4XIAiCIMia479f230t3setjdLf1f4pcQwXGQiCIAiy5vBaL2ge9jquFxAEQRBkzfEX3fv/8vVAAAA=";

export function endlessFile(): Uint8Array {
  return gunzipSync(Buffer.from(packed, "base64"));
}
