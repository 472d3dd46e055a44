import type { ManagedObject } from "../objects.ts";
import type { Method, Methods } from "./call.ts";
import { exportMethods } from "./exports.ts";
import { folderAndFileMethods } from "./folders-and-files.ts";
import { machineMethods } from "./machines.ts";
import { propertyMethods } from "./properties.ts";
import { serviceMethods } from "./service.ts";

const all: Methods = {
  ...serviceMethods,
  ...propertyMethods,
  ...machineMethods,
  ...folderAndFileMethods,
  ...exportMethods,
};

/** What objects of each type can be asked for. */
const METHODS_OF: Readonly<Record<string, readonly (keyof typeof all)[]>> = {
  ServiceInstance: ["RetrieveServiceContent", "CurrentTime"],
  SessionManager: ["Login", "Logout"],
  SearchIndex: ["FindByInventoryPath", "FindChild", "FindByUuid"],
  PropertyCollector: [
    "RetrievePropertiesEx",
    "ContinueRetrievePropertiesEx",
    "CreateFilter",
    "WaitForUpdatesEx",
    "CreatePropertyCollector",
    "DestroyPropertyCollector",
  ],
  PropertyFilter: ["DestroyPropertyFilter"],
  Folder: ["CreateFolder", "CreateVM_Task", "MoveIntoFolder_Task"],
  Task: ["CancelTask"],
  VirtualMachine: [
    "CloneVM_Task",
    "ReconfigVM_Task",
    "PowerOnVM_Task",
    "PowerOffVM_Task",
    "ShutdownGuest",
    "MarkAsTemplate",
    "CreateSnapshot_Task",
    "Destroy_Task",
    "Rename_Task",
    "ExportVm",
  ],
  VirtualMachineSnapshot: ["RemoveSnapshot_Task"],
  FileManager: ["MakeDirectory", "DeleteDatastoreFile_Task", "MoveDatastoreFile_Task"],
  HostDatastoreBrowser: ["SearchDatastore_Task"],
  HttpNfcLease: ["HttpNfcLeaseProgress", "HttpNfcLeaseComplete", "HttpNfcLeaseAbort"],
  OvfManager: ["CreateDescriptor"],
};

/** The methods that need nobody signed in. */
export const OPEN_METHODS: readonly string[] = ["RetrieveServiceContent", "Login"];

/** The method of an object; undefined where it has none of that name. */
export function methodOf({ type }: ManagedObject, name: string): Method | undefined {
  return METHODS_OF[type]?.includes(name) ? all[name] : undefined;
}
