import { render } from "@testing-library/react";
import { Route, Router } from "wouter";
import { useHashLocation } from "wouter/use-hash-location";
import { decodeSegment } from "../../src/routing/paths.ts";

/** The name that the router makes of a search's address. */
export function arrivalAt(path: string): string | undefined {
  let arrived: string | undefined;
  location.hash = path;
  const { unmount } = render(
    <Router hook={useHashLocation}>
      <Route path="/search/:identifier">
        {({ identifier }) => {
          arrived = decodeSegment(identifier);
          return null;
        }}
      </Route>
    </Router>,
  );
  unmount();
  return arrived;
}
