import type { XmlElements } from "./xml.ts";

/** A refusal in vSphere's own terms: a call answers it as a SOAP fault, a task ends in it. */
export class VimFault extends Error {
  override readonly name = "VimFault";
  /** Such as `DuplicateName`. */
  readonly fault: string;
  /** The fault's own elements. */
  readonly elements: XmlElements;

  constructor(fault: string, message: string, elements: XmlElements = {}) {
    super(message);
    this.fault = fault;
    this.elements = elements;
  }
}

export function objectNotFound(id: string): VimFault {
  return new VimFault(
    "ManagedObjectNotFound",
    `The object '${id}' has already been deleted or has not been completely created`,
  );
}

export function duplicateName(name: string): VimFault {
  return new VimFault("DuplicateName", `The name '${name}' already exists.`, { name });
}

export function invalidArgument(property: string): VimFault {
  return new VimFault("InvalidArgument", `A specified parameter was not correct: ${property}`, {
    invalidProperty: property,
  });
}

export function noDiskSpace(datastore: string): VimFault {
  return new VimFault("NoDiskSpace", `Insufficient disk space on datastore '${datastore}'.`, {
    file: "",
    datastore,
  });
}

export function fileNotFound(file: string): VimFault {
  return new VimFault("FileNotFound", `File ${file} was not found`, { file });
}
