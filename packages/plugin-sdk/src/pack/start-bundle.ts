import { KEEP_COMPILED_CODE } from "../components/compiled-code.ts";

/**
 * Runs a plugin's file with the code that V8 compiled of it in an earlier process, and lets it keep that code. Node's own
 * compile cache keeps only what V8 compiles of a file at once, before any of it runs: the hundreds of functions that a
 * build calls would be compiled anew in each process, which is a quarter of its processor time.
 *
 * Node is given the text of this function: it can use nothing from outside of it.
 *
 * @param requireBuiltin Loads Node's modules.
 * @param id Differs for each content of the file.
 * @param keepCompiledCode See {@link KEEP_COMPILED_CODE}.
 */
export function startBundle(
  requireBuiltin: NodeJS.Require,
  id: string,
  keepCompiledCode: string,
): void {
  const fs: typeof import("node:fs") = requireBuiltin("node:fs");
  const { createRequire }: typeof import("node:module") = requireBuiltin("node:module");
  const { homedir }: typeof import("node:os") = requireBuiltin("node:os");
  const { dirname, join, resolve }: typeof import("node:path") = requireBuiltin("node:path");
  const { constants, Script }: typeof import("node:vm") = requireBuiltin("node:vm");
  const { crc32 }: typeof import("node:zlib") = requireBuiltin("node:zlib");
  const { arch, argv, env, pid, version } = process;
  const file = resolve(argv[1] ?? "");
  argv[1] = file;

  const folder =
    env["NODE_COMPILE_CACHE"] ??
    join(env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "packerkit/compile-cache");
  const component = argv.slice(3).filter((argument) => argument !== "--protobuf");
  const name = [id, version, arch, ...component].join("-").replaceAll(/[^\w.-]/g, "-");
  const cache =
    folder === "" || env["NODE_DISABLE_COMPILE_CACHE"] === "1" ? undefined : join(folder, name);

  /** V8 trusts what it is given; what a crash of the system left half-written must not reach it. */
  const readCache = (path: string): Buffer | undefined => {
    try {
      const kept = fs.readFileSync(path);
      const code = kept.subarray(0, -4);
      return crc32(code) === kept.readUInt32LE(code.length) ? code : undefined;
    } catch {
      return undefined;
    }
  };
  const writeCache = (path: string, code: Buffer) => {
    const sum = Buffer.alloc(4);
    sum.writeUInt32LE(crc32(code));
    try {
      fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
      fs.writeFileSync(`${path}.${pid}`, Buffer.concat([code, sum]), { mode: 0o600 });
      fs.renameSync(`${path}.${pid}`, path);
    } catch {
      // The next process compiles it again.
    }
  };

  const cachedData = cache === undefined ? undefined : readCache(cache);
  // The first line of the file is for the shell.
  const source = `(function (exports, require, module, __filename, __dirname) {//${fs.readFileSync(file, "latin1")}\n})`;
  const script = new Script(source, {
    filename: file,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    ...(cachedData === undefined ? {} : { cachedData }),
  });
  if (cache !== undefined && script.cachedDataRejected !== false) {
    Object.defineProperty(globalThis, Symbol.for(keepCompiledCode), {
      configurable: true,
      value: () => writeCache(cache, script.createCachedData()),
    });
  }
  const module = { exports: {} };
  script.runInThisContext()(module.exports, createRequire(file), module, file, dirname(file));
}

/** The text of a program for Node that starts a plugin's file, which its first argument names. */
export function startProgram(id: string): string {
  const start = String(startBundle)
    .replaceAll(/^\s*(\/\/|\/\*\*).*$/gm, "")
    .replaceAll(/\s+/g, " ");
  return `(${start})(require, ${JSON.stringify(id)}, ${JSON.stringify(KEEP_COMPILED_CODE)})`;
}
