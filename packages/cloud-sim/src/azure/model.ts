import type { LazyMachine } from "../machine/lazy-machine.ts";
import type { Snapshot } from "../machine/snapshot.ts";

/** An image of the marketplace, which everybody can start machines from. */
export interface AzurePlatformImage {
  publisher: string;
  offer: string;
  sku: string;
  /** Such as `24.04.202606010`. */
  version: string;
  /** `Linux` by default. */
  osType?: "Linux" | "Windows";
  /** 30 by default. */
  diskSizeGb?: number;
  /** Its files: path to text. */
  files?: Readonly<Record<string, string>>;
}

/** A resource group that is there from the start, with what it holds. */
export interface AzureSeedGroup {
  name: string;
  location: string;
  /** Names of storage accounts, each with a container `images`. */
  storageAccounts?: readonly string[];
  /** Names of managed images of Linux. */
  images?: readonly string[];
  galleries?: readonly {
    name: string;
    images: readonly {
      name: string;
      /** `Linux` by default. */
      osType?: "Linux" | "Windows";
      /** `Generalized` by default. */
      osState?: "Generalized" | "Specialized";
      /** Versions made of an image of this group. */
      versions?: readonly { version: string; image: string }[];
    }[];
  }[];
  /** Virtual networks by name, each with the names of its subnets. */
  virtualNetworks?: Readonly<Record<string, readonly string[]>>;
}

export type ProvisioningState = "Creating" | "Updating" | "Deleting" | "Succeeded" | "Failed";

/** What a machine has besides other resources. */
export interface MachineState {
  power: "running" | "stopped" | "deallocated";
  isGeneralized: boolean;
  vmId: string;
  /** Keys that may sign in over SSH, as lines of an `authorized_keys` file. */
  publicKeys: string[];
  machine: LazyMachine;
}

/** Anything with an id. */
export interface Resource {
  id: string;
  /** Such as `Microsoft.Compute/galleries/images`. */
  type: string;
  group: string;
  /** Of the resource and those that it belongs to, outermost first. */
  names: string[];
  location: string;
  tags: Readonly<Record<string, string>>;
  state: ProvisioningState;
  properties: Record<string, unknown>;
  /** What stands beside the properties: `sku`, `zones`, `identity` and the like. */
  fields: Record<string, unknown>;
  createdAt: string;
  isSeed: boolean;
  /** Of disks and images. */
  files: Snapshot;
  /** The URL by which anybody can read it; of disks that are opened. */
  access?: string | undefined;
  /** Of virtual machines. */
  machine: MachineState | undefined;
}

export interface ResourceGroup {
  name: string;
  location: string;
  tags: Readonly<Record<string, string>>;
  isSeed: boolean;
  isDeleting: boolean;
}

/** A resource, as it stands in the inventory. */
export interface AzureResourceSummary {
  id: string;
  type: string;
  group: string;
  name: string;
  location: string;
  state: ProvisioningState;
  tags: Readonly<Record<string, string>>;
}

/** Everything that exists, without what was there from the start. */
export interface AzureSnapshot {
  groups: string[];
  /** Sorted by type and name. */
  resources: AzureResourceSummary[];
  /** As `account/container/name`. */
  blobs: string[];
}

export const DEFAULT_LOCATIONS: readonly string[] = [
  "eastus",
  "northeurope",
  "southcentralus",
  "westeurope",
  "westus2",
];

export const MACHINE_SIZES: readonly string[] = [
  "Standard_A1",
  "Standard_A1_v2",
  "Standard_B1s",
  "Standard_B2s",
  "Standard_D2s_v3",
  "Standard_D2s_v5",
  "Standard_DS2_v2",
];

const osRelease = (id: string, version: string, name: string): Record<string, string> => ({
  "/etc/os-release": `ID=${id}\nVERSION_ID="${version}"\nPRETTY_NAME="${name} ${version}"\n`,
});

const UBUNTU = { publisher: "Canonical", offer: "ubuntu-24_04-lts", sku: "server" };

export const DEFAULT_PLATFORM_IMAGES: readonly AzurePlatformImage[] = [
  { ...UBUNTU, version: "24.04.202601150", files: osRelease("ubuntu", "24.04", "Ubuntu") },
  { ...UBUNTU, version: "24.04.202606010", files: osRelease("ubuntu", "24.04", "Ubuntu") },
  {
    publisher: "Debian",
    offer: "debian-12",
    sku: "12-gen2",
    version: "0.20260601.2132",
    files: osRelease("debian", "12", "Debian GNU/Linux"),
  },
  {
    publisher: "MicrosoftWindowsServer",
    offer: "WindowsServer",
    sku: "2022-datacenter-g2",
    version: "20348.3807.260601",
    osType: "Windows",
    diskSizeGb: 127,
  },
];

export const DEFAULT_GROUPS: readonly AzureSeedGroup[] = [
  {
    name: "packerkit-images",
    location: "westeurope",
    storageAccounts: ["packerkitstore"],
    images: ["golden-1"],
    galleries: [
      {
        name: "packerkit_gallery",
        images: [
          { name: "web" },
          { name: "base", versions: [{ version: "1.0.0", image: "golden-1" }] },
          { name: "special", osState: "Specialized" },
        ],
      },
    ],
    virtualNetworks: { "packerkit-net": ["default"] },
  },
];
