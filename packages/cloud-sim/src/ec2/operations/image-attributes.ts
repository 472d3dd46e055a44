import { findImage, requireOwn } from "../lookups.ts";
import { changePermissions } from "../permissions.ts";
import { DONE, type Operations, refuseValue } from "./operation.ts";

/** What is said about an image after it was made: who may launch it, until when it is meant to be used. */
export const imageAttributeOperations: Operations = {
  ModifyImageAttribute({ cloud, region, input }) {
    const image = findImage(region, input.required("ImageId"));
    requireOwn(image, cloud.accountId);
    const description = input.structure("Description").text("Value");
    if (description !== undefined) image.description = description;
    const imdsSupport = input.structure("ImdsSupport").text("Value");
    if (imdsSupport !== undefined) image.imdsSupport = imdsSupport;
    changePermissions(image.launchPermissions, input.structure("LaunchPermission"));
    for (const code of input.list("ProductCode")) image.productCodes.add(code);
    return DONE;
  },

  DescribeImageAttribute({ region, input }) {
    const image = findImage(region, input.required("ImageId"));
    const attribute = input.required("Attribute");
    if (attribute === "launchPermission") {
      const launchPermission = [...image.launchPermissions].map((permission) => {
        const [kind = "", value = ""] = permission.split(/:(.*)/s);
        return { [kind]: value };
      });
      return { imageId: image.id, launchPermission };
    }
    if (attribute === "description") {
      return { imageId: image.id, description: { value: image.description } };
    }
    return refuseValue(`The attribute '${attribute}' is invalid`);
  },

  EnableImageDeprecation({ cloud, region, input }) {
    const image = findImage(region, input.required("ImageId"));
    requireOwn(image, cloud.accountId);
    const time = new Date(input.required("DeprecateAt"));
    if (Number.isNaN(time.getTime())) refuseValue("The deprecation time is invalid");
    if (time.getTime() < Date.now()) refuseValue("The deprecation time must be in the future");
    image.deprecationTime = time.toISOString();
    return DONE;
  },
};
