import { readFile } from "node:fs/promises";
import { messageOf } from "@packerkit/plugin-sdk";
import type { BuildState } from "./build-state.ts";
import type { VirtualMachine } from "./client.ts";
import type { ArmConfig } from "./config.ts";
import { AzureError } from "./errors.ts";
import { parseResourceId } from "./resource-id.ts";

/** What the cloud is asked to make of the settings. */
export async function machineRequest(state: BuildState): Promise<VirtualMachine> {
  const { config, location, networkInterface, source, tags } = state;
  const plan = config.plan_info;
  const userData = await encoded(config, "user_data");
  const machine: VirtualMachine = {
    location,
    tags: { ...tags },
    hardwareProfile: { vmSize: config.vm_size },
    storageProfile: storageOf(state),
    networkProfile: { networkInterfaces: [{ id: networkInterface.id }] },
  };
  if (source?.isSpecialized !== true) machine.osProfile = await systemOf(state);
  if (userData !== undefined) machine.userData = userData;
  if (plan !== undefined) {
    machine.plan = {
      name: plan.plan_name ?? "",
      product: plan.plan_product ?? "",
      publisher: plan.plan_publisher ?? "",
      ...(plan.plan_promotion_code === undefined
        ? {}
        : { promotionCode: plan.plan_promotion_code }),
    };
  }
  return machine;
}

function storageOf(state: BuildState): NonNullable<VirtualMachine["storageProfile"]> {
  const { config, dataDisks, osDisk, source, sourceDisks } = state;
  const managedDisk = { storageAccountType: config.managed_image_storage_account_type };
  const caching = config.disk_caching_type;
  const places = source?.diskPlaces ?? [];
  const free = freePlaces(places, dataDisks.length);
  return {
    ...(source === undefined ? {} : { imageReference: source.reference }),
    osDisk: {
      name: nameOf(osDisk.id),
      osType: "Linux",
      createOption: "FromImage",
      caching,
      managedDisk,
      ...(config.os_disk_size_gb === undefined ? {} : { diskSizeGB: config.os_disk_size_gb }),
    },
    dataDisks: [
      ...sourceDisks.map(({ id }, index) => ({
        name: nameOf(id),
        lun: places[index] ?? 0,
        createOption: "FromImage",
        caching,
        managedDisk,
      })),
      ...dataDisks.map(({ id }, index) => ({
        name: nameOf(id),
        lun: free[index] ?? 0,
        createOption: "Empty",
        caching,
        managedDisk,
        diskSizeGB: config.disk_additional_size[index] ?? 1,
      })),
    ],
  };
}

/** The first so many places that no disk is at. */
function freePlaces(taken: readonly number[], count: number): number[] {
  const all = Array.from({ length: taken.length + count }, (_, place) => place);
  return all.filter((place) => !taken.includes(place)).slice(0, count);
}

async function systemOf(state: BuildState): Promise<NonNullable<VirtualMachine["osProfile"]>> {
  const { config, keys, machine } = state;
  const customData = await encoded(config, "custom_data");
  const path = `/home/${config.ssh_username}/.ssh/authorized_keys`;
  return {
    computerName: nameOf(machine.id),
    adminUsername: config.ssh_username,
    ...(config.ssh_password === undefined ? {} : { adminPassword: config.ssh_password }),
    linuxConfiguration: {
      disablePasswordAuthentication: config.ssh_password === undefined,
      ...(keys === undefined ? {} : { ssh: { publicKeys: [{ path, keyData: keys.publicKey }] } }),
    },
    ...(customData === undefined ? {} : { customData }),
  };
}

/** A setting in base64, or the file that the setting beside it names. */
async function encoded(
  config: ArmConfig,
  attribute: "custom_data" | "user_data",
): Promise<string | undefined> {
  const file = config[`${attribute}_file`];
  if (file === undefined) return config[attribute];
  try {
    return (await readFile(file)).toString("base64");
  } catch (cause) {
    throw new AzureError(
      "BAD_FILE",
      `the file ${file} cannot be read (${messageOf(cause)}): check ${attribute}_file`,
      { cause },
    );
  }
}

/** The name of a resource. */
export function nameOf(id: string): string {
  return parseResourceId(id).names.at(-1) ?? "";
}
