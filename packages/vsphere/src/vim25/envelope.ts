import { VSphereError } from "../errors.ts";
import { type Fault, readSoapFault } from "./faults.ts";
import { type ManagedObjectReference, referenceXml } from "./reference.ts";
import { parseXml, toXml, type XmlElements, type XmlNode } from "./xml.ts";

/** Every supported vCenter still speaks this version of the API; it has all that is used here. */
const API_VERSION = "6.7";

export const SOAP_HEADERS: Readonly<Record<string, string>> = {
  "content-type": 'text/xml; charset="utf-8"',
  soapaction: `"urn:vim25/${API_VERSION}"`,
};

/** The envelope of one call. Source: govmomi `vim25/soap/soap.go` and `vim25/methods`. */
export function requestEnvelope(
  method: string,
  self: ManagedObjectReference,
  parameters: XmlElements,
): string {
  const body = {
    [method]: { "@xmlns": "urn:vim25", _this: referenceXml(self), ...parameters },
  };
  const envelope = {
    "soapenv:Envelope": {
      "@xmlns:soapenv": "http://schemas.xmlsoap.org/soap/envelope/",
      "@xmlns:xsd": "http://www.w3.org/2001/XMLSchema",
      "@xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
      "soapenv:Body": body,
    },
  };
  return `<?xml version="1.0" encoding="UTF-8"?>\n${toXml(envelope)}`;
}

/**
 * The response element inside an envelope, or the fault.
 *
 * @throws {VSphereError} `BAD_ANSWER` where the text is no envelope of an answer to `method`.
 */
export function readEnvelope(method: string, text: string): XmlNode | Fault {
  const envelope = childByLocalName(parseXml(text), "Envelope");
  const body = envelope && childByLocalName(envelope, "Body");
  const fault = body && childByLocalName(body, "Fault");
  if (fault !== undefined) return readSoapFault(fault);
  const response = body && childByLocalName(body, `${method}Response`);
  if (response !== undefined) return response;
  throw new VSphereError("BAD_ANSWER", `the server's answer to ${method} is no SOAP response`);
}

function childByLocalName(node: XmlNode, name: string): XmlNode | undefined {
  const found = node.childNames.find((full) => full === name || full.endsWith(`:${name}`));
  return found === undefined ? undefined : node.child(found);
}
