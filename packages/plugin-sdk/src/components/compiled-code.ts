/** The symbol of the global function with which a bundled plugin keeps the code that V8 has compiled so far. */
export const KEEP_COMPILED_CODE = "packerkit.keepCompiledCode";

/**
 * Does a component's work, and then has the code kept that V8 compiled for it, in a plugin that was bundled. Packer ends
 * its plugins with SIGKILL, so that there is no later moment; and only now has the code been compiled that the work takes.
 * Where the code came out of the cache, this does nothing.
 */
export async function keepingCompiledCode<Result>(work: () => Promise<Result>): Promise<Result> {
  const result = await work();
  const keeper = globalThis as { [name: symbol]: (() => void) | undefined };
  keeper[Symbol.for(KEEP_COMPILED_CODE)]?.();
  return result;
}
