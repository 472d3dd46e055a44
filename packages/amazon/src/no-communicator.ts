import type { Communicator } from "@packerkit/plugin-sdk";
import { AmazonError } from "./errors.ts";

/** What provisioners get with `communicator = "none"`: those that work on this machine run, the others are told why not. */
export class NoCommunicator implements Communicator {
  async start(): Promise<number> {
    throw noCommunicator();
  }

  async upload(): Promise<void> {
    throw noCommunicator();
  }

  async uploadDirectory(): Promise<void> {
    throw noCommunicator();
  }

  async download(): Promise<void> {
    throw noCommunicator();
  }

  async downloadDirectory(): Promise<void> {
    throw noCommunicator();
  }
}

function noCommunicator(): AmazonError {
  return new AmazonError(
    "NOT_REACHABLE",
    'communicator = "none" means that the instance is not reached: use communicator = "ssh", or no provisioners that work on it',
  );
}
