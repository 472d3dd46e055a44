import { randomBytes } from "node:crypto";
import { posix } from "node:path";
import type { Snapshot } from "../machine/snapshot.ts";
import { copyFromContext } from "./build-copy.ts";
import type { BuildReport } from "./build-report.ts";
import { applyInstruction, type ConfigState, commandWords } from "./changes.ts";
import { Container } from "./container.ts";
import {
  DockerfileError,
  expandVariables,
  type Instruction,
  jsonWords,
  splitWords,
} from "./dockerfile.ts";
import type { Engine } from "./engine.ts";
import type { Image } from "./images.ts";
import { DEFAULT_SEARCH_PATH, emptyConfig, environmentOf, mergeEnvironment } from "./model.ts";
import { NoSuchProgram } from "./process.ts";
import { parseReference } from "./reference.ts";

/** A step of a build failed; the message is for the client. */
export class BuildFailure extends Error {
  override readonly name = "BuildFailure";
  /** The exit status of the command, where one failed. */
  readonly exitStatus: number | undefined;

  constructor(message: string, exitStatus?: number) {
    super(message);
    this.exitStatus = exitStatus;
  }
}

/** What to build. */
export interface BuildRequest {
  instructions: readonly Instruction[];
  context: Snapshot;
  args: Readonly<Record<string, string>>;
  labels: Readonly<Record<string, string>>;
  /**
   * Whether each step makes an image, and each command a container that stays where it fails, as with the classic
   * builder; BuildKit keeps the final image alone.
   */
  keepsSteps: boolean;
  /** Whether the container of a command that failed goes, too. */
  removesFailed: boolean;
}

/** Carries out the instructions of a Dockerfile one after the other. */
export class Build {
  readonly #engine: Engine;
  readonly #request: BuildRequest;
  readonly #report: BuildReport;
  #state: ConfigState = { config: emptyConfig(), isCommandSet: false };
  #files: Snapshot = [];
  #args: Record<string, string> = {};
  #base: Image | undefined;
  /** The image of the step before. */
  #last: Image | undefined;

  constructor(engine: Engine, request: BuildRequest, report: BuildReport) {
    this.#engine = engine;
    this.#request = request;
    this.#report = report;
  }

  /**
   * Builds the image.
   *
   * @throws {BuildFailure} where a step fails; {@link DockerfileError}, `NotInContext`.
   */
  async run(): Promise<Image> {
    const { instructions } = this.#request;
    for (const [index, instruction] of instructions.entries()) {
      const step = { number: index + 1, total: instructions.length, text: instruction.text };
      await this.#report.started(step);
      try {
        await this.#carryOut(instruction);
        const image = await this.#commitStep(instruction);
        await this.#report.finished(step, image?.id);
      } catch (error) {
        await this.#report.failed(step, error instanceof Error ? error.message : String(error));
        throw error;
      }
    }
    return this.#finalImage();
  }

