import { VSphereError } from "../errors.ts";
import type { XmlNode } from "./xml.ts";

/** Why vSphere did not do something. */
export interface Fault {
  /** vSphere's own name of it, such as `DuplicateName`. */
  readonly name: string;
  /** In words, as the server put it; may be empty. */
  readonly message: string;
}

/** Reads the fault out of a SOAP `Fault` element. */
export function readSoapFault(element: XmlNode): Fault {
  const detail = element.child("detail");
  const [name = ""] = detail?.childNames ?? [];
  const type = detail?.child(name)?.type ?? name.replace(/Fault$/, "");
  return { name: type || "UnknownFault", message: element.childText("faultstring")?.trim() ?? "" };
}

/** Reads a `LocalizedMethodFault`, as tasks and property updates hold it. */
export function readLocalizedFault(element: XmlNode): Fault {
  return {
    name: element.child("fault")?.type ?? "UnknownFault",
    message: element.childText("localizedMessage")?.trim() ?? "",
  };
}

/** What a person can do about some faults. */
const CURES: Readonly<Record<string, string>> = {
  InvalidLogin: "check the attributes username and password",
  NoPermission: "give the user the privilege that the call needs",
  DuplicateName: "choose another name, or replace what has it with -force",
  InsufficientStorageSpace: "choose another datastore, or make room on it",
  NoDiskSpace: "choose another datastore, or make room on it",
  FileAlreadyExists: "remove the file from the datastore, or choose another name",
};

/** The error for a fault; `what` names what was asked, such as `CloneVM_Task of VirtualMachine:vm-42`. */
export function faultError(what: string, { name, message }: Fault): VSphereError {
  const words = message === "" || message === name ? "" : `: ${message}`;
  const cure = CURES[name] === undefined ? "" : `; ${CURES[name]}`;
  return new VSphereError(
    name === "InvalidLogin" ? "LOGIN_REFUSED" : "FAULT",
    `${what} ended in the fault ${name}${words}${cure}`,
    { fault: name },
  );
}
