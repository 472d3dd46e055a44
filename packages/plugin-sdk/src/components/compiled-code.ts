import module from "node:module";

/**
 * Does a component's work, and then has V8's compile cache written where the launcher turned it on. Packer ends its
 * plugins with SIGKILL, so that Node never comes to writing it at the exit; and only now has the code been compiled
 * that the work takes. Where the cache is there already, this does nothing.
 */
export async function keepingCompiledCode<Result>(work: () => Promise<Result>): Promise<Result> {
  const result = await work();
  module.flushCompileCache();
  return result;
}
