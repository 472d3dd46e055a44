import { randomUUID } from "node:crypto";
import type { Exchange } from "../frame/exchange.ts";
import type { Route } from "../frame/router.ts";
import { invalidParameter, notAllowed } from "./errors.ts";
import { type Body, block, blocks, deep, text } from "./input.ts";
import { instanceView } from "./kinds/machines.ts";
import type { MachineState, Resource } from "./model.ts";
import { keyOf, lastPart } from "./names.ts";
import { nameOf, pathOf } from "./resource-routes.ts";
import type { Resources } from "./resources.ts";
import { placeOf, putBlobAt } from "./storage.ts";

const MACHINE = "Microsoft.Compute/virtualMachines";

type Running = Resource & { machine: MachineState };

/** What can be done with a virtual machine besides what every resource can do. */
export function machineRoutes(resources: Resources): Route[] {
  const path = pathOf(MACHINE);
  const find = (exchange: Exchange) => resources.get(nameOf(exchange, MACHINE)) as Running;
  const route = (method: string, action: string, name: string, handle: Route["handle"]): Route => ({
    method,
    path: `${path}/${action}`,
    operation: `VirtualMachines_${name}`,
    handle,
  });
  const power = (action: string, name: string, state: MachineState["power"]): Route =>
    route("POST", action, name, (exchange) => {
      const machine = find(exchange);
      if (state === "running" && machine.machine.isGeneralized) {
        throw notAllowed(`VM '${lastPart(machine.id)}' is generalized and cannot be started.`);
      }
      begin(resources, exchange, machine, () => {
        machine.machine.power = state;
      });
    });
  return [
    route("GET", "instanceView", "InstanceView", (exchange) =>
      exchange.sendJson(200, instanceView(find(exchange))),
    ),
    power("start", "Start", "running"),
    power("restart", "Restart", "running"),
    power("powerOff", "PowerOff", "stopped"),
    power("deallocate", "Deallocate", "deallocated"),
    route("POST", "generalize", "Generalize", (exchange) => {
      const { id, machine } = find(exchange);
      if (machine.power === "running") {
        throw notAllowed(`VM '${lastPart(id)}' must be powered off before it is generalized.`);
      }
      machine.isGeneralized = true;
      exchange.sendEmpty(200);
    }),
    route("POST", "capture", "Capture", async (exchange) =>
      capture(resources, exchange, find(exchange), await exchange.readJson()),
    ),
    route("POST", "runCommand", "RunCommand", async (exchange) =>
      runCommand(resources, exchange, find(exchange), await exchange.readJson()),
    ),
  ];
}

function begin(
  resources: Resources,
  exchange: Exchange,
  { location }: Resource,
  effect: () => unknown,
): void {
  const { operation } = exchange;
  resources.operations.start(exchange, {
    operation,
    location,
    finish: (failure) => (failure === undefined ? effect() : undefined),
  });
  exchange.sendEmpty(202);
}

/** Copies the disks of a machine, which must be blobs, to where its storage account keeps images. */
function capture(resources: Resources, exchange: Exchange, machine: Running, body: Body): void {
  const profile = block(machine.properties, "storageProfile");
  const uri = text(deep(profile, "osDisk", "vhd"), "uri");
  if (!machine.machine.isGeneralized) {
    throw notAllowed(`Cannot capture VM '${lastPart(machine.id)}': it is not generalized.`);
  }
  if (uri === "") throw notAllowed("Capturing a VM with managed disks is not supported.");
  const prefix = text(body, "vhdPrefix");
  const container = text(body, "destinationContainerName");
  if (!/^[A-Za-z0-9](?:[-A-Za-z0-9]{0,78}[A-Za-z0-9])?$/.test(prefix)) {
    throw invalidParameter("vhdPrefix", `'${prefix}' is no name for a blob.`);
  }
  const id = randomUUID();
  const { container: disks } = placeOf(resources, uri);
  const account = uri.slice(0, uri.indexOf(`/${disks}/`));
  const folder = `${account}/system/Microsoft.Compute/Images/${container}/`;
  const blobOf = (what: string) => `${folder}${prefix}-${what}.${id}`;
  const dataDisks = blocks(profile, "dataDisks").map((disk) => ({
    lun: disk["lun"],
    name: `${prefix}-dataDisk-${String(disk["lun"])}.${id}.vhd`,
    createOption: "FromImage",
    image: { uri: `${blobOf(`dataDisk-${String(disk["lun"])}`)}.vhd` },
  }));
  const image = `${blobOf("osDisk")}.vhd`;
  const template = captureTemplate(machine, {
    osDisk: {
      osType: block(profile, "osDisk")["osType"],
      name: `${prefix}-osDisk.${id}.vhd`,
      createOption: "FromImage",
      image: { uri: image },
      vhd: { uri: `${account}/vmcontainer${id}/osDisk.${id}.vhd` },
      caching: "ReadWrite",
    },
    dataDisks,
  });
  begin(resources, exchange, machine, () => {
    for (const one of [image, ...dataDisks.map((disk) => disk.image.uri)]) {
      putBlobAt(resources, one, Buffer.from(`the image ${one}`));
    }
    putBlobAt(resources, `${blobOf("vmTemplate")}.json`, Buffer.from(JSON.stringify(template)));
    return template;
  });
}

/** The template that starts a machine from a captured image. */
function captureTemplate({ location, properties }: Resource, storageProfile: object): object {
  return {
    $schema: "http://schema.management.azure.com/schemas/2014-04-01-preview/VM_IP.json",
    contentVersion: "1.0.0.0",
    parameters: { vmName: { type: "string" } },
    resources: [
      {
        apiVersion: "2021-11-01",
        name: "[parameters('vmName')]",
        type: MACHINE,
        location,
        properties: {
          hardwareProfile: properties["hardwareProfile"],
          storageProfile,
          provisioningState: 0,
        },
      },
    ],
  };
}

/** Runs a script in a machine, as its agent does. */
async function runCommand(
  resources: Resources,
  exchange: Exchange,
  machine: Running,
  body: Body,
): Promise<void> {
  if (machine.machine.power !== "running") {
    throw notAllowed("Cannot run a command in a VM that does not run.");
  }
  if (keyOf(text(body, "commandId")) !== "runshellscript") {
    throw invalidParameter("commandId", `'${text(body, "commandId")}' is not supported.`);
  }
  const script = blocks(body, "script").map(String).join("\n");
  const { exitStatus, stdout, stderr } = await (await machine.machine.machine.open()).run(script);
  const outcome = exitStatus === 0 ? "succeeded" : "failed";
  begin(resources, exchange, machine, () => ({
    value: [
      {
        code: `ProvisioningState/${outcome}`,
        level: "Info",
        displayStatus: `Provisioning ${outcome}`,
        message: `Enable ${outcome}: \n[stdout]\n${stdout}\n[stderr]\n${stderr}`,
      },
    ],
  }));
}
