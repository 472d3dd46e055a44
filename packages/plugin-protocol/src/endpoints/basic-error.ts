import { RemoteError } from "../rpc/client.ts";
import { StructReader } from "../rpc/struct-reader.ts";

/** An error inside an answer, as Go sends it. Source: `BasicError`, packer-plugin-sdk `rpc/error.go`. */
export interface BasicError {
  Message: string;
}

/** The error that a field of an answer holds; `undefined` for nil. */
export function readBasicError(
  method: string,
  error: StructReader | undefined,
): RemoteError | undefined {
  return error === undefined ? undefined : new RemoteError(method, error.text("Message"));
}

/** Throws the error that an answer is, where it is one: Go answers some calls with nil or a `BasicError`. */
export function throwBasicError(method: string, answer: unknown): void {
  if (answer === null || answer === undefined) return;
  throw new RemoteError(method, new StructReader(method, answer).text("Message"));
}
