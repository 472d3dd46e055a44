import type { XmlElements } from "./xml.ts";

/** Names an object on a vCenter, such as `VirtualMachine` `vm-42`. */
export interface ManagedObjectReference {
  readonly type: string;
  readonly value: string;
}

/** A reference for people and for comparing: `vm-42` of `VirtualMachine` is `VirtualMachine:vm-42`. */
export function referenceText({ type, value }: ManagedObjectReference): string {
  return `${type}:${value}`;
}

/** A reference as an element of a request. */
export function referenceXml({ type, value }: ManagedObjectReference): XmlElements {
  return { "@type": type, "#text": value };
}
