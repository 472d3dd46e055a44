import type { Communicator } from "@packerkit/plugin-sdk";
import { AzureError } from "./errors.ts";

/** The communicator `none`: provisioners that work on this machine run, all others are refused. */
export const noneCommunicator: Communicator = {
  start: () => refuse("run a command"),
  upload: () => refuse("upload a file"),
  uploadDirectory: () => refuse("upload a folder"),
  download: () => refuse("download a file"),
  downloadDirectory: () => refuse("download a folder"),
};

async function refuse(what: string): Promise<never> {
  throw new AzureError(
    "NO_COMMUNICATOR",
    `cannot ${what}: the communicator is none; set communicator = "ssh", or leave such provisioners out`,
  );
}
