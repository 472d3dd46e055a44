import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { ApiError } from "../frame/errors.ts";
import { type Fault, FaultPlan } from "../frame/faults.ts";
import { type ListenOptions, listen } from "../frame/listen.ts";
import { RequestLog } from "../frame/request-log.ts";
import type { RunningStandIn } from "../frame/stand-in.ts";
import { Parameters } from "./parameters.ts";
import { type AwsCredentials, checkSignature, type SignedBy } from "./signature.ts";
import { type XmlElements, xmlDocument } from "./xml.ts";

/** The largest body that is read, in bytes. */
const MAX_BODY_BYTES = 1024 * 1024;

/** A request in the Query protocol, read and checked. */
export interface QueryRequest {
  action: string;
  input: Parameters;
  signedBy: SignedBy;
}

/** What makes a Query server a certain cloud's. */
export interface QueryDefinition {
  name: string;
  credentials(accessKeyId: string): AwsCredentials | undefined;
  /** Answers the elements of the response, which has the namespace of the service. */
  handle(request: QueryRequest): XmlElements | Promise<XmlElements>;
}

const NAMESPACES: Readonly<Record<string, string>> = {
  ec2: "http://ec2.amazonaws.com/doc/2016-11-15/",
  sts: "https://sts.amazonaws.com/doc/2011-06-15/",
};

/**
 * Starts a server of the AWS Query protocol: forms in, XML out, all operations on one path, regions told by the
 * signature. It has the log and the faults of every stand-in; the operation is the form's `Action`.
 *
 * Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Query-Requests.html
 *
 * @throws {CloudSimError} `PORT_TAKEN`, `LISTEN_FAILED`, `BAD_OPTION`.
 */
export async function startQueryServer(
  definition: QueryDefinition,
  options: ListenOptions,
): Promise<RunningStandIn> {
  const log = new RequestLog();
  const faults = new FaultPlan();
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    void serve({ definition, log, faults }, request, response);
  });
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    // A client that goes away is its own affair.
    socket.on("error", () => {});
  });
  const address = await listen(definition.name, server, options);
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    }).then(() => address.cleanUp());
    return closing;
  };
  return {
    url: address.url,
    socketPath: address.socketPath,
    faults,
    requests: log.records,
    operations: () => log.operations(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

interface Serving {
  definition: QueryDefinition;
  log: RequestLog;
  faults: FaultPlan;
}

async function serve(
  { definition, log, faults }: Serving,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
  const body = await readBody(request).catch(() => undefined);
  if (body === undefined) return refuseBody(request, response);
  const input = readInput(body);
  const action = input instanceof ApiError ? "Unknown" : (input.text("Action") ?? "Unknown");
  const record = log.open(request.method ?? "POST", path, action);
  const fault = faults.next(action);
  record.fault = fault?.kind;
  if (fault?.kind === "delay") await sleep(fault.delayMs ?? 50, undefined, { ref: false });
  if (fault?.kind === "drop") return void request.socket.destroy();
  const answer = await makeAnswer(definition, request, body, input, fault);
  if (fault?.kind === "dropAfter") return void request.socket.destroy();
  record.status = answer.status;
  send(response, answer);
}

/** What is left of the body is read and forgotten, so that the refusal still reaches the client. */
function refuseBody(request: IncomingMessage, response: ServerResponse): void {
  const message = `The request is larger than ${MAX_BODY_BYTES} bytes`;
  const error = new ApiError(413, "RequestEntityTooLarge", message);
  response.setHeader("connection", "close");
  send(response, errorAnswer("ec2", error, randomUUID()));
  request.resume();
}

function send(response: ServerResponse, answer: Answer): void {
  response.writeHead(answer.status, {
    "content-type": "text/xml;charset=UTF-8",
    "content-length": Buffer.byteLength(answer.text),
    "x-amzn-requestid": answer.requestId,
  });
  response.end(answer.text);
}

interface Answer {
  status: number;
  text: string;
  requestId: string;
}

async function makeAnswer(
  definition: QueryDefinition,
  request: IncomingMessage,
  body: Buffer,
  input: Parameters | ApiError,
  fault: Readonly<Fault> | undefined,
): Promise<Answer> {
  const requestId = randomUUID();
  let service = "ec2";
  try {
    if (fault?.kind === "error") throw faultError(fault);
    if (input instanceof ApiError) throw input;
    const signedBy = checkSignature(request, body, definition.credentials);
    service = signedBy.service;
    const action = input.required("Action");
    const elements = await definition.handle({ action, input, signedBy });
    const content =
      service === "sts"
        ? { [`${action}Result`]: elements, ResponseMetadata: { RequestId: requestId } }
        : { requestId, ...elements };
    const namespace = `xmlns="${NAMESPACES[service]}"`;
    return { status: 200, text: xmlDocument(`${action}Response`, namespace, content), requestId };
  } catch (error) {
    return errorAnswer(service, error, requestId);
  }
}

function errorAnswer(service: string, error: unknown, requestId: string): Answer {
  const { status, code, message } =
    error instanceof ApiError ? error : new ApiError(500, "InternalError", String(error));
  const text =
    service === "sts"
      ? xmlDocument("ErrorResponse", `xmlns="${NAMESPACES["sts"]}"`, {
          Error: { Type: status < 500 ? "Sender" : "Receiver", Code: code, Message: message },
          RequestId: requestId,
        })
      : xmlDocument("Response", "", {
          Errors: { Error: { Code: code, Message: message } },
          RequestID: requestId,
        });
  return { status, text, requestId };
}

function faultError({ status = 500, code = "InternalError", message }: Readonly<Fault>): ApiError {
  return new ApiError(status, code, message ?? "An internal error has occurred");
}

function readInput(body: Buffer): Parameters | ApiError {
  try {
    return Parameters.parse(body.toString());
  } catch (error) {
    return error as ApiError;
  }
}

/** Rejects past {@link MAX_BODY_BYTES}. */
async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new Error("the body is too large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}
