import { invalidArgument, VimFault } from "../fault.ts";
import { NfcLease } from "../lease.ts";
import { plainReference } from "../values.ts";
import { VirtualMachine } from "../virtual-machine.ts";
import { toXml, type XmlNode } from "../xml.ts";
import { type Call, type Methods, required } from "./call.ts";

/** Methods by which a machine is exported. */
export const exportMethods: Methods = {
  ExportVm(call) {
    const { vcenter, self, session, server, thumbprint } = call;
    const machine = vcenter.registry.getA(VirtualMachine, self.id);
    if (machine.isOn) {
      throw new VimFault("InvalidPowerState", "The machine must be powered off.", {
        existingState: "poweredOn",
      });
    }
    const id = vcenter.registry.newId("session-lease");
    const lease = vcenter.registry.add(new NfcLease(id, machine, server, thumbprint));
    session?.objects.add(lease);
    vcenter.tasks.later(() => {
      lease.isReady = true;
    });
    return { returnval: plainReference(lease) };
  },

  HttpNfcLeaseProgress(call) {
    leaseOf(call);
    const percent = Number(call.parameters.childText("percent"));
    if (!(percent >= 0 && percent <= 100)) throw invalidArgument("percent");
    return undefined;
  },

  HttpNfcLeaseComplete: endLease,
  HttpNfcLeaseAbort: endLease,

  CreateDescriptor({ vcenter, parameters }) {
    const machine = vcenter.registry.getA(VirtualMachine, required(parameters, "obj"));
    const wanted = parameters.child("cdp");
    return {
      returnval: { ovfDescriptor: descriptor(machine, wanted), includeImageFiles: false },
    };
  },
};

function leaseOf({ vcenter, self }: Call): NfcLease {
  return vcenter.registry.getA(NfcLease, self.id);
}

function endLease(call: Call): undefined {
  const lease = leaseOf(call);
  call.session?.objects.delete(lease);
  call.vcenter.registry.remove(lease);
  return undefined;
}

/** As much of an OVF descriptor as tells which files belong to which machine. */
function descriptor(machine: VirtualMachine, wanted: XmlNode | undefined): string {
  const files = (wanted?.children("ovfFiles") ?? []).map((file, index) => ({
    "@ovf:href": file.childText("path"),
    "@ovf:id": `file${index + 1}`,
    "@ovf:size": file.childText("size"),
  }));
  const envelope = toXml({
    Envelope: {
      "@xmlns": "http://schemas.dmtf.org/ovf/envelope/1",
      "@xmlns:ovf": "http://schemas.dmtf.org/ovf/envelope/1",
      References: { File: files },
      VirtualSystem: {
        "@ovf:id": wanted?.childText("name") ?? machine.name,
        Info: "A virtual machine",
        Name: machine.name,
      },
    },
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n${envelope}`;
}
