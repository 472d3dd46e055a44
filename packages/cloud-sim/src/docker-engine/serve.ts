import { ApiError } from "../frame/errors.ts";
import { startStandIn } from "../frame/stand-in.ts";
import { buildOperations } from "./build-operations.ts";
import { containerFileOperations } from "./container-file-operations.ts";
import { containerOperations } from "./container-operations.ts";
import { Engine } from "./engine.ts";
import { execOperations } from "./exec-operations.ts";
import { imageOperations } from "./image-operations.ts";
import { imageTransferOperations } from "./image-transfer-operations.ts";
import { API_VERSION, ENGINE_VERSION, MAX_API_VERSION, MIN_API_VERSION } from "./model.ts";
import { routesOf } from "./route.ts";
import { PRESENT_IMAGES, PULLABLE_IMAGES } from "./seed.ts";
import type { DockerEngineOptions, DockerEngineStandIn } from "./start.ts";
import { systemOperations } from "./system-operations.ts";

/** Does the work of `startDockerEngine`. */
export async function serveDockerEngine(
  options: DockerEngineOptions,
): Promise<DockerEngineStandIn> {
  const engine = await Engine.create({
    images: options.images ?? PRESENT_IMAGES,
    registry: options.registry ?? PULLABLE_IMAGES,
    registryCredentials: options.registryCredentials,
  });
  const standIn = await startStandIn(
    {
      name: "docker-engine",
      routes: routesOf({
        ...systemOperations(engine),
        ...imageTransferOperations(engine),
        ...buildOperations(engine),
        ...imageOperations(engine),
        ...containerOperations(engine),
        ...containerFileOperations(engine),
        ...execOperations(engine),
      }),
      formatError: ({ code, message }) => ({
        message: code === "route_not_found" ? "page not found" : message,
      }),
      headers: () => ({
        "api-version": API_VERSION,
        "docker-experimental": "false",
        ostype: "linux",
        server: `Docker/${ENGINE_VERSION} (linux)`,
      }),
      rewritePath: withoutVersion,
    },
    options,
  );
  const close = async () => {
    engine.containers.stopAll();
    await standIn.close();
  };
  return {
    ...standIn,
    dockerHost: standIn.url.replace(/^http:/, "tcp:"),
    snapshot: () => engine.snapshot(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Takes `/v1.41` off a path. @throws {ApiError} 400 for a version out of range. */
function withoutVersion(path: string): string {
  const [prefix, version = ""] = /^\/v(\d+\.\d+)(?=\/)/.exec(path) ?? [];
  if (prefix === undefined) return path;
  if (compareVersions(version, MIN_API_VERSION) < 0) {
    throw new ApiError(
      400,
      "version_too_old",
      `client version ${version} is too old. Minimum supported API version is ${MIN_API_VERSION}, please upgrade your client to a newer version`,
    );
  }
  if (compareVersions(version, MAX_API_VERSION) > 0) {
    throw new ApiError(
      400,
      "version_too_new",
      `client version ${version} is too new. Maximum supported API version is ${MAX_API_VERSION}`,
    );
  }
  return path.slice(prefix.length);
}

function compareVersions(a: string, b: string): number {
  const [majorA = 0, minorA = 0] = a.split(".").map(Number);
  const [majorB = 0, minorB = 0] = b.split(".").map(Number);
  return majorA - majorB || minorA - minorB;
}
