/** An object with some properties in place of its own; methods still run on the object itself. */
export function overlaid<T extends object>(object: T, own: object): T {
  return new Proxy(object, {
    get(target, key) {
      if (Reflect.has(own, key)) return Reflect.get(own, key);
      const value = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
    set: (target, key, value) => Reflect.set(target, key, value, target),
  });
}
