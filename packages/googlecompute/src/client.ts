import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { protos } from "@google-cloud/compute";
import { GoogleComputeError, toGoogleComputeError } from "./errors.ts";
import { type ConnectOptions, loadSdk, type Sdk } from "./sdk.ts";

/** Resources as the SDK has them. Numbers of 64 bits are texts. */
export type ImageResource = protos.google.cloud.compute.v1.IImage;
export type InstanceResource = protos.google.cloud.compute.v1.IInstance;
export type ZoneResource = protos.google.cloud.compute.v1.IZone;
export type DeprecationStatus = protos.google.cloud.compute.v1.IDeprecationStatus;
type OperationResource = protos.google.cloud.compute.v1.IOperation;

/** Something that the cloud is at. */
export interface Operation {
  /** What is being done, such as `creating the image web-1`. */
  readonly what: string;
  readonly name: string;
  readonly project: string;
  /** `undefined` for an operation on something global. */
  readonly zone: string | undefined;
  readonly requestId: string;
}

/** How to wait for an operation. */
export interface WaitOptions {
  signal?: AbortSignal | undefined;
  /** Told each time that the cloud says how far it is, in percent. */
  onProgress?(percent: number): void;
}

/** Where something zonal is. */
export interface ZonalName {
  project: string;
  zone: string;
  name: string;
}

/** How long one call may take, in milliseconds. The cloud holds a call that waits for two minutes. */
const CALL_TIMEOUT = 150_000;

/** google-gax's code for a connection that failed or broke, and for HTTP 503. */
const UNAVAILABLE = 14;

/**
 * Calls whose answer did not come are made again. That is harmless for those that change something too, since they
 * carry a request id: the cloud answers a repeated one with the operation that the first began.
 */
const RETRY = {
  retryCodes: [UNAVAILABLE],
  backoffSettings: {
    initialRetryDelayMillis: 100,
    retryDelayMultiplier: 2,
    maxRetryDelayMillis: 3000,
    initialRpcTimeoutMillis: CALL_TIMEOUT,
    rpcTimeoutMultiplier: 1,
    maxRpcTimeoutMillis: CALL_TIMEOUT,
    maxRetries: 6,
  },
};

/** Talks to Compute Engine, through its official SDK. Calls reject with {@link GoogleComputeError}. */
export class ComputeClient {
  readonly #sdk: Sdk;

  private constructor(sdk: Sdk) {
    this.#sdk = sdk;
  }

  /** Loads the SDK, which takes a while: do it when a build runs, not before. It calls nothing yet. */
  static async connect(options: ConnectOptions): Promise<ComputeClient> {
    return new ComputeClient(await loadSdk(options));
  }

  /** An image; `undefined` where there is none of that name. */
  async findImage(
    project: string,
    name: string,
    signal?: AbortSignal,
  ): Promise<ImageResource | undefined> {
    return await ifThere(
      read(`looking for the image ${name} in ${project}`, signal, (options) =>
        this.#sdk.images.get({ project, image: name }, options),
      ),
    );
  }

  /** The newest image of a family that is not deprecated; `undefined` where there is none. */
  async findImageOfFamily(
    project: string,
    family: string,
    signal?: AbortSignal,
  ): Promise<ImageResource | undefined> {
    return await ifThere(
      read(`looking for the image family ${family} in ${project}`, signal, (options) =>
        this.#sdk.images.getFromFamily({ project, family }, options),
      ),
    );
  }

  async createImage(project: string, image: ImageResource): Promise<Operation> {
    const what = `creating the image ${image.name}`;
    return await change(what, { project }, (requestId, options) =>
      this.#sdk.images.insert({ project, imageResource: image, requestId }, options),
    );
  }

  async deprecateImage(
    project: string,
    name: string,
    status: DeprecationStatus,
  ): Promise<Operation> {
    const what = `setting the deprecation of the image ${name}`;
    const request = { project, image: name, deprecationStatusResource: status };
    return await change(what, { project }, (requestId, options) =>
      this.#sdk.images.deprecate({ ...request, requestId }, options),
    );
  }

  /** `undefined` where there is no such image. */
  async deleteImage(project: string, name: string): Promise<Operation | undefined> {
    const deletion = change(`deleting the image ${name}`, { project }, (requestId, options) =>
      this.#sdk.images.delete({ project, image: name, requestId }, options),
    );
    return await ifThere(deletion);
  }

  /** @throws {GoogleComputeError} `NOT_FOUND`. */
  async getZone(project: string, zone: string, signal?: AbortSignal): Promise<ZoneResource> {
    return await read(`looking for the zone ${zone}`, signal, (options) =>
      this.#sdk.zones.get({ project, zone }, options),
    );
  }

  /** @throws {GoogleComputeError} `NOT_FOUND` where the zone does not have the machine type. */
  async requireMachineType(at: ZonalName, signal?: AbortSignal): Promise<void> {
    const { project, zone, name } = at;
    await read(`looking for the machine type ${name} in ${zone}`, signal, (options) =>
      this.#sdk.machineTypes.get({ project, zone, machineType: name }, options),
    );
  }

  async createInstance(
    { project, zone }: Omit<ZonalName, "name">,
    instance: InstanceResource,
  ): Promise<Operation> {
    const what = `creating the instance ${instance.name}`;
    return await change(what, { project, zone }, (requestId, options) =>
      this.#sdk.instances.insert({ project, zone, instanceResource: instance, requestId }, options),
    );
  }

