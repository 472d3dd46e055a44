import { formatImage } from "@packerkit/registry-image";
import { demandForm, readImages, withoutMetadata } from "../metadata.ts";
import { demand, type Rule, SOURCES, show } from "../rule.ts";
import { isNone } from "../subject.ts";

/** The images under the metadata key: that there are some, and that their five fields are filled as they should be. */
export const imageRules: readonly Rule[] = [
  {
    id: "metadata/present",
    title: "the metadata key answers an Image or a list of Images",
    why: "Packer refuses to complete a registry build that published no image.",
    source: SOURCES.bucketGo,
    notApplicable: withoutMetadata,
    async check({ artifact }) {
      const images = await readImages(artifact);
      demand(
        images.length > 0,
        () => "the metadata key answers no image; build one with fromArtifact",
      );
    },
  },
  {
    id: "metadata/absent",
    title: "an artifact that declares no metadata answers none",
    why: "An artifact that is no image would show up in the registry as one.",
    source: SOURCES.bucketGo,
    notApplicable: (_, { metadata }) =>
      metadata === undefined ? "this kind of artifact has metadata" : undefined,
    async check({ artifact }) {
      const images = await readImages(artifact);
      demand(
        images.length === 0,
        () => `no metadata was declared, yet the key answers ${show(images)}`,
      );
    },
  },
  {
    id: "image/id",
    title: "every image has an id in the provider's form",
    why: "Without its ImageID an image can neither be stored nor found again; Packer fails the build.",
    source: SOURCES.imageGo,
    notApplicable: withoutMetadata,
    async check({ artifact }, { imageId }) {
      for (const image of await readImages(artifact)) {
        demand(image.imageId.trim() !== "", () => `an image has no ImageID: ${show(image)}`);
        demandForm(image.imageId, imageId, "the ImageID");
      }
    },
  },
  {
    id: "image/provider",
    title: "every image names its provider",
    why: "The provider becomes the platform of the build in the registry; Packer fails the build without it.",
    source: SOURCES.imageGo,
    notApplicable: withoutMetadata,
    async check({ artifact }, { provider }) {
      for (const image of await readImages(artifact)) {
        demand(
          image.providerName.trim() !== "",
          () => `an image has no ProviderName: ${show(image)}`,
        );
        demand(
          provider === undefined || image.providerName === provider,
          () =>
            `the ProviderName is ${show(image.providerName)}, not ${show(provider)}; a builder id here means that withProvider was forgotten`,
        );
      }
    },
  },
  {
    id: "image/region",
    title: "every image says where it lives",
    why: "Templates look images up by region; one without a region is found by none of them.",
    ...filledField("providerRegion", "ProviderRegion", "region", "withRegion"),
  },
  {
    id: "image/source-id",
    title: "every image names the image it was built from",
    why: "The registry links child and parent by SourceImageID; without it the ancestry ends here.",
    ...filledField("sourceImageId", "SourceImageID", "sourceId", "withSourceId"),
  },
  {
    id: "image/unique",
    title: "no two images share provider, id and region",
    why: "Packer keeps images by these three: of two that share them, one is lost without a word.",
    source: SOURCES.buildsGo,
    notApplicable: withoutMetadata,
    async check({ artifact }) {
      const seen = new Set<string>();
      for (const image of await readImages(artifact)) {
        const identity = formatImage(image);
        demand(!seen.has(identity), () => `two images are ${identity}`);
        seen.add(identity);
      }
    },
  },
];

/** What demands that a field is filled in the expected form, unless the kind of artifact declares that it has none. */
function filledField(
  field: "providerRegion" | "sourceImageId",
  wireName: string,
  expectation: "region" | "sourceId",
  cure: string,
): Pick<Rule, "source" | "notApplicable" | "check"> {
  return {
    source: SOURCES.hcpPage,
    notApplicable(subject, expectations) {
      const expected = expectations[expectation];
      return (
        withoutMetadata(subject, expectations) ?? (isNone(expected) ? expected.none : undefined)
      );
    },
    async check({ artifact }, expectations) {
      for (const image of await readImages(artifact)) {
        demand(
          image[field].trim() !== "",
          () => `the image ${show(image.imageId)} has no ${wireName}; set it with ${cure}`,
        );
        demandForm(image[field], expectations[expectation], `the ${wireName}`);
      }
    },
  };
}
