import { invalidArgument } from "../fault.ts";
import { Entity } from "../objects.ts";
import { PropertyCollector } from "../property-collector.ts";
import { plainReference } from "../values.ts";
import { VirtualMachine } from "../virtual-machine.ts";
import { type Methods, required } from "./call.ts";

/** Methods of the objects that a vCenter has from the start. */
export const serviceMethods: Methods = {
  RetrieveServiceContent({ vcenter }) {
    const service = (type: string) => ({ "@type": type, "#text": type });
    return {
      returnval: {
        rootFolder: plainReference(vcenter.root),
        propertyCollector: { "@type": "PropertyCollector", "#text": "propertyCollector" },
        about: { name: "cloud-sim", fullName: "cloud-sim vCenter stand-in", apiVersion: "8.0.0.1" },
        sessionManager: service("SessionManager"),
        searchIndex: service("SearchIndex"),
        fileManager: service("FileManager"),
        ovfManager: service("OvfManager"),
      },
    };
  },

  CurrentTime() {
    return { returnval: new Date().toISOString() };
  },

  Login({ vcenter, parameters, setCookie }) {
    const username = required(parameters, "userName");
    const session = vcenter.signIn(username, required(parameters, "password"));
    setCookie(session);
    return { returnval: { key: session.id, userName: username, locale: "en" } };
  },

  Logout({ vcenter, session }) {
    if (session !== undefined) vcenter.signOut(session);
    return undefined;
  },

  FindByInventoryPath({ vcenter, parameters }) {
    const found = vcenter.entityAt(required(parameters, "inventoryPath"));
    return found && { returnval: plainReference(found) };
  },

  FindChild({ vcenter, parameters }) {
    const entity = vcenter.registry.getA(Entity, required(parameters, "entity"));
    const found = vcenter.childOf(entity, required(parameters, "name"));
    return found && { returnval: plainReference(found) };
  },

  FindByUuid({ vcenter, parameters }) {
    if (parameters.childText("vmSearch") !== "true") throw invalidArgument("vmSearch");
    const uuid = required(parameters, "uuid");
    const key = parameters.childText("instanceUuid") === "true" ? "instanceUuid" : "uuid";
    const found = vcenter.registry.all(VirtualMachine).find((machine) => machine[key] === uuid);
    return found && { returnval: plainReference(found) };
  },

  CreatePropertyCollector({ vcenter, session }) {
    const id = vcenter.registry.newId("session-collector");
    const collector = vcenter.registry.add(new PropertyCollector(id, vcenter.registry));
    session?.objects.add(collector);
    return { returnval: plainReference(collector) };
  },
};