  /** `undefined` where there is no such instance. */
  async findInstance(at: ZonalName, signal?: AbortSignal): Promise<InstanceResource | undefined> {
    const { project, zone, name } = at;
    return await ifThere(
      read(`looking at the instance ${name}`, signal, (options) =>
        this.#sdk.instances.get({ project, zone, instance: name }, options),
      ),
    );
  }

  /** What the instance printed on its first serial port. */
  async serialOutput({ project, zone, name }: ZonalName, signal?: AbortSignal): Promise<string> {
    const output = await read(`reading what the instance ${name} printed`, signal, (options) =>
      this.#sdk.instances.getSerialPortOutput({ project, zone, instance: name }, options),
    );
    return output.contents ?? "";
  }

  /** `undefined` where there is no such instance. */
  async deleteInstance({ project, zone, name }: ZonalName): Promise<Operation | undefined> {
    const what = `deleting the instance ${name}`;
    const deletion = change(what, { project, zone }, (requestId, options) =>
      this.#sdk.instances.delete({ project, zone, instance: name, requestId }, options),
    );
    return await ifThere(deletion);
  }

  /** Whether there is such a disk. */
  async hasDisk({ project, zone, name }: ZonalName, signal?: AbortSignal): Promise<boolean> {
    const disk = read(`looking for the disk ${name}`, signal, (options) =>
      this.#sdk.disks.get({ project, zone, disk: name }, options),
    );
    return (await ifThere(disk)) !== undefined;
  }

  /** `undefined` where there is no such disk. */
  async deleteDisk({ project, zone, name }: ZonalName): Promise<Operation | undefined> {
    const what = `deleting the disk ${name}`;
    const deletion = change(what, { project, zone }, (requestId, options) =>
      this.#sdk.disks.delete({ project, zone, disk: name, requestId }, options),
    );
    return await ifThere(deletion);
  }

  /**
   * Resolves when an operation has succeeded, by the API's own calls that wait.
   *
   * @throws {GoogleComputeError} `OPERATION_FAILED` or `QUOTA_EXCEEDED`, with the operation's own code as `reason`.
   */
  async wait(operation: Operation, { signal, onProgress }: WaitOptions = {}): Promise<void> {
    for (let pause = 20; ; pause = Math.min(pause * 2, 2000)) {
      const started = performance.now();
      const now = await this.#waitOnce(operation, signal);
      if (now.status === "DONE") return requireSuccess(operation, now);
      if (typeof now.progress === "number") onProgress?.(now.progress);
      // A cloud that is under load may answer at once.
      if (performance.now() - started < 1000) await sleep(pause, undefined, { signal });
    }
  }

  async #waitOnce(operation: Operation, signal?: AbortSignal): Promise<OperationResource> {
    const { what, name, project, zone } = operation;
    return await read(what, signal, (options) =>
      zone === undefined
        ? this.#sdk.globalOperations.wait({ operation: name, project }, options)
        : this.#sdk.zoneOperations.wait({ operation: name, project, zone }, options),
    );
  }
}

type CallOptions = { timeout: number; retry: typeof RETRY; signal?: AbortSignal };

async function read<Answer>(
  what: string,
  signal: AbortSignal | undefined,
  call: (options: CallOptions) => Promise<[Answer, ...unknown[]]>,
): Promise<Answer> {
  signal?.throwIfAborted();
  const options = { timeout: CALL_TIMEOUT, retry: RETRY };
  try {
    const [answer] = await call(signal === undefined ? options : { ...options, signal });
    return answer;
  } catch (error) {
    signal?.throwIfAborted();
    throw toGoogleComputeError(what, error);
  }
}

/** It cannot be cancelled half-way: what it makes could still appear after everything was cleaned up. */
async function change(
  what: string,
  { project, zone }: { project: string; zone?: string },
  call: (
    requestId: string,
    options: CallOptions,
  ) => Promise<[{ latestResponse: unknown }, ...unknown[]]>,
): Promise<Operation> {
  const requestId = randomUUID();
  try {
    const [{ latestResponse }] = await call(requestId, { timeout: CALL_TIMEOUT, retry: RETRY });
    const { name } = latestResponse as OperationResource;
    return { what, name: name ?? "", project, zone, requestId };
  } catch (error) {
    throw toGoogleComputeError(what, error, requestId);
  }
}

async function ifThere<Answer>(call: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof GoogleComputeError && error.code === "NOT_FOUND") return undefined;
    throw error;
  }
}

function requireSuccess({ what, name, requestId }: Operation, operation: OperationResource): void {
  const errors = operation.error?.errors ?? [];
  const [first] = errors;
  if (first === undefined) return;
  const reasons = errors.map(({ code, message }) => `${message ?? ""} (${code})`).join("; ");
  const reason = first.code ?? undefined;
  const code = /quota/i.test(reason ?? "") ? "QUOTA_EXCEEDED" : "OPERATION_FAILED";
  throw new GoogleComputeError(
    code,
    `${what} failed: ${reasons}; the operation is ${name}, request ${requestId}`,
    { reason, requestId, status: operation.httpErrorStatusCode ?? undefined },
  );
}
