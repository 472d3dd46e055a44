import { posix } from "node:path";
import { Bash } from "just-bash";
import { everydayCommands, quoteWord } from "./everyday-commands.ts";
import { MachineFileSystem } from "./file-system.ts";
import { runProgramsByPath, shellCommands } from "./shell.ts";
import type { Snapshot, SnapshotEntry } from "./snapshot.ts";

/** How many bytes the files of one machine may hold. */
export const MAX_MACHINE_BYTES = 512 * 1024 * 1024;

/** What a machine is made of. */
export interface MachineOptions {
  snapshot: Snapshot;
  hostname: string;
}

/** How to run a command. */
export interface RunOptions {
  env?: Readonly<Record<string, string>>;
  workingDirectory?: string;
  stdin?: Uint8Array;
  signal?: AbortSignal;
}

/** What a command did. */
export interface RunResult {
  exitStatus: number;
  stdout: Buffer;
  stderr: Buffer;
}

/**
 * A machine in memory: a file system and a shell, both just-bash's. Everything runs as root. A command's output
 * arrives when it has ended, and its standard input must be complete before it starts.
 */
export class Machine {
  readonly #fileSystem: MachineFileSystem;
  readonly #bash: Bash;

  private constructor(fileSystem: MachineFileSystem, bash: Bash) {
    this.#fileSystem = fileSystem;
    this.#bash = bash;
  }

  /** Makes a machine that has the files of a snapshot. */
  static async start(options: MachineOptions): Promise<Machine> {
    const fileSystem = await MachineFileSystem.restore(options.snapshot, MAX_MACHINE_BYTES);
    const bash = new Bash({
      fs: fileSystem,
      cwd: "/",
      env: {
        PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        HOME: "/root",
        USER: "root",
        HOSTNAME: options.hostname,
      },
      processInfo: { pid: 1, ppid: 0, uid: 0, gid: 0 },
      customCommands: [...shellCommands(), ...everydayCommands(options.hostname)],
      // It patches globals of the whole process, which serves more than this machine; scripts here are the user's own.
      defenseInDepth: false,
    });
    bash.registerTransformPlugin({
      name: "run-programs-by-path",
      transform: ({ ast }) => ({ ast: runProgramsByPath(ast) }),
    });
    for (const folder of ["/root", "/tmp", "/etc"]) {
      await fileSystem.mkdir(folder, { recursive: true });
    }
    await fileSystem.finishInstallation();
    return new Machine(fileSystem, bash);
  }

  /** Runs a shell's command line to its end. An aborted one ends with status 124. */
  async run(command: string, options: RunOptions = {}): Promise<RunResult> {
    // just-bash sets what it is given, but does not hand it on to the programs that it starts.
    const names = Object.keys(options.env ?? {}).filter((name) => /^[A-Za-z_]\w*$/.test(name));
    const exported = names.length === 0 ? "" : `export ${names.join(" ")}\n`;
    const { exitCode, stdout, stderr } = await this.#bash.exec(exported + command, {
      rawScript: true,
      cwd: options.workingDirectory ?? "/",
      env: { ...options.env },
      stdin: Buffer.from(options.stdin ?? []).toString("latin1"),
      stdinKind: "bytes",
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    return { exitStatus: exitCode, stdout: Buffer.from(stdout), stderr: Buffer.from(stderr) };
  }

  /** Runs a program with arguments, which no shell expands. */
  async runProgram(words: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    return this.run(words.map(quoteWord).join(" "), options);
  }

  /** What is at a path, all links followed; `undefined` where nothing is. */
  async find(path: string): Promise<SnapshotEntry | undefined> {
    if (!(await this.#fileSystem.exists(path))) return undefined;
    return this.#fileSystem.entryAt(await this.#fileSystem.realpath(path));
  }

  /** What is at a path, a link at its end not followed; `undefined` where nothing is. */
  async findLink(path: string): Promise<SnapshotEntry | undefined> {
    try {
      return await this.#fileSystem.entryAt(path);
    } catch {
      return undefined;
    }
  }

  /** The path of a program, looked up as a shell does; `undefined` where there is none. */
  async findProgram(name: string, searchPath: string): Promise<string | undefined> {
    const folders = name.includes("/") ? [""] : searchPath.split(":");
    for (const folder of folders) {
      const path = posix.join(folder, name);
      if ((await this.find(path))?.type === "file") return path;
    }
    return undefined;
  }

  /** Writes an entry, and the folders above it where they are missing. Replaces a file or link that is there. */
  async write(entry: SnapshotEntry): Promise<void> {
    const fileSystem = this.#fileSystem;
    await fileSystem.mkdir(posix.dirname(entry.path), { recursive: true });
    if (entry.type === "symlink") {
      await fileSystem.rm(entry.path, { force: true, recursive: true });
      await fileSystem.symlink(entry.target, entry.path);
      return;
    }
    if (entry.type === "directory") await fileSystem.mkdir(entry.path, { recursive: true });
    else await fileSystem.writeFile(entry.path, entry.content);
    await fileSystem.chmod(entry.path, entry.mode);
    await fileSystem.utimes(entry.path, entry.modifiedAt, entry.modifiedAt);
  }

  /** All files, as they are now. */
  async snapshot(): Promise<Snapshot> {
    return this.#fileSystem.snapshot();
  }
}
