import { randomBytes } from "node:crypto";
import { isDisk } from "./devices.ts";
import { diskPath } from "./machines.ts";
import { ManagedObject, type Properties } from "./objects.ts";
import { data, plainReference, word } from "./values.ts";
import type { VirtualMachine } from "./virtual-machine.ts";
import type { XmlElements } from "./xml.ts";

/** A file that a lease gives out. */
export interface LeaseFile {
  readonly key: string;
  readonly name: string;
  readonly isDisk: boolean;
  readonly content: Buffer;
}

/** A lease on the files of a machine that is exported. Who knows its token may read them. */
export class NfcLease extends ManagedObject {
  readonly type = "HttpNfcLease";
  readonly token = randomBytes(16).toString("hex");
  readonly machine: VirtualMachine;
  readonly files: readonly LeaseFile[];
  readonly #server: string;
  readonly #thumbprint: string;
  isReady = false;

  constructor(id: string, machine: VirtualMachine, server: string, thumbprint: string) {
    super(id);
    this.machine = machine;
    this.#server = server;
    this.#thumbprint = thumbprint;
    this.files = [...disksOf(machine), nvram(machine)];
  }

  properties(): Properties {
    return {
      state: () => word("HttpNfcLeaseState", this.isReady ? "ready" : "initializing"),
      error: () => undefined,
      info: () => (this.isReady ? this.#info() : undefined),
    };
  }

  #info(): XmlElements {
    return data("HttpNfcLeaseInfo", {
      lease: plainReference(this),
      entity: plainReference(this.machine),
      deviceUrl: this.files.map(({ key, name, isDisk: disk, content }) => ({
        key,
        importKey: "",
        url: `https://${this.#server}/nfc/${this.token}/${name}`,
        sslThumbprint: this.#thumbprint,
        disk,
        targetId: name,
        fileSize: content.length,
      })),
      totalDiskCapacityInKB: 0,
      leaseTimeout: 300,
    });
  }
}

function disksOf(machine: VirtualMachine): LeaseFile[] {
  return machine.devices.filter(isDisk).map((device, index) => ({
    key: `/${machine.id}/VirtualLsiLogicController0:${index}`,
    name: `disk-${index}.vmdk`,
    isDisk: true,
    content: machine.datastore.files.get(diskPath(machine, device))?.content ?? Buffer.alloc(0),
  }));
}

function nvram({ id, name }: VirtualMachine): LeaseFile {
  const content = Buffer.from(`nvram of ${name}\n`);
  return { key: `/${id}/nvram`, name: `${name}.nvram`, isDisk: false, content };
}
