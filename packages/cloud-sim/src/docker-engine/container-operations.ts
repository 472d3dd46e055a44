import { constants } from "node:os";
import { ApiError } from "../frame/errors.ts";
import type { Exchange } from "../frame/exchange.ts";
import type { Container } from "./container.ts";
import {
  CONTAINER_FILTERS,
  filterContainers,
  showContainer,
  showContainerInList,
} from "./container-views.ts";
import type { Engine } from "./engine.ts";
import { frame } from "./exec-stream.ts";
import { flag, readBody, readConfig, readFilters, readHostConfig } from "./input.ts";
import type { Operations } from "./route.ts";

/** The life of containers. */
export function containerOperations(engine: Engine): Operations {
  const { images, containers } = engine;
  const container = (exchange: Exchange) => containers.resolve(exchange.parameter("id"));
  return {
    ContainerList: [
      "GET /containers/json",
      (exchange) => {
        const filters = readFilters(exchange, CONTAINER_FILTERS);
        const found = filterContainers(images, containers.all(), flag(exchange, "all"), filters);
        exchange.sendJson(
          200,
          found.map((one) => showContainerInList(images, one)),
        );
      },
    ],
    ContainerCreate: ["POST /containers/create", (exchange) => create(engine, exchange)],
    ContainerInspect: [
      "GET /containers/{id}/json",
      (exchange) => exchange.sendJson(200, showContainer(container(exchange))),
    ],
    ContainerStart: [
      "POST /containers/{id}/start",
      async (exchange) => {
        const isRunning = container(exchange).isRunning;
        if (!isRunning) await container(exchange).start();
        exchange.response.writeHead(isRunning ? 304 : 204).end();
      },
    ],
    ContainerStop: [
      "POST /containers/{id}/stop",
      (exchange) => {
        const isRunning = container(exchange).isRunning;
        container(exchange).stop();
        exchange.response.writeHead(isRunning ? 204 : 304).end();
      },
    ],
    ContainerKill: ["POST /containers/{id}/kill", (exchange) => kill(engine, exchange)],
    ContainerWait: [
      "POST /containers/{id}/wait",
      (exchange) => wait(container(exchange), exchange),
    ],
    ContainerLogs: [
      "GET /containers/{id}/logs",
      (exchange) => sendLogs(container(exchange), exchange),
    ],
    ContainerDelete: [
      "DELETE /containers/{id}",
      (exchange) => {
        containers.remove(exchange.parameter("id"), flag(exchange, "force"));
        exchange.response.writeHead(204).end();
      },
    ],
  };
}

async function create({ images, containers }: Engine, exchange: Exchange): Promise<void> {
  const body = await readBody(exchange);
  if (Object.keys(body).length === 0) {
    throw new ApiError(400, "no_config", "Config cannot be empty in order to create a container");
  }
  const config = readConfig(body);
  if (config.Image === "") throw new ApiError(400, "no_command", "No command specified");
  const container = containers.create(
    exchange.field("name"),
    images.resolve(config.Image),
    config,
    readHostConfig(body),
  );
  exchange.sendJson(201, { Id: container.id, Warnings: [] });
}

function kill({ containers }: Engine, exchange: Exchange): void {
  const id = exchange.parameter("id");
  const container = containers.resolve(id);
  const signal = exchange.field("signal") || "KILL";
  const status = signalNumber(signal);
  if (status === undefined) throw new ApiError(400, "bad_signal", `Invalid signal: ${signal}`);
  if (!container.isRunning) {
    throw new ApiError(
      409,
      "not_running",
      `Cannot kill container: ${id}: Container ${container.id} is not running`,
    );
  }
  container.stop(128 + status);
  exchange.response.writeHead(204).end();
}

function signalNumber(signal: string): number | undefined {
  if (/^\d+$/.test(signal))
    return Number(signal) > 0 && Number(signal) < 65 ? Number(signal) : undefined;
  const name = signal.toUpperCase().replace(/^(SIG)?/, "SIG");
  return (constants.signals as Record<string, number>)[name];
}

async function wait(container: Container, exchange: Exchange): Promise<void> {
  const condition = exchange.field("condition");
  const gone = goneClient(exchange);
  const ended =
    condition === "removed"
      ? container.waitForRemoval(gone)
      : container.waitForExit(condition === "next-exit", gone);
  exchange.response.writeHead(200, { "content-type": "application/json" }).flushHeaders();
  await ended;
  const failure = container.error === "" ? null : { Message: container.error };
  exchange.response.end(JSON.stringify({ Error: failure, StatusCode: container.exitStatus }));
}

/** Output so far, and with `follow` what comes until the process ends. */
async function sendLogs(container: Container, exchange: Exchange): Promise<void> {
  const wanted = [flag(exchange, "stdout") ? 1 : 0, flag(exchange, "stderr") ? 2 : 0];
  if (!wanted.some((stream) => stream > 0)) {
    throw new ApiError(400, "no_stream", "Bad parameters: you must choose at least one stream");
  }
  exchange.response.writeHead(200, { "content-type": "application/vnd.docker.raw-stream" });
  exchange.response.flushHeaders();
  if (flag(exchange, "follow")) await container.waitForExit(false, goneClient(exchange));
  for (const { stream, bytes } of container.logs) {
    if (!wanted.includes(stream)) continue;
    exchange.response.write(container.config.Tty ? bytes : frame(stream, bytes));
  }
  exchange.response.end();
}

/** Aborted when the client is gone. */
export function goneClient(exchange: Exchange): AbortSignal {
  const controller = new AbortController();
  exchange.request.socket.once("close", () => controller.abort());
  return controller.signal;
}
