import { readFile } from "node:fs/promises";
import { messageOf } from "@packerkit/plugin-sdk";
import { regionOfZone } from "./check-config.ts";
import type { InstanceResource } from "./client.ts";
import type { GoogleComputeConfig } from "./config.ts";
import { GoogleComputeError } from "./errors.ts";
import { STARTUP_SCRIPT, startupMetadata } from "./startup-script.ts";

/** An instance to ask for, in whose making builds and exports are alike. */
export interface InstanceWish {
  name: string;
  zone: string;
  machineType: string;
  sourceImage: string;
  disk: { name: string; sizeGb: number; type: string };
  network: { network?: string | undefined; subnetwork?: string | undefined };
  /** The internal address to have. */
  networkIp?: string | undefined;
  hasExternalAddress: boolean;
  metadata: Readonly<Record<string, string>>;
  serviceAccount: { email: string; scopes: readonly string[] } | undefined;
}

/** The request that makes an instance. Its boot disk stays when the instance goes. */
export function instanceRequest(wish: InstanceWish): InstanceResource {
  const { name, zone, disk, network, serviceAccount } = wish;
  return {
    name,
    description: "New instance created by Packer",
    machineType: `zones/${zone}/machineTypes/${wish.machineType}`,
    disks: [
      {
        type: "PERSISTENT",
        mode: "READ_WRITE",
        boot: true,
        autoDelete: false,
        initializeParams: {
          sourceImage: wish.sourceImage,
          diskName: disk.name,
          diskSizeGb: String(disk.sizeGb),
          diskType: `zones/${zone}/diskTypes/${disk.type}`,
        },
      },
    ],
    networkInterfaces: [
      {
        ...network,
        ...(wish.networkIp === undefined ? {} : { networkIP: wish.networkIp }),
        accessConfigs: wish.hasExternalAddress
          ? [{ name: "AccessConfig created by Packer", type: "ONE_TO_ONE_NAT" }]
          : [],
      },
    ],
    metadata: {
      items: Object.entries(wish.metadata).map(([key, value]) => ({ key, value })),
    },
    serviceAccounts:
      serviceAccount === undefined
        ? []
        : [{ email: serviceAccount.email, scopes: [...serviceAccount.scopes] }],
  };
}

/** What a build's settings add to {@link instanceRequest}. */
export function buildOptions(config: GoogleComputeConfig): InstanceResource {
  const { enable_secure_boot, enable_vtpm, enable_integrity_monitoring } = config;
  const isShielded = enable_secure_boot || enable_vtpm || enable_integrity_monitoring;
  return {
    labels: config.labels,
    tags: { items: config.tags },
    ...(config.min_cpu_platform === undefined ? {} : { minCpuPlatform: config.min_cpu_platform }),
    scheduling: {
      onHostMaintenance:
        config.on_host_maintenance ?? (config.preemptible ? "TERMINATE" : "MIGRATE"),
      preemptible: config.preemptible,
      // A preemptible instance cannot be restarted by the cloud.
      ...(config.preemptible ? { automaticRestart: false } : {}),
    },
    ...(config.enable_nested_virtualization
      ? { advancedMachineFeatures: { enableNestedVirtualization: true } }
      : {}),
    ...(isShielded
      ? {
          shieldedInstanceConfig: {
            enableSecureBoot: enable_secure_boot,
            enableVtpm: enable_vtpm,
            enableIntegrityMonitoring: enable_integrity_monitoring,
          },
        }
      : {}),
  };
}

/** The service account of a build's instance; `undefined` where it has none. */
export function serviceAccountOf(
  config: GoogleComputeConfig,
): { email: string; scopes: readonly string[] } | undefined {
  const { service_account_email: email, scopes } = config;
  if (email !== undefined) return { email, scopes };
  return config.disable_default_service_account ? undefined : { email: "default", scopes };
}

/**
 * Network and subnetwork as the API takes them, from names or URLs.
 *
 * Source: packer-plugin-googlecompute `lib/common/networking.go`.
 */
export function networkOf(
  settings: { network?: string | undefined; subnetwork?: string | undefined; zone: string },
  project: string,
): { network?: string; subnetwork?: string } {
  const { subnetwork, zone } = settings;
  const network = settings.network ?? (subnetwork === undefined ? "default" : undefined);
  const isUrl = (text: string) => text.includes("/");
  const home = `projects/${project}`;
  return {
    ...(network === undefined
      ? {}
      : { network: isUrl(network) ? network : `${home}/global/networks/${network}` }),
    ...(subnetwork === undefined
      ? {}
      : {
          subnetwork: isUrl(subnetwork)
            ? subnetwork
            : `${home}/regions/${regionOfZone(zone)}/subnetworks/${subnetwork}`,
        }),
  };
}

/**
 * The metadata of a build's instance, with what is in files.
 *
 * @param sshKey One line of an `authorized_keys` file, for the user of `ssh_username`.
 * @throws {GoogleComputeError} `BAD_FILE`
 */
export async function metadataOf(
  config: GoogleComputeConfig,
  sshKey: string | undefined,
): Promise<Record<string, string>> {
  const { metadata, metadata_files: files, startup_script_file: scriptFile } = config;
  const contents = await Promise.all(
    Object.entries(files).map(async ([key, file]) => [
      key,
      await readTextFile(file, `metadata_files.${key}`),
    ]),
  );
  const script =
    scriptFile === undefined
      ? (metadata[STARTUP_SCRIPT] ?? "")
      : await readTextFile(scriptFile, "startup_script_file");
  const key = sshKey === undefined ? [] : [`${config.ssh_username}:${sshKey}`];
  const keys = [...key, ...(metadata["ssh-keys"] === undefined ? [] : [metadata["ssh-keys"]])];
  return {
    ...metadata,
    ...(Object.fromEntries(contents) as Record<string, string>),
    ...startupMetadata(script, config.wrap_startup_script),
    ...(keys.length === 0 ? {} : { "ssh-keys": keys.join("\n") }),
  };
}

async function readTextFile(file: string, setting: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new GoogleComputeError(
      "BAD_FILE",
      `cannot read the file ${file}: ${messageOf(cause)}; check ${setting}`,
      { cause },
    );
  }
}
