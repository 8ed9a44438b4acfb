// AssemblyScript. Fields of records; see layout.ts.

// @ts-ignore: decorator
@inline
export function double(record: usize, field: i32): f64 {
  return load<f64>(record + (usize(field) << 3));
}

// @ts-ignore: decorator
@inline
export function single(record: usize, field: i32): f32 {
  return load<f32>(record + (usize(field) << 3));
}

/** A float, four times. */
// @ts-ignore: decorator
@inline
export function splat(record: usize, field: i32): v128 {
  return v128.load32_splat(record + (usize(field) << 3));
}

// @ts-ignore: decorator
@inline
export function whole(record: usize, field: i32): i32 {
  return load<i32>(record + (usize(field) << 3));
}

// @ts-ignore: decorator
@inline
export function address(record: usize, field: i32): usize {
  return load<usize>(record + (usize(field) << 3));
}

// @ts-ignore: decorator
@inline
export function is(record: usize, field: i32): bool {
  return load<i32>(record + (usize(field) << 3)) != 0;
}

// @ts-ignore: decorator
@inline
export function setDouble(record: usize, field: i32, value: f64): void {
  store<f64>(record + (usize(field) << 3), value);
}

// @ts-ignore: decorator
@inline
export function setWhole(record: usize, field: i32, value: i32): void {
  store<i32>(record + (usize(field) << 3), value);
}

/** A place of 4 bytes. */
// @ts-ignore: decorator
@inline
export function word(list: usize, place: i32): i32 {
  return load<i32>(list + (usize(place) << 2));
}

// @ts-ignore: decorator
@inline
export function setWord(list: usize, place: i32, value: i32): void {
  store<i32>(list + (usize(place) << 2), value);
}
