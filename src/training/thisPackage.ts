/** What an imported module finds at `threefactor`: the package that imports it, wherever the module lies. See `plugins.ts`. */

type Context = { readonly parentURL?: string | undefined };

/** As Node's loaders call it. */
export function resolve<T>(
  specifier: string,
  context: Context,
  next: (specifier: string, context: Context) => T,
): T {
  const ours = /^threefactor(\/|$)/.test(specifier);
  return next(specifier, ours ? { ...context, parentURL: import.meta.url } : context);
}
