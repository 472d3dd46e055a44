import { narrowSdk } from "@packerkit/amazon/bundle";

/** What rolldown needs besides its usual settings, to bundle this plugin. */
export default [narrowSdk()];