  async #carryOut(instruction: Instruction): Promise<void> {
    switch (instruction.keyword) {
      case "ARG":
        if (this.#last !== undefined) await this.#report.configuring();
        this.#declareArgument(instruction);
        break;
      case "FROM":
        await this.#startFrom(instruction);
        break;
      case "RUN":
        await this.#runCommand(instruction);
        break;
      case "COPY":
        this.#copy(instruction);
        break;
      default:
        await this.#report.configuring();
        this.#state = applyInstruction(this.#state, {
          ...instruction,
          rest: this.#expandArguments(instruction),
        });
        break;
    }
  }

  /** Commands keep their variables for the shell. */
  #expandArguments({ keyword, rest }: Instruction): string {
    if (keyword === "CMD" || keyword === "ENTRYPOINT") return rest;
    return expandVariables(rest, this.#variables());
  }

  #variables(): Record<string, string> {
    return { ...this.#args, ...environmentOf(this.#state.config.Env) };
  }

  #declareArgument({ rest }: Instruction): void {
    for (const word of splitWords(expandVariables(rest, this.#variables()))) {
      const [, name = "", byDefault] = /^(\w+)(?:=(.*))?$/s.exec(word) ?? [];
      const value = this.#request.args[name] ?? byDefault;
      if (value !== undefined) this.#args[name] = value;
    }
  }

  async #startFrom({ rest, line }: Instruction): Promise<void> {
    if (this.#base !== undefined || this.#files.length > 0) {
      throw new DockerfileError(`line ${line}: this stand-in builds one stage only`);
    }
    const [name = ""] = splitWords(expandVariables(rest, this.#args));
    this.#base = name === "scratch" ? undefined : this.#findBase(name);
    this.#last = this.#base;
    this.#files = this.#base?.files ?? [];
    const config = this.#base?.document.config ?? emptyConfig();
    const Env = mergeEnvironment(config.Env, [`PATH=${DEFAULT_SEARCH_PATH}`]);
    this.#state = { config: { ...config, Env }, isCommandSet: false };
  }

  #findBase(name: string): Image {
    const { images, registry } = this.#engine;
    const known = images.find(name);
    if (known !== undefined) return known;
    const reference = parseReference(name);
    const pulled = registry.find(reference.repository, reference.tag ?? "latest", reference.digest);
    if (pulled === undefined) throw new BuildFailure(registry.explainMissing(reference));
    const image = images.add(pulled.document, pulled.layers, pulled.files);
    if (reference.digest === undefined) images.tag(image, reference);
    images.noteDigest(image, reference.repository, pulled.digest);
    return image;
  }

  async #runCommand({ rest }: Instruction): Promise<void> {
    const words = commandWords(rest);
    const container = this.#makeContainer(words);
    await this.#report.running(container.id);
    const ended = container.waitForExit(true, AbortSignal.timeout(3_600_000));
    try {
      await Promise.all([container.start(), ended]);
    } catch (error) {
      await this.#removeContainer(container, true);
      throw error;
    }
    for (const { stream, bytes } of container.logs) await this.#report.output(stream, `${bytes}`);
    const isFailed = container.exitStatus !== 0;
    await this.#removeContainer(container, isFailed);
    if (isFailed) throw this.#commandFailure(words, container.exitStatus);
    this.#files = await container.machine.snapshot();
  }

  async #removeContainer(container: Container, isFailed: boolean): Promise<void> {
    if (!this.#request.keepsSteps || (isFailed && !this.#request.removesFailed)) return;
    this.#engine.containers.remove(container.id, true);
    await this.#report.removed(container.id);
  }

  #commandFailure(words: readonly string[], exitStatus: number): BuildFailure {
    const message = this.#request.keepsSteps
      ? `The command '${words.join(" ")}' returned a non-zero code: ${exitStatus}`
      : `executor failed running [${words.join(" ")}]: exit code: ${exitStatus}`;
    return new BuildFailure(message, this.#request.keepsSteps ? exitStatus : undefined);
  }

  #makeContainer(words: string[]): Container {
    if (this.#last === undefined) {
      throw new BuildFailure(new NoSuchProgram(words[0] ?? "").message);
    }
    const args = Object.entries(this.#args).map(([name, value]) => `${name}=${value}`);
    const id = randomBytes(32).toString("hex");
    const container = new Container({
      id,
      name: `build_${id.slice(0, 12)}`,
      image: { ...this.#last, files: this.#files },
      config: {
        ...this.#state.config,
        Env: mergeEnvironment(this.#state.config.Env, args),
        Cmd: words,
        Entrypoint: [],
      },
      hostConfig: { NetworkMode: "default", AutoRemove: false },
    });
    if (this.#request.keepsSteps) this.#engine.containers.adopt(container);
    return container;
  }

  /** @throws {BuildFailure} */
  #copy({ rest, flags }: Instruction): void {
    if (flags["from"] !== undefined) {
      throw new BuildFailure("this stand-in copies from the build context only, not with --from");
    }
    const words = jsonWords(rest) ?? splitWords(expandVariables(rest, this.#variables()));
    const last = words.pop() ?? "";
    if (words.length === 0) throw new BuildFailure("COPY requires at least two arguments");
    const folder = posix.resolve("/", this.#state.config.WorkingDir, last);
    const mode = flags["chmod"];
    this.#files = copyFromContext(this.#request.context, this.#files, {
      sources: words,
      destination: /\/$|(^|\/)\.$/.test(last) ? `${folder}/` : folder,
      mode: mode === undefined ? undefined : Number.parseInt(mode, 8),
    });
  }

  /** The image of a step; BuildKit's steps have none of their own. */
  async #commitStep({ keyword, text }: Instruction): Promise<Image | undefined> {
    if (!this.#request.keepsSteps || keyword === "FROM" || keyword === "ARG") return this.#last;
    this.#last = await this.#engine.images.create({
      files: this.#files,
      config: { ...this.#state.config, Image: this.#last?.id ?? "" },
      parent: this.#last,
      createdBy: keyword === "RUN" ? text.slice(4) : `#(nop) ${text}`,
    });
    return this.#last;
  }

  async #finalImage(): Promise<Image> {
    if (this.#request.keepsSteps && this.#last !== undefined) return this.#last;
    const { config } = this.#state;
    const hasLabels = Object.keys(this.#request.labels).length > 0;
    const Labels = hasLabels ? { ...config.Labels, ...this.#request.labels } : config.Labels;
    return this.#engine.images.create({
      files: this.#files,
      config: { ...config, Labels },
      parent: this.#base,
      isDetached: true,
      comment: "buildkit.dockerfile.v0",
    });
  }
}
