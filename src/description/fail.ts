/** An error that names the text: what was expected, what of it was found instead, and what may help. */
export type Fail = (expected: string, found?: string, note?: string) => Error;
