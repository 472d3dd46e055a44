export { type App, buildApp } from "./app.ts";
export type { ServerSettings } from "./settings.ts";
