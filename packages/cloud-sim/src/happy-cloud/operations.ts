import { ApiError } from "../frame/errors.ts";
import type { Exchange } from "../frame/exchange.ts";
import type { Route } from "../frame/router.ts";
import { type Cloud, showInstance } from "./cloud.ts";
import * as input from "./input.ts";

/** The largest file that can be put on an instance, in bytes. */
export const MAX_FILE_BYTES = 256 * 1024 * 1024;
/** The largest request to run a command, standard input included, in bytes. */
export const MAX_EXEC_BYTES = 16 * 1024 * 1024;

type Operations = Record<string, [endpoint: string, handle: Route["handle"]]>;

/** The routes of the cloud's API. */
export function happyCloudRoutes(cloud: Cloud): Route[] {
  const operations: Operations = {
    ...regionOperations(cloud),
    ...imageOperations(cloud),
    ...instanceOperations(cloud),
    ...machineOperations(cloud),
  };
  return Object.entries(operations).map(([operation, [endpoint, handle]]) => {
    const [method = "", path = ""] = endpoint.split(" ");
    return { method, path: `/v1${path}`, operation, handle };
  });
}

function regionOperations(cloud: Cloud): Operations {
  return {
    ListRegions: [
      "GET /regions",
      (exchange) => exchange.sendJson(200, { regions: cloud.regions() }),
    ],
    GetRegion: [
      "GET /regions/{id}",
      (exchange) => exchange.sendJson(200, cloud.region(exchange.parameter("id"))),
    ],
  };
}

function imageOperations(cloud: Cloud): Operations {
  return {
    ListImages: [
      "GET /images",
      (exchange) => {
        const images = cloud.images({
          name: exchange.field("name"),
          region: exchange.field("region"),
          clientToken: exchange.field("client_token"),
        });
        exchange.sendJson(200, { images });
      },
    ],
    GetImage: [
      "GET /images/{id}",
      (exchange) => exchange.sendJson(200, cloud.image(exchange.parameter("id")).shown),
    ],
    CreateImage: [
      "POST /images",
      async (exchange) => {
        const body = await exchange.readJson();
        const image = await cloud.createImage({
          name: input.imageName(body),
          instanceId: input.requiredText(body, "instance_id"),
          labels: input.labels(body),
          clientToken: input.clientToken(body),
        });
        exchange.sendJson(201, image);
      },
    ],
    DeleteImage: [
      "DELETE /images/{id}",
      (exchange) => {
        cloud.deleteImage(exchange.parameter("id"));
        exchange.sendEmpty(204);
      },
    ],
  };
}

function instanceOperations(cloud: Cloud): Operations {
  return {
    ListInstances: [
      "GET /instances",
      (exchange) => {
        const instances = cloud.instances({
          region: exchange.field("region"),
          clientToken: exchange.field("client_token"),
        });
        exchange.sendJson(200, { instances });
      },
    ],
    GetInstance: [
      "GET /instances/{id}",
      (exchange) => exchange.sendJson(200, showInstance(cloud.instance(exchange.parameter("id")))),
    ],
    CreateInstance: [
      "POST /instances",
      async (exchange) => {
        const body = await exchange.readJson();
        const instance = cloud.createInstance({
          region: input.requiredText(body, "region"),
          imageId: input.requiredText(body, "image_id"),
          labels: input.labels(body),
          clientToken: input.clientToken(body),
        });
        exchange.sendJson(201, instance);
      },
    ],
    StopInstance: [
      "POST /instances/{id}/stop",
      (exchange) => exchange.sendJson(200, cloud.stopInstance(exchange.parameter("id"))),
    ],
    DeleteInstance: [
      "DELETE /instances/{id}",
      (exchange) => {
        cloud.deleteInstance(exchange.parameter("id"));
        exchange.sendEmpty(204);
      },
    ],
  };
}

function machineOperations(cloud: Cloud): Operations {
  return {
    ExecCommand: ["POST /instances/{id}/exec", (exchange) => execCommand(cloud, exchange)],
    PutFile: ["PUT /instances/{id}/files", (exchange) => putFile(cloud, exchange)],
    GetFile: ["GET /instances/{id}/files", (exchange) => getFile(cloud, exchange)],
  };
}

async function execCommand(cloud: Cloud, exchange: Exchange): Promise<void> {
  const body = await exchange.readJson(MAX_EXEC_BYTES);
  const command = input.requiredText(body, "command", MAX_EXEC_BYTES);
  const stdin = Buffer.from(input.optionalText(body, "stdin"));
  const machine = await cloud.runningMachine(exchange.parameter("id")).open();
  const signal = abortedWith(exchange);
  const { exitStatus, stdout, stderr } = await machine.run(command, { stdin, signal });
  exchange.sendJson(200, {
    exit_status: exitStatus,
    stdout: stdout.toString(),
    stderr: stderr.toString(),
  });
}

/** Ends a command whose caller has gone. */
function abortedWith(exchange: Exchange): AbortSignal {
  const controller = new AbortController();
  exchange.response.once("close", () => controller.abort());
  return controller.signal;
}

async function putFile(cloud: Cloud, exchange: Exchange): Promise<void> {
  const path = input.filePath(exchange.query);
  const mode = input.fileMode(exchange.query);
  const id = exchange.parameter("id");
  const machine = await cloud.runningMachine(id).open();
  if ((await machine.find(path))?.type === "directory") {
    throw new ApiError(400, "not_a_file", `${path} on instance ${id} is a directory`);
  }
  const content = await exchange.readBytes(MAX_FILE_BYTES);
  await machine.write({ type: "file", path, mode, modifiedAt: new Date(), content });
  exchange.sendEmpty(204);
}

async function getFile(cloud: Cloud, exchange: Exchange): Promise<void> {
  const path = input.filePath(exchange.query);
  const id = exchange.parameter("id");
  const machine = await cloud.runningMachine(id).open();
  const file = await machine.find(path);
  if (file === undefined) {
    throw new ApiError(404, "file_not_found", `instance ${id} has no file ${path}`);
  }
  if (file.type !== "file") {
    throw new ApiError(400, "not_a_file", `${path} on instance ${id} is a directory`);
  }
  exchange.response.writeHead(200, {
    "content-type": "application/octet-stream",
    "content-length": file.content.byteLength,
    "happy-file-mode": `0${file.mode.toString(8)}`,
  });
  exchange.response.end(file.content);
}
