import {
  type ComponentKind,
  type Config,
  ctyFromPlain,
  ctyTypeOfSpec,
  type HclObjectSpec,
  type StartedPlugin,
  startPlugin,
} from "@packerkit/plugin-protocol";
import { DEFAULT_COMPONENT } from "@packerkit/plugin-sdk";
import { buildGoPeer } from "./go-peer.ts";

/** A component of peers/sdk-plugin that runs. Ends with the scope that holds it. */
export type GoComponent<Kind extends ComponentKind> = StartedPlugin<Kind> & AsyncDisposable;

/** Starts a component of peers/sdk-plugin through our own client. */
export async function startGoComponent<Kind extends ComponentKind>(
  kind: Kind,
): Promise<GoComponent<Kind>> {
  const file = await buildGoPeer("sdk-plugin");
  const started = await startPlugin({ file, kind, name: DEFAULT_COMPONENT });
  return Object.assign(started, { [Symbol.asyncDispose]: () => started.close() });
}

/** The settings of such a component, as Packer hands them over. */
export function goSettings(spec: HclObjectSpec, mode: string): Config[] {
  const settings = { mode, tags: { team: "blue" }, disk: [{ size: 42 }, {}] };
  const own = {
    packer_build_name: "example",
    packer_force: true,
    packer_user_variables: { region: "sunny" },
  };
  return [
    { kind: "cty", value: ctyFromPlain(settings, ctyTypeOfSpec(spec)) },
    { kind: "plain", value: own },
  ];
}
