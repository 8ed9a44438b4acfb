/** What the bundler puts in. */
declare module "*?bytes" {
  const bytes: Uint8Array;
  export default bytes;
}
declare module "*?worker&inline" {
  const Made: new () => Worker;
  export default Made;
}
declare module "*.css";
