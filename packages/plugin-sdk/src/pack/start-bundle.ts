import { KEEP_COMPILED_CODE } from "../components/compiled-code.ts";

// Node is given the text of the functions here: they can use one another, and nothing else from outside of them.

/** Where the compiled code of a plugin's component is kept; nowhere where the environment says so. */
function cacheFile(requireBuiltin: NodeJS.Require, id: string): string | undefined {
  const { homedir }: typeof import("node:os") = requireBuiltin("node:os");
  const { join }: typeof import("node:path") = requireBuiltin("node:path");
  const { arch, argv, env, version } = process;
  const folder =
    env["NODE_COMPILE_CACHE"] ??
    join(env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "packerkit/compile-cache");
  if (folder === "" || env["NODE_DISABLE_COMPILE_CACHE"] === "1") return undefined;
  const component = argv.slice(3).filter((argument) => argument !== "--protobuf");
  return join(folder, [id, version, arch, ...component].join("-").replaceAll(/[^\w.-]/g, "-"));
}

/** V8 trusts what it is given: what a crash of the system left half-written must not reach it. */
function readCache(requireBuiltin: NodeJS.Require, path: string): Buffer | undefined {
  const { readFileSync }: typeof import("node:fs") = requireBuiltin("node:fs");
  const { crc32 }: typeof import("node:zlib") = requireBuiltin("node:zlib");
  try {
    const kept = readFileSync(path);
    const code = kept.subarray(0, -4);
    return crc32(code) === kept.readUInt32LE(code.length) ? code : undefined;
  } catch {
    return undefined;
  }
}

function writeCache(requireBuiltin: NodeJS.Require, path: string, code: Buffer): void {
  const { mkdirSync, renameSync, rmSync, writeFileSync }: typeof import("node:fs") =
    requireBuiltin("node:fs");
  const { dirname }: typeof import("node:path") = requireBuiltin("node:path");
  const { crc32 }: typeof import("node:zlib") = requireBuiltin("node:zlib");
  const sum = Buffer.alloc(4);
  sum.writeUInt32LE(crc32(code));
  const draft = `${path}.${process.pid}`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(draft, Buffer.concat([code, sum]), { mode: 0o600 });
    renameSync(draft, path);
  } catch {
    // The next process compiles it again.
    rmSync(draft, { force: true });
  }
}

/**
 * Runs a plugin's file with the code that V8 compiled of it in an earlier process, and lets it keep that code. Node's own
 * compile cache keeps only what V8 compiles of a file at once, before any of it runs: the hundreds of functions that a
 * build calls would be compiled anew in each process, which is a quarter of its processor time.
 *
 * @param requireBuiltin Loads Node's modules.
 * @param id Differs for each content of the file.
 * @param keepCompiledCode See {@link KEEP_COMPILED_CODE}.
 */
function startBundle(requireBuiltin: NodeJS.Require, id: string, keepCompiledCode: string): void {
  const { readFileSync }: typeof import("node:fs") = requireBuiltin("node:fs");
  const { createRequire }: typeof import("node:module") = requireBuiltin("node:module");
  const { dirname, resolve }: typeof import("node:path") = requireBuiltin("node:path");
  const { constants, Script }: typeof import("node:vm") = requireBuiltin("node:vm");
  const file = resolve(process.argv[1] ?? "");
  process.argv[1] = file;
  const cache = cacheFile(requireBuiltin, id);
  const cachedData = cache === undefined ? undefined : readCache(requireBuiltin, cache);
  // The first line of the file is for the shell.
  const source = `(function (exports, require, module, __filename, __dirname) {//${readFileSync(file, "latin1")}\n})`;
  const script = new Script(source, {
    filename: file,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    ...(cachedData === undefined ? {} : { cachedData }),
  });
  if (cache !== undefined && script.cachedDataRejected !== false) {
    Object.defineProperty(globalThis, Symbol.for(keepCompiledCode), {
      value: () => writeCache(requireBuiltin, cache, script.createCachedData()),
    });
  }
  const module = { exports: {} };
  script.runInThisContext()(module.exports, createRequire(file), module, file, dirname(file));
}

/** The text of a program for Node that starts a plugin's file, which its first argument names. */
export function startProgram(id: string): string {
  const functions = [cacheFile, readCache, writeCache, startBundle].map((part) =>
    String(part)
      .replaceAll(/^\s*\/\/.*$/gm, "")
      .replaceAll(/\s+/g, " "),
  );
  const call = `startBundle(require, ${JSON.stringify(id)}, ${JSON.stringify(KEEP_COMPILED_CODE)})`;
  return [...functions, call].join(" ");
}
