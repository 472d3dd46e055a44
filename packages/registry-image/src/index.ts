export { answerState, type StateFailureLog } from "./answer-state.ts";
export { ARTIFACT_STATE_URI, type Artifact, type StateReader } from "./artifact.ts";
export {
  type CollectedImages,
  collectImages,
  type Dropped,
  imagesFromState,
} from "./collect-images.ts";
export { RegistryImageError, type RegistryImageErrorCode } from "./errors.ts";
export {
  type ArtifactOverride,
  fromArtifact,
  setLabels,
  withId,
  withProvider,
  withRegion,
  withSourceId,
} from "./from-artifact.ts";
export { fromMappedData } from "./from-mapped-data.ts";
export { formatImage, type Image, validateImage } from "./image.ts";
export { LABEL_LIMITS, labelProblem, validateLabels } from "./labels.ts";
export { fromWire, toWire, type WireImage } from "./wire.ts";
