import { randomInt } from "node:crypto";

/**
 * What Azure takes as names, by kind.
 *
 * Source: packer-plugin-azure 2.6, `builder/azure/arm/config.go`; Azure's "Naming rules and restrictions".
 */
export const NAMES = {
  group: [
    /^[^_\W][\w\-.()]{0,88}(?<![-.])$/,
    "must be 1 to 89 letters, digits, dots, dashes, underscores and brackets, begin with a letter or digit, and not end with a dot or dash",
  ],
  image: [
    /^[^_\W][\w\-.]{0,79}(?<![-.])$/,
    "must be 1 to 80 letters, digits, dots, dashes and underscores, begin with a letter or digit, and not end with a dot or dash",
  ],
  snapshot: [/^[A-Za-z0-9_]{1,80}$/, "must be 1 to 80 letters, digits and underscores"],
  snapshotPrefix: [
    /^[A-Za-z0-9_]{1,59}$/,
    "must be 1 to 59 letters, digits and underscores; numbers are put behind it",
  ],
  gallery: [
    /^[A-Za-z0-9](?:[\w.]{0,78}[A-Za-z0-9])?$/,
    "must be 1 to 80 letters, digits, dots and underscores, and begin and end with a letter or digit",
  ],
  galleryImage: [
    /^[A-Za-z0-9](?:[\w.-]{0,78}[A-Za-z0-9])?$/,
    "must be 1 to 80 letters, digits, dots, dashes and underscores, and begin and end with a letter or digit",
  ],
  galleryVersion: [
    /^\d{1,9}\.\d{1,9}\.\d{1,9}$/,
    "must be three numbers with dots between them, such as 1.0.0",
  ],
  storageAccount: [/^[a-z0-9]{3,24}$/, "must be 3 to 24 lower-case letters and digits"],
  container: [
    /^(?=.{3,63}$)[a-z0-9]+(?:-[a-z0-9]+)*$/,
    "must be 3 to 63 lower-case letters, digits and single dashes, and begin and end with a letter or digit",
  ],
  vhdPrefix: [
    /^[A-Za-z0-9][\w\-.]{0,23}$/,
    "must be 1 to 24 letters, digits, dots, dashes and underscores, and begin with a letter or digit",
  ],
  machine: [
    /^(?!\d+$)[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}[A-Za-z0-9])?$/,
    "must be 1 to 64 letters, digits and dashes, not only digits, and begin and end with a letter or digit",
  ],
  resource: [
    /^[A-Za-z0-9](?:[\w.-]{0,78}\w)?$/,
    "must be 1 to 80 letters, digits, dots, dashes and underscores, begin with a letter or digit, and not end with a dot or dash",
  ],
  prefix: [
    /^[A-Za-z0-9][A-Za-z0-9-]{0,9}$/,
    "must be 1 to 10 letters, digits and dashes, and begin with a letter or digit",
  ],
} as const satisfies Readonly<Record<string, readonly [RegExp, string]>>;

/** The names of what a build makes for a while. */
export interface TemporaryNames {
  group: string;
  machine: string;
  osDisk: string;
  dataDisk: string;
  networkInterface: string;
  publicAddress: string;
  network: string;
  subnet: string;
  securityGroup: string;
}

/** Source: packer-plugin-azure 2.6, `builder/azure/arm/tempname.go`. */
export function temporaryNames(prefix: string | undefined): TemporaryNames {
  const start = prefix ?? "pkr";
  const end = randomText(prefix === undefined ? 10 : 5);
  return {
    group: `${start}-Resource-Group-${end}`,
    machine: `${start}vm${end}`,
    osDisk: `${start}os${end}`,
    dataDisk: `${start}dd${end}`,
    networkInterface: `${start}ni${end}`,
    publicAddress: `${start}ip${end}`,
    network: `${start}vn${end}`,
    subnet: `${start}sn${end}`,
    securityGroup: `${start}sg${end}`,
  };
}

function randomText(length: number): string {
  const letters = "abcdefghijklmnopqrstuvwxyz0123456789";
  return Array.from({ length }, () => letters[randomInt(letters.length)]).join("");
}

/** A region's name as Azure's API has it: `East US` is `eastus`. */
export function normalizeRegion(region: string): string {
  return region.toLowerCase().replaceAll(" ", "");
}
