import { describe, expect, it } from "vitest";
import { defaultPackerSettings, readPackerSettings, sensitiveValues } from "../src/settings.ts";

describe("readPackerSettings", () => {
  it("reads what an HCL template's builder gets, with bools as text", () => {
    expect(
      readPackerSettings({
        packer_build_name: "example",
        packer_builder_type: "happy-cloud",
        packer_core_version: "1.16.0",
        packer_debug: "true",
        packer_force: "false",
        packer_on_error: "ask",
      }),
    ).toEqual({
      ...defaultPackerSettings,
      buildName: "example",
      builderType: "happy-cloud",
      coreVersion: "1.16.0",
      debug: true,
      onError: "ask",
    });
  });

  it("reads what a JSON template's component gets", () => {
    expect(
      readPackerSettings(
        { region: "x" },
        {
          packer_debug: false,
          packer_force: true,
          packer_on_error: "",
          packer_template_path: "/t.json",
          packer_user_variables: { region: "x", token: "t" },
          packer_sensitive_variables: ["token"],
        },
      ),
    ).toEqual({
      ...defaultPackerSettings,
      force: true,
      templatePath: "/t.json",
      userVariables: { region: "x", token: "t" },
      sensitiveVariables: ["token"],
    });
  });

  it("lets later parts win", () => {
    const parts = [
      { packer_build_name: "a" },
      { packer_build_name: "b" },
      { packer_build_name: null },
    ];
    expect(readPackerSettings(...parts).buildName).toBe("b");
  });

  it("takes the default for what is not of the right form", () => {
    const odd = {
      packer_build_name: 5,
      packer_debug: "perhaps",
      packer_on_error: "explode",
      packer_user_variables: { a: 1, b: "x" },
      packer_sensitive_variables: "token",
    };
    expect(readPackerSettings(odd)).toEqual({
      ...defaultPackerSettings,
      userVariables: { b: "x" },
    });
    expect(readPackerSettings()).toEqual(defaultPackerSettings);
  });
});

describe("sensitiveValues", () => {
  it("are the values of the variables that are named, as far as they are known", () => {
    const settings = {
      ...defaultPackerSettings,
      userVariables: { token: "t", region: "x", empty: "" },
      sensitiveVariables: ["token", "empty", "constructor"],
    };
    expect(sensitiveValues(settings)).toEqual(["t"]);
  });
});
