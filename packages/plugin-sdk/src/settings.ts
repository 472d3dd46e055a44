import type { OnError } from "./steps.ts";

/** The settings that Packer itself hands to every component; in HCL they are the `packer_…` keys. */
export interface PackerSettings {
  /** The name of the build, such as `happy-cloud.example`. */
  buildName: string;
  /** The component's type, such as `happy-cloud`. */
  builderType: string;
  /** `packer build -debug`. */
  debug: boolean;
  /** `packer build -force`: replace what stands in the way. */
  force: boolean;
  /** `packer build -on-error=…`. */
  onError: OnError;
  /** The template's input variables. */
  userVariables: Readonly<Record<string, string>>;
  /** Values that must not be shown. */
  sensitiveVariables: readonly string[];
  /** Packer's own version. */
  coreVersion: string;
  /** The path of the template, where it is known. */
  templatePath: string;
}

/** What applies where nothing else is said. */
export const defaultPackerSettings: PackerSettings = {
  buildName: "",
  builderType: "",
  debug: false,
  force: false,
  onError: "cleanup",
  userVariables: {},
  sensitiveVariables: [],
  coreVersion: "",
  templatePath: "",
};
