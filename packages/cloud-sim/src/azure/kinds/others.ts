import { invalidParameter } from "../errors.ts";
import type { ResourceKind } from "../kind.ts";
import { lastPart } from "../names.ts";

const ACCOUNT_NAME = /^[a-z0-9]{3,24}$/;

/** A storage account; `base` is where its blobs are reached from outside. */
function storageAccounts(base: () => string): ResourceKind {
  return {
    type: "Microsoft.Storage/storageAccounts",
    operations: "StorageAccounts",
    prepare({ resource }) {
      const name = lastPart(resource.id);
      if (!ACCOUNT_NAME.test(name)) {
        throw invalidParameter(
          "accountName",
          `${name} is not a valid storage account name. It must be between 3 and 24 characters in length and use numbers and lower-case letters only.`,
        );
      }
    },
    stored({ resources, resource, existing }) {
      if (existing === undefined) resources.blobs.addAccount(lastPart(resource.id));
    },
    removed: (resources, { id }) => resources.blobs.removeAccount(lastPart(id)),
    view: (_resources, { id, location, createdAt }) => ({
      primaryEndpoints: { blob: `${base()}/${lastPart(id)}/` },
      primaryLocation: location,
      statusOfPrimary: "available",
      creationTime: createdAt,
    }),
    fields: (_resources, { fields }) => ({
      kind: fields["kind"] ?? "StorageV2",
      sku: fields["sku"] ?? { name: "Standard_LRS", tier: "Standard" },
    }),
  };
}

/** Resources of other namespaces. Vaults are kept, but hold nothing that could be read. */
export function otherKinds(base: () => string): readonly ResourceKind[] {
  return [
    storageAccounts(base),
    { type: "Microsoft.KeyVault/vaults", operations: "Vaults", isImmediate: true },
    {
      type: "Microsoft.KeyVault/vaults/secrets",
      operations: "Secrets",
      isPlaceless: true,
      isImmediate: true,
    },
  ];
}
