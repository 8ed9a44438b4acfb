/** The name of a test that is skipped where something is not there: the list of tests then says what. */
export const needs = (what: string, isThere: boolean, name: string): string =>
  isThere ? name : `${name} (skipped: needs ${what})`;
