import { mergeSettings } from "./schema/merge.ts";
import type { OnError } from "./steps.ts";

/** The settings that Packer itself hands to every component: the `packer_…` keys. */
export interface PackerSettings {
  /** The name of the build, such as `example`. */
  buildName: string;
  /** The type of the builder, such as `happy-cloud`. */
  builderType: string;
  /** `packer build -debug`. */
  debug: boolean;
  /** `packer build -force`: replace what stands in the way. */
  force: boolean;
  /** `packer build -on-error=…`. */
  onError: OnError;
  /** The input variables of a JSON template; an HCL template does not tell them. */
  userVariables: Readonly<Record<string, string>>;
  /** The names of the input variables whose values must not be shown; an HCL template does not tell builders. */
  sensitiveVariables: readonly string[];
  /** Packer's own version. */
  coreVersion: string;
  /** The path of a JSON template; an HCL template does not tell it. */
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

/**
 * Reads Packer's own settings out of all that a component is configured with; later parts win. What is missing, or not
 * of the form that it should have, is as in {@link defaultPackerSettings}.
 *
 * Source: packer-plugin-sdk `common/packer_config.go`; packer `hcl2template/types.source.go`, which sends bools as
 * text, and `packer/build.go`.
 */
export function readPackerSettings(
  ...parts: readonly Readonly<Record<string, unknown>>[]
): PackerSettings {
  const settings = mergeSettings(parts);
  return {
    buildName: text(settings["packer_build_name"]),
    builderType: text(settings["packer_builder_type"]),
    debug: flag(settings["packer_debug"]),
    force: flag(settings["packer_force"]),
    onError: onError(settings["packer_on_error"]),
    userVariables: texts(settings["packer_user_variables"]),
    sensitiveVariables: Object.values(texts(settings["packer_sensitive_variables"])),
    coreVersion: text(settings["packer_core_version"]),
    templatePath: text(settings["packer_template_path"]),
  };
}

/** The values of the sensitive variables, as far as Packer tells them. */
export function sensitiveValues(settings: PackerSettings): string[] {
  const names = new Set(settings.sensitiveVariables);
  return Object.entries(settings.userVariables)
    .filter(([name, value]) => names.has(name) && value !== "")
    .map(([, value]) => value);
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function flag(value: unknown): boolean {
  return value === true || value === "true" || value === "1" || value === 1;
}

function onError(value: unknown): OnError {
  const known: readonly OnError[] = ["cleanup", "abort", "ask", "run-cleanup-provisioner"];
  return known.find((name) => name === value) ?? defaultPackerSettings.onError;
}

function texts(value: unknown): Record<string, string> {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter(
      (entry): entry is [string, string] => typeof entry[1] === "string",
    ),
  );
}
