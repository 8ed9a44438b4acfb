// AssemblyScript. Reads the fields of records, doubles of layout.ts, as what they mean.

// @ts-ignore: decorator
@inline
export function double(record: usize, field: i32): f64 {
  return load<f64>(record + (usize(field) << 3));
}

// @ts-ignore: decorator
@inline
export function single(record: usize, field: i32): f32 {
  return f32(double(record, field));
}

// @ts-ignore: decorator
@inline
export function whole(record: usize, field: i32): i32 {
  return i32(double(record, field));
}

// @ts-ignore: decorator
@inline
export function address(record: usize, field: i32): usize {
  return usize(double(record, field));
}

// @ts-ignore: decorator
@inline
export function is(record: usize, field: i32): bool {
  return double(record, field) != 0;
}
