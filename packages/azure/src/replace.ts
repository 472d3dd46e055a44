import type { Ui } from "@packerkit/plugin-sdk";
import type { AzureClient } from "./client.ts";
import { AzureError } from "./errors.ts";
import { type Made, type Patience, waitFor } from "./made.ts";
import { describeResource } from "./resource-id.ts";

/**
 * Makes sure that a thing's name is free just before the thing is made: Azure would change one that is there already.
 * With `-force` the other one is deleted.
 *
 * @param setting What to change where the name is taken.
 * @throws {AzureError} `ALREADY_EXISTS`
 */
export async function replace(
  { id }: Made,
  options: { client: AzureClient; ui: Ui; isForced: boolean; patience: Patience },
  setting: string,
): Promise<void> {
  const { client, isForced, patience, ui } = options;
  if (!isForced) {
    if ((await client.findResource(id, patience.signal)) === undefined) return;
    throw new AzureError(
      "ALREADY_EXISTS",
      `there is a ${describeResource(id)} by now; choose another ${setting}, or replace it with -force`,
    );
  }
  const removal = await client.deleteResource(id);
  if (removal === undefined) return;
  ui.say(`Deleting the ${describeResource(id)}, which may have been there before`);
  await waitFor(removal, patience);
}
