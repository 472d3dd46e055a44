import { VSphereError } from "../errors.ts";
import type { ManagedObjectReference } from "./reference.ts";
import type { XmlNode } from "./xml.ts";

/** The objects that a vCenter has from the start. */
export interface ServiceContent {
  readonly rootFolder: ManagedObjectReference;
  readonly propertyCollector: ManagedObjectReference;
  readonly sessionManager: ManagedObjectReference;
  readonly searchIndex: ManagedObjectReference;
  readonly fileManager: ManagedObjectReference;
  readonly ovfManager: ManagedObjectReference;
}

export const SERVICE_INSTANCE: ManagedObjectReference = {
  type: "ServiceInstance",
  value: "ServiceInstance",
};

/** @throws {VSphereError} `BAD_ANSWER` where one of the objects is missing, as on something that is no vCenter. */
export function readServiceContent(answer: XmlNode): ServiceContent {
  const content = answer.child("returnval");
  const read = (name: string): ManagedObjectReference => {
    const reference = content?.child(name)?.reference;
    if (reference !== undefined) return reference;
    throw new VSphereError("BAD_ANSWER", `the server is no vCenter: it has no ${name}`);
  };
  return {
    rootFolder: read("rootFolder"),
    propertyCollector: read("propertyCollector"),
    sessionManager: read("sessionManager"),
    searchIndex: read("searchIndex"),
    fileManager: read("fileManager"),
    ovfManager: read("ovfManager"),
  };
}
