import { narrowApiDescription } from "@packerkit/googlecompute/bundle";

/** What rolldown needs besides its usual settings, to bundle this plugin. */
export default [narrowApiDescription()];
