import { objectNotFound } from "../fault.ts";
import {
  collect,
  objectContent,
  PropertyCollector,
  PropertyFilter,
  readFilterSpec,
} from "../property-collector.ts";
import { plainReference } from "../values.ts";
import type { Call, Methods } from "./call.ts";

/** Objects of one answer to `RetrievePropertiesEx`; the rest comes with `ContinueRetrievePropertiesEx`. */
const PAGE_SIZE = 100;

/** What is left of answers, by token. */
const pages = new WeakMap<object, Map<string, ReturnType<typeof objectContent>[]>>();

/** Methods that read and watch properties. */
export const propertyMethods: Methods = {
  RetrievePropertiesEx(call) {
    const spec = readFilterSpec(call.parameters, "specSet");
    const found = collect(call.vcenter.registry, spec);
    return page(
      call,
      [...found].map(([object, values]) => objectContent(object, values)),
    );
  },

  ContinueRetrievePropertiesEx(call) {
    const token = call.parameters.childText("token") ?? "";
    const rest = pagesOf(call).get(token);
    if (rest === undefined) throw objectNotFound(token);
    pagesOf(call).delete(token);
    return page(call, rest);
  },

  CreateFilter({ vcenter, self, parameters, session }) {
    const collector = vcenter.registry.getA(PropertyCollector, self.id);
    const spec = readFilterSpec(parameters, "spec");
    collect(vcenter.registry, spec);
    const id = vcenter.registry.newId("session-filter");
    const filter = vcenter.registry.add(new PropertyFilter(id, spec, collector));
    collector.filters.add(filter);
    session?.objects.add(filter);
    return { returnval: plainReference(filter) };
  },

  async WaitForUpdatesEx({ vcenter, self, parameters }) {
    const collector = vcenter.registry.getA(PropertyCollector, self.id);
    const limit = Number(parameters.child("options")?.childText("maxWaitSeconds") ?? 60) * 1000;
    const version = parameters.childText("version") ?? "";
    const update = await collector.waitForUpdates(version, limit);
    return update && { returnval: update };
  },

  DestroyPropertyFilter({ vcenter, self, session }) {
    const filter = vcenter.registry.getA(PropertyFilter, self.id);
    filter.collector.filters.delete(filter);
    session?.objects.delete(filter);
    vcenter.registry.remove(filter);
    return undefined;
  },

  DestroyPropertyCollector({ vcenter, self, session }) {
    const collector = vcenter.registry.getA(PropertyCollector, self.id);
    collector.close();
    for (const filter of collector.filters) vcenter.registry.remove(filter);
    session?.objects.delete(collector);
    vcenter.registry.remove(collector);
    return undefined;
  },
};

function page(call: Call, objects: ReturnType<typeof objectContent>[]) {
  if (objects.length === 0) return undefined;
  const rest = objects.slice(PAGE_SIZE);
  if (rest.length === 0) return { returnval: { objects } };
  const token = call.vcenter.registry.newId("page");
  pagesOf(call).set(token, rest);
  return { returnval: { token, objects: objects.slice(0, PAGE_SIZE) } };
}

function pagesOf({ vcenter }: Call): Map<string, ReturnType<typeof objectContent>[]> {
  const known = pages.get(vcenter) ?? new Map();
  pages.set(vcenter, known);
  return known;
}
