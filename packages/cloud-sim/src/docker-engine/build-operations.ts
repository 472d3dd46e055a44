import { ApiError } from "../frame/errors.ts";
import type { Exchange } from "../frame/exchange.ts";
import type { Snapshot } from "../machine/snapshot.ts";
import { Build, BuildFailure } from "./build.ts";
import { NotInContext } from "./build-copy.ts";
import { BuildKitReport, type BuildReport, ClassicReport } from "./build-report.ts";
import {
  DockerfileError,
  type Instruction,
  parseDockerfile,
  parseInstruction,
} from "./dockerfile.ts";
import type { Engine } from "./engine.ts";
import { readArchive } from "./image-transfer-operations.ts";
import { flag } from "./input.ts";
import { applyLayer } from "./layers.ts";
import { Progress } from "./progress.ts";
import {
  familiarName,
  type ImageReference,
  InvalidReference,
  parseRepositoryAndTag,
} from "./reference.ts";
import type { Operations } from "./route.ts";

/** Building images from Dockerfiles. */
export function buildOperations(engine: Engine): Operations {
  return { ImageBuild: ["POST /build", (exchange) => build(engine, exchange)] };
}

async function build(engine: Engine, exchange: Exchange): Promise<void> {
  for (const field of ["remote", "target"]) {
    if (exchange.field(field) === "") continue;
    throw new ApiError(400, "unsupported", `this stand-in builds without the option ${field}`);
  }
  const isBuildKit = exchange.field("version") === "2";
  const tags = exchange.query
    .getAll("t")
    .filter((tag) => tag !== "")
    .map(readTag);
  const context = applyLayer([], await readArchive(exchange));
  const progress = new Progress(exchange);
  const report = isBuildKit ? new BuildKitReport(progress) : new ClassicReport(progress);
  try {
    await runBuild(engine, exchange, { context, isBuildKit, tags, report });
  } catch (error) {
    const refusal = explain(error, isBuildKit);
    if (!isBuildKit && !exchange.response.headersSent && refusal.status !== undefined) {
      throw new ApiError(refusal.status, "build_failed", refusal.message);
    }
    await progress.fail(refusal.message, refusal.exitStatus);
  }
  progress.end();
}

interface BuildParts {
  context: Snapshot;
  isBuildKit: boolean;
  tags: readonly ImageReference[];
  report: BuildReport;
}

async function runBuild(
  engine: Engine,
  exchange: Exchange,
  { context, isBuildKit, tags, report }: BuildParts,
): Promise<void> {
  const labels = readRecord(exchange, "labels");
  const instructions = readInstructions(exchange, context);
  if (!isBuildKit) instructions.push(...labelInstructions(labels));
  const request = {
    instructions,
    context,
    args: readRecord(exchange, "buildargs"),
    labels,
    keepsSteps: !isBuildKit,
    removesFailed: flag(exchange, "forcerm"),
  };
  const image = await new Build(engine, request, report).run();
  await report.built(image.id);
  for (const tag of tags) {
    engine.images.tag(image, tag);
    await report.tagged(`${familiarName(tag.repository)}:${tag.tag}`);
  }
}

function readInstructions(exchange: Exchange, context: Snapshot): Instruction[] {
  const name = exchange.field("dockerfile") || "Dockerfile";
  const file = context.find(({ path }) => path === `/${name.replace(/^\.?\//, "")}`);
  if (file?.type !== "file") {
    throw new BuildFailure(`Cannot locate specified Dockerfile: ${name}`);
  }
  const instructions = parseDockerfile(Buffer.from(file.content).toString());
  if (instructions.length === 0) {
    throw new DockerfileError(`the Dockerfile (${name}) cannot be empty`);
  }
  if (!instructions.some(({ keyword }) => keyword === "FROM")) {
    throw new DockerfileError("no build stage in current context");
  }
  return instructions;
}

function labelInstructions(labels: Readonly<Record<string, string>>): Instruction[] {
  const pairs = Object.entries(labels).map(
    ([name, value]) => `${name}=${/^[\w.-]+$/.test(value) ? value : quote(value)}`,
  );
  return pairs.length === 0 ? [] : [parseInstruction(`LABEL ${pairs.join(" ")}`)];
}

/** A text between quotes, in which no variable is put in. */
function quote(value: string): string {
  return JSON.stringify(value).replaceAll("$", "\\$");
}

/** @throws {ApiError} 400. */
function readRecord(exchange: Exchange, field: string): Record<string, string> {
  const text = exchange.field(field) || "{}";
  try {
    const value = JSON.parse(text) as Record<string, unknown> | null;
    return Object.fromEntries(
      Object.entries(value ?? {}).flatMap(([name, entry]) =>
        entry === null ? [] : [[name, String(entry)]],
      ),
    );
  } catch {
    throw new ApiError(400, "bad_field", `error parsing ${field}: it is no JSON object`);
  }
}

function readTag(tag: string): ImageReference {
  try {
    return parseRepositoryAndTag(tag, "");
  } catch (error) {
    if (!(error instanceof InvalidReference)) throw error;
    throw new ApiError(500, "invalid_reference", error.message);
  }
}

interface Explanation {
  message: string;
  /** The HTTP status, where nothing has been sent yet. */
  status: number | undefined;
  exitStatus: number | undefined;
}

/** What the engine says of a build that failed. */
function explain(error: unknown, isBuildKit: boolean): Explanation {
  const solve = isBuildKit
    ? "failed to solve with frontend dockerfile.v0: failed to create LLB definition: "
    : "";
  if (error instanceof DockerfileError) {
    return { message: solve + error.message, status: 400, exitStatus: undefined };
  }
  if (error instanceof NotInContext) {
    const message = isBuildKit
      ? `failed to compute cache key: "/${error.path}" not found: not found`
      : `COPY failed: file not found in build context or excluded by .dockerignore: stat ${error.path}: file does not exist`;
    return { message, status: undefined, exitStatus: undefined };
  }
  const exitStatus = error instanceof BuildFailure ? error.exitStatus : undefined;
  const status = error instanceof ApiError ? error.status : 500;
  return { message: error instanceof Error ? error.message : String(error), status, exitStatus };
}
