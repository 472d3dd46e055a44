import { invalidArgument } from "../fault.ts";
import type { ManagedObject } from "../objects.ts";
import type { Session, VCenter } from "../vcenter.ts";
import type { XmlElements, XmlNode } from "../xml.ts";

/** One call, as its method gets it. */
export interface Call {
  readonly vcenter: VCenter;
  readonly self: ManagedObject;
  readonly parameters: XmlNode;
  /** Who calls; undefined for the methods that need nobody signed in. */
  readonly session: Session | undefined;
  /** Where the server answers, such as `127.0.0.1:8443`. */
  readonly server: string;
  /** The thumbprint of the server's certificate. */
  readonly thumbprint: string;
  /** Has the client keep a session's cookie. */
  setCookie(session: Session): void;
}

/** A method: answers the elements of its response. @throws {VimFault} */
export type Method = (call: Call) => XmlElements | undefined | Promise<XmlElements | undefined>;

/** Methods by name, for objects of a class. */
export type Methods = Readonly<Record<string, Method>>;

/** The text of a parameter that must be there. @throws {VimFault} `InvalidArgument` */
export function required(node: XmlNode | undefined, name: string): string {
  const found = node?.childText(name);
  if (found === undefined) throw invalidArgument(name);
  return found;
}
